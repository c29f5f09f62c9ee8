"""A lane sends as fast as its provider takes it, and what waits for its turn meanwhile can be taken back."""

import asyncio

from sqlalchemy import delete

from api.keys.vault import Vault
from api.store.db import Database
from api.tables import ReplyRow
from bot.channel import ChannelError, Pace
from tests.api.outbound.test_outbox import Clock, FakeBot, queue, sending, until


async def test_the_pace_of_a_lane_is_kept(db: Database, vault: Vault) -> None:
    bot = FakeBot(pace=Pace(20, 0))
    for chat in range(8):
        queue(db, vault, str(chat), "hello")
    started = asyncio.get_running_loop().time()
    async with sending(db, vault, bot, Clock()):
        await until(lambda: len(bot.sent) == 8)

    assert asyncio.get_running_loop().time() - started >= 7 / 20


async def test_a_chat_that_is_told_to_rest_keeps_nobody_else_waiting_and_two_of_them_make_the_lane_rest(
    db: Database, vault: Vault
) -> None:
    rest = ChannelError("429", permanent=False, retry_after=1.0)
    bot = FakeBot(refusals={"1": [rest], "2": [rest]})
    began = asyncio.get_running_loop().time()
    async with sending(db, vault, bot, Clock()):
        queue(db, vault, "1", "too fast")
        await until(lambda: not bot.refusals["1"])
        queue(db, vault, "3", "hers")
        await until(lambda: bot.sent == [("3", "hers")])
        assert asyncio.get_running_loop().time() - began < 1.0
        queue(db, vault, "2", "too fast as well")
        await until(lambda: not bot.refusals["2"])
        told = asyncio.get_running_loop().time()
        queue(db, vault, "4", "later")
        await until(lambda: ("4", "later") in bot.sent)
        assert asyncio.get_running_loop().time() - told > 0.9
        await until(lambda: len(bot.sent) == 4)


async def test_what_is_taken_back_while_it_waits_for_a_slow_lane_is_not_sent(db: Database, vault: Vault) -> None:
    bot = FakeBot(pace=Pace(4, 0))
    for number in range(40):
        queue(db, vault, str(number), "The office is closed on Monday.")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: len(bot.sent) >= 2)
        db.write_now(lambda session: session.exec(delete(ReplyRow).where(ReplyRow.state == "waiting")))  # type: ignore[call-overload]
        begun = len(bot.sent)
        queue(db, vault, "hers", "Good morning.")
        await until(lambda: ("hers", "Good morning.") in bot.sent)
    assert len(bot.sent) <= begun + 4, "what was about to go, and what came afterwards"


async def test_one_chat_is_not_written_to_faster_than_the_channel_allows(db: Database, vault: Vault) -> None:
    bot = FakeBot(pace=Pace(0, 0.3))
    started = asyncio.get_running_loop().time()
    async with sending(db, vault, bot, Clock()):
        for number in range(3):
            queue(db, vault, "1", f"message {number}")
            await until(lambda number=number: len(bot.sent) == number + 1)  # type: ignore[misc]

    assert asyncio.get_running_loop().time() - started >= 0.6
