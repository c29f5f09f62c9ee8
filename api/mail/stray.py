"""E-mail that no case's address got: what may still be meant for one of ours is kept, sealed, until a person looks.

That is what comes to an address that a case had once, and to one that is nearly a case's, because somebody mistyped it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz.distance import OSA
from sqlmodel import Session, col, select

from api.answers import encode
from api.desk.tasks import open_task
from api.keys.vault import Vault
from api.mail.content import SEARCHED, MailPart, MailText, StrayText, pack_file
from api.store.once import insert_once
from api.tables import MailAddress, StrayFile, StrayMail, metadata
from bot.mail import Mail
from flows.codes import find_code
from flows.portal import Portals
from flows.portal_messages import CODE, OTHER

ITEM, FILE = "stray mail", "stray file"
"""Under which contexts these are sealed to the team."""
MISTYPED = 2
"""How many letters may be wrong, missing, too many or changed about in an address of ours."""
READ_WITHIN = timedelta(hours=1)
"""How long one may wait for somebody to read it before those on duty are alerted."""
LIVES = timedelta(days=90)
"""How long one is kept that nobody decided on."""
_stray, _file, _apart, _seen = (metadata.tables[name] for name in ("stray_mail", "stray_file", "mail_apart", "seen"))


def keep(session: Session, vault: Vault, portals: Portals, mail: Mail, now: datetime) -> bool:
    """Keep an e-mail that may be meant for one of ours; False when nothing says so. A repeat is kept once."""
    for to in mail.recipients:
        meant = meant_by(session, to)
        if meant:
            _keep(session, vault, portals, to, meant[0].portal, mail, now)
            return True
    return False


def meant_by(session: Session, to: str) -> Sequence[MailAddress]:
    """The addresses of ours, also old ones, that an address may stand for: itself, or else those that are nearest."""
    local, _, domain = to.partition("@")
    ours = session.exec(select(MailAddress).where(col(MailAddress.address).endswith(f"@{domain}"))).all()
    exact = [one for one in ours if one.address == to]
    far = [(_distance(local, one.address.partition("@")[0]), one) for one in ours]
    nearest = min((distance for distance, _ in far), default=MISTYPED + 1)
    return exact or [one for distance, one in far if distance == nearest <= MISTYPED]


def end_codes(session: Session, now: datetime) -> None:
    """Delete the login codes whose lifetime has ended."""
    _delete(session, _stray.c.kind == CODE, _stray.c.wipe_at <= now)


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete what is nobody's, and what nobody decided on, when its time is over."""
    _delete(session, _stray.c.wipe_at <= now)


def forget(session: Session, mail_ids: Sequence[int]) -> None:
    """Delete e-mails with their files, and what was said of whose they are not."""
    if mail_ids:
        session.connection().execute(_stray.delete().where(_stray.c.id.in_(mail_ids)))
        for its in (_file, _apart):
            session.connection().execute(its.delete().where(its.c.mail_id.in_(mail_ids)))


def _delete(session: Session, *which: Any) -> None:
    over = _stray.delete().where(*which).returning(_stray.c.id)
    forget(session, session.connection().execute(over).scalars().all())


def _distance(one: str, other: str) -> int:
    return OSA.distance(one, other, score_cutoff=MISTYPED)


def _keep(session: Session, vault: Vault, portals: Portals, to: str, portal: str, mail: Mail, now: datetime) -> None:
    key = vault.index("mail", to, mail.message_id, mail.digest)
    if insert_once(session, _seen, {"key": key, "at": now}) is None:
        return
    known = portals.get(portal)
    code = find_code(f"{mail.subject}\n{mail.text[:SEARCHED]}", known) if known else None
    kind, lives = (CODE, known.lifetime) if known and code else (OTHER, LIVES)
    row = StrayMail(portal=portal, kind=kind, box=b"", received_at=now, wipe_at=now + lives)
    session.add(row)
    session.flush()
    files = tuple(_part(session, vault, row, place, mail) for place in range(len(mail.files)))
    content = MailText(mail.sender, mail.subject, mail.text, code or "", files, mail.size, mail.cut)
    row.box = vault.seal_to_team(ITEM, encode(StrayText(to, content)))
    session.add(row)
    session.flush()
    if kind != CODE:
        open_task(session, "read_message", now, due_at=now + READ_WITHIN, about=task_about(row.id or 0))


def task_about(mail_id: int) -> str:
    """What the task to read an e-mail is about: it is told apart from an SMS with the same number."""
    return f"mail {mail_id}"


def _part(session: Session, vault: Vault, row: StrayMail, place: int, mail: Mail) -> MailPart:
    file = mail.files[place]
    part = MailPart(0, file.name, file.kind, file.size)
    if not file.content:
        return part
    kept = StrayFile(mail_id=row.id or 0, box=vault.seal_to_team(FILE, pack_file(file)))
    session.add(kept)
    session.flush()
    return replace(part, id=kept.id or 0)
