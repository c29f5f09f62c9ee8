"""The daily self-test: one number texts another what looks like a login code, and expects it back in two minutes."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from api.desk.tasks import open_task, settle
from api.keys.vault import Vault
from api.numbers.pool import PROXY
from api.numbers.sims import TWILIO
from api.outbound.replies import queue_replies, reply_row
from api.tables import Number, ReplyRow, SelfTest, SimRow, metadata
from flows.model import Reply

EVERY = timedelta(hours=24)
AGAIN = timedelta(hours=1)
"""How soon a number is tested again that failed."""
WITHIN = timedelta(minutes=2)
"""How long a test may take from when it was sent."""
SENT_WITHIN = timedelta(minutes=10)
"""How long the other phone may take to send it."""
LOOK_WITHIN = timedelta(hours=4)
"""By when somebody must look at a phone that is silent."""
KEPT = timedelta(days=7)
"""How long a test is recognised, and so kept away from the messages of portals."""
TEXT = "Your login code is {code}. It is valid for 2 minutes. Ref {token}"
TOKEN = re.compile(r"(?<![a-z0-9])[a-z2-7]{16}(?![a-z0-9])")
"""A token: 80 bits of chance in base32, small letters."""

_test = metadata.tables["self_test"]


@dataclass(frozen=True, slots=True)
class TestView:
    """The last test of a number: `state` as `SelfTest` has it, which number sent it, and when."""

    __test__ = False

    sender: str
    state: str
    created_at: datetime
    arrived_at: datetime | None


def begin(session: Session, vault: Vault, senders: Collection[str], token: str, now: datetime) -> str | None:
    """Test the number whose test is most overdue; gives it (E.164), or None when none is due or none can send.

    `senders` are the numbers of ours that can send now, of which SIMs of the pool are asked first; `token` is drawn
    by chance, as `TOKEN` says.
    """
    assert TOKEN.fullmatch(token)
    ours = session.exec(select(Number).where(col(Number.number).in_(senders))).all()
    sims = [one.number for one in ours if one.use == PROXY and one.gateway != TWILIO]
    others = [one.number for one in ours if one.number not in sims]
    for number in _overdue(session, now):
        sender = _next_sender(number, sims) or _next_sender(number, others)
        if sender is not None:
            _send(session, vault, number, sender, token, now)
            return number
    return None


def arrived(session: Session, vault: Vault, number: str, text: str, now: datetime) -> bool:
    """Whether what arrived on a number is a test of ours: then it is no portal's message, and nothing of it is kept."""
    tokens = [_index(vault, number, token) for token in TOKEN.findall(text.casefold())]
    if not tokens:
        return False
    ours = select(SelfTest).where(SelfTest.number == number, col(SelfTest.token_index).in_(tokens))
    test = session.exec(ours.limit(1)).first()
    if test is None:
        return False
    if test.arrived_at is None:
        test.arrived_at, test.state = now, "arrived" if test.state == "sent" else "late"
        session.add(test)
        session.flush()
        settle(session, "number_silent", now, about=test.sender)
        if test.state == "arrived":
            settle(session, "number_silent", now, about=number)
    return True


def end_overdue(session: Session, now: datetime) -> None:
    """Give up the tests that did not arrive, have somebody look at the phone, and forget old ones."""
    waiting = select(SelfTest, ReplyRow.sent_at).join(ReplyRow, col(SelfTest.reply_id) == ReplyRow.id, isouter=True)
    for test, sent_at in session.exec(waiting.where(SelfTest.state == "sent")).all():
        if sent_at is not None and sent_at + WITHIN <= now:
            test.state, silent = "lost", test.number
        elif sent_at is None and test.created_at + SENT_WITHIN <= now:
            test.state, silent = "unsent", test.sender
        else:
            continue
        session.add(test)
        session.flush()
        open_task(session, "number_silent", now, due_at=now + LOOK_WITHIN, about=silent)
    session.connection().execute(_test.delete().where(_test.c.created_at <= now - KEPT))


def last_tests(session: Session) -> dict[str, TestView]:
    """The last test of each number, by number."""
    last = select(func.max(col(SelfTest.id))).group_by(SelfTest.number)
    rows = session.exec(select(SelfTest).where(col(SelfTest.id).in_(last)))
    return {row.number: TestView(row.sender, row.state, row.created_at, row.arrived_at) for row in rows}


def _overdue(session: Session, now: datetime) -> list[str]:
    """The numbers that are to be tested now, the longest untested first: those whose SIM we know to be in a phone."""
    tests = last_tests(session)
    in_phones = select(SimRow.number).where(col(SimRow.number).is_not(None))
    proxies = select(Number.number).where(
        Number.use == PROXY, Number.state != "retired", col(Number.number).in_(in_phones)
    )
    due = []
    for number in session.exec(proxies.order_by(Number.number)):
        last = tests.get(number)
        if last is None:
            due.append((datetime.min.replace(tzinfo=now.tzinfo), number))
        elif last.state != "sent" and last.created_at + (EVERY if last.state == "arrived" else AGAIN) <= now:
            due.append((last.created_at, number))
    return [number for _, number in sorted(due)]


def _next_sender(number: str, senders: Collection[str]) -> str | None:
    """The next number round the ring, so that each one sends and each one receives."""
    others = sorted(one for one in senders if one != number)
    return next((one for one in others if one > number), others[0] if others else None)


def _send(session: Session, vault: Vault, number: str, sender: str, token: str, now: datetime) -> None:
    code = f"{int.from_bytes(token.encode()) % 900_000 + 100_000}"
    said = Reply(TEXT.format(code=code, token=token))
    (reply_id,) = queue_replies(session, [reply_row(vault, lane=f"sms:{sender}", address=number, reply=said, now=now)])
    test = SelfTest(
        number=number, sender=sender, token_index=_index(vault, number, token), reply_id=reply_id, created_at=now
    )
    session.add(test)
    session.flush()


def _index(vault: Vault, number: str, token: str) -> bytes:
    return vault.index("selftest", number, token)
