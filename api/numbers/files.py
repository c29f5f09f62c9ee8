"""What comes with a message to a number that is lent: pictures and files go where the message goes, and end with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import encode
from api.keys.vault import CaseKey, TeamKey, Vault
from api.media.keeping import ITEM, OF_A_MESSAGE, WAITS
from api.media.opening import FileView
from api.staff.access import id_of
from api.tables import CaseRow, MediaRow, PortalMessage, metadata
from flows.model import FILES, Media

_media = metadata.tables["media"]


def expect(session: Session, vault: Vault, message: PortalMessage, files: Sequence[Media], now: datetime) -> None:
    """Have the files of a message fetched, from the number that it came to."""
    for one in files:
        if one.kind in FILES:
            index = vault.index("media", f"portal:{message.id}", one.reference)
            box, lane = vault.lock(encode([one.reference]), expires=now + WAITS), f"sms:{message.number}"
            row = MediaRow(media_index=index, kind=one.kind, lane=lane, box=box, next_try=now, created_at=now)
            row.message_id, row.case_id, row.expires_at = message.id, message.case_id, now + WAITS
            session.add(row)


def of_messages(session: Session, messages: Sequence[PortalMessage]) -> Mapping[int | None, Sequence[FileView]]:
    """The files of these messages, unopened, by the id of each that has any: one look for a whole page."""
    found: dict[int | None, list[FileView]] = {}
    wanted = select(MediaRow.message_id, MediaRow.id, MediaRow.kind, MediaRow.state)
    its = col(MediaRow.message_id).in_([message.id for message in messages])
    for message_id, media_id, kind, state in session.exec(wanted.where(its).order_by(col(MediaRow.id))):
        found.setdefault(message_id, []).append(FileView(media_id or 0, kind, state))
    return found


def give(session: Session, vault: Vault, team: TeamKey, message: PortalMessage, case: CaseRow) -> None:
    """Somebody said whose a message is: its files are sealed to that case."""
    for row in _rows(session, message):
        row.case_id = case.id
        if row.state == "kept":
            content = team.open(OF_A_MESSAGE, row.box)
            row.box = vault.seal(case.public_key, Vault.item_context(id_of(case), ITEM), content)
        session.add(row)


def take_back(session: Session, vault: Vault, key: CaseKey, message: PortalMessage, case: CaseRow) -> None:
    """A message goes back into the inbox, and its files with it."""
    for row in _rows(session, message):
        row.case_id = None
        if row.state == "kept":
            content = key.open(Vault.item_context(id_of(case), ITEM), row.box)
            row.box = vault.seal_to_team(OF_A_MESSAGE, content)
        session.add(row)


def wipe(session: Session, message_ids: Sequence[int]) -> None:
    """Delete the files of messages that were emptied."""
    if message_ids:
        session.connection().execute(_media.delete().where(_media.c.message_id.in_(message_ids)))


def _rows(session: Session, message: PortalMessage) -> Sequence[MediaRow]:
    """To be sealed anew: locked, and before that the message was, as whoever wipes it does."""
    wanted = select(MediaRow).where(MediaRow.message_id == message.id).order_by(col(MediaRow.id))
    return session.exec(wanted.with_for_update()).all()
