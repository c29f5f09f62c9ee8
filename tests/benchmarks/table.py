"""What was measured, as lines that line up."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.trials import Round


@dataclass(frozen=True, slots=True)
class Memory:
    """Microseconds a message in memory: of the engine alone, and with Telegram's JSON in and out."""

    alone: float
    whole: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured of one system: its rounds, its engine in memory, and what it guarantees.

    `twice` and `killed` are how many of `checked` conversations ended right, with every update posted twice and after
    `kill -9`.
    """

    name: str
    rounds: Sequence[Round]
    engine: Sequence[Memory]
    twice: int
    killed: int
    checked: int

    @property
    def rates(self) -> list[float]:
        """Messages a second, by round."""
        return [one.rate for one in self.rounds]

    @property
    def cpu(self) -> list[float]:
        """CPU microseconds of the server a message, by round."""
        return [one.cpu for one in self.rounds]


HEADS = (
    "",
    "messages/s",
    "CPU µs",
    "p50 ms",
    "p99 ms",
    "RSS MiB",
    "engine µs",
    "with JSON",
    "ended right",
    "posted twice",
    "after kill -9",
    "sealed",
)


def _cells(one: Figures) -> tuple[str, ...]:
    rounds = one.rounds
    return (
        one.name,
        f"{median(one.rates):,.0f}",
        f"{median(one.cpu):,.0f}",
        f"{median(each.p50 for each in rounds):.1f}",
        f"{median(each.p99 for each in rounds):.1f}",
        f"{median(each.mebibytes for each in rounds):.0f}",
        f"{median(each.alone for each in one.engine):.1f}",
        f"{median(each.whole for each in one.engine):.1f}",
        f"{sum(each.right for each in rounds)}/{sum(each.people for each in rounds)}",
        f"{one.twice}/{one.checked}",
        f"{one.killed}/{one.checked}",
        "no" if any(each.readable for each in rounds) else "yes",
    )


def table(figures: Sequence[Figures]) -> str:
    """Medians over the rounds, a system a line."""
    rows = [HEADS, *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *cells = row
    return "  ".join(
        (name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)))
    )


def ratios(ours: Figures, rival: Figures, floor: Figures) -> str:
    """The marks: the same round of both systems compared, in the median and in the worst of the rounds."""
    faster = _paired(ours.rates, rival.rates)
    dearer = _paired(ours.cpu, floor.cpu)
    alone = [each.alone for each in ours.engine]
    lines = (
        f"throughput, {ours.name} : {rival.name}   median {median(faster):.2f}, worst round {min(faster):.2f}",
        f"CPU a message, {ours.name} : {floor.name}   median {median(dearer):.2f}, worst round {max(dearer):.2f}",
        f"engine alone, {ours.name}   median {median(alone):.1f} µs, worst round {max(alone):.1f} µs",
    )
    return "\n".join(lines)


def _paired(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]
