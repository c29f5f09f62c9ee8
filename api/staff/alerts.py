"""Alerts: those on duty hear that something waits, never what. By the outbox, and on every page of the console."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from api.console.words import catalogue, negotiate
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import queue_reply
from api.staff import addresses, duty
from api.store.once import insert_once
from api.tables import Alert, Person, metadata
from flows.language import t
from flows.model import Reply

KINDS: Mapping[str, str] = {
    "message": t("A message waits for a person. Open the desk."),
    "unhandled": t("A message could not be read. Open the desk."),
    "urgent": t("Somebody is needed at once. Open the desk."),
    "handed_over": t("Something was handed over. Open the desk."),
    "given_back": t("Something was given back. Open the desk."),
    "changed": t("Something that you do has changed. Open the desk."),
    "call": t("A call is asked for. Open the desk."),
    "late": t("Something to do is late. Open the desk."),
    "follow_up": t("A planned question needs a look. Open the desk."),
    "number": t("A number of ours needs a look. Open the desk."),
    "gateway": t("A phone of ours is silent. Open the desk."),
    "language": t("A text has to be read again. Open the desk."),
    "mailbox": t("Our mailbox needs a look. Open the desk."),
    "forgetting": t("Something will be deleted in a week. Open the desk."),
    "test": t("This is a test. Alerts arrive here."),
}
"""What is said, by kind, in the console's source language: who reads over her shoulder learns nothing."""
PERIOD = timedelta(hours=1)
"""The same alert about the same thing reaches a person once in it."""
SHOWN = timedelta(hours=12)
"""How long an alert stays on her pages when she does not put it away."""
KEPT = timedelta(days=3)

_alert = metadata.tables["alert"]


def alert_on_duty(session: Session, vault: Vault, kind: str, now: datetime, about: str = "", skill: str = "") -> int:
    """Tell those on duty, of one of `KINDS`; gives how many were told who had not been told it in this period.

    `about` keeps alerts apart, such as a reference or a number of ours; it is never sent. What needs a `skill` is
    told to those who have it, or to all when nobody on duty has. Those who linked an address get a message, all of
    them see it on their pages. When none of them linked one, coordinators hear too.
    """
    assert kind in KINDS
    there = duty.on_duty(session, now)
    there = [one for one in there if skill in one.skills] or there
    if not addresses.linked(session, [person.id or 0 for person in there], now):
        there += [one for one in duty.coordinators(session, now) if one not in there]
    return sum(alert(session, vault, person, kind, now, about) for person in there)


def alert(session: Session, vault: Vault, person: Person, kind: str, now: datetime, about: str = "") -> bool:
    """Tell one person; False when she was told the same in this period."""
    same = select(Alert.id).where(
        Alert.person_id == person.id, Alert.kind == kind, Alert.about == about, Alert.at > now - PERIOD
    )
    if session.exec(same.limit(1)).first() is not None:
        return False
    slot = int(now.timestamp() // PERIOD.total_seconds())
    row = {"person_id": person.id, "kind": kind, "about": about, "slot": slot, "at": now}
    if insert_once(session, _alert, row) is None:
        return False
    _send(session, vault, person, KINDS[kind], now)
    return True


def words_of(kind: str) -> str:
    """What an alert says; the kind itself, of one that is said no more."""
    return KINDS.get(kind, kind)


def unseen(session: Session, person_id: int, now: datetime) -> Sequence[str]:
    """The kinds of what she was told lately and has not put away, for the top of her pages."""
    recent = select(Alert.kind).where(
        Alert.person_id == person_id, col(Alert.seen_at).is_(None), Alert.at > now - SHOWN
    )
    return tuple(dict.fromkeys(session.exec(recent.order_by(col(Alert.id)))))


def put_away(session: Session, person_id: int, now: datetime) -> None:
    """She has seen her alerts."""
    hers = update(Alert).where(col(Alert.person_id) == person_id, col(Alert.seen_at).is_(None))
    session.connection().execute(hers.values(seen_at=now))


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete old alerts."""
    session.connection().execute(delete(Alert).where(col(Alert.at) <= now - KEPT))


def _send(session: Session, vault: Vault, person: Person, text: str, now: datetime) -> None:
    try:
        place = addresses.address_of(session, vault, person.id or 0, now)
    except Gone:
        return
    if place is not None:
        said = Reply(catalogue(negotiate(person.language)).gettext(text))
        queue_reply(session, vault, lane=place.lane, address=place.address, reply=said, now=now)
