"""A paper form, read whole: the same case as a conversation makes of the same answers, and nothing typed is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.asking import options_of, position
from flows.effects import OpenCase
from flows.engine import step
from flows.loader import Asked, Library
from flows.model import Draft, Message
from flows.sheet import Sheet, Typed, fields_of, read_sheet
from flows.talk import Talk
from tests.factories import NOW

WRITTEN = {
    "name": ("Almaz Tesfaye", "አልማዝ ተስፋዬ", "Back"),
    "date": ("1992", "17/5/1992", "about 30", "17 ግንቦት 1984", "5/6/1992", "I do not know"),
    "phone": ("70 123 456", "+961 3 123456"),
    "number": ("EP1234567", "0"),
    "email": ("almaz@example.org", "0"),
    "country": ("Cameroon", "Congo", "I do not know"),
    "governorate": ("Dora", "Tyre", "I do not know"),
    "district": ("Dora", "Tyre", "I do not know"),
}
"""What may stand on a line, besides the number of a choice; some of it may mean two things."""
PLAIN = {
    "privacy": "1", "for_whom": "1", "name": "Almaz", "born": "1992", "gender": "1", "country": "1", "papers": "7",
    "phone": "3", "governorate": "2", "district": "4", "work": "1", "health": "7", "pregnant": "2", "doses": "4",
    "days": "4", "company": "1", "share_ministry": "1",
}  # fmt: skip
"""A form without anything that is asked only of some."""


def on_paper(library: Library, written: dict[str, str], reader: str = "en", **more: Typed) -> Sheet:
    typed = {name: Typed(text) for name, text in written.items()} | more
    return read_sheet(library, "vaccination", "en", typed, reader, NOW)


def answers_to(asked: Asked, talk: Talk) -> st.SearchStrategy[str]:
    """Something that is an answer to this question, or nearly."""
    kind, many = asked.question.type, len(options_of(talk, asked))
    numbers = st.integers(1, many).map(str) if many else st.nothing()
    if kind == "many":
        return st.sets(st.integers(1, many), min_size=1, max_size=3).map(lambda some: " ".join(map(str, sorted(some))))
    if asked.question.refusal:
        return st.just("1")
    return numbers | st.sampled_from(WRITTEN[kind]) if kind in WRITTEN else numbers


@given(data=st.data(), language=st.sampled_from(["en", "am", "ar"]))
@settings(max_examples=60, deadline=None)
def test_a_paper_makes_the_case_that_a_conversation_with_the_same_answers_makes(
    library: Library, data: st.DataObject, language: str
) -> None:
    draft = Draft(language=language, service="vaccination", manner="assisted")
    typed: dict[str, Typed] = {}
    for number in range(200):
        talk = Talk(library, draft, Message("page", "page:", "her", str(number), manner="assisted"), NOW)
        asked = position(talk.service, draft, NOW).asked
        if asked is None:
            break
        name = asked.question.ask
        if draft.gate == "meant":
            said = {"button": f"meant={_first(library, draft, talk)}"}
            typed[name] = Typed(typed[name].text, said["button"].partition("=")[2])
        elif draft.gate:
            said = {"button": "stuck=again"}
        else:
            text = data.draw(answers_to(asked, talk), label=name)
            said, typed[name] = {"text": text}, Typed(text)
        message = Message("page", "page:", "her", str(number), manner="assisted", **said)
        draft = step(library, draft, message, NOW).draft or draft
    send = Message("page", "page:", "her", "send", button="review=send", manner="assisted")
    opened = [one for one in step(library, draft, send, NOW).effects if isinstance(one, OpenCase)]

    sheet = read_sheet(library, "vaccination", language, typed, "en", NOW)

    assert not sheet.wrong
    assert [sheet.case] == opened


def _first(library: Library, draft: Draft, talk: Talk) -> str:
    """The first of the readings that she is asked about."""
    asked = position(talk.service, draft, NOW).asked
    assert asked
    assert draft.pending
    sheet = read_sheet(library, draft.service, draft.language, _so_far(draft, asked.question.ask), "en", NOW)
    return sheet.wrong[asked.question.ask].options[0].value


def _so_far(draft: Draft, name: str) -> dict[str, Typed]:
    known = {one: Typed(answer.raw or "", str(answer.value or "")) for one, answer in draft.answers.items()}
    assert draft.pending
    return known | {name: Typed(draft.pending.text)}


def test_a_plain_form_becomes_a_case_at_once(library: Library) -> None:
    sheet = on_paper(library, PLAIN)
    assert sheet.case
    assert not sheet.aside
    place = "lebanon/mount_lebanon/el_meten"
    assert sheet.case.route == {
        "governorate": "mount_lebanon",
        "district": "el_meten",
        "country": "ETH",
        "place": place,
    }
    assert sheet.case.answers["privacy"].wording.startswith("You can be vaccinated"), "as it was printed"


def test_everything_that_is_wrong_is_said_in_one_go_in_the_readers_language(library: Library) -> None:
    sheet = on_paper(library, {**PLAIN, "born": "the rains", "gender": "9", "work": ""}, reader="fr")
    assert {name: one.trouble for name, one in sheet.wrong.items()} == {
        "born": "misread",
        "gender": "misread",
        "work": "missing",
    }
    assert sheet.case is None
    assert "exemple" in sheet.wrong["born"].words


def test_what_is_not_asked_of_her_is_kept_aside(library: Library) -> None:
    sheet = on_paper(library, {**PLAIN, "papers_number": " EP1234567 ", "safe_hours": "1"})
    assert sheet.case
    assert sheet.aside == {"papers_number": "EP1234567", "safe_hours": "1"}
    assert "papers_number" not in sheet.case.answers


def test_what_depends_on_a_wrong_answer_may_wait_for_it(library: Library) -> None:
    sheet = on_paper(library, {**PLAIN, "papers": "12"})
    assert list(sheet.wrong) == ["papers"], "where the paper is may not be asked at all"


def test_two_readings_are_asked_about_and_one_is_chosen(library: Library) -> None:
    doubtful = {**PLAIN, "born": "5/6/1992"}
    options = on_paper(library, doubtful).wrong["born"].options
    assert [one.label for one in options] == ["5 June 1992", "6 May 1992"]
    sheet = on_paper(library, doubtful, born=Typed("5/6/1992", options[0].value))
    assert sheet.case
    assert (sheet.case.answers["born"].value, sheet.case.answers["born"].raw) == ("1992-06-05", "5/6/1992")


def test_nothing_written_is_an_answer_only_when_somebody_says_so(library: Library) -> None:
    assert on_paper(library, {**PLAIN, "share_ministry": ""}).wrong["share_ministry"].trouble == "missing"
    sheet = on_paper(library, PLAIN, share_ministry=Typed(blank=True))
    assert sheet.case
    assert sheet.case.answers["share_ministry"].value is None, "which is no yes"


@pytest.mark.parametrize("privacy", [Typed("2"), Typed(""), Typed("", blank=True)])
def test_without_her_yes_nothing_can_be_kept(library: Library, privacy: Typed) -> None:
    sheet = on_paper(library, PLAIN, privacy=privacy)
    assert sheet.case is None
    assert sheet.wrong["privacy"].trouble in ("refused", "missing")


def test_the_fields_have_the_numbers_and_choices_that_are_printed(library: Library) -> None:
    fields = {field.name: field for field in fields_of(library, "vaccination", "en", NOW)}
    assert [field.number for field in fields.values()] == list(range(1, 24))
    assert fields["phone"].choices == ("Another one of mine", "The phone of a person I trust", "I have none")
    assert fields["papers_where"].condition == "If question 7 is not: None"
    assert fields["district"].choices == ()
