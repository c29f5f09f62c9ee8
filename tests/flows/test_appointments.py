"""An appointment is read from a message; what could be two things stays empty for a person to fill in."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.__main__ import LIBRARY
from flows.appointments import Parsed, parse_appointment, without_codes
from flows.portal import load_portals
from flows.portal_messages import TELL_A_DATE, examples_of

CAME = date(2026, 11, 24)
TWELFTH, THIRD = date(2026, 12, 12), date(2026, 12, 3)
PORTALS = load_portals(LIBRARY / "portals")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        (
            "Your appointment is on 3 December at 10:00, Rafik Hariri University Hospital. Show code 4829.",
            Parsed(THIRD, time(10), "Rafik Hariri University Hospital", "4829"),
        ),
        (
            "موعدك يوم ٣ كانون الأول الساعة ٩:٣٠ صباحاً، المكان: مستشفى طرابلس الحكومي، رمز ٤٨٢٩",
            Parsed(THIRD, time(9, 30), "مستشفى طرابلس الحكومي", "4829"),
        ),
        (
            "موعدك ۱۲/۱۲/۲۰۲۶ الساعة ٢:١٥ مساء في مستوصف الدورة",
            Parsed(TWELFTH, time(14, 15), "مستوصف الدورة"),
        ),
        (
            "Votre rendez-vous le 12 décembre 2026 à 14 h, Centre de santé de Dora. Code secret : 77AB12",
            Parsed(TWELFTH, time(14), "Centre de santé de Dora", "77AB12"),
        ),
        (
            "Appointment 12.12.2026 10 am - 12 pm, Venue: Hotel Dieu, Achrafieh. Security code is 4829.",
            Parsed(TWELFTH, time(10), "Hotel Dieu", "4829"),
        ),
        ("Come on 2026-12-12 12:30 pm", Parsed(TWELFTH, time(12, 30))),
        ("Come on 2026-12-12 12:30 am", Parsed(TWELFTH, time(0, 30))),
        ("Come on 2026-12-12 at 06:30", Parsed(TWELFTH, time(6, 30))),
    ],
)  # fmt: skip
def test_what_is_sure_is_read(text, parsed):
    assert parse_appointment(text, received=CAME) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "Come 05/06/2027",
        "On 12/12/2026 or 13/12/2026",
        "Due between 01-02-2027 and 01-03-2027",
        "You were vaccinated on 12/12/2025",
        "Come soon",
        "",
    ],
)
def test_a_day_that_is_over_or_one_of_two_is_left_open(text):
    assert parse_appointment(text, received=CAME).day is None


@pytest.mark.parametrize("text", ["at 3:30", "at 9:30 or at 10:30", "within 12 h", "within 48 h", "code 0930", "9.30"])
def test_a_time_that_is_not_sure_is_left_open(text):
    assert parse_appointment(f"Come on 12/12/2026 {text}", received=CAME).time is None


def test_two_places_and_two_codes_are_none():
    parsed = parse_appointment("First: Hospital A. Then: Hospital B. code 1234, code 2345", received=CAME)
    assert (parsed.place, parsed.security_code) == ("", "")


def test_a_place_without_a_name_is_none():
    assert parse_appointment("Come to the vaccination centre", received=CAME).place == ""


def test_whose_portal_it_is_decides_which_number_is_the_month():
    ministry = PORTALS["model_ministry"]
    assert parse_appointment("Come on 05/06/2027", received=CAME, portal=ministry).day == date(2027, 6, 5)


def test_the_appointments_of_our_models_are_read_whole():
    for portal in PORTALS.values():
        for kind, _, text in examples_of(portal):
            parsed = parse_appointment(text, received=CAME, portal=portal)
            if kind in TELL_A_DATE and ":" in text.partition("12/12/2026")[2][:12]:
                assert (parsed.day, parsed.time) == (TWELFTH, time(9, 30))
                assert parsed.place


def test_a_security_code_is_taken_out_of_a_text():
    assert without_codes("Secret code 4829, ID 4567").split() == ["Secret", "code", ",", "ID", "4567"]


@given(st.text(max_size=120))
def test_no_text_breaks_it(text):
    parse_appointment(text, received=CAME)
