"""Answering a portal that wants it (`YES within 48 hours`): only when a person presses the button."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session, select

from api.desk.tasks import settle
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers.proxies import PortalMessageView, opened
from api.numbers.sims import GATEWAYS, lines
from api.outbound.replies import queue_reply
from api.staff import audit
from api.staff.access import id_of, may_open, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, PortalMessage
from flows.model import Reply
from flows.portal import Portals

_A_NUMBER = re.compile(r"\+?[0-9]{3,15}")


def can_answer(session: Session, number: str, sender: str, gateways: Collection[str] = GATEWAYS) -> bool:
    """Whether we can write from this number of ours to this sender: its gateway sends, and it is no mere name."""
    return bool(_A_NUMBER.fullmatch(sender.strip())) and any(line.number == number for line in lines(session, gateways))


def answerable(
    session: Session, messages: Iterable[PortalMessageView], gateways: Collection[str] = GATEWAYS
) -> frozenset[int]:
    """The ids of those messages that want an answer and that we can answer from here, by one of these gateways."""
    wanting = (one for one in messages if one.kind == "answer" and one.answered_at is None)
    return frozenset(one.id for one in wanting if can_answer(session, one.number, one.sender, gateways))


def answer_portal(
    session: Session,
    vault: Vault,
    portals: Portals,
    viewer: Viewer,
    message_id: int,
    yes: bool,
    now: datetime,
    gateways: Collection[str] = GATEWAYS,
) -> str:
    """Send the portal's word for yes or no, from the number that it wrote to; gives the case's reference.

    Refused: (404, "no_such_message"), also for another's; (409, "already_answered"); (409, "cannot_answer") when the
    number has no SIM that sends, the sender is only a name, or the portal has no such word: then by hand.
    """
    row, case = _wanting(session, viewer, message_id)
    wanted = portals[row.portal].wanted if row.portal in portals else None
    word = (wanted.yes if yes else wanted.no) if wanted else ""
    sender = opened(open_key(vault, viewer, case), id_of(case), row).sender.strip()
    if not word or not can_answer(session, row.number, sender, gateways):
        raise Refused(409, "cannot_answer")
    lane = f"sms:{row.number}"
    queue_reply(session, vault, lane=lane, address=sender, reply=Reply(word), now=now, case_id=id_of(case))
    _is_answered(session, viewer, case, row, now)
    return case.reference


def answered_by_hand(session: Session, viewer: Viewer, message_id: int, now: datetime) -> str:
    """She answered on the telephone itself; gives the case's reference. Refused as above."""
    row, case = _wanting(session, viewer, message_id)
    _is_answered(session, viewer, case, row, now)
    return case.reference


def _wanting(session: Session, viewer: Viewer, message_id: int) -> tuple[PortalMessage, CaseRow]:
    row = session.exec(select(PortalMessage).where(PortalMessage.id == message_id).with_for_update()).one_or_none()
    case = session.get(CaseRow, row.case_id) if row and row.case_id else None
    if row is None or case is None or row.kind != "answer" or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    if row.answered_at is not None:
        raise Refused(409, "already_answered")
    return row, case


def _is_answered(session: Session, viewer: Viewer, case: CaseRow, row: PortalMessage, now: datetime) -> None:
    row.answered_at, row.answered_by = now, viewer.person_id
    session.add(row)
    settle(session, "answer_portal", now, case_id=id_of(case), about=str(row.id))
    audit.record(session, viewer.person_id, "message.answer", case.reference, now, number=row.number)
