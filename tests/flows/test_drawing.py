"""A service as a flow: on one page, readable without seeing it, and mirrored where one reads from the right."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from flows.drawing import WIDTH, draw, legend, steps
from flows.loader import Library
from flows.trying import try_out
from tests.factories import NOW

SVG = "{http://www.w3.org/2000/svg}"
PAGE = 297 / 210
"""How much higher than wide a page is."""


@pytest.mark.parametrize("language", ["en", "fr", "ar", "am"])
def test_every_question_stands_in_its_order_on_one_page(library: Library, language: str) -> None:
    for service in library.services.values():
        drawing = ET.fromstring(draw(library, service, language))
        _, _, width, height = map(float, drawing.attrib["viewBox"].split())
        assert height / width <= PAGE
        boxes = drawing.findall(f"{SVG}rect")
        shown = [one for one in service.questions if one.written.round < 2]  # what is asked again is drawn once
        assert len(boxes) == len(shown) + 1
        for box in boxes:
            assert float(box.attrib["x"]) >= 0
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= WIDTH
            assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height
        written = " ".join(one.text or "" for one in drawing.iter(f"{SVG}text"))
        for asked in shown:
            assert f"{service.number_of(asked)} " in written


def test_it_has_a_name_and_a_description_and_no_style_of_its_own(library: Library) -> None:
    text = draw(library, library.services["vaccination"])
    drawing = ET.fromstring(text)
    named = drawing.attrib["aria-labelledby"].split()
    assert [drawing.find(f"{SVG}title").attrib["id"], drawing.find(f"{SVG}desc").attrib["id"]] == named  # type: ignore[union-attr]
    assert drawing.attrib["role"] == "img"
    assert "style=" not in text


def test_an_arabic_flow_begins_at_the_right(library: Library) -> None:
    service = library.services["vaccination"]
    first = [ET.fromstring(draw(library, service, one)).find(f"{SVG}rect") for one in ("en", "ar")]
    left, right = (float(one.attrib["x"]) for one in first if one is not None)
    assert left < WIDTH / 2 < right


def test_the_list_says_when_a_question_is_asked_and_what_ends_it(library: Library) -> None:
    found = {one.title: one for one in steps(library, library.services["vaccination"], "en")}
    assert found["Privacy"].ends == "No"
    assert found["Where the paper is"].condition == "If question 7 is not: None"
    assert found["Full name"].condition == ""


def test_it_says_behind_which_question_those_on_duty_are_called_and_for_what_words(library: Library) -> None:
    service = library.services["health"]
    found = {one.title: one for one in steps(library, service, "en")}
    number = service.number_of(service.by_name["how_soon"])
    assert found["How soon"].alarms == (f"If question {number} is: Today",)
    assert found["Full name"].alarms == ()
    drawn = " ".join(one.text or "" for one in ET.fromstring(draw(library, service)).iter(f"{SVG}text"))
    assert f"⚠ If question {number} is: Today" in drawn
    assert "⚠ Those on duty are called." in drawn
    assert legend(library, service, "en")[1].startswith("⚠ Words of a crisis")
    assert legend(library, library.services["vaccination"], "en") == ()
    assert "⚠" not in draw(library, library.services["vaccination"])


def test_an_alarm_stands_at_the_last_question_that_it_needs_in_the_words_that_are_said(library: Library) -> None:
    service = library.services["helpline"]
    child = next(one for one in service.rules.alarms if one.plan.reason == "child")
    found = {one.title: one for one in steps(library, service, "sq")}
    last = max(child.when.names, key=lambda name: service.number_of(service.by_name[name]))
    alarms = found[service.by_name[last].prompts["sq"].title].alarms
    assert child.says["sq"] in alarms


def test_a_title_that_is_markup_is_only_text(library: Library) -> None:
    service = library.services["vaccination"]
    odd = replace(service, titles={**service.titles, "en": "<b>&"})
    assert ET.fromstring(draw(library, odd)).find(f"{SVG}title").text == "<b>&"  # type: ignore[union-attr]


def test_a_conversation_can_be_tried_and_is_the_same_each_time(library: Library) -> None:
    service = library.services["vaccination"]
    said = ["1", "1", "1", "Almaz"]  # the first 1 begins, after what can be read
    tried = [try_out(library, service, "en", said, "chat", NOW) for _ in range(2)]
    assert tried[0] == tried[1]
    assert [one.text for one in tried[0] if one.mine] == said
    assert "Date of birth" in tried[0][-1].text
