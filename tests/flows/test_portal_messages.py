"""Every portal file recognises its own examples, and takes none but a login code for a login code."""

from pathlib import Path

import pytest

from flows.__main__ import LIBRARY, main
from flows.codes import find_code
from flows.portal import KINDS, load_portal, load_portals
from flows.portal_messages import CODE, OTHER, check_portals, examples_of, kind_of

FOLDER = LIBRARY / "portals"
PORTALS = load_portals(FOLDER)
EXAMPLES = [(portal, *example) for portal in PORTALS.values() for example in examples_of(portal)]
MINISTRY, COWIN, MALAYSIA = (PORTALS[name] for name in ("model_ministry", "model_cowin", "model_mysejahtera"))


def named(value: object) -> str:
    return getattr(value, "portal", str(value))[:40]


@pytest.mark.parametrize(("portal", "kind", "language", "text"), EXAMPLES, ids=named)
def test_each_example_is_recognised_as_what_it_is(portal, kind, language, text):
    assert kind_of(text, portal) == kind


@pytest.mark.parametrize(("portal", "kind", "language", "text"), EXAMPLES, ids=named)
def test_no_portal_takes_anothers_message_for_its_login_code(portal, kind, language, text):
    if kind != CODE:
        assert [other.portal for other in PORTALS.values() if find_code(text, other)] == []


def test_what_we_ship_has_examples_of_every_kind():
    assert {kind for _, kind, _, _ in EXAMPLES} == {CODE, *KINDS}
    for portal in PORTALS.values():
        kinds = {kind for kind, _, _ in examples_of(portal)}
        assert {CODE, "confirmation", "appointment", "reminder", "link"} <= kinds
    assert {language for portal, _, language, _ in EXAMPLES if portal is MINISTRY} == {"en", "ar", "fr"}


def test_a_message_that_fits_nothing_is_something_else():
    assert kind_of("Happy new year from the ministry", MINISTRY) == OTHER
    assert kind_of("", MINISTRY) == OTHER


def test_the_answer_that_is_wanted_is_data():
    assert (MALAYSIA.wanted.yes, MALAYSIA.wanted.no, MALAYSIA.wanted.hours) == ("YES", "NO", 48)
    assert COWIN.wanted is None


def test_words_written_with_direction_marks_and_other_digits_are_the_same():
    assert kind_of("\u200fموعدك\u200f للقاح: ١٢/١٢/٢٠٢٦", MINISTRY) == "appointment"


def test_an_example_that_is_mistaken_is_told_when_the_library_is_checked(tmp_path, capsys):
    portals = tmp_path / "portals"
    portals.mkdir()
    text = (FOLDER / "model_ministry.yaml").read_text().replace("unless: [appointment, your turn,", "unless: [")
    (portals / "mine.yaml").write_text(text)
    (mistake, *_) = check_portals(load_portals(portals))
    assert str(mistake).startswith("model_ministry: an example of ")
    assert "taken for code" in str(mistake)
    assert main(["--library", str(tmp_path), "check"]) == 1
    assert "taken for code" in capsys.readouterr().out


def test_a_portal_file_that_is_wrong_ends_the_check_with_its_line(tmp_path, capsys):
    portals = tmp_path / "portals"
    portals.mkdir()
    text = (FOLDER / "model_ministry.yaml").read_text()
    (portals / "mine.yaml").write_text(text.replace("wants: {yes:", "wants: {si:"))
    assert main(["--library", str(tmp_path), "check"]) == 1
    assert "mine.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("words: [reminder, do not forget, rappel, تذكير, لا تنس]", "", "words or patterns"),
        ('    wants: {yes: "YES", no: "NO", hours: 48}\n', "", "answer it wants"),
        ("kind: reminder", "kind: advertisement", "kind"),
    ],
)
def test_a_kind_says_how_it_is_recognised_and_what_it_wants(tmp_path: Path, right, wrong, words):
    file = tmp_path / "mine.yaml"
    file.write_text((FOLDER / "model_ministry.yaml").read_text().replace(right, wrong))
    with pytest.raises(Exception, match=words):
        load_portal(file)
