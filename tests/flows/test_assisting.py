"""What a volunteer's page shows: the question in the worker's language, and beneath it in the reader's."""

from dataclasses import replace
from datetime import timedelta

from flows.assisting import Sight, Told, farewell, sight, who_we_are, why_not
from flows.engine import again, step
from flows.loader import Library
from flows.model import Draft, Message
from tests.factories import NOW


def press(library: Library, draft: Draft, *buttons: str, **more: str) -> Draft:
    for number, button in enumerate(buttons):
        message = Message("assisted", "assisted:1", "1.key", str(number), button=button, manner="assisted")
        draft = step(library, draft, message, NOW).draft or draft
    if more:
        message = Message("assisted", "assisted:1", "1.key", "typed", manner="assisted", **more)  # type: ignore[arg-type]
        draft = step(library, draft, message, NOW).draft or draft
    return draft


def begun(library: Library, *buttons: str, language: str = "am") -> Draft:
    draft = Draft(language=language, service="vaccination", manner="assisted", touched=NOW)
    return press(library, draft, "privacy=yes", "for_whom=self", *buttons)


def seen(library: Library, draft: Draft, reader: str = "en") -> Sight:
    found = sight(library, draft, reader, NOW)
    assert found
    return found


def test_a_question_is_shown_in_both_languages_with_large_choices(library: Library) -> None:
    shown = seen(library, Draft(language="am", service="vaccination", manner="assisted"))
    assert shown.kind == "consent"
    assert "ፖሊስ" in shown.told.text
    assert shown.told.beneath.startswith("You can be vaccinated")
    assert [(one.button, one.told.beneath) for one in shown.choices] == [("privacy=yes", "Yes"), ("privacy=no", "No")]
    assert not shown.typed


def test_where_both_read_the_same_it_stands_once(library: Library) -> None:
    shown = seen(library, begun(library, language="en"))
    assert shown.told == Told("What is the full name? Use any letters you like.")
    assert (shown.number, shown.typed) == (3, True)


def test_this_phone_is_not_offered_on_a_page_of_the_desk(library: Library) -> None:
    draft = begun(library, language="en")
    for text in ("Almaz", "1992"):
        draft = press(library, draft, text=text)
    draft = press(library, draft, "gender=woman", "country=ETH", "papers=none")
    assert [one.button for one in seen(library, draft).choices] == ["phone=another", "phone=trusted", "phone=none"]


def test_who_does_not_know_can_say_so_and_who_may_leave_it_out_can(library: Library) -> None:
    draft = press(library, begun(library), text="Almaz")
    born = seen(library, draft)
    draft = press(library, draft, text=born.do_not_know)
    assert draft.answers["born"].value is None
    draft = press(library, draft, "gender=woman", "country=ETH", "papers=passport", "papers_where=mine")
    number = seen(library, draft)
    assert (number.leave_out, number.do_not_know) == ("0", "")
    assert press(library, draft, text=number.leave_out).answers["papers_number"].value is None


def test_back_shows_what_was_said_so_that_it_can_be_kept(library: Library) -> None:
    draft = press(library, press(library, begun(library), text="Almaz"), "command=back")
    assert seen(library, draft).said == "Almaz"


def test_everything_is_shown_once_more_in_both_languages(library: Library) -> None:
    draft = press(library, begun(library), text="አልማዝ")
    everything = dict.fromkeys(library.services["vaccination"].by_name, draft.answers["name"])
    shown = seen(library, replace(draft, answers={**everything, **draft.answers}))
    assert shown.kind == "review"
    assert shown.send
    assert shown.send.button == "review=send"
    assert "Full name: አልማዝ" in [one.told.beneath for one in shown.choices]


def test_what_is_asked_in_between_is_shown_too(library: Library) -> None:
    draft = press(library, begun(library), text="Almaz")
    meant = press(library, draft, text="5/6/1992")
    assert seen(library, meant).kind == "gate"
    assert seen(library, meant).told.beneath == "Which do you mean?"
    for text in ("one", "two", "three"):
        draft = press(library, draft, text=text)
    assert seen(library, draft).told.beneath == "Let us do this together."
    assert [one.button for one in seen(library, draft).choices] == ["stuck=human", "stuck=again"]
    assert seen(library, press(library, draft, "command=forget")).told.beneath.startswith("Shall we forget")
    assert seen(library, press(library, draft, "command=language")).about == "language"


def test_why_an_answer_is_none_is_said_in_both_languages(library: Library) -> None:
    draft = press(library, begun(library), text="Almaz")
    message = Message("assisted", "assisted:1", "1.key", "1", "1 May 2999", manner="assisted")
    why = why_not(library, draft, message, "en", NOW)
    assert why
    assert why.beneath.startswith("That date is still to come.")
    assert why.text != why.beneath
    assert why_not(library, draft, message._replace(text="17 May 1992"), "en", NOW) is None


def test_an_answer_that_waited_for_a_connection_is_an_answer_still(library: Library) -> None:
    draft = begun(library)
    late = Message("assisted", "assisted:1", "1.key", "late", "Almaz", manner="assisted", about="name")
    turn = step(library, draft, late, NOW + timedelta(hours=3))
    assert turn.draft
    assert turn.draft.answers["name"].value == "Almaz"


def test_a_text_below_another_question_is_no_answer_to_this_one(library: Library) -> None:
    draft = begun(library)
    assert "name" not in press(library, draft, text="Almaz", about="papers_number").answers


def test_looking_again_changes_nothing_and_ends_with_the_conversation(library: Library) -> None:
    assert again(library, Draft(language="am"), NOW) is None
    draft = begun(library)
    first = again(library, draft, NOW)
    assert first
    assert first.about == "name"
    assert again(library, draft, NOW) == first


def test_what_is_said_at_the_end_and_who_we_are(library: Library) -> None:
    told = farewell(library, "vaccination", "am", "en", "K7-4QF")
    assert "K7-4QF" in told.text
    assert "K7-4QF" in told.beneath
    assert farewell(library, "gone", "am", "en", "K7-4QF") == Told("")
    assert "The cedar stands by the door" in who_we_are(library, "am", "en").beneath
