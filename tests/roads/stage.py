"""Everything that a road is played on: a desk on a real database, the phones of people, and a clock that travels."""

import asyncio
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, update
from sqlmodel import Session, col
from sqlmodel import select as pick

from api.answers import unpack_reply
from api.desk import house
from api.desk.wishes import Ways
from api.events import Events
from api.inbound import inbox
from api.inbound.assisted import CHANNEL, message_of
from api.inbound.gathering import Gathering
from api.inbound.intake import Intake
from api.keys.vault import TeamKey, Vault
from api.media import keeping
from api.numbers import pool
from api.runner import Runner
from api.settings import Settings
from api.shell import Channels, Shell
from api.staff.people import COORDINATOR, VOLUNTEER, Viewer
from api.store.db import Database
from api.tables import CaseRow, Clock, FollowUpRow, MediaRow, NoticeRow, OfferRow, Person, ReplyRow, TaskRow, Team
from flows.loader import Library
from flows.model import Media, MediaKind, Message, Reply
from flows.portal import Portal, load_portals
from tests.libraries import ROOT, the_countries
from tests.roads.names import Names

T = TypeVar("T")
PORTALS = load_portals(ROOT / "flows" / "library" / "portals")
JPEG = b"\xff\xd8\xff\xe0 a picture"
FILES: Mapping[str, MediaKind] = {"(photo)": "photo", "(voice)": "voice"}
NUMBERS = ("+96170123456", "+96170123457")
LONGEST_PAUSE = timedelta(days=6)
DOMAIN = "post.example.org"
OURS = {"chat": ("telegram", "telegram:1"), "sms": ("sms", "sms:+96181000001")}


@dataclass(frozen=True, slots=True)
class Staff:
    """One of us: her name, her role, the language of her console, those that she speaks, and her skills."""

    name: str
    role: str = VOLUNTEER
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    skills: tuple[str, ...] = ()


EVERYBODY = (
    Staff("Amal", COORDINATOR, languages=("ar", "en")),
    Staff("Hana", languages=("am", "en")),
    Staff("Rima", languages=("ar", "bn")),
)
"""Who is there when a road names nobody."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody reads on her phone, or a volunteer on the `page` of an intake; `by` is a name."""

    by: str
    page: bool
    reply: Reply


@dataclass
class Stage:
    """A desk on which a road is played. `services` are those that are on; nothing here sends anything anywhere."""

    db: Database
    vault: Vault
    team: TeamKey
    library: Library
    zone: str = "Asia/Beirut"
    staff: Sequence[Staff] = EVERYBODY
    now: datetime = datetime(2026, 11, 24, 7, tzinfo=UTC)
    names: Names = field(default_factory=Names)
    phones: dict[tuple[str, str], str] = field(default_factory=dict)
    count: int = 0
    intakes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = Settings(time_zone=self.zone)
        given = settings, self.db, self.vault, self.library, PORTALS, the_countries(), Channels(), Events()
        self.shell = Shell(*given, clock=lambda: self.now)
        ours = Team(public_key=self.team.public, recovery_public=b"", recovery_box=b"", trial=True)
        self.do(lambda session: session.add(ours))
        self.viewers = {one.name: self.do(self._hire(one)) for one in self.staff}
        coordinator = next(one for one in self.viewers.values() if one.coordinator)
        for number in NUMBERS:
            self.do(
                lambda s, number=number: pool.add_number(  # type: ignore[misc]
                    s, coordinator, number, self.now, gateway="typed", registered_to="Amel", paid_until=date(2099, 1, 1)
                )
            )
        for service in self.library.services:
            self.do(lambda s, service=service: house.switch(s, self.library, coordinator, service, self.now, on=True))  # type: ignore[misc]
        self.runner = Runner(Intake(self.shell, Gathering(self.shell)))
        self.look_after()

    @property
    def ways(self) -> Ways:
        """How this desk reaches people."""
        return replace(self.shell.ways, sms=OURS["sms"][1])

    @property
    def portals(self) -> Mapping[str, Portal]:
        return PORTALS

    def do(self, use_case: Callable[[Session], T]) -> T:
        """Run one use case in its transaction."""
        return self.db.write_now(use_case)

    def writes(self, who: str, text: str, manner: str) -> None:
        """Somebody writes to us from her own phone; a press stands in brackets, `(photo)` and `(voice)` are files."""
        self._take(self.message(who, text, manner))

    def types(self, name: str, text: str) -> None:
        """A volunteer types on the page of an intake what the one beside her says."""
        viewer, key = self.viewers[name], self.intakes.setdefault(name, f"intake{len(self.phones)}")
        self.count += 1
        button, text = (text[1:-1], "") if text.startswith("[") else ("", text)
        message = message_of(viewer, key, str(self.count), text=self.names.meant(text), button=button)
        self.phones[message.channel, message.address] = name
        self._take(message)

    def read(self) -> Iterator[Heard]:
        """What has gone out to people and was not read yet, in its order."""
        for channel, address, reply in self.do(self._gone_out):
            known = [one for (way, there), one in self.phones.items() if there == address and way == channel]
            if known:
                yield Heard(known[0], channel == CHANNEL, reply)

    def travel(self, until: datetime, meanwhile: Callable[[], None]) -> None:
        """Go on to a time; the runner looks at each moment at which something is due, and now and then in between."""
        pause = timedelta(days=1)
        while self.now < until:
            due = self.db.read_now(self._next_moment)
            self.now = min(due or until, self.now + pause, until)
            pause = min(2 * pause, LONGEST_PAUSE)
            self.look_after()
            meanwhile()

    def look_after(self) -> None:
        """The runner looks at what is over and what is due; that days go by at once is no leap of its clock."""
        self.do(lambda session: session.merge(Clock(believed_at=self.now, noted_at=self.now)))
        asyncio.run(self.runner.look_after())

    def _hire(self, one: Staff) -> Callable[[Session], Viewer]:
        def store(session: Session) -> Viewer:
            person = Person(
                name=one.name,
                role=one.role,
                language=one.language,
                languages=list(one.languages),
                skills=list(one.skills),
                public_key=b"",
                salt=b"",
                private_box=b"",
                created_at=self.now,
                expires_at=self.now + timedelta(days=730),  # on a road nobody's account has to be prolonged
            )
            session.add(person)
            session.flush()
            return Viewer(person.id or 0, one.name, one.role, one.language, self.team)

        return store

    def _phone(self, who: str, manner: str) -> str:
        number = zlib.crc32(who.encode()) % 900_000 + 100_000
        address = f"+96170{number}" if manner == "sms" else str(number)
        self.phones[OURS[manner][0], address] = who
        return address

    def message(self, who: str, text: str, manner: str = "chat") -> Message:
        """What somebody writes from her own phone, as a channel gives it."""
        self.count += 1
        (channel, lane), address = OURS[manner], self._phone(who, manner)
        known, one = self.names.meant(text), str(self.count)
        message = Message(channel, lane, address, one, known, chat_message=one, manner=manner)  # type: ignore[arg-type]
        if text in FILES:
            return message._replace(text="", media=Media(FILES[text], f"file-{one}"))
        if text.startswith("["):
            return message._replace(text="", button=known[1:-1])
        return message

    def _take(self, message: Message) -> None:
        self.do(lambda s: inbox.receive(s, self.vault, self.shell.offered, [message], self.now))
        if message.media is not None:
            self.do(self._fetch)
        self.do(self._learn)

    def _learn(self, session: Session) -> None:
        self.names.learn(list(session.exec(pick(CaseRow.reference).order_by(col(CaseRow.id)))))

    def _fetch(self, session: Session) -> None:
        """The provider gives every file at once."""
        lanes = session.exec(pick(MediaRow.lane).where(MediaRow.state == "waiting")).all()
        for wanted in keeping.next_wanted(session, self.vault, lanes, self.now):
            keeping.keep(session, self.vault, wanted, JPEG, self.now)

    def _gone_out(self, session: Session) -> list[tuple[str, str, Reply]]:
        out = ReplyRow.state == "waiting", ReplyRow.kind == "say", col(ReplyRow.send_after) <= self.now
        rows = session.exec(pick(ReplyRow).where(*out).order_by(col(ReplyRow.id))).all()
        found = [(row.lane.split(":")[0], *unpack_reply(self.vault.unlock(row.box))) for row in rows]
        sent = update(ReplyRow).where(col(ReplyRow.id).in_([row.id for row in rows]))
        session.connection().execute(sent.values(state="sent", sent_at=self.now))
        return found

    def _next_moment(self, session: Session) -> datetime | None:
        """When something is due next, after now."""
        due = (
            (ReplyRow.send_after, ReplyRow.state == "waiting"),
            (FollowUpRow.due_at, FollowUpRow.state == "planned"),
            (FollowUpRow.until, FollowUpRow.state == "asked"),
            (TaskRow.due_at, col(TaskRow.escalated_at).is_(None)),
            (NoticeRow.unread_at, NoticeRow.state == "sent"),
            (OfferRow.ends_at, OfferRow.state == "taken"),
            (CaseRow.snoozed_until, CaseRow.state == "claimed"),
        )
        moments = [
            session.exec(pick(func.min(column)).where(col(column) > self.now, which)).one() for column, which in due
        ]
        return min((one for one in moments if one is not None), default=None)
