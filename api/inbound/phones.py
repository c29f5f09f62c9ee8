"""What telephones with SIMs tell us: which number of ours an SMS came to, and so which way in it takes."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import phonenumbers
from sqlmodel import Session, select

from api.answers import unpack_message
from api.inbound.inbox import UNHANDLED
from api.inbound.intake import Intake
from api.inbound.repeats import same_sms, time_of
from api.numbers import health, pool, sims
from api.outbound import fetched
from api.outbound.replies import LIVES
from api.staff.people import Viewer
from api.tables import Unhandled
from bot import cht
from bot.cht import Outgoing, Poll
from bot.gateway import Delivery, Heard, MissedCall, Ping, Sim, SimSms
from flows.countries import region
from flows.model import Message

log = logging.getLogger("rafiqa.phones")
UNKNOWN_SIM, NO_ADDRESS, NO_SMS = "UnknownSim", "NoAddress", "NoSms"
"""Why a message is kept for a person: nobody said which number that SIM has; it cannot be answered; it is no SMS."""
SHORTEST = 7
"""Digits of a number that can be answered; what is shorter is a service of the network, and would answer for ever."""
LATEST = LIVES
"""How old a worker's message may be to be answered once we know whose SIM it came to."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that waited until somebody said which number its SIM has."""

    id: int
    message: Message
    at: datetime


async def hear(intake: Intake, heard: Heard) -> None:
    """Take in what a gateway told. Raises only when storage fails: the gateway then tries again."""
    match heard:
        case SimSms():
            await sms(intake, heard)
        case Delivery():
            await intake.delivery(heard)
        case Ping():
            await _ping(intake, heard)
        case MissedCall():
            await _missed(intake, heard)
        case None:
            pass


async def _missed(intake: Intake, heard: MissedCall) -> None:
    """Somebody rang a SIM that workers write to: she is to be called back. On a number for portals nobody is."""
    now = intake.shell.clock()
    number, use = await intake.shell.db.write(lambda session: _number(session, heard.sim, now))
    if use == pool.CHANNEL:
        await intake.missed_call(heard.caller, f"sms:{number}")


async def sms(intake: Intake, heard: SimSms) -> None:
    """Take one SMS: to a proxy number it is a portal's, to a channel a worker's; else it waits for a coordinator."""
    shell, now = intake.shell, intake.shell.clock()
    number, use = await shell.db.write(lambda session: _number(session, heard.sim, now))
    message = _message(intake, heard, number)
    if use == pool.PROXY:
        await intake.portal_sms(number, heard.sender, heard.text, heard.id, heard.at)
    elif use != pool.CHANNEL:
        await intake.gathering.keep_unhandled(message, UNKNOWN_SIM)
    else:
        await _to_channel(intake, message, number)


async def cht_poll(intake: Intake, poll: Poll, device: str) -> Sequence[Outgoing]:
    """Take in all that a poll tells, and give what the telephone is to send; answers to what it just told included."""
    shell = intake.shell
    await _ping(intake, Ping(cht.NAME, device))
    for one in poll.messages:
        await sms(intake, one)
    for content in poll.unread:
        mark = hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()
        message = Message("sms", _place(Sim("cht", device, 0)), "", mark, content, manner="sms")
        await intake.gathering.keep_unhandled(message, NO_SMS)
    for delivery in poll.deliveries:
        await shell.db.write(partial(fetched.reported, delivery=delivery, now=shell.clock()))
    password = shell.settings.cht_password
    assert password is not None
    key, now = password.get_secret_value(), shell.clock()  # not earlier: it has just been answered
    return await shell.db.write(
        lambda session: fetched.hand_out(
            session, shell.vault, shell.countries, key, sims.numbers_of(session, "cht", device), now
        )
    )


def waiting_for(session: Session, viewer: Viewer, sim: Sim) -> list[Kept]:
    """The messages that wait until somebody says which number this SIM has, oldest first, opened."""
    rows = session.exec(select(Unhandled).where(Unhandled.error == UNKNOWN_SIM, Unhandled.box != b""))
    opened = [Kept(row.id or 0, unpack_message(viewer.team.open(UNHANDLED, row.box)), row.at) for row in rows]
    return [one for one in opened if one.message.lane == _place(sim)]


async def take_again(intake: Intake, number: str, use: str, kept: Sequence[Kept]) -> None:
    """Take in what waited for a SIM, now that we know its number; what was taken is settled after it is stored.

    A worker who wrote longer than a day ago is not answered any more: that message goes on waiting for a person.
    """
    shell, now = intake.shell, intake.shell.clock()
    for one in kept:
        if use == pool.PROXY:
            message = one.message
            await intake.portal_sms(number, message.address, message.text, message.id, time_of(message.id))
        elif one.at > now - LATEST:
            await _to_channel(intake, one.message._replace(lane=f"sms:{number}"), number)
        else:
            continue
        await shell.db.write(partial(_settle, row_id=one.id, now=now))


def _settle(session: Session, row_id: int, now: datetime) -> None:
    row = session.get(Unhandled, row_id)
    if row is not None and row.handled_at is None:
        row.box, row.handled_at = b"", now
        session.add(row)


def _number(session: Session, sim: Sim, now: datetime) -> tuple[str, str]:
    number = sims.hear(session, sim, now)
    return number, pool.use_of(session, number) if number else ""


def _message(intake: Intake, heard: SimSms, number: str) -> Message:
    """An SMS as a message. Its id is made of what it says and when, because the gateway's own is not reliable."""
    lane = f"sms:{number}" if number else _place(heard.sim)
    its_id = same_sms(intake.shell.vault, heard.sender, heard.text, heard.at) if heard.at else heard.id
    return Message("sms", lane, heard.sender, its_id, heard.text, manner="sms")


def _place(sim: Sim) -> str:
    """The lane of a message whose SIM nobody knows: nothing is ever sent by it."""
    return f"sms:{sim.gateway}/{sim.device}/{sim.slot}"


async def _to_channel(intake: Intake, message: Message, number: str) -> None:
    address = _address(message.address, number)
    if address:
        await intake.message(message._replace(address=address))
    else:
        await intake.gathering.keep_unhandled(message, NO_ADDRESS)


def _address(sender: str, number: str) -> str:
    """A sender in E.164, so that a woman is the same on every channel; nothing for one that cannot be answered.

    Telephones may leave the country out: then it is the one of our number.
    """
    try:
        parsed = phonenumbers.parse(sender, region(number) or None)
    except phonenumbers.NumberParseException:
        return ""
    if len(phonenumbers.national_significant_number(parsed)) < SHORTEST or any(map(str.isalpha, sender)):
        return ""
    possible = phonenumbers.is_possible_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if possible else ""


async def _ping(intake: Intake, ping: Ping) -> None:
    """A telephone is alive."""
    shell, now = intake.shell, intake.shell.clock()
    await shell.db.write(lambda session: _alive(session, ping, now))


def _alive(session: Session, ping: Ping, now: datetime) -> None:
    """What a telephone says of itself is said of each number in it."""
    for number in sims.alive(session, ping.gateway, ping.device, now):
        health.report(session, number, battery=ping.battery, online=ping.online, now=now)
