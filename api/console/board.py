"""The queue as a page shows it: what to do next, her own cases, what waits, and what others have."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.console.narrowing import RoutingFields, fields_in, has
from api.console.shown import facts, headline
from api.desk.queue import QueueEntry
from flows.loader import Library


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the queue, with its routing fields in the reader's words."""

    entry: QueueEntry
    headline: str
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Board:
    """The rows of the queue by whose they are, each list in the order of the queue.

    `fields` are what those that wait can be narrowed to, `shown` those that are left then.
    A closed case of nobody's, into which something came, is for whoever sees it: a coordinator.
    """

    mine: list[Row]
    resting: list[Row]
    waiting: list[Row]
    others: list[Row]
    shown: list[Row]
    fields: RoutingFields

    @property
    def to_read(self) -> Row | None:
        """The first of her cases in which something new has come."""
        return next((row for row in self.mine if row.entry.unread), None)

    @property
    def urgent(self) -> int:
        """How many of those that wait are urgent."""
        return sum(row.entry.urgency == "high" for row in self.waiting)


def board(library: Library, entries: Iterable[QueueEntry], reader: str, only: str = "") -> Board:
    """Sort the queue by whose its cases are, in the reader's language; `only` is the routing field that she chose."""
    rows = [_row(library, entry, reader) for entry in entries]
    waiting = [row for row in rows if row.entry.state == "open"]
    known = fields_in(library, (row.entry for row in waiting), only, reader)
    return Board(
        mine=[row for row in rows if (row.entry.mine and not row.entry.rests_until) or _is_left(row.entry)],
        resting=[row for row in rows if row.entry.mine and row.entry.rests_until],
        waiting=waiting,
        others=[row for row in rows if not (row.entry.state == "open" or row.entry.mine or _is_left(row.entry))],
        shown=[row for row in waiting if has(row.entry, known.chosen)],
        fields=known,
    )


def _is_left(entry: QueueEntry) -> bool:
    return entry.state == "closed" and not entry.claimed_by


def _row(library: Library, entry: QueueEntry, reader: str) -> Row:
    return Row(
        entry,
        headline(library, entry.service, entry.language, reader),
        facts(library, entry.service, entry.route, entry.channel, reader),
    )
