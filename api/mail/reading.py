"""The e-mail of a case as its volunteer sees it: opened for one request, and who reads a code or a file is recorded."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.mail.content import FILE, ITEM, MailText, unpack_file, unpack_mail
from api.mail.lending import active_address
from api.mail.receiving import wipe_codes
from api.staff import audit
from api.staff.access import case_for, id_of, may_open, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, MailFileRow, MailMessage
from bot.mail import MailFile


@dataclass(frozen=True, slots=True)
class MailView:
    """An e-mail of a case, opened; without any content when it was a login code and is wiped.

    `strayed`: a person said that it is this case's, and may give it back.
    """

    id: int
    content: MailText
    received_at: datetime
    wipe_at: datetime | None

    @property
    def strayed(self) -> bool:
        """Whether it came to no address of this case; a login code is wiped soon anyway."""
        return bool(self.content.strayed_to) and self.wipe_at is None


@dataclass(frozen=True, slots=True)
class MailboxView:
    """The address of a case (empty: none is lent), and what came, oldest first.

    Until `expects_until` somebody waits for a login code; `code` is the newest one that still lives.
    """

    address: str = ""
    expects_until: datetime | None = None
    messages: tuple[MailView, ...] = ()
    code: MailView | None = None


def mailbox_of(
    session: Session, viewer: Viewer, case: CaseRow, key: CaseKey, portal: str, now: datetime
) -> MailboxView:
    """The address and the e-mail of a case. Who reads a login code first is written down."""
    address = active_address(session, id_of(case), portal)
    rows = session.exec(select(MailMessage).where(MailMessage.case_id == case.id).order_by(col(MailMessage.id)))
    messages = tuple(
        MailView(row.id or 0, _read(session, viewer, case, key, row, now), row.received_at, row.wipe_at) for row in rows
    )
    expects = address.expects_until if address and address.expects_until and address.expects_until > now else None
    newest = next((one for one in reversed(messages) if one.content.code), None)
    return MailboxView(address.address if address else "", expects, messages, newest)


def wipe_code(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """She has used a login code: empty it before its time, and older ones. Refused(404, "no_such_message")."""
    row = session.get(MailMessage, message_id)
    case = session.get(CaseRow, row.case_id) if row else None
    if row is None or case is None or row.kind != "code" or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    wipe_codes(session, id_of(case), col(MailMessage.id) <= message_id)
    audit.record(session, viewer.person_id, "code.wipe", case.reference, now)


def open_file(session: Session, vault: Vault, viewer: Viewer, reference: str, file_id: int, now: datetime) -> MailFile:
    """Open a file that came by e-mail. Refused(404, "no_such_message") when this case has none with that id."""
    case = case_for(session, viewer, reference)
    row = session.get(MailFileRow, file_id)
    if row is None or row.case_id != case.id:
        raise Refused(404, "no_such_message")
    key = open_key(vault, viewer, case)
    audit.record(session, viewer.person_id, "file.open", reference, now, file=file_id)
    return unpack_file(key.open(Vault.item_context(id_of(case), FILE), row.box))


def _read(session: Session, viewer: Viewer, case: CaseRow, key: CaseKey, row: MailMessage, now: datetime) -> MailText:
    if not row.box or (row.wipe_at and row.wipe_at <= now):
        return MailText("", "", "")
    if row.kind == "code" and row.read_at is None:
        row.read_by, row.read_at = viewer.person_id, now
        audit.record(session, viewer.person_id, "code.read", case.reference, now, mail=row.id)
    return unpack_mail(key.open(Vault.item_context(id_of(case), ITEM), row.box))
