"""What is written down before it is locked comes back as it was."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from api.answers import (
    Contact,
    encode,
    pack,
    pack_contact,
    pack_draft,
    pack_message,
    pack_reply,
    unpack,
    unpack_contact,
    unpack_draft,
    unpack_message,
    unpack_reply,
)
from flows.model import Answer, Asking, Draft, Media, Message, OpenList, Option, Reply, Unread

media = st.builds(Media, kind=st.sampled_from(["voice", "photo", "location"]), reference=st.text())
values = st.none() | st.text() | st.lists(st.text(), max_size=4).map(tuple)
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=3))]))
manners = st.sampled_from(["chat", "sms"])
answer_parts = {
    "value": values,
    "raw": st.text(),
    "precision": st.sampled_from(["", "day", "month", "year", "about"]),
    "calendar": st.sampled_from(["", "ethiopian"]),
    "media": st.none() | media,
    "wording": st.text(),
}
message_parts = {
    **dict.fromkeys(("channel", "lane", "address", "id", "text", "button", "chat_message", "about"), st.text()),
    "media": st.none() | media,
    "more": st.lists(media, max_size=2).map(tuple),
    "manner": manners,
}
answers = st.dictionaries(st.text(), st.builds(Answer, **answer_parts), max_size=5)
messages = st.builds(Message, **message_parts)
draft_parts = {
    **dict.fromkeys(("language", "service", "editing", "gate", "reply_to", "begun", "spoken"), st.text()),
    "answers": answers,
    "failures": st.integers(min_value=0, max_value=99),
    **dict.fromkeys(("locked", "reply_due", "silent", "ours"), st.booleans()),
    **dict.fromkeys(("cases", "chosen", "raised"), st.lists(st.text(), max_size=3).map(tuple)),
    "pending": st.none() | messages,
    "asking": st.none()
    | st.builds(
        Asking,
        **dict.fromkeys(("reference", "service", "question", "doubt"), st.text()),
        since=moments,
        known=answers,
        due=st.booleans(),
        **dict.fromkeys(("heard", "rest"), st.lists(st.text(), max_size=2).map(tuple)),
    ),
    "lists": st.lists(
        st.builds(
            OpenList,
            **dict.fromkeys(("reference", "service", "language"), st.text()),
            items=st.lists(st.text(), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    "unread": st.lists(
        st.builds(Unread, reference=st.text(), since=moments, language=st.text(), behind=st.booleans()), max_size=2
    ).map(tuple),
    "files": st.lists(media, max_size=2).map(tuple),
    "manner": manners,
    "touched": st.none() | moments,
}
drafts = st.recursive(
    st.builds(Draft, **draft_parts, aside=st.just(())),
    lambda inner: st.builds(Draft, **draft_parts, aside=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=3,
)


def test_the_strategies_below_know_every_field():
    assert set(Answer._fields) == set(answer_parts)
    assert set(Message._fields) == set(message_parts)
    assert {field.name for field in fields(Draft)} == {*draft_parts, "aside"}


@given(answers)
def test_answers_come_back_as_they_were_and_in_their_order(given_answers):
    back = unpack(pack(given_answers))
    assert back == given_answers
    assert list(back) == list(given_answers)


@given(drafts)
def test_a_draft_comes_back_with_all_that_it_holds(draft):
    assert unpack_draft(pack_draft(draft)) == draft


@given(messages)
def test_a_message_comes_back_as_it_was(message):
    assert unpack_message(pack_message(message)) == message


@given(st.text(), st.text(), st.lists(st.builds(Option, st.text(), st.text(), st.booleans())).map(tuple), st.text())
def test_a_reply_comes_back_with_its_address_and_options(address, text, options, place):
    reply = Reply(text, options, instead=place)
    assert unpack_reply(pack_reply(address, reply)) == (address, reply)


def test_a_contact_comes_back_as_it_was():
    contact = Contact("telegram", "telegram:8123", "501", "chat", "am")
    assert unpack_contact(pack_contact(contact)) == contact


def test_a_draft_of_an_older_release_takes_defaults_for_what_it_did_not_know():
    old = encode({"language": "am", "answers": {}, "aside": [], "cases": [], "pending": None, "touched": None})
    assert unpack_draft(old) == Draft(language="am")


def test_half_a_character_does_not_stop_a_message_from_being_kept():
    broken = Message("telegram", "telegram:1", "5", "9", text="Almaz \ud800", media=Media("voice", "\udfff"))
    assert unpack_message(pack_message(broken)) == broken._replace(text="Almaz ?", media=Media("voice", "?"))
    draft = Draft(answers={"name": Answer("\ud800")}, pending=broken, touched=datetime(2026, 1, 1, tzinfo=UTC))
    assert unpack_draft(pack_draft(draft)).answers["name"].value == "?"
