"""Runs everything in interleaved rounds and prints one table: `python -m tests.benchmarks [--quick]`."""

import argparse
import subprocess
import sys

from tests.benchmarks import claims
from tests.benchmarks.systems import FLOOR, PTB, RAFIQA, System
from tests.benchmarks.table import Figures, Memory, ratios, table
from tests.benchmarks.trials import Round, killed, measure, posted_twice

SYSTEMS = (RAFIQA, PTB, FLOOR)
ROUNDS, QUICK_ROUNDS, QUICK_SHARE = 5, 2, 0.2
CHECKED = range(50)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds, to see whether everything runs")
    parser.add_argument("--rounds", type=int, help=f"how many rounds ({ROUNDS})")
    options = parser.parse_args()
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    figures = _figures(rounds, QUICK_SHARE if options.quick else 1.0)
    claimed = claims.table(*claims.measure(QUICK_SHARE if options.quick else 1.0))
    print(table(figures), ratios(*figures), claimed, sep="\n\n")


def _figures(rounds: int, share: float) -> list[Figures]:
    measured: dict[str, list[Round]] = {system.name: [] for system in SYSTEMS}
    engines: dict[str, list[Memory]] = {system.name: [] for system in SYSTEMS}
    for number in range(rounds):
        for system in _in_turn(number):
            _tell(f"round {number + 1} of {rounds}: {system.name}")
            measured[system.name].append(measure(system, share))
            engines[system.name].append(_in_memory(system))
    return [_checked(system, measured[system.name], engines[system.name]) for system in SYSTEMS]


def _in_turn(number: int) -> tuple[System, ...]:
    """The systems, each round beginning with another one."""
    first = number % len(SYSTEMS)
    return SYSTEMS[first:] + SYSTEMS[:first]


def _checked(system: System, rounds: list[Round], engine: list[Memory]) -> Figures:
    """What a system guarantees, tried."""
    _tell(f"every update twice, then kill -9: {system.name}")
    twice, survived = posted_twice(system, CHECKED), killed(system, CHECKED)
    return Figures(system.name, rounds, engine, twice, survived, len(CHECKED))


def _in_memory(system: System) -> Memory:
    """Microseconds a message of the system's engine, in a process of its own."""
    command = (sys.executable, "-m", "tests.benchmarks.memory", system.engine)
    alone, whole = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
    return Memory(float(alone), float(whole))


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
