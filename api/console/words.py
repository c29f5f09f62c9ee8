"""The console's languages: their catalogues, which one a reader wants, and how she writes dates and numbers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from io import BytesIO
from pathlib import Path

import phonenumbers
from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

LANGUAGES = ("en", "ar", "fr", "es")
"""What the console speaks, the source language first."""
CATALOGUES = Path(__file__).resolve().parents[2] / "translations"
DOMAIN = "console"


@cache
def catalogue(language: str) -> NullTranslations:
    """The console's texts in one of LANGUAGES, read from its .po file: nothing has to be compiled beforehand."""
    source = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not source.exists():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


def negotiate(*wishes: str) -> str:
    """The first of LANGUAGES that is wished for; each wish is a language tag or an Accept-Language header."""
    tags = [tag.split(";")[0].strip() for wish in wishes for tag in wish.split(",") if tag.strip()]
    return negotiate_locale(tags, LANGUAGES, sep="-") or LANGUAGES[0]


def direction(language: str) -> str:
    """`rtl` or `ltr`, for dir=."""
    return Locale.parse(language).text_direction


def comma_of(language: str) -> str:
    """What stands between the parts of a list."""
    return "، " if direction(language) == "rtl" else ", "


def own_name(language: str) -> str:
    """A language's name in that language."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def _days(locale: Locale, zone: tzinfo) -> dict[str, Callable[..., str]]:
    """Filters for the day of a moment: in words, and with its time as the fields of a form want them."""

    def day_of(at: datetime) -> str:
        return format_date(at.astimezone(zone), "EEEE d MMM", locale=locale)

    def iso_day(at: datetime) -> str:
        return at.astimezone(zone).date().isoformat()

    def iso_time(at: datetime) -> str:
        return at.astimezone(zone).time().isoformat("minutes")

    def short(at: date) -> str:
        return format_date(at, "d MMM", locale=locale)

    def weekday(at: date) -> str:
        return format_date(at, "EEEE", locale=locale)

    def month(at: date) -> str:
        return format_date(at, "LLLL y", locale=locale)

    named = {"month": month, "year_month": lambda at: f"{at:%Y-%m}"}
    return {**named, "day_of": day_of, "iso_day": iso_day, "iso_time": iso_time, "date": short, "weekday": weekday}


def formats(language: str, zone: tzinfo = UTC) -> dict[str, Callable[..., str]]:
    """Template filters that write dates, times and numbers as readers of this language do, in that time zone."""
    locale, comma = Locale.parse(language), comma_of(language)

    def moment(at: datetime) -> str:
        return format_datetime(at, "d MMM HH:mm", tzinfo=zone, locale=locale)

    def clock(at: datetime) -> str:
        return format_time(at, "HH:mm", tzinfo=zone, locale=locale)

    def day(at: date) -> str:
        return format_date(at, "d MMM y", locale=locale)

    def appointed(at: datetime, timed: bool = True) -> str:
        pattern = f"EEEE d MMMM y{comma}HH:mm" if timed else "EEEE d MMMM y"
        return format_datetime(at, pattern, tzinfo=zone, locale=locale)

    def ago(at: datetime, now: datetime) -> str:
        return format_timedelta(min(at - now, timedelta(minutes=-1)), add_direction=True, threshold=1, locale=locale)

    def language_name(code: str) -> str:
        return str(locale.languages.get(code, code))

    def country_name(code: str) -> str:
        return str(locale.territories.get(code, code))

    return {
        "moment": moment,
        "clock": clock,
        "day": day,
        **_days(locale, zone),
        "appointed": appointed,
        "ago": ago,
        "language": language_name,
        "country": country_name,
        "figure": lambda number: format_decimal(number, locale=locale),
        "number": _number,
    }


def _number(e164: str) -> str:
    """A telephone number with its spaces: +961 70 123 456."""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
