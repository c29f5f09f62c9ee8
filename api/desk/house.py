"""What coordinators set of the deployment itself: who runs it, in words that workers are told, and what it offers.

It stands over the environment's settings and the service files, is kept in the database, and every process looks at it
again every few seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers.e164 import read_number
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Setting
from flows.loader import Library
from flows.model import Desk

LONGEST: Mapping[str, int] = {"name": 60, "handle": 33, "number": 40, "phrase": 80, "emergency": 20}
"""How many characters each may have; all of them go out by SMS."""
_DESK, _SERVICE = "desk.", "service."
_ON, _OFF = "on", "off"


def desk_now(session: Session, written: Desk) -> Desk:
    """Who runs this deployment: what was set here, and of the rest what is `written` in the environment."""
    return replace(written, **_set(session, _DESK))


def set_desk(session: Session, viewer: Viewer, written: Desk, said: Desk, now: datetime) -> Desk:
    """Set who runs this deployment; what is as in the environment follows it again. Gives it as it is kept.

    Refused: (422, "incomplete") when the name, the sentence or the number for danger is missing or something is too
    long; (422, "bad_handle"); (422, "bad_number"); (422, "bad_emergency").
    """
    coordinators_only(viewer)
    kept, before = _checked(said), desk_now(session, written)
    for field in fields(Desk):
        value = getattr(kept, field.name)
        _keep(session, _DESK + field.name, None if value == getattr(written, field.name) else value)
    changed = [one.name for one in fields(Desk) if getattr(kept, one.name) != getattr(before, one.name)]
    if changed:
        audit.record(session, viewer.person_id, "desk.set", "", now, fields=changed)
    return kept


def services_on(session: Session, library: Library) -> frozenset[str]:
    """The services that are offered to new people: as was set here, else as their files say."""
    switched = _set(session, _SERVICE)
    return frozenset(
        name for name, one in library.services.items() if switched.get(name, _ON if one.file.on else _OFF) == _ON
    )


def switch(session: Session, library: Library, viewer: Viewer, service: str, now: datetime, *, on: bool) -> None:
    """Offer a service to new people, or no longer; what has begun goes on. Refused(404, "no_such_service")."""
    coordinators_only(viewer)
    if service not in library.services:
        raise Refused(404, "no_such_service")
    if on == (service in services_on(session, library)):
        return
    _keep(session, _SERVICE + service, _ON if on else _OFF)
    audit.record(session, viewer.person_id, "service.on" if on else "service.off", service, now)


def _checked(said: Desk) -> Desk:
    tidied = Desk(**dict(_tidied(said)))
    if not (tidied.name and tidied.phrase and tidied.emergency):
        raise Refused(422, "incomplete")
    handle = tidied.handle.removeprefix("@")
    if handle and not (
        handle.isascii() and handle.replace("_", "").isalnum() and 5 <= len(handle) <= LONGEST["handle"]
    ):
        raise Refused(422, "bad_handle")
    if not tidied.emergency.removeprefix("+").replace(" ", "").isdecimal():
        raise Refused(422, "bad_emergency")
    number = read_number(tidied.number) if tidied.number else ""
    return replace(tidied, handle=f"@{handle}" if handle else "", number=number)


def _tidied(said: Desk) -> Iterator[tuple[str, str]]:
    for name, longest in LONGEST.items():
        value = " ".join(getattr(said, name).split())
        if len(value) > longest:
            raise Refused(422, "incomplete")
        yield name, value


def _set(session: Session, prefix: str) -> dict[str, str]:
    rows = session.exec(select(Setting).where(col(Setting.name).startswith(prefix)))
    return {row.name.removeprefix(prefix): row.value for row in rows}


def _keep(session: Session, name: str, value: str | None) -> None:
    """Keep a value; None: it is what the environment says."""
    row = session.get(Setting, name)
    if value is not None:
        session.merge(Setting(name=name, value=value))
    elif row is not None:
        session.delete(row)
