"""Whatever arrives on a proxy number, by whatever way, nothing is ever sent as an answer to it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from api.inbound import phones
from api.inbound.intake import Intake
from api.shell import Shell
from api.tables import DraftRow, Number, ReplyRow, SimRow
from bot.gateway import Sim, SimSms
from flows.commands import SIGNS, WORDS
from flows.model import Message
from tests.desks import NUMBER, founded_app
from tests.factories import NOW

COMMANDS = sorted({*SIGNS, *(word for words in WORDS.values() for word in words.replace("|", " ").split())})
SIM = Sim("smsgate", "PyDmBQZZ", 1)
TEXTS = st.sampled_from((*COMMANDS, "1", "hello", "YES", "MOPH: your login code is 482913", "ሰላም")) | st.text(
    max_size=40
)
SENDERS = st.sampled_from(("MOPH", "+96170123456", "70123456", "1214", NUMBER)) | st.text(min_size=1, max_size=12)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    """A desk whose proxy number is in a telephone; no runner beside it."""
    app = founded_app(Path(tmp_path_factory.mktemp("desk")), "http://127.0.0.1:8000")
    shell: Shell = app.state.shell

    def place(session: Session) -> None:
        session.add(SimRow(gateway=SIM.gateway, device=SIM.device, slot=1, number=NUMBER, seen_at=NOW))
        session.add(Number(number="+96181000021", use="channel", gateway="smsgate"))

    shell.db.write_now(place)
    yield app.state.intake
    app.state.gate.close()
    shell.db.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    way=st.sampled_from(("sim", "sim without slot", "twilio", "typed")),
    sender=SENDERS,
    text=TEXTS,
    minute=st.integers(0, 10_000),
)
def test_nothing_is_answered_on_a_proxy_number(intake: Intake, way: str, sender: str, text: str, minute: int) -> None:
    at = NOW.replace(minute=minute % 60)
    heard = {
        "sim": SimSms(SIM, sender, text, str(minute), at),
        "sim without slot": SimSms(Sim(SIM.gateway, SIM.device, 0), sender, text, str(minute), None),
    }
    if way in heard:
        asyncio.run(phones.hear(intake, heard[way]))
    elif way == "twilio":
        asyncio.run(intake.sms(Message("sms", f"sms:{NUMBER}", sender, str(minute), text, manner="sms")))
    else:
        asyncio.run(intake.portal_sms(NUMBER, sender, text, f"typed-{minute}", at))
    for table in (ReplyRow, DraftRow):
        assert intake.shell.db.read_now(lambda session, t=table: session.exec(select(t)).all()) == []
