"""Where somebody is, asked level by level: each answer narrows the next, and what is more exact sets the rest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.amending import Whose, amend
from flows.check import errors
from flows.language import load_catalogues
from flows.loader import Library, load_library
from flows.model import Answer
from flows.places import load_places
from flows.sheet import Typed, fields_of, read_sheet
from tests.flows.test_places import LEVELS
from tests.libraries import DESK, ROOT

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SERVICE = """
service: aid
title: Aid
languages: [en]
places: x
closing: Thank you. Your number with us is {reference}.
questions:
  - {ask: land, type: place, level: province, title: Province, label: Where?, choices: {other: Elsewhere}}
  - {ask: town, type: place, level: city, within: land, title: City, label: Which city?}
  - {ask: county, type: place, level: county, within: town, title: County, label: Which county?}
  - {ask: street, type: place, level: neighbourhood, within: county, title: Street, label: Which one?}
  - {ask: far, type: text, title: Where, relevant: "${land} = 'other'", label: Where is it?}
case:
  route: [land, town, county, street]
"""


@pytest.fixture
def aid(tmp_path: Path) -> Library:
    (tmp_path / "aid.yaml").write_text(SERVICE, "utf-8")
    places = tmp_path / "places"
    places.mkdir()
    (places / "x.yaml").write_text(LEVELS, "utf-8")
    (places / "y.yaml").write_text(LEVELS.replace("Jiangsu", "Elsewhere"), "utf-8")
    return load_library(tmp_path, load_catalogues(ROOT / "translations"), load_places(places), DESK)


def route(library: Library, **said: str) -> dict[str, str]:
    typed = {name: Typed(text) for name, text in said.items()}
    sheet = read_sheet(library, "aid", "en", typed, "en", NOW)
    assert sheet.case, sheet.wrong
    return dict(sheet.case.route)


def test_each_level_narrows_the_next_and_the_narrowest_is_where_the_case_is(aid: Library) -> None:
    assert route(aid, land="Jiangsu", town="Kunshan", county="Yushan", street="Beimen") == {
        "land": "jiangsu",
        "town": "kunshan",
        "county": "yushan",
        "street": "north",
        "place": "x/jiangsu/suzhou/kunshan/yushan/north",
    }


def test_what_has_one_answer_or_none_is_not_asked(aid: Library) -> None:
    assert route(aid, land="Jiangsu")["place"] == "x/jiangsu/suzhou/kunshan/yushan/north"
    assert route(aid, land="Shanghai") == {
        "land": "shanghai",
        "county": "putuo",
        "street": "caoyang",
        "place": "x/shanghai/putuo/caoyang",
    }
    assert route(aid, land="Elsewhere", far="Beijing") == {"land": "other"}


def test_another_place_changes_what_it_lies_in(aid: Library) -> None:
    hers = {"land": Answer("jiangsu"), "town": Answer("kunshan"), "county": Answer("yushan"), "street": Answer("north")}
    changed = amend(aid, Whose("aid", "en", "sms", hers), {"county": Answer("putuo")}, NOW)
    assert changed.answers["land"].value == "shanghai"
    assert "street" not in changed.answers
    assert changed.route["place"] == "x/shanghai/putuo"


def test_a_level_that_the_places_do_not_have_is_found_by_check(aid: Library, tmp_path: Path) -> None:
    assert [one.text for one in errors(aid, aid.services["aid"])] == []
    wrong = SERVICE.replace("level: city", "level: village").replace("within: land, ", "within: far, ")
    (tmp_path / "aid.yaml").write_text(wrong.replace("places: x\n", ""), "utf-8")
    library = load_library(tmp_path, aid.catalogues, aid.places, DESK)
    assert [(one.question, one.text) for one in errors(library, library.services["aid"])] == [
        ("", "there are several files of places (x, y): say which one it means, as `places`"),
        ("town", "'village' is not a level of its places; there are province, prefecture, city, county, neighbourhood"),
        ("town", "within: 'far' does not ask for a wider place"),
    ]


def test_paper_prints_what_is_few(aid: Library) -> None:
    fields = {one.name: one.choices for one in fields_of(aid, "aid", "en", NOW)}
    assert fields["land"] == ("Jiangsu", "Shanghai", "Elsewhere")
