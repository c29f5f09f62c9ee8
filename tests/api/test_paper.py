"""The paper form says what the conversation says, and the card gives nobody away."""

import re
from dataclasses import replace
from html import unescape

import pytest

from api.paper import Choice, Text, paper_form
from flows.loader import Asked, Library, Service
from flows.model import Desk


@pytest.fixture(scope="module")
def service(library: Library) -> Service:
    return library.services["vaccination"]


@pytest.fixture(scope="module")
def form(library: Library, service: Service) -> str:
    return paper_form(library, service, ["am", "ar"])


def read(html: str) -> str:
    """The text of a page as its reader sees it."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def on_paper(service: Service) -> list[Asked]:
    """What is asked now; what is asked later is not on the form."""
    return [one for one in service.questions if not one.question.later]


@pytest.mark.parametrize("language", ["am", "ar"])
def test_every_question_and_every_choice_is_there_in_both_languages(form: str, service: Service, language: str) -> None:
    text = read(form)
    for asked in on_paper(service):
        prompt = asked.prompts[language]
        assert asked.question.items or prompt.label in text
        in_hand = asked.question.in_hand  # "this one" is no phone on paper
        assert all(option.label in text for option in prompt.options if option.value not in in_hand)


def test_questions_are_numbered_as_in_the_conversation(form: str, service: Service) -> None:
    assert re.findall(r"<b>(\d+)</b>", form) == [str(number) for number in range(1, len(on_paper(service)) + 1)]


def test_the_consent_names_every_item_that_it_covers(library: Library, service: Service) -> None:
    form = read(paper_form(library, service, ["en"]))
    by_name = service.by_name
    items = ", ".join(by_name[name].question.title for name in by_name["share_ministry"].question.items)

    assert by_name["share_ministry"].prompts["en"].label.format(items=items) in form


def test_conditions_are_said_in_words(library: Library, service: Service) -> None:
    form = read(paper_form(library, service, ["en"]))

    assert "Where is it now? If question 7 is not: None" in form
    assert "What is the number? If question 10 is: Another one of mine / The phone of a person I trust" in form


def test_typed_answers_have_a_line_and_districts_are_written(form: str, service: Service) -> None:
    written = ("name", "date", "country", "number", "phone", "email", "district", "text")

    assert form.count('class="line"') == sum(one.question.type in written for one in on_paper(service))


def test_arabic_is_marked_as_written_from_right_to_left(form: str) -> None:
    directions = dict(re.findall(r'lang="(\w+)" dir="(\w+)"', form))

    assert directions == {"am": "ltr", "ar": "rtl"}


def test_what_is_not_translated_is_said_once(library: Library, service: Service) -> None:
    nothing_translated = replace(library, catalogues=type(library.catalogues)({}))

    assert read(paper_form(nothing_translated, service, ["am", "ar"])).count("For the helper") == 1


def test_the_page_is_complete_in_itself(form: str) -> None:
    assert not re.search(r"src=|href=|url\(|@import|https?:|<script", form)


def test_the_card_tells_how_to_reach_us_and_what_we_say(form: str, library: Library) -> None:
    card = read(form[form.index('class="card"') :])

    assert {library.desk.handle, library.desk.number} <= set(card.split())
    assert library.desk.phrase in card


def test_the_card_says_nothing_that_an_employer_may_not_read(library: Library, service: Service) -> None:
    form = paper_form(library, service, ["en"])
    card = read(form[form.index('class="card"') :]).casefold()

    for word in (service.file.title, library.desk.name, "ministry", "paper", "health", "help", "right", "worker"):
        assert word.casefold() not in card


def test_a_desk_may_be_called_what_it_likes(library: Library, service: Service) -> None:
    odd = replace(library, desk=Desk(phrase="Bread & <salt>"))

    assert "Bread & <salt>" in read(paper_form(odd, service, ["en"]))


@pytest.mark.parametrize(
    ("labels", "sixths"),
    [
        (["Yes", "نعم"], 2),
        (["Residence permit", "إقامة"], 3),
        (["ስልክ የለኝም", "ليس لدي هاتف"], 3),
        (["Only a photo or a copy", "صورة أو نسخة فقط"], 4),
        (["In the house where I work", "في البيت الذي أعمل فيه"], 6),
    ],
)
def test_a_choice_takes_the_room_that_its_letters_need(labels: list[str], sixths: int) -> None:
    assert Choice(tuple(Text("", "", label) for label in labels)).sixths == sixths
