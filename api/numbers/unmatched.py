"""The inbox: portal messages that found no case by themselves. A person reads them, and says whose they are."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult
from sqlmodel import Session, col, func, select

from api.answers import encode
from api.desk.tasks import open_task, settle
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import files, senders
from api.numbers.proposals import Known, Proposals, holders
from api.numbers.proxies import UNREAD, PortalText, opened, seal_to_case, team_context, unpack_portal
from api.staff import audit
from api.staff.access import case_for, id_of, may_open, open_key
from api.staff.alerts import alert_on_duty
from api.staff.people import Viewer
from api.tables import AppointmentRow, CaseRow, Lease, MessageApart, PortalMessage, metadata
from flows.digits import read_digits
from flows.matching import Likely, Ranking
from flows.portal_messages import CODE, TELL_A_DATE

KEPT = timedelta(days=7)
"""How long what is nobody's can be taken back."""
CHECK = timedelta(hours=4)
"""Within which time somebody looks whether an appointment was read rightly."""
HIDDEN = "••••••"
_message, _apart = metadata.tables["portal_message"], metadata.tables["message_apart"]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A portal message without a case, opened; a login code in it is hidden.

    `proposed` is the one case that it clearly seems to be for, `likely` others for which something speaks, and
    `candidates` the references of all that ever had its number, the newest loan first: only such as the viewer may
    open. Of those in `apart` somebody said that it is not for them. `settled` is one of which somebody said that it is
    nobody's. For the portals in `strange` its sender is not known, though the number was lent for them. `files` is how
    many came with it.
    """

    id: int
    number: str
    kind: str
    portal: str
    received_at: datetime
    wipe_at: datetime | None
    content: PortalText
    proposed: Likely | None
    likely: tuple[Likely, ...]
    candidates: tuple[str, ...]
    apart: tuple[str, ...]
    settled: bool
    strange: tuple[str, ...]
    files: int = 0


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a viewer may decide, oldest first; `others` is how many more wait for somebody else."""

    messages: tuple[Unmatched, ...]
    others: int


def inbox(session: Session, known: Known, viewer: Viewer, now: datetime) -> Inbox:
    """All messages that have no case, for a coordinator; for a volunteer those that seem to be for a case of hers.

    She sees too what she put aside, so that she can take it back. What else is shown counts as read.
    """
    waiting = col(PortalMessage.settled_at).is_(None) if not viewer.coordinator else True
    rows = session.exec(
        select(PortalMessage).where(*_without_a_case(now), waiting).order_by(col(PortalMessage.id))
    ).all()
    proposals = Proposals(session, known, viewer)
    found = files.of_messages(session, rows)
    shown = [
        replace(message, files=len(found.get(message.id, ())))
        for row in rows
        if (message := shown_to(session, proposals, viewer, row))
    ]
    decided = {message.id for message in shown if viewer.coordinator or message.proposed}
    for row in rows:
        if row.read_at is None and row.id in decided:
            row.read_by, row.read_at = viewer.person_id, now
            session.add(row)
    if shown:
        audit.record_visit(session, viewer.person_id, "message.list", "", now)
    return Inbox(tuple(shown), len(rows) - len(shown))


def count(session: Session, viewer: Viewer, now: datetime) -> int:
    """How many messages wait that could be hers to decide: of a volunteer those on numbers that her cases had."""
    counted = select(func.count(col(PortalMessage.id))).where(
        *_without_a_case(now), col(PortalMessage.settled_at).is_(None)
    )
    if not viewer.coordinator:
        hers = select(Lease.number).join(CaseRow, col(Lease.case_id) == CaseRow.id)
        mine = CaseRow.claimed_by == viewer.person_id, CaseRow.state == "claimed"
        aside = select(MessageApart.message_id).where(MessageApart.person_id == viewer.person_id)
        counted = counted.where(col(PortalMessage.number).in_(hers.where(*mine)), col(PortalMessage.id).not_in(aside))
    return session.exec(counted).one()


def assign(session: Session, known: Known, viewer: Viewer, message_id: int, reference: str, now: datetime) -> None:
    """Say whose a message is: it is sealed to that case, and what it asks for becomes a task there.

    Refused: (404, "no_such_message"), also when somebody was faster, or it is not shown to her; (404, "no_such_case")
    for one that she may not open; (409, "never_lent") when that case never had the number on which it arrived.
    """
    row = waiting_row(session, viewer, message_id, now)
    if shown_to(session, Proposals(session, known, viewer), viewer, row) is None:
        raise Refused(404, "no_such_message")
    case = case_for(session, viewer, reference)
    if case.id not in [one.id for one in holders(session, row.number)]:
        raise Refused(409, "never_lent")
    _is_of_its_portal(session, known, row, case)
    give_to(session, known, viewer, row, case, now)


def give_to(session: Session, known: Known, viewer: Viewer, row: PortalMessage, case: CaseRow, now: datetime) -> None:
    """Seal a message, and what came with it, to a case: she has said that it is for that one, and may say so."""
    seal_to_case(session, known.vault, row, content_of(viewer, row), id_of(case))
    files.give(session, known.vault, viewer.team, row, case)
    session.connection().execute(_apart.delete().where(_apart.c.message_id == row.id))
    settle(session, "read_message", now, about=str(row.id))
    _ask_for_more(session, row, case, now)
    audit.record(session, viewer.person_id, "message.assign", case.reference, now, number=row.number)


def give_back(session: Session, known: Known, viewer: Viewer, message_id: int, now: datetime) -> str:
    """It was the wrong case: put a message back into the inbox; gives the reference of the case that had it.

    Refused: (404, "no_such_message"), also for a login code; (409, "has_appointment") once an appointment was made
    of it.
    """
    row = session.get(PortalMessage, message_id, with_for_update=True)
    case = session.get(CaseRow, row.case_id) if row and row.case_id else None
    if row is None or case is None or not row.box or row.kind == CODE or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    if session.exec(select(AppointmentRow.id).where(AppointmentRow.message_id == message_id)).first() is not None:
        raise Refused(409, "has_appointment")
    key = open_key(known.vault, viewer, case)
    content = opened(key, id_of(case), row)
    files.take_back(session, known.vault, key, row, case)
    row.case_id, row.box = None, known.vault.seal_to_team(team_context(row.number), encode(content))
    session.add(row)
    for kind in ("answer_portal", "read_appointment"):
        settle(session, kind, now, case_id=id_of(case), about=str(row.id))
    open_task(session, "read_message", now, due_at=now + UNREAD, about=str(row.id))
    audit.record(session, viewer.person_id, "message.back", case.reference, now, number=row.number)
    return case.reference


def alert_unread(session: Session, vault: Vault, now: datetime) -> int:
    """Tell those on duty of the messages that nobody read for an hour, once each, and not what is in them."""
    unread = (
        *_conditions(now),
        _message.c.settled_at.is_(None),
        _message.c.read_at.is_(None),
        _message.c.told_at.is_(None),
        _message.c.received_at <= now - UNREAD,
    )
    told: CursorResult[object] = session.connection().execute(_message.update().where(*unread).values(told_at=now))
    if told.rowcount:
        alert_on_duty(session, vault, "message", now, about="inbox")
    return told.rowcount


def hide_code(content: PortalText) -> PortalText:
    """The content without its login code; without any text where the code cannot be found in it."""
    if not content.code:
        return content
    parts = r"[^0-9A-Za-z]?".join(map(re.escape, content.code))
    text, hidden = re.subn(parts, HIDDEN, read_digits(content.text), flags=re.IGNORECASE)
    return replace(content, text=text if hidden else HIDDEN, code="")


def shown_to(session: Session, proposals: Proposals, viewer: Viewer, row: PortalMessage) -> Unmatched | None:
    """A message as she may see it, its files uncounted; None when it is not for her to decide."""
    content = content_of(viewer, row)
    ranking = proposals.ranking(row, content)
    hers = [case.reference for case in holders(session, row.number) if may_open(viewer, case)]
    mine = ranking.proposed is not None and ranking.proposed.key in hers
    apart = tuple(one for one in proposals.apart(row) if one in hers)
    if not viewer.coordinator and not mine and not apart:
        return None
    portals = senders.knowing(session, proposals.known.portals)
    strange = senders.strangers_to(session, portals, row.number, content.sender) if viewer.coordinator else ()
    return _view(row, hide_code(content), ranking, tuple(hers), apart, strange)


def _view(
    row: PortalMessage,
    content: PortalText,
    ranking: Ranking,
    hers: tuple[str, ...],
    apart: tuple[str, ...],
    strange: tuple[str, ...],
) -> Unmatched:
    proposed = ranking.proposed if ranking.proposed and ranking.proposed.key in hers else None
    likely = tuple(one for one in ranking.likely if one.key in hers and one != proposed)
    return Unmatched(
        row.id or 0,
        row.number,
        row.kind,
        row.portal,
        row.received_at,
        row.wipe_at,
        content,
        proposed,
        likely,
        hers,
        apart,
        row.settled_at is not None,
        strange,
    )


def waiting_row(session: Session, viewer: Viewer, message_id: int, now: datetime) -> PortalMessage:
    """A message that waits, locked until the end of the transaction."""
    row = session.get(PortalMessage, message_id, with_for_update=True, populate_existing=True)
    gone = row is None or row.case_id is not None or not row.box or row.settled_at is not None
    if row is None or gone or (row.wipe_at is not None and row.wipe_at <= now):
        raise Refused(404, "no_such_message")
    return row


def _is_of_its_portal(session: Session, known: Known, row: PortalMessage, case: CaseRow) -> None:
    """What came from a sender that nobody knew is of the portal for which this case had the number, if it was one."""
    had = select(Lease.portal).where(Lease.number == row.number, Lease.case_id == case.id).distinct()
    lent = session.exec(had).all()
    if row.portal or len(lent) != 1 or lent[0] not in known.portals:
        return
    row.portal = lent[0]
    wanted = known.portals[row.portal].wanted
    row.answer_by = row.received_at + timedelta(hours=wanted.hours) if row.kind == "answer" and wanted else None


def _ask_for_more(session: Session, row: PortalMessage, case: CaseRow, now: datetime) -> None:
    """What a message of this kind asks of whoever claimed the case."""
    kind, due_at = "read_appointment", now + CHECK
    if row.kind == "answer" and row.answer_by is not None:
        kind, due_at = "answer_portal", row.answer_by
    elif row.kind not in TELL_A_DATE:
        return
    about, claimant = str(row.id), case.claimed_by
    open_task(session, kind, now, due_at=due_at, case_id=id_of(case), about=about, person_id=claimant)


def _without_a_case(now: datetime) -> tuple[ColumnElement[bool], ...]:
    alive = col(PortalMessage.wipe_at).is_(None) | (col(PortalMessage.wipe_at) > now)
    return col(PortalMessage.case_id).is_(None), col(PortalMessage.box) != b"", alive


def _conditions(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _message.c.case_id.is_(None), _message.c.box != b"", _message.c.kind != CODE


def content_of(viewer: Viewer, row: PortalMessage) -> PortalText:
    """What stands in a message that has no case."""
    return unpack_portal(viewer.team.open(team_context(row.number), row.box))
