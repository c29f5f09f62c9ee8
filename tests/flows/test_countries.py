"""What SMS can do in a country, and when nobody there is woken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.countries import DAYS, allowed_now, load_countries, load_country, next_allowed, region
from flows.errors import ServiceError
from tests.libraries import the_countries

FOLDER = Path("flows/library/countries")
KAZAKHSTAN = (FOLDER / "kazakhstan.yaml").read_text("utf-8")
NUMBERS = {
    "LB": "+96170123456",
    "ET": "+251911234567",
    "KG": "+996555123456",
    "SN": "+221771234567",
    "KZ": "+77011234567",
}


@pytest.mark.parametrize(("code", "number"), NUMBERS.items())
def test_each_country_of_the_services_has_its_rules_and_twilio_answers_in_none(code: str, number: str) -> None:
    country = the_countries().of(number)
    assert country.country == code
    assert not country.carries("twilio")
    assert all(country.carries(gateway) for gateway in ("smsgate", "httpsms", "cht", "typed", "simulator"))


@pytest.mark.parametrize("number", ["+4915112345678", "MOPH", "1214", "", "+999"])
def test_every_other_number_has_the_default(number: str) -> None:
    country = the_countries().of(number)
    assert (country.country, country.carries("twilio")) == ("default", True)


def test_a_number_of_russia_is_not_taken_for_one_of_kazakhstan() -> None:
    assert (region("+77011234567"), region("+79161234567")) == ("KZ", "RU")


def test_where_parts_are_not_put_together_a_message_has_one_segment() -> None:
    most = {code: the_countries().by_code[code].most_segments for code in NUMBERS}
    assert most == {"LB": 6, "ET": 6, "KG": 1, "SN": 1, "KZ": 6}


@pytest.mark.parametrize(
    ("local", "allowed", "then"),
    [
        ("2026-11-24T09:00", True, "2026-11-24T09:00"),
        ("2026-11-24T20:59", True, "2026-11-24T20:59"),
        ("2026-11-24T21:00", False, "2026-11-25T09:00"),
        ("2026-11-24T03:00", False, "2026-11-24T09:00"),
        ("2026-11-27T21:30", False, "2026-11-30T09:00"),  # a Friday evening
        ("2026-11-28T12:00", False, "2026-11-30T09:00"),
    ],
)
def test_in_kazakhstan_nobody_is_written_to_at_night_or_at_the_weekend(local: str, allowed: bool, then: str) -> None:
    country = the_countries().by_code["KZ"]
    almaty = ZoneInfo("Asia/Almaty")
    now = datetime.fromisoformat(local).replace(tzinfo=almaty).astimezone(UTC)
    assert allowed_now(country, now) == allowed
    assert next_allowed(country, now) == datetime.fromisoformat(then).replace(tzinfo=almaty).astimezone(UTC)


@given(
    st.sampled_from(sorted(the_countries().by_code)),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_time_is_allowed_is_not_past_and_is_the_first(code: str, now: datetime) -> None:
    country = the_countries().by_code[code]
    then = next_allowed(country, now)
    assert then >= now
    assert allowed_now(country, then)
    assert then - now < timedelta(days=4)
    if then > now:
        assert not allowed_now(country, now)
        assert not allowed_now(country, then - timedelta(seconds=1))


def test_hours_may_end_with_the_day(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(KAZAKHSTAN.replace('"21:00"', '"00:00"'))
    country = load_country(file)
    night = datetime(2026, 11, 24, 23, 59, tzinfo=ZoneInfo("Asia/Almaty"))
    assert allowed_now(country, night)
    assert not allowed_now(country, night + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("country: KZ", "country: Kazakhstan", 2),
        ("twilio: false", "twilio: perhaps", 4),
        ("twilio: false", "pigeon: false", 4),
        ("longest: 6", "longest: 0", 5),
        ("concatenation: true", "", 1),
        ("zone: Asia/Almaty", "zone: Almaty", 7),
        ("days: [monday,", "days: [mon,", 9),
        ('from: "09:00"', 'from: "22:00"', 9),
        ('until: "21:00"', 'until: "night"', 11),
        ("country: KZ", "country: [", 4),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    file = tmp_path / "mine.yaml"
    assert right in KAZAKHSTAN
    file.write_text(KAZAKHSTAN.replace(right, wrong))
    with pytest.raises(ServiceError) as caught:
        load_country(file)
    assert (caught.value.file, caught.value.line) == ("mine.yaml", line)


def test_without_a_default_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "kazakhstan.yaml").write_text(KAZAKHSTAN)
    with pytest.raises(ServiceError, match=r"default\.yaml"):
        load_countries(tmp_path)


def test_the_days_are_pythons() -> None:
    assert DAYS[datetime(2026, 11, 23, tzinfo=UTC).weekday()] == "monday"
