"""What comes by e-mail: it goes to the case whose address it was sent to. Nothing here is ever answered or bounced.

An address belongs to one case alone, so nothing has to be guessed. What comes to an address that a case had once, or to
one that is nearly a case's, waits for a person (`api.mail.stray`); all else is counted, and not kept:
docs/decisions/0011 says why.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from api.answers import encode
from api.desk import tallies
from api.desk.cases import mark_unread
from api.desk.tasks import open_task
from api.keys.vault import Vault
from api.mail import stray
from api.mail.content import FILE, ITEM, SEARCHED, MailPart, MailText, pack_file
from api.mail.lending import expire_addresses
from api.numbers.windows import open_window
from api.store.once import insert_once
from api.tables import CaseRow, MailAddress, MailFileRow, MailMessage, metadata
from bot.mail import Mail, MailFile
from flows.codes import find_code
from flows.portal import Portals

READ_WITHIN = timedelta(hours=1)
"""How soon somebody has to look at what comes to a case that is closed."""
_message, _file, _seen = metadata.tables["mail_message"], metadata.tables["mail_file"], metadata.tables["seen"]


def receive(session: Session, vault: Vault, portals: Portals, mail: Mail, now: datetime) -> tuple[str, ...]:
    """Take in an e-mail, and give the references of the cases that it went to; a repeat is nothing."""
    expire_addresses(session, now)
    living = select(MailAddress).where(col(MailAddress.address).in_(mail.recipients), MailAddress.state != "ended")
    addresses = session.exec(living.order_by(col(MailAddress.id))).all()
    if not addresses:
        if not stray.keep(session, vault, portals, mail, now):
            tallies.add(session, now.date(), tallies.UNKNOWN, ("mail",))
        return ()
    return tuple(filter(None, (_deliver(session, vault, portals, one, mail, now) for one in addresses)))


def end_codes(session: Session, now: datetime) -> None:
    """Empty the login codes whose time is over, with their files: by a clock that is doubted too."""
    over = session.exec(select(col(MailMessage.id)).where(col(MailMessage.wipe_at) <= now)).all()
    if over:
        wipe(session, over)
    stray.end_codes(session, now)


def end_what_is_over(session: Session, now: datetime) -> None:
    """End addresses that have cooled, and delete what no case got and nobody wanted."""
    expire_addresses(session, now)
    stray.end_what_is_over(session, now)


def wipe_codes(session: Session, case_id: int, *which: Any) -> None:
    """Empty the login codes of a case, all or those of which this holds, with their files."""
    codes = select(col(MailMessage.id)).where(MailMessage.case_id == case_id, MailMessage.kind == "code", *which)
    wipe(session, session.exec(codes).all())


def wipe(session: Session, message_ids: Sequence[int | None]) -> None:
    """Empty messages, and delete their files."""
    emptied = _message.update().where(_message.c.id.in_(message_ids)).values(box=b"", wipe_at=None)
    session.connection().execute(emptied)
    session.connection().execute(_file.delete().where(_file.c.message_id.in_(message_ids)))


def _deliver(
    session: Session, vault: Vault, portals: Portals, address: MailAddress, mail: Mail, now: datetime
) -> str | None:
    """Seal it to the case and give the reference; None for a repeat, and when the case was forgotten."""
    key = vault.index("mail", address.address, mail.message_id, mail.digest)
    if insert_once(session, _seen, {"key": key, "at": now}) is None:
        return None
    public_key = mark_unread(session, address.case_id)
    if public_key is None:
        return None
    row = MailMessage(address_id=address.id or 0, case_id=address.case_id, kind="other", box=b"", received_at=now)
    code = _code(session, portals, address, mail, now)
    if code:
        row.kind, row.wipe_at = "code", now + portals[address.portal].lifetime
    session.add(row)
    session.flush()
    files = tuple(_keep(session, vault, public_key, row, file) for file in mail.files)
    content = MailText(mail.sender, mail.subject, mail.text, code, files, mail.size, mail.cut)
    row.box = vault.seal(public_key, vault.item_context(address.case_id, ITEM), encode(content))
    return _told(session, address.case_id, now)


def _code(session: Session, portals: Portals, address: MailAddress, mail: Mail, now: datetime) -> str:
    """The login code in it, if her volunteer waits for one: here or on the number, or did until a lifetime ago."""
    portal = portals.get(address.portal)
    if portal is None:
        return ""
    late = address.expects_until is not None and now < address.expects_until + portal.lifetime
    if not late and open_window(session, address.case_id, address.portal) is None:
        return ""
    return find_code(f"{mail.subject}\n{mail.text[:SEARCHED]}", portal) or ""


def _keep(session: Session, vault: Vault, public_key: bytes, row: MailMessage, file: MailFile) -> MailPart:
    part = MailPart(0, file.name, file.kind, file.size)
    if not file.content:
        return part
    box = vault.seal(public_key, vault.item_context(row.case_id, FILE), pack_file(file))
    kept = MailFileRow(message_id=row.id or 0, case_id=row.case_id, box=box)
    session.add(kept)
    session.flush()
    return replace(part, id=kept.id or 0)


def _told(session: Session, case_id: int, now: datetime) -> str:
    """The reference of the case; when it is closed, somebody has to look."""
    case = session.exec(select(CaseRow).where(CaseRow.id == case_id)).one()
    if case.state == "closed":
        open_task(session, "read_mail", now, due_at=now + READ_WITHIN, case_id=case_id)
    return case.reference
