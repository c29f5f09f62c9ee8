"""A message is proposed to the one case that it clearly names, and to nobody when there are none or two of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.__main__ import LIBRARY
from flows.matching import REASONS, Facts, rank, references_in
from flows.portal import load_portals

CAME = date(2026, 11, 24)
ALMAZ = Facts("K7-4QF", ("Almaz Tesfaye", "አልማዝ ተስፋዬ"), ("EP 123-4567",), ("1992-05-25",), days=(date(2026, 12, 12),))
RAHIMA = Facts("M3-9XP", ("রহিমা খাতুন",), ("BX0098871",), ("1988-01-02",), references=("LB-204418",))
BEKELE = Facts("T4-2AA", ("Almaz Bekele",), ("EP7774444",))
NIMALI = Facts("S2-1BB", ("නිමාලි පෙරේරා",))
EVERYBODY = (ALMAZ, RAHIMA, BEKELE, NIMALI)
MINISTRY = load_portals(LIBRARY / "portals")["model_ministry"]


def proposed(text: str, cases=EVERYBODY, **more) -> tuple[str, ...] | None:
    found = rank(text, cases, today=CAME, **more).proposed
    return (found.key, *found.reasons) if found else None


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Dear Almaz Tesfaye, it is your turn", ("K7-4QF", "name")),
        ("عزيزتي الماز تسفاي، حان دورك", ("K7-4QF", "name")),
        ("መልእክት ለአልማዝ ተስፋዬ", ("K7-4QF", "name")),
        ("RAHIMA KHATUN: second dose", ("M3-9XP", "name")),
        ("رحيمة خاتون", ("M3-9XP", "name")),
        ("Dear Ms. Nimali Perera", ("S2-1BB", "name")),
        ("Registration LB-204418 is complete", ("M3-9XP", "reference")),
        ("رقم التسجيل LB-٢٠٤٤١٨", ("M3-9XP", "reference")),
        ("ID ending 4567", ("K7-4QF", "last_digits")),
        ("Photo ID XXXX٤٥٦٧", ("K7-4QF", "last_digits")),
        ("Passport EP1234567", ("K7-4QF", "document")),
        ("Born 25/05/1992", ("K7-4QF", "birth")),
        ("Born on 25 May 1992", ("K7-4QF", "birth")),
        ("born 17 ግንቦት 1984", ("K7-4QF", "birth")),
        ("Thank you, k7-4qf", ("K7-4QF", "case")),
        ("ALMAZ, ID ending 4567", ("K7-4QF", "last_digits", "part_of_name")),
    ],
)
def test_one_clear_hit_is_proposed_with_its_reasons(text, whose):
    assert proposed(text) == whose


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Welcome to the ministry's portal. Call 1214",
        "Dear Almaz, it is your turn",
        "Almaz Tesfaye and Rahima Khatun, your turn",
        "Your appointment is on 12/12/2026",
        "code 4567",
    ],
)
def test_none_or_several_similarly_good_ones_are_not(text):
    assert proposed(text) is None


def test_whom_something_speaks_for_is_listed_all_the_same():
    ranking = rank("Dear Almaz, it is your turn on 12/12/2026", EVERYBODY, today=CAME)
    assert [(one.key, one.reasons) for one in ranking.likely] == [
        ("K7-4QF", ("part_of_name", "day")),
        ("T4-2AA", ("part_of_name",)),
    ]


def test_two_sisters_with_one_passport_number_are_both_listed():
    sister = Facts("S9-9SS", documents=("XX4567",))
    ranking = rank("ID ending 4567", (ALMAZ, sister), today=CAME)
    assert ranking.proposed is None
    assert {one.key for one in ranking.likely} == {"K7-4QF", "S9-9SS"}


def test_neither_a_year_a_time_nor_a_hotline_is_the_end_of_a_document():
    cases = [Facts(number, documents=(f"AB99{number}",)) for number in ("2026", "1214", "0930")]
    assert proposed("On 12/12/2026 at 09:30. Call 1214", cases, portal=MINISTRY) is None


def test_a_portal_that_writes_no_birth_dates_is_not_searched_for_them():
    assert "birth" not in MINISTRY.identifies
    assert proposed("Come on 25/05/1992", portal=MINISTRY) is None


def test_a_code_that_came_late_is_likeliest_the_one_who_waited_for_it():
    waited = Facts("W1-1WW", expected=True)
    assert proposed("Your code is ••••••", (*EVERYBODY, waited)) == ("W1-1WW", "window")


def test_a_reference_is_neither_a_date_nor_a_word():
    assert references_in("Ref. ID 12345678904567, LB-204418 on 12-12-2026 at Hospital A1") == {
        "12345678904567",
        "LB204418",
    }


@given(st.text(max_size=100), st.lists(st.sampled_from(EVERYBODY), unique_by=lambda one: one.key))
def test_only_cases_that_were_given_are_ever_named(text, cases):
    ranking = rank(text, cases, today=CAME)
    assert {one.key for one in ranking.likely} <= {one.key for one in cases}
    assert ranking.proposed is None or ranking.proposed == ranking.likely[0]
    assert all(reason in REASONS for one in ranking.likely for reason in one.reasons)


@given(st.sampled_from(EVERYBODY), st.text(alphabet="abcdefgh .", max_size=30))
def test_two_cases_with_the_same_facts_are_never_told_apart(facts, around):
    text = f"{around} {' '.join(facts.names)} {' '.join(facts.documents)}"
    twin = Facts("Z9-9ZZ", facts.names, facts.documents, facts.births, facts.references, facts.days)
    assert rank(text, (facts, twin), today=CAME).proposed is None
