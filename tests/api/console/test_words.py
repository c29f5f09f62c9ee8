"""The console speaks its languages completely, and each reader gets hers."""

import ast
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog

from api.console.words import LANGUAGES, catalogue, direction, formats, negotiate, own_name
from flows.catalogues import ROOT, UNREAD, catalogues, missing, template

CATALOGUES = {path.parts[-3]: texts for path, texts in catalogues("console")}
PLACES = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template("console")


def test_every_language_but_the_source_has_a_catalogue() -> None:
    assert set(CATALOGUES) == set(LANGUAGES[1:])


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_text_of_every_page_is_translated(language: str, source: Catalog) -> None:
    assert len(source) > 150
    assert missing(source, CATALOGUES[language], "console", language).texts == ()


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_leaves_out_nothing_that_is_put_into_it(language: str) -> None:
    for text in CATALOGUES[language]:
        if isinstance(text.id, str) and text.id:
            assert set(PLACES.findall(text.id)) == set(PLACES.findall(str(text.string))), text.id


def test_the_arabic_draft_says_that_nobody_has_read_it() -> None:
    assert UNREAD in CATALOGUES["ar"].header_comment


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("ar",), "ar"),
        (("", "ar-LB,ar;q=0.9,en;q=0.8"), "ar"),
        (("", "fr-FR,fr;q=0.9"), "fr"),
        (("", "de-DE,de;q=0.9"), "en"),
        (("en", "ar"), "en"),
        (("",), "en"),
        (("nonsense;;,",), "en"),
    ],
)
def test_a_reader_gets_the_first_language_that_she_wishes_and_we_have(wishes: tuple[str, ...], language: str) -> None:
    assert negotiate(*wishes) == language


def test_arabic_runs_from_the_right_and_names_itself() -> None:
    assert (direction("ar"), direction("en")) == ("rtl", "ltr")
    assert (own_name("ar"), own_name("en")) == ("العربية", "English")


def test_times_are_those_of_the_desk_in_the_readers_words() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    at = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    english, arabic = formats("en", beirut), formats("ar", beirut)
    assert english["moment"](at) == "25 Nov 00:30"
    assert arabic["moment"](at) == "25 نوفمبر 00:30"
    assert english["clock"](at) == "00:30"
    assert english["ago"](at - timedelta(hours=2), at) == "2 hours ago"
    assert arabic["ago"](at - timedelta(hours=2), at) == "قبل ساعتين"
    assert english["ago"](at, at) == "1 minute ago"
    assert english["day"](date(2027, 3, 1)) == "1 Mar 2027"
    assert english["language"]("am") == "Amharic"


def test_numbers_agree_in_arabic_with_what_is_counted() -> None:
    say = catalogue("ar").ngettext
    one, many = "%(num)s new message", "%(num)s new messages"
    assert [say(one, many, count) % {"num": count} for count in (1, 2, 3, 11)] == [
        "رسالة جديدة",
        "رسالتان جديدتان",
        "3 رسائل جديدة",
        "11 رسالة جديدة",
    ]


def test_every_text_that_is_marked_in_the_code_is_in_a_catalogue(source: Catalog) -> None:
    """A file that no `translations/*.cfg` names would be said in English for ever."""
    known = {str(one.id) for domain in (source, template("messages")) for one in domain}
    marked = {
        call.args[0].value
        for path in (ROOT / "api").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "t"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(marked) > 300
    assert marked <= known
