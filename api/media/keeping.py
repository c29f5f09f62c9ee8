"""A row for each file that a worker sends: from the message until its bytes lie in a case, or in none any more.

While there is no case, a file lives and dies with the draft: it is locked with the draft's shred secret.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_
from sqlmodel import Session, col, delete, select, update

from api.answers import decode, encode
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.store.hot import ForRows
from api.tables import CaseRow, MediaRow
from flows.model import FILES, Draft, Media

ITEM = "media"
"""The kind under which a file is sealed to its case."""
OF_A_MESSAGE = "portal file"
"""Under which context one that came with a portal message is sealed to the team while that has no case."""
LARGEST = 10 * 1024 * 1024
"""Bytes of a file that is kept."""
WAITS = timedelta(hours=24)
"""How long we ask the provider for it."""
LONGEST = timedelta(days=30)
"""How long a file stays readable in a draft that is never finished; it ends with the draft before."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 300, 900, 3600))
"""Until it is asked for again, after the first, second … try; a try that never ended counts as one."""
_HELD = ForRows(lambda _: select(MediaRow.id).where(col(MediaRow.secret_id).in_([bindparam("secret_id")])))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched: from which bot or number, by which reference of the provider's.

    `media_index` is that of its row.
    """

    id: int
    lane: str
    reference: str
    media_index: bytes


def media_index(vault: Vault, address: bytes, media: Media) -> bytes:
    """By what a file of this address (its index) is recognised."""
    return vault.index("media", address.hex(), media.reference)


def held_in(draft: Draft) -> Iterator[Media]:
    """The files that a draft, and those that it holds aside, still need."""
    found = [answer.media for answer in draft.answers.values() if answer.media]
    found += (*(draft.pending.all_media if draft.pending else ()), *draft.files)
    yield from (one for one in found if one.kind in FILES)
    for other in draft.aside:
        yield from held_in(other)


def expect_in_draft(
    session: Session, vault: Vault, address: bytes, lane: str, media: Media, secret_id: bytes, now: datetime
) -> None:
    """Have a file fetched for a draft, whose shred secret locks it."""
    expires = now + LONGEST
    box = vault.lock(encode([media.reference]), expires=expires, secret_id=secret_id)
    session.add(_row(vault, address, lane, media, now, box=box, secret_id=secret_id, expires_at=expires))


def expect_in_case(
    session: Session, vault: Vault, case_id: int, address: bytes, lane: str, media: Sequence[Media], now: datetime
) -> None:
    """These files belong to a case now: what the draft had moves into it, anything else is fetched for it, once."""
    wanted = {media_index(vault, address, one): one for one in media if one.kind in FILES}
    if not wanted:
        return
    case = session.get(CaseRow, case_id)
    of_draft = select(MediaRow).where(col(MediaRow.media_index).in_(wanted), col(MediaRow.case_id).is_(None))
    for row in session.exec(of_draft.with_for_update()) if case else ():
        if _adopted(vault, row, case_id, case.public_key, now):  # type: ignore[union-attr]
            session.add(row)
            wanted.pop(row.media_index, None)
        else:
            session.delete(row)
    its = select(MediaRow.media_index).where(MediaRow.case_id == case_id, col(MediaRow.media_index).in_(wanted))
    for known in session.exec(its.where(col(MediaRow.state).in_(("waiting", "kept")))):
        wanted.pop(known, None)  # a case that opened before she had finished has it
    for one in wanted.values() if case else ():
        expires = now + WAITS
        box = vault.lock(encode([one.reference]), expires=expires)
        session.add(_row(vault, address, lane, one, now, box=box, case_id=case_id, expires_at=expires))


def follow_draft(session: Session, vault: Vault, old: bytes, new: bytes, address: bytes, draft: Draft) -> None:
    """A draft gets a new shred secret: the files that it still needs get it too, all others are deleted."""
    if _HELD.run(session, [{"secret_id": old}]).first() is None:  # as a rule; every registration ends here
        return
    needed = {media_index(vault, address, one) for one in held_in(draft)}
    for row in session.exec(select(MediaRow).where(MediaRow.secret_id == old).with_for_update()):
        try:
            content = vault.unlock(row.box, secret_id=old) if row.media_index in needed else None
        except Gone:
            content = None
        if content is None or row.expires_at is None:
            session.delete(row)
            continue
        row.box, row.secret_id = vault.lock(content, expires=row.expires_at, secret_id=new), new
        session.add(row)


def end_with_drafts(session: Session, secret_ids: Sequence[bytes]) -> None:
    """Drafts are over, by their shred secrets: so are their files."""
    if secret_ids:
        session.connection().execute(delete(MediaRow).where(col(MediaRow.secret_id).in_(secret_ids)))


def end_what_is_over(session: Session, now: datetime) -> None:
    """Give up what no provider gave us in time, and delete what belongs to no case or message any more."""
    over, alone = col(MediaRow.expires_at) <= now, (col(MediaRow.case_id).is_(None), col(MediaRow.message_id).is_(None))
    session.connection().execute(delete(MediaRow).where(over, *alone))
    lost = update(MediaRow).where(over, col(MediaRow.state) == "waiting")
    session.connection().execute(lost.values(state="lost", box=b"", expires_at=None))


def any_wanted(session: Session, lanes: Sequence[str], now: datetime) -> bool:
    """Whether something is to be fetched now from one of these bots or numbers."""
    return session.exec(select(MediaRow.id).where(*_due(lanes, now)).limit(1)).first() is not None


def next_wanted(session: Session, vault: Vault, lanes: Sequence[str], now: datetime, most: int = 8) -> list[Wanted]:
    """Take up to `most` files to fetch; for a while nobody else fetches them."""
    due = select(MediaRow).where(*_due(lanes, now)).order_by(col(MediaRow.id)).limit(most)
    found = []
    for row in session.exec(due.with_for_update(skip_locked=True)):
        row.next_try, row.tries = now + PAUSES[min(row.tries, len(PAUSES) - 1)], row.tries + 1
        try:
            (reference,) = decode(vault.unlock(row.box, secret_id=row.secret_id or None))
        except Gone:
            session.delete(row)
            continue
        session.add(row)
        found.append(Wanted(row.id or 0, row.lane, reference, row.media_index))
    return found


def keep(session: Session, vault: Vault, wanted: Wanted, content: bytes, now: datetime) -> str:
    """Lock the bytes of a file where it belongs now; gives the reference of its case, if it is in one.

    Nothing is kept when its row was deleted while the bytes were on their way.
    """
    row = session.exec(select(MediaRow).where(*_still(wanted)).with_for_update()).one_or_none()
    if row is None:
        return ""
    row.state = "kept"
    case = session.get(CaseRow, row.case_id) if row.case_id else None
    if case is not None and case.public_key:
        row.box, row.expires_at = vault.seal(case.public_key, Vault.item_context(row.case_id or 0, ITEM), content), None
        session.add(row)
        return case.reference
    if row.message_id:
        row.box, row.expires_at = vault.seal_to_team(OF_A_MESSAGE, content), None
        session.add(row)
        return ""
    try:
        row.box = vault.lock(content, expires=row.expires_at or now, secret_id=row.secret_id or None)
        session.add(row)
    except Gone:
        session.delete(row)
    return ""


def give_up(session: Session, wanted: Wanted, state: str) -> None:
    """A file that will never come (`lost`), or is too large to be kept (`large`)."""
    ended: Mapping[str, object] = {"state": state, "box": b""}
    session.connection().execute(update(MediaRow).where(*_still(wanted)).values(**ended))


def _adopted(vault: Vault, row: MediaRow, case_id: int, public_key: bytes, now: datetime) -> bool:
    """Move a draft's file into a case; False when it cannot be opened any more."""
    row.case_id, secret_id, row.secret_id = case_id, row.secret_id, b""
    if not row.box:
        return True  # lost, or too large: the case says so
    try:
        content = vault.unlock(row.box, secret_id=secret_id or None)
    except Gone:
        return False
    if row.state == "kept":
        row.box, row.expires_at = vault.seal(public_key, Vault.item_context(case_id, ITEM), content), None
    else:
        row.expires_at = now + WAITS
        row.box = vault.lock(content, expires=row.expires_at)
    return True


def _row(vault: Vault, address: bytes, lane: str, media: Media, now: datetime, **more: Any) -> MediaRow:
    index = media_index(vault, address, media)
    return MediaRow(media_index=index, kind=media.kind, lane=lane, next_try=now, created_at=now, **more)


def _still(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    """That its row is the one that was handed out, and waits."""
    same = col(MediaRow.id) == wanted.id, col(MediaRow.media_index) == wanted.media_index
    return *same, col(MediaRow.state) == "waiting"


def _due(lanes: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(MediaRow.state) == "waiting",
        col(MediaRow.next_try) <= now,
        col(MediaRow.lane).in_(lanes),
        or_(col(MediaRow.expires_at).is_(None), col(MediaRow.expires_at) > now),
    )
