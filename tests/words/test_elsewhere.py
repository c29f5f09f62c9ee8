"""The new words where nobody chats: on paper, on a page of the desk, in the drawing, in the review, and tried out."""

import xml.etree.ElementTree as ET
from dataclasses import replace

from flows.assisting import sight
from flows.check import texts_of
from flows.conversation.cards import card_text
from flows.drawing import draw, steps
from flows.language import extract_service
from flows.model import Answer, Draft
from flows.review import texts
from flows.sheet import Typed, fields_of, read_sheet
from flows.trying import try_out
from tests.factories import NOW
from tests.words.libraries import FOLDER, made_up

FLAT = made_up().services["flat"]
ON_PAPER = {
    "work": "yes", "city": "1", "name": "Mina Sol", "household_1": "1", "household_1_called": "Tim Sol",
    "household_1_age": "7", "household_1_school": "yes", "household_2": "no", "safe": "yes", "needs": "quiet",
    "story": "She tells it herself", "identity_card": "2", "viewing": "1", "share": "no",
}  # fmt: skip


def test_a_paper_form_has_every_round_and_neither_pictures_nor_what_is_for_later() -> None:
    fields = {one.name: one for one in fields_of(made_up(), "flat", "en", NOW)}
    assert "household_3_school" in fields
    assert not {"door", "payslip", "moved"} & fields.keys()
    number = fields["household_1"].number
    assert fields["household_1_called"].condition == f"If question {number} is: Yes"
    assert fields["viewing"].choices == ()


def test_a_paper_form_becomes_the_case_that_a_conversation_would_open() -> None:
    sheet = read_sheet(made_up(), "flat", "en", {name: Typed(text) for name, text in ON_PAPER.items()}, "en", NOW)
    assert (sheet.wrong, sheet.aside) == ({}, {})
    assert sheet.case is not None
    assert sheet.case.route == {"city": "here", "outcome": "likely", "checklist": "identity_card payslip"}
    assert sheet.case.answers["viewing"].raw.startswith("Saturday 5 December")


def test_a_page_of_the_desk_lets_a_voice_be_typed_and_a_picture_be_left_out() -> None:
    answers = {name: Answer("x") for name in FLAT.by_name if "_" not in name and name not in ("share", "moved")}
    answers |= {"work": Answer("yes"), "city": Answer("here"), "household_1": Answer("no"), "safe": Answer("yes")}
    draft = Draft("en", "flat", {**answers, "identity_card": Answer("have")}, manner="assisted", touched=NOW)
    voice = sight(made_up(), replace(draft, editing="story"), "en", NOW)
    photo = sight(made_up(), replace(draft, editing="door"), "en", NOW)
    assert voice is not None
    assert photo is not None
    assert (voice.kind, voice.typed, voice.leave_out) == ("voice", True, "0")
    assert (photo.kind, photo.typed, photo.leave_out) == ("photo", False, "0")


def test_a_page_shows_the_end_that_an_outcome_makes() -> None:
    draft = Draft("en", "flat", {"work": Answer("no"), "city": Answer("elsewhere")}, manner="assisted", touched=NOW)
    shown = sight(made_up(), draft, "en", NOW)
    assert shown is not None
    assert shown.kind == "gate"
    assert [one.told.text for one in shown.choices] == ["I want a person", "One question back", "That is all"]


def test_a_drawing_has_a_group_once_and_says_what_is_asked_later() -> None:
    drawn = {one.title: one for one in steps(made_up(), FLAT, "en")}
    assert "Person 1, Age (1–3)" in drawn
    assert "Person 2, Age (1–3)" not in drawn
    assert drawn["Moved"].condition == "Asked later"
    assert drawn["City"].ends.startswith("We only know flats here")
    only_cards = [one.title for one in steps(made_up(), made_up().services["read"], "en")]
    assert only_cards == ["Rest", "There is nothing to answer, only to read."]
    for service in made_up().services.values():
        _, _, width, height = map(float, ET.fromstring(draw(made_up(), service)).attrib["viewBox"].split())
        assert height / width <= 297 / 210


def test_catalogues_have_every_text_that_is_said_under_the_key_by_which_it_is_looked_up() -> None:
    with (FOLDER / "flat.yaml").open("rb") as file:
        found = {text: line for line, _, text, _ in extract_service(file, None, None, None)}
    lines = (FOLDER / "flat.yaml").read_text("utf-8").splitlines()
    for _, key, source in texts_of(FLAT):
        assert (key, source) in found
    assert "one day" not in found
    assert lines[found["flat:household:more", "Does anybody else come with you?"] - 1].strip().startswith("more:")
    assert lines[found["flat:crisis:words", "end it all, hopeless"] - 1].strip().startswith("words:")


def test_who_reads_a_language_reads_what_is_said_of_rights_and_danger() -> None:
    read = {one.source for one in texts(made_up(), FLAT, "en")}
    assert {"end it all, hopeless", "A deposit is yours. Ask for a paper. In danger, call {emergency}."} <= read


def test_a_volunteer_can_send_a_card() -> None:
    assert card_text(made_up(), FLAT, "deposit", "am").endswith("In danger, call 140.")


def test_a_service_can_be_tried_without_a_server() -> None:
    said = try_out(made_up(), FLAT, "en", ["1", "2", "1", "Lea", "2", "2"], "chat", NOW)
    assert "Somebody looks at this now. In danger, call 140." in [one.text for one in said]
