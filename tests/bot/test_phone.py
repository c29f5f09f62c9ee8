"""The phone simulator's channel."""

import asyncio

from bot import phone
from bot.phone import Phone, Shown
from flows.model import Message, Option, Reply

ASK = Reply("Which?", (Option("yes", "Yes"), Option("no", "No")))


async def test_what_is_sent_and_what_is_typed_stand_on_the_screen_newest_first() -> None:
    chat = Phone("chat")
    await chat.send("anna", ASK, reply_id="1")
    message = chat.hear("anna", "m1", button="yes", label="Yes")
    assert message == Message("phone", "phone:chat", "anna", "m1", button="yes", chat_message="m1", manner="chat")
    _, shown = chat.screen("anna")
    assert shown == [Shown("m1", Reply("Yes"), hers=True), Shown("reply-1", ASK)]
    assert chat.screen("anna", limit=1)[1] == shown[:1]


async def test_by_sms_options_are_numbers_in_the_text() -> None:
    sms = Phone("sms")
    await sms.send("anna", ASK, reply_id="1")
    assert sms.screen("anna")[1] == [Shown("reply-1", Reply("Which?\n1 Yes\n2 No"))]
    await sms.send("anna", Reply("Où êtes-vous ?"), reply_id="2")
    assert sms.screen("anna", limit=1)[1] == [Shown("reply-2", Reply("Où etes-vous ?"))]
    assert (sms.lane, sms.hear("anna", "m1", text="1").manner) == ("phone:sms", "sms")


async def test_two_phones_see_nothing_of_each_other() -> None:
    chat = Phone("chat")
    await chat.send("anna", ASK, reply_id="1")
    assert chat.screen("bela")[1] == []


async def test_a_reply_that_is_sent_again_stands_where_it_stood() -> None:
    chat = Phone("chat")
    await chat.send("anna", ASK, reply_id="1")
    chat.hear("anna", "m1", text="yes")
    await chat.send("anna", ASK, reply_id="1")
    assert [shown.id for shown in chat.screen("anna")[1]] == ["m1", "reply-1"]


async def test_what_takes_the_place_of_a_question_stands_alone_and_the_press_is_gone() -> None:
    chat, asked = Phone("chat"), ASK._replace(about="days")
    await chat.send("anna", Reply("Hello"), reply_id="1")
    await chat.send("anna", asked, reply_id="2")
    press = chat.hear("anna", "m1", button="days=yes", label="Yes")
    again = asked._replace(text="Which else?", instead=press.chat_message)
    for _ in range(2):
        await chat.send("anna", again, reply_id="3")
    assert chat.screen("anna")[1] == [Shown("reply-3", again), Shown("reply-1", Reply("Hello"))]


async def test_a_page_that_waits_is_woken_by_what_comes() -> None:
    chat = Phone("chat")
    version, _ = chat.screen("anna")
    waiting = asyncio.create_task(chat.wait("anna", version, 5))
    await asyncio.sleep(0)
    assert not waiting.done()
    await chat.send("anna", ASK, reply_id="1")
    assert await asyncio.wait_for(waiting, 1)


async def test_a_page_that_missed_something_does_not_wait() -> None:
    chat = Phone("chat")
    version, _ = chat.screen("anna")
    await chat.send("anna", ASK, reply_id="1")
    assert await chat.wait("anna", version, 60)


async def test_waiting_ends_when_nothing_comes() -> None:
    chat = Phone("chat")
    assert not await chat.wait("anna", chat.screen("anna")[0], 0.01)


async def test_clearing_empties_a_chat_but_not_an_sms_phone() -> None:
    for manner, left in (("chat", ["reply-2"]), ("sms", ["reply-2", "m1", "reply-1"])):
        channel = Phone(manner)  # type: ignore[arg-type]
        first = await channel.send("anna", ASK, reply_id="1")
        heard = channel.hear("anna", "m1", text="yes")
        await channel.send("anna", ASK, reply_id="2")
        await channel.clear("anna", [first, heard.chat_message, "gone"])
        assert [shown.id for shown in channel.screen("anna")[1]] == left


async def test_clearing_wakes_the_page() -> None:
    chat = Phone("chat")
    sent = await chat.send("anna", ASK, reply_id="1")
    version, _ = chat.screen("anna")
    await chat.clear("anna", [sent])
    assert await chat.wait("anna", version, 0)


async def test_memory_is_bounded_and_the_longest_unused_phone_goes_first() -> None:
    chat = Phone("chat")
    for number in range(phone.MOST_SHOWN + 5):
        await chat.send("anna", ASK, reply_id=str(number))
    assert len(chat.screen("anna", limit=1000)[1]) == phone.MOST_SHOWN
    for number in range(phone.MOST_PHONES - 1):
        await chat.send(f"phone {number}", ASK, reply_id="1")
        chat.screen("anna")
    await chat.send("one more", ASK, reply_id="1")
    assert chat.screen("anna", limit=1)[1] != []
    assert chat.screen("phone 0")[1] == []


async def test_closing_forgets_every_screen() -> None:
    chat = Phone("chat")
    await chat.send("anna", ASK, reply_id="1")
    await chat.close()
    assert chat.screen("anna")[1] == []
