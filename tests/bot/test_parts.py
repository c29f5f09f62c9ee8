"""A long reply of which one part is refused for now: nobody reads its beginning twice."""

from collections.abc import Callable

import pytest

from bot.channel import ChannelError, Pace
from bot.gateway import Line
from bot.parts import REMEMBERED, Parts
from bot.telegram import Telegram
from flows.model import Reply
from tests.fakes.telegram_api import Refusal, TelegramApi
from tests.libraries import the_countries


async def test_the_next_try_goes_on_where_the_last_one_ended() -> None:
    said: list[tuple[str, bool]] = []
    refusals = ["b"]

    async def put(part: str, last: bool) -> str:
        if part in refusals:
            refusals.remove(part)
            raise ChannelError("429", permanent=False)
        said.append((part, last))
        return part.upper()

    parts = Parts()
    with pytest.raises(ChannelError):
        await parts.send("7", "abc", put)
    assert await parts.send("8", "xy", put) == ["X", "Y"]
    assert await parts.send("7", "abc", put) == ["A", "B", "C"]
    assert said == [("a", False), ("x", False), ("y", True), ("b", False), ("c", True)]


async def test_what_was_given_up_is_not_remembered_for_ever() -> None:
    async def put(part: str, last: bool) -> str:
        if last:
            raise ChannelError("403", permanent=True)
        return part

    async def take(part: str, last: bool) -> str:
        return part

    parts = Parts()
    for number in range(REMEMBERED + 5):
        with pytest.raises(ChannelError):
            await parts.send(str(number), "ab", put)
    await parts.send("last", "ab", take)
    assert len(parts._taken) == REMEMBERED


async def test_on_a_number_of_ours() -> None:
    said: list[str] = []
    refusals = [ChannelError("503", permanent=False)]

    async def put(address: str, text: str, token: str) -> str:
        if said and refusals:
            raise refusals.pop()
        said.append(token)
        return token

    line = Line("+96181000021", put, key=b"k", countries=the_countries(), most_characters=100, pace=Pace(0, 0))
    reply = Reply("\n".join("a" * 90 for _ in range(3)))
    with pytest.raises(ChannelError):
        await line.send("+96170123456", reply, reply_id="1")
    assert await line.send("+96170123456", reply, reply_id="1") == said[-1]
    assert len(said) == len(set(said)) > 1


async def test_on_telegram() -> None:
    async with TelegramApi() as api:
        channel = Telegram(api.token, api_url=api.url)
        reply = Reply("\n".join(f"{line} " + "a" * 90 for line in range(80)))
        api.sent.append = refusing_after(api, api.sent.append)  # type: ignore[method-assign]
        with pytest.raises(ChannelError):
            await channel.send("7", reply, reply_id="1")
        ids = await channel.send("7", reply, reply_id="1")
        await channel.close()
        assert len(ids.split()) == len(api.sent) == 2


def refusing_after(
    api: TelegramApi, append: Callable[[dict[str, object]], None]
) -> Callable[[dict[str, object]], None]:
    """Take the first message, and refuse whatever comes next once."""

    def take(message: dict[str, object]) -> None:
        append(message)
        if len(api.sent) == 1:
            api.refusals.append(Refusal(500, "Internal Server Error"))

    return take
