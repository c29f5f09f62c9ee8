"""A date of birth is read as she knows it, and never guessed between two."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.answers import date as dates
from flows.answers.outcome import Misread
from flows.calendars import from_gregorian, to_gregorian
from flows.model import Answer
from flows.months import Month, month_name

TODAY = date(2026, 11, 24)
BIRTHS = st.dates(date(1930, 1, 1), TODAY)
LANGUAGES = st.sampled_from(
    ["en", "fr", "ar", "am", "ti", "om", "ne", "fa", "bn", "si", "fil", "sw", "ru", "zh", "kri"]
)


def read(text: str, language: str = "en", calendar: str | None = None) -> Answer | Misread:
    return dates.read(text, today=TODAY, language=language, calendar=calendar)


def short(text: str, language: str = "en", calendar: str | None = None) -> str | None:
    """The value, or the reason: enough to compare in a table."""
    outcome = read(text, language, calendar)
    return str(outcome.value) if isinstance(outcome, Answer) else outcome.code


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("17/5/1992", "1992-05-17"),
        ("17-05-92", "1992-05-17"),
        ("17.5.1992.", "1992-05-17"),
        ("5/17/1992", "1992-05-17"),  # there is no month 17
        ("1992-05-17", "1992-05-17"),
        ("19920517", "1992-05-17"),
        ("17051992", "1992-05-17"),
        ("170592", "1992-05-17"),
        ("17 May 1992", "1992-05-17"),
        ("May 17, 1992", "1992-05-17"),
        ("17th of may 1992", "1992-05-17"),
        ("17MAY1992", "1992-05-17"),
        ("I was born on 17 May 1992", "1992-05-17"),
        ("17 Mai 92", "1992-05-17"),
        ("१७/५/१९९२", "1992-05-17"),
        ("1992年5月17日", "1992-05-17"),
    ],
)
def test_a_whole_date(typed: str, value: str) -> None:
    assert read(typed) == Answer(value, typed, "day", "gregorian")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("5 1992", "1992-05"),
        ("5/1992", "1992-05"),
        ("1992/5", "1992-05"),
        ("May 1992", "1992-05"),
        ("may 92", "1992-05"),
        ("Septembr 1992", "1992-09"),
    ],
)
def test_only_the_month(typed: str, value: str) -> None:
    assert read(typed) == Answer(value, typed, "month", "gregorian")


@pytest.mark.parametrize("typed", ["1992", "١٩٩٢", "১৯৯২", "1992.", "born in 1992", "in the year 1992", "1992 G.C."])
def test_only_the_year(typed: str) -> None:
    assert read(typed) == Answer("1992", typed, "year", "gregorian")


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("about 30", "en"),
        ("30 years", "en"),
        ("I am 30", "en"),
        ("30 years old", "fil"),
        ("environ 30 ans", "fr"),
        ("j'ai 30 ans", "fr"),
        ("حوالي ٣٠", "ar"),
        ("عمري 30 سنة", "ar"),
        ("ወደ 30", "am"),
        ("30 ዓመት", "am"),
        ("፴ ዓመቴ ነው", "am"),
        ("৩০ বছর", "bn"),
        ("30 අවුරුදු", "si"),
        ("करिब ३० वर्ष", "ne"),
        ("mga 30", "fil"),
        ("kama miaka 30", "sw"),
        ("около 30 лет", "ru"),
        ("大约30岁", "zh"),
    ],
)
def test_an_age_gives_about_a_year(typed: str, language: str) -> None:
    assert read(typed, language) == Answer("1996", typed, "about")


@pytest.mark.parametrize("typed", ["about 1992", "~1992", "maybe 1992", "1992?", "حوالي 1992", "vers 1992"])
def test_a_year_can_be_uncertain(typed: str) -> None:
    assert read(typed) == Answer("1992", typed, "about", "gregorian")


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("17 mai 1992", "fr", "1992-05-17"),
        ("1er août 1992", "fr", "1992-08-01"),
        ("5/6/1992", "fr", "1992-06-05"),
        ("١٧ أيار ١٩٩٢", "ar", "1992-05-17"),
        ("17 كانون الثاني 1992", "ar", "1992-01-17"),
        ("17 أيار/مايو 1992", "ar", "1992-05-17"),
        ("١٧\u200f/\u200f٥\u200f/\u200f١٩٩٢", "ar", "1992-05-17"),
        ("17 ሜይ 1992", "am", "1992-05-17"),
        ("17 мая 1992 г.", "ru", "1992-05-17"),
        ("17 মে 1992", "bn", "1992-05-17"),
        ("ika-17 ng Mayo 1992", "fil", "not_a_date"),
        ("17 Mayo 1992", "fil", "1992-05-17"),
    ],
)
def test_her_own_words(typed: str, language: str, value: str) -> None:
    assert short(typed, language) == value


@pytest.mark.parametrize(
    ("typed", "language", "value", "precision", "calendar"),
    [
        ("12 መስከረም 1985", "am", "1992-09-22", "day", "ethiopian"),
        ("በመስከረም 12 1985", "am", "1992-09-22", "day", "ethiopian"),
        ("meskerem 12 1985", "en", "1992-09-22", "day", "ethiopian"),
        ("5/13/1985", "am", "1993-09-10", "day", "ethiopian"),  # only that calendar has a month 13
        ("Meskerem 1985", "en", "1992-09", "month", "ethiopian"),
        ("1985 ዓ.ም", "am", "1993", "year", "ethiopian"),
        ("1985 E.C.", "en", "1993", "year", "ethiopian"),
        ("1412", "ar", "1992", "year", "hijri"),
        ("١٥ رمضان ١٤١٢", "ar", "1992-03-19", "day", "hijri"),
        ("1412 هـ", "ar", "1992", "year", "hijri"),
        ("15/9/1412", "ar", "1992-03-19", "day", "hijri"),
        ("2049", "ne", "1992", "year", "bikram_sambat"),
        ("२०४९ असोज १२", "ne", "1992-09-28", "day", "bikram_sambat"),
        ("1370", "fa", "1991", "year", "solar_hijri"),
        ("۱۳۷۰/۵/۱۲", "fa", "1991-08-03", "day", "solar_hijri"),
        ("12 Tir 1985", "am", "1993-01-20", "day", "ethiopian"),
        ("12 Tir 1370", "fa", "1991-07-03", "day", "solar_hijri"),
        ("12 سرطان 1370", "fa", "1991-07-03", "day", "solar_hijri"),
    ],
)
def test_her_own_calendar(typed: str, language: str, value: str, precision: str, calendar: str) -> None:
    assert read(typed, language) == Answer(value, typed, precision, calendar)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("እ.ኤ.አ. 1992 ዓ.ም.", "am", "1992"),
        ("2022", "am", "2022"),  # the Ethiopian year 2022 is still to come
        ("31/1/1985", "am", "1985-01-31"),  # no Ethiopian month has a day 31
        ("1992 م", "ar", "1992"),
        ("1992 AD", "ne", "1992"),
    ],
)
def test_what_can_only_be_gregorian_is_not_asked(typed: str, language: str, value: str) -> None:
    answer = read(typed, language)
    assert isinstance(answer, Answer)
    assert (answer.value, answer.calendar) == (value, "gregorian")


def test_an_amharic_speaker_is_asked_which_calendar_her_year_belongs_to() -> None:
    asked = read("1985", "am")
    assert isinstance(asked, Misread)
    assert asked.code == "which_calendar"
    ethiopian, gregorian = asked.options
    assert (ethiopian.value, gregorian.value) == ("1985 ethiopian", "1985 gregorian")
    assert ethiopian.label == "1985 በኢትዮጵያ አቆጣጠር = 1992–1993"
    assert short(ethiopian.value, "am") == "1993"  # most of its days
    assert short(gregorian.value, "am") == "1985"


def test_a_day_is_shown_in_both_calendars() -> None:
    asked = read("12/1/1985", "am")
    assert isinstance(asked, Misread)
    assert asked.code == "which_calendar"
    assert [option.label for option in asked.options] == ["12 መስከረም 1985 = 22 ሴፕቴምበር 1992", "12 ጃንዋሪ 1985 = 4 ጥር 1977"]


def test_who_has_chosen_a_calendar_is_not_asked_again() -> None:
    assert short("1985", "am", "ethiopian") == "1993"
    assert short("1985", "am", "gregorian") == "1985"
    assert short("about 30", "am", "ethiopian") == "1996"
    assert short("17 May 1992", "am", "ethiopian") == "1992-05-17"  # these words have a calendar of their own


def test_tigrinya_month_names_belong_to_two_calendars() -> None:
    asked = read("12 መስከረም 1985", "ti")
    assert isinstance(asked, Misread)
    assert asked.code == "which_calendar"
    assert [short(option.value, "ti") for option in asked.options] == ["1992-09-22", "1985-09-12"]


def test_a_year_of_the_hijra_may_be_solar() -> None:
    asked = read("1370", "en")
    assert isinstance(asked, Misread)
    assert asked.code == "which_calendar"
    assert [option.label for option in asked.options] == ["1370 Hijri = 1950–1951", "1370 Solar Hijri = 1991–1992"]


def test_an_english_answer_may_put_the_month_first() -> None:
    asked = read("5/6/1992")
    assert isinstance(asked, Misread)
    assert asked.code == "ambiguous"
    assert [option.label for option in asked.options] == ["5 June 1992", "6 May 1992"]
    assert [short(option.value) for option in asked.options] == ["1992-06-05", "1992-05-06"]
    assert short("5/5/1992") == "1992-05-05"


def test_two_bare_digits_may_be_a_year_or_an_age() -> None:
    asked = read("30")
    assert isinstance(asked, Misread)
    assert asked.code == "ambiguous"
    assert [short(option.value) for option in asked.options] == ["1996", "1930"], "the age first: few are so old"
    about = read("about 85")
    assert isinstance(about, Misread)
    assert [short(option.value) for option in about.options] == ["1985", "1941"]


@pytest.mark.parametrize("typed", ["I don't know", "አላውቅም", "ما بعرف"])
def test_not_knowing_is_an_answer(typed: str) -> None:
    assert read(typed) == Answer(None, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2030", "date_in_future"),
        ("25/11/2026", "date_in_future"),
        ("December 2026", "date_in_future"),
        ("1850", "too_old"),
        ("130 years", "too_old"),
        ("17 May", "no_year"),
        ("17/5", "no_year"),
        ("", "not_a_date"),
        ("5", "not_a_date"),
        ("hello", "not_a_date"),
        ("31/2/1992", "not_a_date"),
        ("17/17/1992", "not_a_date"),
        ("17 Foo 1992", "not_a_date"),
        ("1990 or 1991", "not_a_date"),
        ("30-35", "not_a_date"),
        ("70123456", "not_a_date"),
        ("May June 1992", "not_a_date"),
        ("before 1992", "not_a_date"),
        ("1 2 3 4", "not_a_date"),
        ("1992 " * 30, "not_a_date"),
        ("9" * 50, "not_a_date"),
    ],
)
def test_what_is_no_date_of_birth(typed: str, code: str) -> None:
    assert read(typed) == Misread(code)  # type: ignore[arg-type]


def test_a_year_that_has_begun_is_not_in_the_future() -> None:
    assert short("2026") == "2026"
    assert short("11/2026") == "2026-11"
    assert short("2019", "am", "ethiopian") == "2026"  # most of it is still to come: so far it is 2026


@settings(deadline=None)  # the first equinox of a year takes a while
@example(date(2000, 8, 16), "en", "bikram_sambat")  # 32 Shrawan 2057: the only calendar with a 32nd
@given(BIRTHS, LANGUAGES, st.sampled_from(["gregorian", "ethiopian", "hijri", "bikram_sambat", "solar_hijri"]))
def test_a_day_written_out_in_any_calendar_is_that_day(day: date, language: str, calendar: str) -> None:
    year, month, number = from_gregorian(calendar, day)
    typed = f"{number} {month_name(Month(calendar, month), language)} {year} {calendar.replace('_', ' ')}"
    assert read(typed, language) == Answer(day.isoformat(), typed, "day", calendar)


@given(
    BIRTHS,
    LANGUAGES,
    st.sampled_from(["{d}/{m}/{y}", "{y}-{m:02}-{d:02}", "{m} {y}", "{y}", "{d:02}{m:02}{y}", "about {y}"]),
    st.booleans(),
)
def test_the_day_she_means_is_always_among_what_is_offered(day: date, language: str, form: str, hers: bool) -> None:
    calendar = {"am": "ethiopian", "ti": "ethiopian", "ne": "bikram_sambat", "fa": "solar_hijri"}.get(
        language, "gregorian"
    )
    year, month, number = from_gregorian(calendar if hers else "gregorian", day)
    outcome = read(form.format(y=year, m=month, d=number), language)
    answers = [outcome] if isinstance(outcome, Answer) else [read(option.value, language) for option in outcome.options]
    exact = [answer.value for answer in answers if isinstance(answer, Answer) and answer.precision == "day"]
    assert answers
    assert not exact or day.isoformat() in exact


@settings(deadline=None)
@given(BIRTHS, st.sampled_from(["ethiopian", "hijri", "bikram_sambat", "solar_hijri"]))
def test_a_year_elsewhere_is_the_year_that_holds_most_of_its_days(day: date, calendar: str) -> None:
    year = from_gregorian(calendar, day)[0]
    first, last = to_gregorian(calendar, year)
    last = min(last, TODAY)
    days = [(first + timedelta(step)).year for step in range((last - first).days + 1)]
    assert short(f"{year} {calendar.replace('_', ' ')}") == str(max(sorted(set(days)), key=days.count))


DATE_LIKE = st.text(st.sampled_from("0123456789 /-.MayJune መስከረም١٩about"), max_size=20) | st.text(max_size=40)


@given(DATE_LIKE, LANGUAGES)
def test_whatever_she_writes_each_option_is_an_answer(text: str, language: str) -> None:
    outcome = read(text, language)
    if isinstance(outcome, Misread):
        assert len(outcome.options) != 1
        assert len({option.label for option in outcome.options}) == len(outcome.options)
        for option in outcome.options:
            assert isinstance(read(option.value, language), Answer)
            assert len(option.value.encode()) < 64  # Telegram's limit for a button
    elif outcome.value is not None:
        assert outcome.raw == text
        assert "1906" <= str(outcome.value) <= TODAY.isoformat()


def lately(text: str, language: str = "en") -> str | None:
    """What a question about the last days takes."""
    outcome = dates.read(text, today=TODAY, language=language, recent=True)
    return str(outcome.value) if isinstance(outcome, Answer) else outcome.code


def soon(text: str, language: str = "en") -> str | None:
    """What a question about the next days takes."""
    outcome = dates.read(text, today=TODAY, language=language, coming=True)
    return str(outcome.value) if isinstance(outcome, Answer) else outcome.code


@pytest.mark.parametrize(
    ("today", "yesterday", "tomorrow", "language"),
    [
        ("Today!", "yesterday", "Tomorrow", "en"),
        ("aujourd’hui", "Hier", "demain", "fr"),
        ("اليوم", "امبارح", "بكرا", "ar"),
        ("ዛሬ", "ትላንት", "ነገ", "am"),
        ("আজ", "কাল", "কাল", "bn"),
        ("අද", "ඊයේ", "හෙට", "si"),
        ("ngayon", "kahapon", "bukas", "fil"),
        ("leo", "jana", "kesho", "sw"),
        ("hoy", "ayer", "mañana", "es"),
        ("сегодня", "вчера", "завтра", "ru"),
        ("бүгүн", "кечээ", "эртең", "ky"),
        ("бүгін", "кеше", "ертең", "kk"),
        ("имрӯз", "дирӯз", "пагоҳ", "tg"),
        ("tey", "démb", "suba", "wo"),
        ("今天", "昨天", "明天", "zh"),
        ("sot", "dje", "nesër", "sq"),
        ("danas", "juče", "sutra", "sr"),
        ("данас", "јуче", "сутра", "sr"),
    ],
)
def test_days_are_named_by_today(today: str, yesterday: str, tomorrow: str, language: str) -> None:
    assert [lately(one, language) for one in (today, yesterday)] == ["2026-11-24", "2026-11-23"]
    assert [soon(one, language) for one in (today, tomorrow)] == ["2026-11-24", "2026-11-25"]


def test_but_not_as_a_date_of_birth_nor_in_the_wrong_direction() -> None:
    assert short("yesterday") == "not_a_date"
    assert lately("tomorrow") == "date_in_future"
    assert soon("yesterday") == "not_a_date"
    assert (lately("30"), lately("17 May 1992")) == ("too_old", "too_old")
    assert (lately("the day before yesterday"), lately("前天", "zh")) == ("2026-11-22", "2026-11-22")


@pytest.mark.parametrize(
    ("typed", "language", "last", "next_one"),
    [
        ("20 November", "en", "2026-11-20", "2027-11-20"),
        ("24 November", "en", "2026-11-24", "2026-11-24"),
        ("25 November", "en", "2025-11-25", "2026-11-25"),
        ("Nov 3rd", "en", "2026-11-03", "2027-11-03"),
        ("le 3 décembre", "fr", "2025-12-03", "2026-12-03"),
        ("20/11", "fr", "2026-11-20", "2027-11-20"),
        ("11/20", "fil", "2026-11-20", "2027-11-20"),
        ("11月20日", "zh", "2026-11-20", "2027-11-20"),
        ("12 Hidar", "am", "2026-11-21", "2027-11-22"),
        ("20.11.2025", "fr", "2025-11-20", "date_in_future"),
        ("31 February", "en", "not_a_date", "not_a_date"),
    ],
)
def test_a_day_without_its_year_is_the_last_one_or_the_next(
    typed: str, language: str, last: str, next_one: str
) -> None:
    assert lately(typed, language) == last
    assert short(typed, language) in ("no_year", "not_a_date", last)
    if next_one != "date_in_future":
        assert soon(typed, language) == next_one


def test_who_counts_in_two_calendars_is_asked_which_she_means() -> None:
    outcome = dates.read("10/3", today=TODAY, language="am", recent=True)
    assert isinstance(outcome, Misread)
    again = [dates.read(one.value, today=TODAY, language="am", recent=True) for one in outcome.options]
    assert [one.value for one in again if isinstance(one, Answer)] == ["2026-11-19", "2026-03-10"]


@given(st.dates(TODAY - timedelta(days=364), TODAY), LANGUAGES)
def test_a_day_of_the_last_year_needs_no_year(day: date, language: str) -> None:
    month = month_name(Month("gregorian", day.month), language)
    outcome = dates.read(f"{day.day} {month}", today=TODAY, language=language, recent=True)
    values = (
        [outcome.value]
        if isinstance(outcome, Answer)
        else [
            read.value
            for one in outcome.options
            if isinstance(read := dates.read(one.value, today=TODAY, language=language, recent=True), Answer)
        ]
    )
    assert day.isoformat() in values
