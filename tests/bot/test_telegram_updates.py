"""Telegram's updates become messages."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.channel import Forged, Malformed
from bot.telegram import callback_id, parse, read, verify
from flows.model import Media, Message
from tests.fakes import telegram_updates as updates

LANE = "telegram:8123456789"
ALMAZ = 771122334


def contact(owner: int | None) -> dict[str, Any]:
    number: dict[str, Any] = {"phone_number": "96170123456", "first_name": "Almaz"}
    return number | ({"user_id": owner} if owner else {})


def test_a_text_becomes_a_message_with_the_ids_that_find_it_again() -> None:
    update = updates.message(ALMAZ, "ሰላም, مرحبا 😀", update_id=77, message_id=5)
    assert parse(json.dumps(update).encode(), LANE) == Message(
        "telegram", LANE, str(ALMAZ), "77", "ሰላም, مرحبا 😀", chat_message="5", manner="chat"
    )


def test_a_body_and_its_object_read_the_same() -> None:
    update = updates.message(ALMAZ, "/start card7")
    assert parse(update, LANE) == parse(json.dumps(update).encode(), LANE)


def test_a_pressed_button_is_its_value_and_has_an_id_to_answer() -> None:
    update = updates.pressed(ALMAZ, "passport", update_id=78, callback="4382bfdw")
    assert parse(update, LANE) == Message(
        "telegram", LANE, str(ALMAZ), "78", button="passport", chat_message="12", manner="chat"
    )
    assert callback_id(update) == "4382bfdw"
    assert callback_id(updates.message(ALMAZ, "hello")) == ""


def test_a_button_under_a_message_that_telegram_no_longer_has_still_counts() -> None:
    update = updates.pressed(ALMAZ, "none")
    update["callback_query"]["message"] = {"chat": updates.private(ALMAZ), "message_id": 12, "date": 0}
    message = parse(update, LANE)
    assert message
    assert message.button == "none"


@pytest.mark.parametrize(
    ("content", "media", "text"),
    [
        ({"voice": updates.file("V", duration=3)}, Media("voice", "V"), ""),
        ({"photo": updates.photo("P"), "caption": "my paper"}, Media("photo", "Px"), "my paper"),
        ({"document": updates.file("D", file_name="p.pdf")}, Media("document", "D"), ""),
        ({"contact": contact(ALMAZ)}, Media("contact", "+96170123456"), ""),
        ({"location": {"latitude": 33.8938, "longitude": 35}}, Media("location", "33.8938,35"), ""),
    ],
)
def test_media_come_by_the_providers_reference(content: dict[str, Any], media: Media, text: str) -> None:
    message = parse(updates.message(ALMAZ, **content), LANE)
    assert message
    assert (message.media, message.text) == (media, text)


def test_an_id_that_is_true_is_still_a_number() -> None:  # JSON's true passes for an int in Python
    message = parse(updates.message(True, "hi", update_id=1), LANE)
    assert message
    assert message.address == "1"


@pytest.mark.parametrize("owner", [None, 99])
def test_somebody_elses_contact_is_not_taken(owner: int | None) -> None:
    message = parse(updates.message(ALMAZ, contact=contact(owner)), LANE)
    assert message
    assert (message.media, message.text) == (None, "")


def test_a_sticker_is_a_message_without_words_so_that_she_is_asked_again() -> None:
    message = parse(updates.message(ALMAZ, sticker=updates.file("S", width=512, height=512)), LANE)
    assert message
    assert (message.text, message.media) == ("", None)


@pytest.mark.parametrize(
    "update",
    [
        updates.update("edited_message", updates.message(ALMAZ, "hi")["message"]),
        updates.update(
            "channel_post", {"message_id": 1, "chat": {"id": -5, "type": "channel"}, "date": 1, "text": "x"}
        ),
        updates.update("message", updates.message(ALMAZ, "hi")["message"] | {"chat": updates.group()}),
        updates.update("my_chat_member", {"chat": updates.private(ALMAZ), "from": updates.person(ALMAZ), "date": 1}),
        updates.update("inline_query", {"id": "1", "from": updates.person(ALMAZ), "query": "", "offset": ""}),
        updates.update("callback_query", {"id": "1", "from": updates.person(ALMAZ), "chat_instance": "1", "data": "x"}),
        updates.message(ALMAZ, pinned_message={"message_id": 1, "chat": updates.private(ALMAZ), "date": 0}),
        updates.message(ALMAZ, message_auto_delete_timer_changed={"message_auto_delete_time": 86400}),
    ],
)
def test_what_is_understood_but_not_ours_is_ignored(update: dict[str, Any]) -> None:
    assert parse(update, LANE) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"hello"',
        b"{}",
        b'{"update_id": 1}',
        b'{"update_id": 1, "message": null}',
        b'{"update_id": 1, "message": {"text": "no chat"}}',
        b'{"update_id": 1, "message": {"message_id": 2, "chat": {"id": "7", "type": "private"}, "text": "x"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "text": "no id"}}',
        b'{"update_id": "1", "message": {"message_id": 2, "chat": {"id": 7, "type": "private"}, "text": "x"}}',
        b'{"update_id": 1, "telepathy": {}}',
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_payload_that_nobody_understands_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body, LANE)


def test_half_an_emoji_does_not_break_what_comes_after() -> None:
    body = json.dumps(updates.message(ALMAZ, "a\ud83d")).encode()
    message = parse(body, LANE)
    assert message
    assert message.text == "a?"


SAMPLES = [
    updates.message(ALMAZ, "ሰላም"),
    updates.message(ALMAZ, "/start"),
    updates.message(ALMAZ, photo=updates.photo("P")),
    updates.message(ALMAZ, contact=contact(ALMAZ)),
    updates.pressed(ALMAZ, "passport"),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_we_read_the_same_as_python_telegram_bot(sample: dict[str, Any]) -> None:
    theirs, ours = Update.de_json(sample, None), parse(sample, LANE)
    assert ours
    assert ours.id == str(theirs.update_id)
    assert theirs.effective_chat
    assert ours.address == str(theirs.effective_chat.id)
    assert theirs.effective_message
    assert ours.chat_message == str(theirs.effective_message.message_id)
    assert ours.text == ("" if theirs.callback_query else theirs.effective_message.text or "")
    assert ours.button == (theirs.callback_query.data if theirs.callback_query else "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def mangled(sample: Any, draw: st.DrawFn) -> Any:
    """A sample with one value, anywhere, that is something else."""
    if not isinstance(sample, dict | list) or not sample or draw(st.integers(0, 4)) == 0:
        return draw(JSON)
    keys = list(sample) if isinstance(sample, dict) else range(len(sample))
    chosen = draw(st.sampled_from(keys))
    copy = sample.copy()
    copy[chosen] = mangled(sample[chosen], draw)
    return copy


@given(st.composite(lambda draw: mangled(draw(st.sampled_from(SAMPLES)), draw))())
def test_a_mangled_update_is_a_message_or_nothing_or_malformed_but_never_a_crash(update: Any) -> None:
    try:
        message = parse(json.dumps(update).encode(), LANE)
    except Malformed:
        return
    if message:
        (message.text + message.button).encode()
        int(message.address)


def test_the_secret_is_compared_whole() -> None:
    verify("s3cret_-", "s3cret_-")
    for header in (None, "", "s3cret_", "s3cret_-x", "S3CRET_-", "é"):
        with pytest.raises(Forged):
            verify(header, "s3cret_-")


def test_without_a_secret_every_webhook_is_forged() -> None:
    with pytest.raises(Forged):
        verify("", "")
    with pytest.raises(Forged):
        verify(None, "")


def test_reading_a_body_gives_an_object_or_is_malformed() -> None:
    assert read(b'{"update_id": 1}') == {"update_id": 1}
    with pytest.raises(Malformed, match="not JSON"):
        read(b"{")
