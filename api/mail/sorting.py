"""E-mail in the inbox: whose it may be is proposed as for an SMS, and a person says so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import CursorResult
from sqlmodel import Session, col, func, select

from api.answers import encode
from api.desk.cases import mark_unread
from api.desk.tasks import open_task, settle
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.mail import stray
from api.mail.content import (
    FILE,
    ITEM,
    SEARCHED,
    MailPart,
    StrayText,
    pack_file,
    unpack_file,
    unpack_mail,
    unpack_stray,
)
from api.numbers.proposals import Known, Proposals
from api.numbers.unmatched import HIDDEN, KEPT
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, coordinators_only, id_of, may_open, open_key
from api.staff.alerts import alert_on_duty
from api.staff.people import Viewer
from api.tables import CaseRow, MailAddress, MailApart, MailFileRow, MailMessage, StrayFile, StrayMail, metadata
from flows.matching import Likely
from flows.portal_messages import CODE

COMPARED = 200
"""With how many cases an e-mail is compared besides those whose address it seems to mean: the newest loans."""
_stray = metadata.tables["stray_mail"]


@dataclass(frozen=True, slots=True)
class Stray:
    """An e-mail without a case, opened; a login code in it is hidden. The rest is as for an SMS (`Unmatched`)."""

    id: int
    kind: str
    portal: str
    received_at: datetime
    wipe_at: datetime | None
    content: StrayText
    proposed: Likely | None
    likely: tuple[Likely, ...]
    settled: bool
    apart: tuple[str, ...]


def strays(session: Session, known: Known, viewer: Viewer, now: datetime) -> tuple[Stray, ...]:
    """All e-mail that has no case, for a coordinator; for a volunteer what seems to be for a case of hers.

    Oldest first. She sees too what she put aside, so that she can take it back; what else is shown counts as read.
    """
    rows = session.exec(select(StrayMail).where(col(StrayMail.wipe_at) > now).order_by(col(StrayMail.id))).all()
    waiting = [row for row in rows if viewer.coordinator or row.settled_at is None]
    proposals = Proposals(session, known, viewer)
    shown = [(row, found) for row in waiting if (found := shown_to(session, proposals, viewer, row))]
    for row, found in shown:
        if row.read_at is None and (viewer.coordinator or found.proposed):
            row.read_by, row.read_at = viewer.person_id, now
            session.add(row)
    if shown:
        audit.record_visit(session, viewer.person_id, "message.list", "", now)
    return tuple(found for _, found in shown)


def count(session: Session, viewer: Viewer, now: datetime) -> int:
    """How much e-mail waits that could be hers to decide: of a volunteer what came for a portal of her addresses."""
    waiting = select(func.count(col(StrayMail.id))).where(
        col(StrayMail.wipe_at) > now, col(StrayMail.settled_at).is_(None)
    )
    if not viewer.coordinator:
        mine = select(MailAddress.portal).join(CaseRow, col(MailAddress.case_id) == CaseRow.id)
        hers = CaseRow.claimed_by == viewer.person_id, CaseRow.state == "claimed"
        aside = select(MailApart.mail_id).where(MailApart.person_id == viewer.person_id)
        waiting = waiting.where(col(StrayMail.portal).in_(mine.where(*hers)), col(StrayMail.id).not_in(aside))
    return session.exec(waiting).one()


def assign(session: Session, known: Known, viewer: Viewer, mail_id: int, reference: str, now: datetime) -> None:
    """Say whose an e-mail is: it is sealed to that case with its files.

    Refused: (404, "no_such_message"), also when somebody was faster, or it is not shown to her; (404, "no_such_case");
    (409, "no_address") when that case never had an address.
    """
    row = waiting_row(session, mail_id, now)
    if shown_to(session, Proposals(session, known, viewer), viewer, row) is None:
        raise Refused(404, "no_such_message")
    case = case_for(session, viewer, reference)
    hers = select(MailAddress.id).where(MailAddress.case_id == case.id).order_by(col(MailAddress.id).desc())
    address_id, public_key = session.exec(hers.limit(1)).one_or_none(), mark_unread(session, id_of(case))
    if address_id is None or public_key is None:
        raise Refused(409, "no_address")
    _move(session, known.vault, viewer, row, case, address_id)
    settle(session, "read_message", now, about=stray.task_about(mail_id))
    audit.record(session, viewer.person_id, "message.assign", reference, now, mail=mail_id)


def nobodys(session: Session, viewer: Viewer, mail_id: int, now: datetime) -> None:
    """Say that an e-mail is for no case of ours: it is deleted in some days. Refused(404, "no_such_message")."""
    coordinators_only(viewer)
    row = waiting_row(session, mail_id, now)
    row.settled_at, row.wipe_at = now, min(filter(None, (row.wipe_at, now + KEPT)))
    session.add(row)
    settle(session, "read_message", now, about=stray.task_about(mail_id))
    audit.record(session, viewer.person_id, "message.nobody", "", now, mail=mail_id)


def bring_back(session: Session, viewer: Viewer, mail_id: int, now: datetime) -> None:
    """Take that back, as long as it is there. Refused(404, "no_such_message")."""
    coordinators_only(viewer)
    row = session.get(StrayMail, mail_id, with_for_update=True)
    if row is None or row.settled_at is None:
        raise Refused(404, "no_such_message")
    row.settled_at, row.wipe_at = None, row.wipe_at if row.kind == CODE else now + stray.LIVES
    session.add(row)
    audit.record(session, viewer.person_id, "message.back", "", now, mail=mail_id)


def give_back(session: Session, known: Known, viewer: Viewer, message_id: int, now: datetime) -> str:
    """It was the wrong case: put an e-mail back into the inbox with its files; gives the reference of the case.

    Refused(404, "no_such_message"), also for a login code, and for what came to an address of the case itself.
    """
    row = session.get(MailMessage, message_id, with_for_update=True)
    case = session.get(CaseRow, row.case_id) if row else None
    if row is None or case is None or not row.box or row.kind == CODE or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    key = open_key(known.vault, viewer, case)
    content = unpack_mail(key.open(Vault.item_context(id_of(case), ITEM), row.box))
    if not content.strayed_to:
        raise Refused(404, "no_such_message")
    address = session.get(MailAddress, row.address_id)
    meant = stray.meant_by(session, content.strayed_to)
    portal = next((one.portal for one in meant), address.portal if address else "")
    back = StrayMail(portal=portal, kind=row.kind, box=b"", received_at=row.received_at, wipe_at=now + stray.LIVES)
    session.add(back)
    session.flush()
    files = tuple(_move_back(session, known.vault, key, part, back, case) for part in content.files)
    mail = replace(content, files=files, strayed_to="")
    back.box = known.vault.seal_to_team(stray.ITEM, encode(StrayText(content.strayed_to, mail)))
    session.delete(row)
    open_task(session, "read_message", now, due_at=now + stray.READ_WITHIN, about=stray.task_about(back.id or 0))
    audit.record(session, viewer.person_id, "message.back", case.reference, now, mail=back.id)
    return case.reference


def alert_unread(session: Session, vault: Vault, now: datetime) -> int:
    """Tell those on duty of the e-mail that nobody read for an hour, once each, and not what is in it."""
    unread = (
        _stray.c.kind != CODE,
        _stray.c.settled_at.is_(None),
        _stray.c.read_at.is_(None),
        _stray.c.told_at.is_(None),
        _stray.c.received_at <= now - stray.READ_WITHIN,
    )
    told: CursorResult[object] = session.connection().execute(_stray.update().where(*unread).values(told_at=now))
    if told.rowcount:
        alert_on_duty(session, vault, "message", now, about="inbox")
    return told.rowcount


def shown_to(session: Session, proposals: Proposals, viewer: Viewer, row: StrayMail) -> Stray | None:
    """An e-mail as she may see it; None when it is not for her to decide."""
    content = unpack_stray(viewer.team.open(stray.ITEM, row.box))
    meant = {one.case_id for one in stray.meant_by(session, content.to)}
    ranking = proposals.of_mail(
        f"{content.mail.subject}\n{content.mail.text[:SEARCHED]}",
        row.portal,
        row.received_at,
        _holders(session, row, meant),
        meant,
    )
    apart = tuple(case.reference for case in _apart_from(session, row) if may_open(viewer, case))
    proposed = ranking.proposed if ranking.proposed and _may(session, viewer, ranking.proposed) else None
    if not viewer.coordinator and proposed is None and not apart:
        return None
    likely = tuple(one for one in ranking.likely if one != proposed and _may(session, viewer, one))
    settled = row.settled_at is not None
    shown = (
        StrayText(content.to, replace(content.mail, subject=HIDDEN, text=HIDDEN, code=""))
        if row.kind == CODE
        else content
    )
    return Stray(
        row.id or 0, row.kind, row.portal, row.received_at, row.wipe_at, shown, proposed, likely, settled, apart
    )


def _may(session: Session, viewer: Viewer, likely: Likely) -> bool:
    case = session.exec(select(CaseRow).where(CaseRow.reference == likely.key)).one()
    return may_open(viewer, case)


def _holders(session: Session, row: StrayMail, meant: set[int]) -> Sequence[CaseRow]:
    """The cases that may be meant: by the address, and those that had one for the same portal."""
    lent = select(MailAddress.case_id).where(MailAddress.portal == row.portal).order_by(col(MailAddress.id).desc())
    ids = {*meant, *session.exec(lent.limit(COMPARED))} - {case.id for case in _apart_from(session, row)}
    cases = select(CaseRow).where(col(CaseRow.id).in_(ids), CaseRow.state != FORGOTTEN)
    return session.exec(cases.order_by(col(CaseRow.id).desc())).all()


def _apart_from(session: Session, row: StrayMail) -> Sequence[CaseRow]:
    """The cases of which somebody said that it is not for them."""
    said = select(CaseRow).join(MailApart, col(MailApart.case_id) == CaseRow.id)
    return session.exec(said.where(MailApart.mail_id == row.id).order_by(col(CaseRow.id))).all()


def _move(session: Session, vault: Vault, viewer: Viewer, row: StrayMail, case: CaseRow, address_id: int) -> None:
    """Seal an e-mail and its files to a case, and keep nothing of it elsewhere."""
    came = unpack_stray(viewer.team.open(stray.ITEM, row.box))
    content = replace(came.mail, strayed_to=came.to)
    case_id, lives = id_of(case), row.wipe_at if row.kind == CODE else None
    kept = MailMessage(address_id=address_id, case_id=case_id, kind=row.kind, box=b"", received_at=row.received_at)
    kept.wipe_at = lives
    session.add(kept)
    session.flush()
    files = tuple(_move_file(session, vault, viewer, part, kept, case) for part in content.files)
    kept.box = vault.seal(case.public_key, vault.item_context(case_id, ITEM), encode(replace(content, files=files)))
    session.add(kept)
    stray.forget(session, [row.id or 0])


def _move_file(
    session: Session, vault: Vault, viewer: Viewer, part: MailPart, kept: MailMessage, case: CaseRow
) -> MailPart:
    row = session.get(StrayFile, part.id) if part.id else None
    if row is None:
        return part
    packed = pack_file(unpack_file(viewer.team.open(stray.FILE, row.box)))
    box = vault.seal(case.public_key, vault.item_context(id_of(case), FILE), packed)
    moved = MailFileRow(message_id=kept.id or 0, case_id=id_of(case), box=box)
    session.add(moved)
    session.flush()
    return replace(part, id=moved.id or 0)


def _move_back(
    session: Session, vault: Vault, key: CaseKey, part: MailPart, back: StrayMail, case: CaseRow
) -> MailPart:
    row = session.get(MailFileRow, part.id) if part.id else None
    if row is None:
        return part
    packed = key.open(Vault.item_context(id_of(case), FILE), row.box)
    moved = StrayFile(mail_id=back.id or 0, box=vault.seal_to_team(stray.FILE, packed))
    session.add(moved)
    session.delete(row)
    session.flush()
    return replace(part, id=moved.id or 0)


def waiting_row(session: Session, mail_id: int, now: datetime) -> StrayMail:
    """An e-mail that waits, locked until the end of the transaction."""
    row = session.get(StrayMail, mail_id, with_for_update=True, populate_existing=True)
    if row is None or row.settled_at is not None or (row.wipe_at is not None and row.wipe_at <= now):
        raise Refused(404, "no_such_message")
    return row
