"""Where people come in and go: all that needs Argon2, which runs apart from the server, two at a time.

More at once would only exhaust the memory of a small server, and lock out those who are already waiting.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from api.errors import Refused
from api.keys import deployment, locks
from api.keys.locks import Cost, PersonLock
from api.keys.passphrases import is_strong, new_passphrase
from api.keys.vault import TeamKey, Vault
from api.staff import accounts, audit, invitations, people, signin
from api.staff.people import Newcomer, Viewer
from api.store.db import Database

T = TypeVar("T")

AT_ONCE = 2
WAITING = 20
"""How many may wait for their turn before others are sent away."""
TRIES, PERIOD = 10, timedelta(minutes=15)
"""How many wrong passphrases one name may have in one period."""
NAMES = 10_000
"""How many names are remembered that had a wrong passphrase."""


class Tries:
    """The wrong passphrases of each name, in the memory of this process."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def check(self, name: str, now: datetime) -> None:
        """Raises Refused(429, "too_many_tries") when this name has to wait."""
        if len([at for at in self._wrong.get(name, []) if at > now - PERIOD]) >= TRIES:
            raise Refused(429, "too_many_tries")

    def add(self, name: str, now: datetime) -> None:
        """Count a wrong passphrase."""
        recent = [at for at in self._wrong.pop(name, []) if at > now - PERIOD]
        self._wrong[name] = [*recent, now]
        while len(self._wrong) > NAMES:
            self._wrong.popitem(last=False)

    def clear(self, name: str) -> None:
        """Forget this name: its passphrase was right."""
        self._wrong.pop(name, None)


class Gate:
    """Signs people in, adds them and lets them go. Sessions last `longest`, and `idle` without a request."""

    def __init__(
        self, db: Database, vault: Vault, *, idle: timedelta, longest: timedelta, cost: Cost = locks.STANDARD
    ) -> None:
        self._db, self._vault = db, vault
        self._idle, self._longest, self._cost = idle, longest, cost
        self._argon2 = ThreadPoolExecutor(AT_ONCE, "argon2")
        self._waiting = 0
        self._tries = Tries()
        self._nobody = locks.lock_of_nobody(cost)

    async def sign_in(self, name: str, passphrase: str, now: datetime) -> str:
        """The token for the cookie of a new session.

        Raises Refused(401, "wrong_passphrase"), the same for an unknown name; Refused(429, "too_many_tries");
        Refused(503, "busy").
        """
        known = " ".join(name.split()).casefold()
        self._tries.check(known, now)
        person = await self._db.read(lambda session: _lock_of(session, name, now))
        person_id, lock = person or (None, self._nobody)
        private = await self._apart(lambda: locks.open_person(passphrase, lock))
        if private is None or person_id is None:
            self._tries.add(known, now)
            raise Refused(401, "wrong_passphrase")
        self._tries.clear(known)
        return await self._db.write(lambda session: self._begin(session, person_id, lock, private, now))

    async def show_code(self, token: str, code: str, now: datetime) -> bool:
        """The second step of signing in, where she has a second factor. Raises what `signin.show_code` raises."""
        return await self._db.write(lambda session: signin.show_code(session, token, code, now, self._longest))

    async def enrol(self, token: str, secret: str, code: str, now: datetime) -> None:
        """The second step where she has to set one up. Raises what `signin.enrol` raises."""
        await self._db.write(lambda session: signin.enrol(session, token, secret, code, now, self._longest))

    async def prove(self, viewer: Viewer, passphrase: str, token: str, now: datetime) -> None:
        """She types her passphrase once more, before what cannot be taken back.

        Raises Refused(401, "not_her_passphrase"), Refused(429, "too_many_tries").
        """
        await self._opened(viewer, passphrase, now)
        await self._db.write(lambda session: signin.prove(session, token, now))

    async def join(self, token: str, passphrase: str, now: datetime) -> str:
        """Somebody who was invited chooses her passphrase and is signed in; gives the token for her cookie.

        Raises Refused(410, "no_invitation"), Refused(422, "weak_passphrase"), Refused(409, "name_taken").
        """
        await self._db.read(lambda session: invitations.invited(session, token, now))
        if not is_strong(passphrase):
            raise Refused(422, "weak_passphrase")
        lock = await self._apart(lambda: locks.new_person(passphrase, self._cost))
        private = await self._apart(lambda: locks.open_person(passphrase, lock))
        assert private is not None

        def use_case(session: Session) -> str:
            return self._begin(session, invitations.join(session, token, lock, now), lock, private, now)

        return await self._db.write(use_case)

    async def add(self, viewer: Viewer, newcomer: Newcomer, now: datetime) -> str:
        """Add a person; gives her passphrase, to be shown once.

        Raises what `people.add` raises; Refused(409, "locks_changed").
        """
        passphrase, lock = await self._new_lock()

        def use_case(session: Session) -> int:
            deployment.hold_same(session, viewer.team)
            return people.add(session, viewer.team, newcomer, lock, viewer.person_id, now)

        await self._db.write(use_case)
        return passphrase

    async def renew(self, viewer: Viewer, person_id: int, now: datetime) -> tuple[str, str]:
        """Give a person a new passphrase; gives her name and it, to be shown once. Raises Refused(404, …), (409, …)."""
        passphrase, lock = await self._new_lock()

        def use_case(session: Session) -> str:
            deployment.hold_same(session, viewer.team)
            return people.renew(session, viewer.team, person_id, lock, viewer.person_id, now)

        return await self._db.write(use_case), passphrase

    async def change(self, viewer: Viewer, passphrase: str, token: str, now: datetime) -> str:
        """Give the viewer a new passphrase for her old one, and end her sessions but this one.

        Gives the new one, to be shown once. Raises Refused(401, "not_her_passphrase"), Refused(429, …).
        """
        private = await self._opened(viewer, passphrase, now)
        new = new_passphrase()
        lock = await self._apart(lambda: locks.lock_person(private, new, self._cost))
        await self._db.write(lambda session: people.relock(session, viewer, lock, token, now))
        return new

    async def remove(
        self, viewer: Viewer, person_id: int, now: datetime, step: Callable[[int, int], None] = lambda *_: None
    ) -> str:
        """Shut a person out and rotate the team key; gives her name.

        Raises what `people.shut_out` raises; Refused(409, "locks_changed") when somebody else just did the same.
        `step` is told how many boxes are locked anew, of how many: there is one of each case.
        """

        def use_case(session: Session) -> tuple[str, TeamKey]:
            deployment.hold_same(session, viewer.team)
            name = people.shut_out(session, person_id, viewer.person_id, now)
            return name, deployment.rotate(session, viewer.team, step)

        name, team = await self._db.write(use_case)
        self._vault.team_public = team.public
        return name

    def close(self) -> None:
        """Let go of the threads."""
        self._argon2.shutdown()

    def _begin(self, session: Session, person_id: int, lock: PersonLock, private: bytes, now: datetime) -> str:
        person = people.existing(session, person_id)
        if person.private_box != lock.private_box:  # renewed while the old passphrase was being tried
            raise Refused(401, "wrong_passphrase")
        audit.record(session, person_id, "person.sign_in", person.name, now)
        return signin.begin(session, person_id, private, now, idle=self._idle, longest=self._longest)

    async def _opened(self, viewer: Viewer, passphrase: str, now: datetime) -> bytes:
        """The viewer's private key, with her passphrase."""
        known = viewer.name.casefold()
        self._tries.check(known, now)
        old = await self._db.read(lambda session: _lock_of(session, viewer.name, now))
        private = await self._apart(lambda: locks.open_person(passphrase, old[1])) if old else None
        if private is None:
            self._tries.add(known, now)
            raise Refused(401, "not_her_passphrase")
        return private

    async def _new_lock(self) -> tuple[str, PersonLock]:
        passphrase = new_passphrase()
        return passphrase, await self._apart(lambda: locks.new_person(passphrase, self._cost))

    async def _apart(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Refused(503, "busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._argon2, work)
        finally:
            self._waiting -= 1


def _lock_of(session: Session, name: str, now: datetime) -> tuple[int, PersonLock] | None:
    person = people.named(session, name)
    if person is None or person.id is None or not accounts.active(person, now):
        return None
    return person.id, PersonLock(person.public_key, person.salt, person.private_box)
