"""How a date is shown to the one who must say which she meant: in the calendar she used and in the other one."""

from datetime import date

from babel.units import format_unit

from flows.answers.date_shapes import Written, own_calendar
from flows.calendars import from_gregorian
from flows.model import Option
from flows.months import Month, locale, month_name

_NAMES = {
    "gregorian": {
        "en": "Gregorian",
        "fr": "grégorien",
        "ar": "ميلادي",
        "am": "በአውሮፓውያን አቆጣጠር",
        "ti": "ብኣቆጻጽራ ፈረንጂ",
        "om": "A.L.F.",
        "ne": "ई.सं.",
        "fa": "میلادی",
    },
    "ethiopian": {
        "en": "Ethiopian",
        "fr": "éthiopien",
        "ar": "إثيوبي",
        "am": "በኢትዮጵያ አቆጣጠር",
        "ti": "ብኣቆጻጽራ ግእዝ",
        "om": "A.L.I.",
    },
    "hijri": {"en": "Hijri", "fr": "hégirien", "ar": "هجري", "fa": "هجری قمری"},
    "solar_hijri": {"en": "Solar Hijri", "fr": "hégirien solaire", "ar": "هجري شمسي", "fa": "هجری شمسی"},
    "bikram_sambat": {"en": "Bikram Sambat", "ne": "वि.सं."},
}
_SHARED = ("ti", "om")  # one set of names for the months of two calendars


def date_option(written: Written, first: date, last: date, *, about: bool, language: str) -> Option:
    """A date as an option: its value is a text that says it beyond doubt, its label shows it in both calendars.

    `first` and `last` are its Gregorian days.
    """
    numbers = "-".join(str(number) for number in written[1:] if number is not None)
    value = f"{numbers} {written.calendar.replace('_', ' ')}"
    other = own_calendar(language) if written.calendar == "gregorian" else "gregorian"
    label = _shown(written, language)
    if other:
        label = f"{label} = {_elsewhere(written, first, last, other, language)}"
    return Option(f"about {value}" if about else value, label)


def age_option(age: int, year: int, *, language: str) -> Option:
    """An age as an option, with the year of birth that follows from it."""
    return Option(f"about {age} years", f"{format_unit(age, 'year', length='short', locale=locale(language))} ≈ {year}")


def _shown(written: Written, language: str) -> str:
    parts = [str(written.year)]
    if written.month is not None:
        parts.insert(0, month_name(Month(written.calendar, written.month), language))
    if written.day is not None:
        parts.insert(0, str(written.day))
    if written.month is None or language in _SHARED:
        names = _NAMES[written.calendar]
        parts.append(names.get(language, names["en"]))
    return " ".join(parts)


def _elsewhere(written: Written, first: date, last: date, calendar: str, language: str) -> str:
    """The same days in another calendar: a day, or the months or years that a month or year lies in."""
    begin, end = (Written(calendar, *from_gregorian(calendar, day)) for day in (first, last))
    if written.day is not None:
        return _shown(begin, language)
    if written.month is None:
        return _shown(begin, language) if begin.year == end.year else f"{begin.year}–{end.year}"
    months = [_shown(each._replace(day=None), language) for each in (begin, end)]
    return "–".join(dict.fromkeys(months))
