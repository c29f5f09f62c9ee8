"""When and by which phone she may be written to: what she said about it, and the hours in which it is safe.

Four names in a service file have this meaning: `phone` (this, another, trusted, none), `phone_number`, `phone_safe`
(always, hours, never) and `safe_hours` (morning, midday, evening, night, sunday). docs/services.md says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flows.model import Answer

HOURS: Mapping[str, tuple[int, int]] = {"morning": (7, 11), "midday": (11, 15), "evening": (17, 21), "night": (21, 24)}
"""From which hour to which hour the times last that she can choose, in her country."""
SUNDAY, SUNDAYS_HOURS = "sunday", (7, 21)
_SUNDAY = 6
LONGEST_WAIT = timedelta(days=8)
"""In so long every hour of a week has come."""
ANSWERED_WITHIN = timedelta(minutes=15)
"""What is written so soon after she wrote is an answer, and she is at her phone."""


def _any_time(address: str, at: datetime) -> datetime:
    return at


@dataclass(frozen=True, slots=True)
class Patience:
    """How long she has to read something: `unread` after it went out, and until `before` the day and hour of it."""

    unread: timedelta
    before: timedelta = timedelta(0)

    @classmethod
    def of(cls, hours: "str | Patience") -> "Patience":
        """Read it from hours such as `6 24`, or `24`. ValueError says what was expected."""
        if isinstance(hours, Patience):
            return hours
        try:
            unread, before = (timedelta(hours=float(part)) for part in [*hours.split(), "0"][:2])
        except (ValueError, OverflowError):
            raise ValueError("should be hours: after it went out and, for a date, before it") from None
        return cls(unread, before)

    def __str__(self) -> str:
        """As it is written in a setting."""
        hours = [f"{part / timedelta(hours=1):g}" for part in (self.unread, self.before)]
        return " ".join(hours if self.before else hours[:1])


@dataclass(frozen=True, slots=True)
class Ways:
    """How this deployment reaches people: `zone` is where she lives, `sms` the lane that writes to a number (E.164).

    `allowed` gives, for an address and a time, from when on its country lets a text go out unasked. `patience` is by
    kind of notice.
    """

    zone: tzinfo = UTC
    sms: str = ""
    allowed: Callable[[str, datetime], datetime] = _any_time
    patience: Mapping[str, Patience] = field(
        default_factory=lambda: {
            "appointment": Patience(timedelta(hours=6), timedelta(hours=24)),
            "news": Patience(timedelta(hours=24)),
        }
    )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What she said: whose phone it is, its number when it is not the one she wrote from, and when it is safe.

    `may` is `always`, `hours`, `never`, or nothing when she was not asked; `calendar` the one she counts years in.
    """

    whose: str = ""
    number: str = ""
    may: str = ""
    hours: tuple[str, ...] = ()
    calendar: str = ""


def wishes_of(answers: Mapping[str, Answer]) -> Wishes:
    """Read them from the answers of a case."""
    hours = answers["safe_hours"].value if "safe_hours" in answers else ()
    calendars = (one.calendar for one in answers.values() if one.calendar not in ("", "gregorian"))
    return Wishes(
        _text(answers, "phone"),
        _text(answers, "phone_number"),
        _text(answers, "phone_safe"),
        tuple(hours) if isinstance(hours, tuple) else (),
        next(calendars, ""),
    )


def next_safe(wishes: Wishes, ways: Ways, address: str, now: datetime) -> datetime:
    """The first time from `now` on that is safe for her and allowed in the address's country (aware, UTC).

    Where the two never meet, as for somebody who is safe only at night, her own hours count.
    """
    if wishes.may != "hours" or not wishes.hours:
        return ways.allowed(address, now)
    spans = list(_spans(wishes.hours, ways.zone, now))
    for begins, ends in spans:
        start = ways.allowed(address, max(begins, now))
        if start < ends:
            return start
    return max(spans[0][0], now) if spans else ways.allowed(address, now)


def _spans(hours: tuple[str, ...], zone: tzinfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Her safe times of the next days that are not over yet, in order."""
    first = now.astimezone(zone).date()
    found = [span for day in range(LONGEST_WAIT.days) for span in _of_day(hours, zone, first + timedelta(day))]
    yield from sorted(span for span in found if span[1] > now)


def _of_day(hours: tuple[str, ...], zone: tzinfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    chosen = [HOURS[one] for one in hours if one in HOURS]
    if SUNDAY in hours and day.weekday() == _SUNDAY:
        chosen.append(SUNDAYS_HOURS)
    midnight = datetime.combine(day, time(), zone)
    for begins, ends in chosen:
        yield _hour(midnight, begins), _hour(midnight, ends)


def _hour(midnight: datetime, hour: int) -> datetime:
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def _text(answers: Mapping[str, Answer], name: str) -> str:
    value = answers[name].value if name in answers else None
    return value if isinstance(value, str) else ""
