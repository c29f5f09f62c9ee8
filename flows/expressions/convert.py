"""How one kind of value becomes another: the conversion rules of XPath 1.0, with JavaRosa's for dates.

Numbers are floats, not Decimals: XPath's numbers are IEEE doubles, so NaN ("not a number"), infinity and division by
zero need few rules of ours, and an expression gives the same figure here as in ODK.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite, isnan, nan

from flows.model import Value

Result = str | float | bool | date | datetime
"""What an expression gives. A missing answer is the empty text, as in ODK."""

_NEARLY = 1e-12  # JavaRosa's tolerance: 0.1 + 0.2 = 0.3
_DAY_ZERO = date(1970, 1, 1).toordinal()
_MOMENT_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(T.+)?)?)?")


def from_value(value: Value) -> str:
    """An answer as text; the chosen values of a multiple choice are separated by blanks, as in ODK."""
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)


def to_text(value: Result) -> str:
    """A value as text: `true` or `false`, a number without exponent or needless zeros, a date in ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else _number_text(value)


def _number_text(number: float) -> str:
    if not isfinite(number):
        return "NaN" if isnan(number) else "Infinity" if number > 0 else "-Infinity"
    whole = int(number)
    return str(whole) if abs(number - whole) < _NEARLY else format(Decimal(repr(number)), "f")


def to_truth(value: Result) -> bool:
    """XPath's truth: empty text, zero and NaN are false; any other text (even `false` and `0`) and any date is true."""
    return abs(value) > _NEARLY if isinstance(value, float) else bool(value)


def to_number(value: Result) -> float:
    """A value as a number, NaN if it is none. A date counts whole days since 1970; the bare text `1992` is a number."""
    if isinstance(value, str):
        number = _text_number(value)
        return _text_days(value) if isnan(number) else number
    return _day_number(value) if isinstance(value, date) else float(value)


def _text_number(text: str) -> float:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return nan
    return float(text.replace(",", "."))  # JavaRosa, too, reads a comma as the decimal point


def _text_days(text: str) -> float:
    day = _text_date(text)
    return _day_number(day) if day else nan


def _text_date(text: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def _day_number(day: date) -> float:
    return float(day.toordinal() - _DAY_ZERO)


def exactness(text: str) -> int:
    """How much of a date a text tells: 1 its year, 2 its month too, 3 its day, 4 its time; 0 when it is no date."""
    match = _DATE.fullmatch(text.strip())
    return match.lastindex or 0 if match else 0


def to_date(value: Result) -> date | None:
    """A value as a day, without its time; None when it is none.

    Text is ISO 8601 and may stop early: `1992` and `1992-05` are the first day of that year and month. A number, and
    text that is any other number, counts days since 1970-01-01.
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, str):
        if exactness(value):
            return _text_date(value)
        value = _text_number(value)
    try:
        return date.fromordinal(int(value) + _DAY_ZERO)
    except (ValueError, OverflowError):  # NaN, or beyond the years 1 to 9999
        return None


def to_moment(value: Result) -> datetime | None:
    """A value as a moment, None when it is none; a day is its midnight, and what names no zone is in UTC."""
    try:
        moment = _moment(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


def _moment(value: Result) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, float):
        return _MOMENT_ZERO + timedelta(days=value)
    if isinstance(value, str) and exactness(value) == 4:
        return datetime.fromisoformat(value.strip())
    day = to_date(value)
    return datetime(day.year, day.month, day.day) if day else None


def moment_number(moment: datetime) -> float:
    """Days since 1970-01-01 00:00 UTC, with their fraction."""
    return (moment - _MOMENT_ZERO) / timedelta(days=1)


def comparable(left: Result, right: Result) -> tuple[float, float]:
    """Two values as numbers to compare or subtract; beside a date, text is read as a date, so that `1992` is a year."""
    if isinstance(left, date) or isinstance(right, date) or _tells_month(left) or _tells_month(right):
        return _days(left), _days(right)
    return to_number(left), to_number(right)


def _tells_month(value: Result) -> bool:
    return isinstance(value, str) and exactness(value) > 1


def _days(value: Result) -> float:
    day = _text_date(value) if isinstance(value, str) else None
    return _day_number(day) if day else to_number(value)


def same(left: Result, right: Result) -> bool:
    """XPath's `=`: compared as truths if one is a truth, else as numbers, else as days, else as text."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) is to_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return same_number(to_number(left), to_number(right))
    if isinstance(left, date) or isinstance(right, date):
        return same_number(_days(left), _days(right))
    return left == right


def same_number(left: float, right: float) -> bool:
    """Whether two numbers are equal, within JavaRosa's tolerance; NaN equals nothing."""
    return left == right or abs(left - right) < _NEARLY


def to_place(number: float) -> int:
    """A number as a place in a text or a list: cut to a whole one, NaN as 0, infinity as far away."""
    return 0 if isnan(number) else int(max(-1e9, min(1e9, number)))
