"""Each number whose SIM sends has an outbox, from when a coordinator names the SIM until it is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from api.keys.vault import Vault
from api.numbers import sims
from api.outbound import lines
from api.outbound.lines import Lines
from api.outbound.replies import queue_reply
from api.shell import Channels
from api.staff.people import Viewer
from api.store.db import Database
from bot.channel import Channel
from bot.gateway import Line, Sim
from bot.gateway import Pace as AnyPace
from flows.model import Reply
from tests.api.outbound.test_outbox import Clock
from tests.factories import NOW
from tests.libraries import the_countries

ONE, TWO = Sim("smsgate", "PyDmBQZZ", 1), Sim("smsgate", "PyDmBQZZ", 2)
NUMBER, ALMAZ = "+96181000021", "+96170123456"


@dataclass
class FakeGateway:
    """Notes which SIM sent what."""

    name: str = "smsgate"
    sent: list[tuple[int, str, str]] = field(default_factory=list)

    def line(self, number: str, sim: Sim) -> Channel:
        async def put(address: str, text: str, token: str) -> str:
            self.sent.append((sim.slot, address, text))
            return token

        return Line(number, put, key=b"k", countries=the_countries(), most_characters=1600, pace=AnyPace(0, 0))

    async def close(self) -> None:
        pass


@asynccontextmanager
async def following(db: Database, vault: Vault, gateway: FakeGateway) -> AsyncIterator[Lines]:
    shell: Any = SimpleNamespace(db=db, vault=vault, clock=Clock(), channels=Channels(gateways={"smsgate": gateway}))
    running = Lines(shell, "me")
    db.after_commit(running.wake)
    task = asyncio.create_task(running.follow())
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert running.outboxes == []


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.02)


def place(db: Database, amal: Viewer, sim: Sim) -> None:
    db.write_now(lambda session: sims.hear(session, sim, NOW))
    (found,) = [one for one in db.read_now(lambda session: sims.sims(session, amal)) if one.sim == sim]
    db.write_now(lambda session: sims.assign(session, amal, found.id, NUMBER, NOW))


def say(db: Database, vault: Vault, text: str) -> None:
    now = Clock()()
    db.write_now(
        lambda session: queue_reply(session, vault, lane=f"sms:{NUMBER}", address=ALMAZ, reply=Reply(text), now=now)
    )


async def test_a_number_sends_as_soon_as_its_sim_is_named_and_from_where_it_moves_to(
    db: Database, vault: Vault, coordinator: Viewer, monkeypatch: Any
) -> None:
    monkeypatch.setattr(lines, "LOOK_AGAIN", 0.05)
    gateway = FakeGateway()
    db.write_now(lambda session: sims.add_channel(session, coordinator, NUMBER, "smsgate", NOW))
    async with following(db, vault, gateway) as running:
        say(db, vault, "first")
        await asyncio.sleep(0.2)
        assert gateway.sent == []
        place(db, coordinator, ONE)
        await until(lambda: gateway.sent == [(1, ALMAZ, "first")])
        before = running.outboxes
        place(db, coordinator, TWO)
        await until(lambda: running.outboxes and running.outboxes != before)
        say(db, vault, "second")
        await until(lambda: len(gateway.sent) == 2)
        assert gateway.sent[1] == (2, ALMAZ, "second")
        db.write_now(lambda session: sims.end_channel(session, coordinator, NUMBER, NOW))
        await until(lambda: running.outboxes == [])
        say(db, vault, "third")
        await asyncio.sleep(0.2)
        assert len(gateway.sent) == 2
