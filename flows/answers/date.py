"""Reads a date of birth: whole or in part, in the calendar she counts in, and never a guess between two."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from flows.answers.date_labels import age_option, date_option
from flows.answers.date_shapes import Written, readings, without_year
from flows.answers.date_words import Said, listen
from flows.answers.near_days import days_from_today
from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.calendars import to_gregorian
from flows.model import Answer, Option, Precision

OLDEST = 120
"""Years: nobody is older."""
AHEAD = timedelta(days=731)
"""How far off a day may be that is still to come, or that was not long ago."""
_LONGEST = 100  # characters; a longer text is a story
_SURELY_AN_AGE = 60  # about 30 is an age, about 85 may be a year


class _Meant(NamedTuple):
    """One thing she can have meant: the answer it would be, how it was written, and what makes the option of it."""

    answer: Answer
    written: Written | None
    option: Callable[[], Option]


def read(
    text: str,
    *,
    today: date,
    language: str,
    calendar: str | None = None,
    coming: bool = False,
    recent: bool = False,
) -> Answer | Misread:
    """The Gregorian date, ISO 8601 cut to its precision, with the calendar it was given in (empty for an age).

    `language` (ISO 639) decides which calendars are likely, unless `calendar` is chosen or the text names one. Of a
    month or a year in another calendar the value is the Gregorian one in which most of its days lie. An age gives
    the year that it leads to, `precision` about. I do not know is an answer: the value is None.

    `coming`: the day may be still to come, up to two years from `today`. `recent`: it was within the last two. An age
    is no answer to these; today, yesterday and tomorrow are, and a day without its year is the next, or the last one.

    Where several dates remain: `which_calendar` if only the calendar is in doubt, else `ambiguous`. Where none does:
    `date_in_future`, `too_old` (over 120 years), `no_year`, or `not_a_date`.
    """
    if not any(map(str.isdecimal, text)) and "unknown" in meanings(text, language):  # who gives a number knows it
        return Answer(None, text)
    near = coming or recent
    if near and (named := _named_by_today(text, today, coming=coming)):
        return named
    said = listen(text, language) if len(text) <= _LONGEST else None
    if said is None or not said.numbers:
        return Misread("not_a_date")
    age, latest = None if near else _age(said, calendar), today + AHEAD if coming else today
    written = [] if _sure(said, age) else readings(said, today=latest, language=language, calendar=calendar)
    if near and not written:
        written = without_year(said, today=today, language=language, calendar=calendar, coming=coming)
    spans = [(each, _span(each, latest, _oldest(today, recent=recent))) for each in written]
    meant = [_dated(each, span, said, latest, language) for each, span in spans if isinstance(span, tuple)]
    if age is not None and age <= OLDEST:
        meant.insert(0 if age < _SURELY_AN_AGE else len(meant), _by_age(age, today, language))
    if len(meant) == 1:
        return meant[0].answer._replace(raw=text)
    return _doubt(meant) if meant else _refusal(said, age, {span for _, span in spans if isinstance(span, str)})


def _named_by_today(text: str, today: date, *, coming: bool) -> Answer | Misread | None:
    """The day that today, yesterday or tomorrow is; why it cannot be meant; None for a text that is neither."""
    named = days_from_today(text)
    meant = [days for days in named if (days >= 0 if coming else days <= 0)]
    if len(meant) == 1:
        return Answer((today + timedelta(meant[0])).isoformat(), text, "day")
    return Misread("date_in_future") if named and not coming else None


def _age(said: Said, calendar: str | None) -> int | None:
    """The age that a lone short number can be. A bare digit is none: it answers some other question."""
    if len(said.numbers) != 1 or said.months or len(said.numbers[0]) > 3:
        return None
    age = int(said.numbers[0])
    bare = 10 <= age < 100 and not (said.calendar or calendar)
    return age if said.aged or said.about or bare else None


def _sure(said: Said, age: int | None) -> bool:
    return age is not None and (said.aged or (said.about and age < _SURELY_AN_AGE))


def _oldest(today: date, *, recent: bool) -> date:
    return today - AHEAD if recent else date(today.year - OLDEST, 1, 1)


def _span(written: Written, today: date, oldest: date) -> tuple[date, date] | str:
    """The Gregorian days of a date, up to today; or why it cannot be meant."""
    try:
        first, last = to_gregorian(*written)
    except ValueError:
        return "not_a_date"
    if first > today:
        return "date_in_future"
    if last < oldest:
        return "too_old"
    return first, min(last, today)


def _dated(written: Written, span: tuple[date, date], said: Said, today: date, language: str) -> _Meant:
    about = said.about and written.month is None
    precision: Precision = "about" if about else _precision(written)
    value = _most(*span, precision)
    first, last = to_gregorian(*written)
    option = partial(date_option, written, first, last, about=about, language=language)
    return _Meant(Answer(value, precision=precision, calendar=written.calendar), written, option)


def _precision(written: Written) -> Precision:
    if written.month is None:
        return "year"
    return "month" if written.day is None else "day"


def _most(first: date, last: date, precision: Precision) -> str:
    """The day; or the Gregorian month or year that holds most of these days, the earlier of two halves."""
    if precision == "day":
        return first.isoformat()
    turn = last.replace(day=1) if precision == "month" else date(last.year, 1, 1)
    most = last if turn <= first or (last - turn).days + 1 > (turn - first).days else turn - timedelta(1)
    return f"{most:%Y-%m}" if precision == "month" else f"{most:%Y}"


def _by_age(age: int, today: date, language: str) -> _Meant:
    year = today.year - age
    return _Meant(Answer(str(year), precision="about"), None, partial(age_option, age, year, language=language))


def _doubt(meant: list[_Meant]) -> Misread:
    written = [each.written for each in meant if each.written]
    alike = len(written) == len(meant) and len({(each.year, each.day) for each in written}) == 1
    only_calendars = alike and len({each.calendar for each in written}) == len(written)
    return Misread("which_calendar" if only_calendars else "ambiguous", tuple(each.option() for each in meant))


def _refusal(said: Said, age: int | None, reasons: set[str]) -> Misread:
    if "date_in_future" in reasons:
        return Misread("date_in_future")
    if "too_old" in reasons or age is not None:
        return Misread("too_old")
    if not reasons and (said.months or len(said.numbers) == 2):
        return Misread("no_year")
    return Misread("not_a_date")
