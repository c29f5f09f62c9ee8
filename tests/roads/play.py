"""Plays a road: what people do goes through the use cases of the desk, and what comes of it is written down anew.

A road is text that a coordinator can read; CONTRIBUTING.md says how to write one. `== 2026-11-24 09:00` travels to a
time, with the runner looking at whatever falls due on the way; `She: …` is a worker's message, `She answers: a / b / c`
several of which only the last reply is shown, `Hana types: a / b` the same on the page of an intake, `Awa, on her
phone: …` one of us who writes to the bot. `Hana: claims` is what one of us does (the sentences are in `desk.py` and
`office.py`), in the newest case or in the one whose reference the line names. `Portal: …` and `Mail: …` come to what
was lent last. Before the first time, `Awa coordinates, in fr, speaks fr wo, knows medical`, `Bek volunteers`, `in
Africa/Dakar` and `with emergency` say who is there, whose clocks count, and which other services are on.

What comes of it is not written by hand: `Bot: …` and what is indented under it, `-- …` when something happened on the
way, `= …` behind the scenes. Everything else is a remark.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlmodel import Session, col, select

from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.mail import receiving
from api.numbers import proxies
from api.numbers.proxies import Sms
from api.staff.people import COORDINATOR, VOLUNTEER
from api.store.db import Database
from api.tables import CaseRow, Lease, MailAddress
from bot.mail import Mail
from flows.loader import Library
from tests.roads import desk, office
from tests.roads.acting import REFERENCE, Act
from tests.roads.behind import Behind
from tests.roads.stage import EVERYBODY, Staff, Stage

SENTENCES = [(re.compile(pattern), doing) for pattern, doing in (*office.SENTENCES, *desk.SENTENCES)]
OURS = re.compile(
    r"(?P<name>\w+) (?P<does>coordinates|volunteers)(?:, in (?P<language>\w\w))?(?:, speaks (?P<speaks>[\w ]+?))?"
    r"(?:, knows (?P<knows>[\w ]+))?"
)
OUTCOMES = ("Bot", "Page", "= ", "-- ", "    ")
TIME = "%Y-%m-%d %H:%M"


@dataclass
class Player:
    """Plays one road, line by line."""

    stage: Stage
    behind: Behind = field(init=False)
    manner: str = "chat"
    writer: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        self.behind = Behind(self.stage)
        self.behind.changes()
        self.lines: list[str] = []

    def play(self, line: str) -> list[str]:
        """One line that somebody wrote; the lines of what comes of it."""
        self.lines = []
        for pattern, doing in _LINES:
            if found := pattern.fullmatch(line):
                doing(self, **found.groupdict())
                self._tell()
                break
        return [self.stage.names.shown(one) for one in self.lines]

    def travel(self, when: str) -> None:
        until = datetime.strptime(when, TIME).replace(tzinfo=self.stage.shell.settings.zone)
        if until > self.stage.now:
            self.stage.travel(until, lambda: self._meanwhile(until))

    def change_manner(self, manner: str) -> None:
        self.manner = manner

    def writes(self, who: str, text: str) -> None:
        """Somebody writes; of one of us it is what she does."""
        if who in self.stage.viewers:
            self._act(who, text)
        else:
            self.phones(who, text)

    def phones(self, who: str, text: str) -> None:
        self.writer = who
        self.stage.writes(who, text, self.manner)
        self.reference = ""

    def answers(self, who: str, texts: str) -> None:
        """Several messages, of which only what came of the last is said."""
        *first, last = texts.split(" / ")
        for text in first:
            self.phones(who, text)
            list(self.stage.read())
        self.phones(who, last)

    def types(self, name: str, texts: str) -> None:
        *first, last = texts.split(" / ")
        for text in first:
            self.stage.types(name, text)
            list(self.stage.read())
        self.stage.types(name, last)
        self.reference = ""

    def begins(self, name: str) -> None:
        """The next person sits down."""
        self.stage.intakes.pop(name, None)

    def portal(self, text: str) -> None:
        """The portal writes to the number that was lent last."""

        def receive(session: Session) -> None:
            number = session.exec(select(Lease.number).order_by(col(Lease.id).desc()).limit(1)).one()
            self.stage.count += 1
            sms = Sms(number, "MOPH", text, f"portal {self.stage.count}")
            self._arrived(proxies.receive(session, self.stage.vault, self.stage.portals, sms, self.stage.now))

        self.stage.do(receive)

    def mail(self, text: str) -> None:
        """An e-mail comes to the address that was lent last."""

        def receive(session: Session) -> None:
            address = session.exec(select(MailAddress.address).order_by(col(MailAddress.id).desc()).limit(1)).one()
            self.stage.count += 1
            one = f"mail {self.stage.count}"
            mail = Mail((address,), "no-reply@moph.example", "", text, (), one, one, len(text))
            self._arrived(receiving.receive(session, self.stage.vault, self.stage.portals, mail, self.stage.now))

        self.stage.do(receive)

    def _arrived(self, references: tuple[str, ...]) -> None:
        self.lines.append(f"= it is for {', '.join(references)}" if references else "= nobody knows yet for whom it is")

    def _act(self, name: str, said: str) -> None:
        """One of us does something: in the case that she names, from then on, or in the newest."""
        if named := REFERENCE.search(said):
            self.reference = self.stage.names.meant(named[0])
            said = " ".join(said.replace(named[0], "").split())
        for pattern, doing in SENTENCES:
            if found := pattern.fullmatch(said):
                self._do(name, partial(doing, **found.groupdict()))
                return
        raise AssertionError(f"nobody knows how to: {said}")

    def _do(self, name: str, doing: Callable[[Act], Iterator[str] | None]) -> None:
        def use_case(session: Session) -> list[str]:
            newest = select(CaseRow.reference).order_by(col(CaseRow.id).desc()).limit(1)
            reference = self.reference or session.exec(newest).first() or ""
            return list(doing(Act(self.stage, session, self.stage.viewers[name], reference)) or ())

        try:
            self.lines += [f"= {line}" for line in self.stage.do(use_case)]
        except Refused as refused:
            self.lines.append(f"= refused: {refused.code}")

    def _tell(self) -> None:
        """What people read now, and what has changed behind."""
        self.lines += self.behind.changes()
        for one in self.stage.read():
            who = "Page" if one.page else "Bot" if one.by == self.writer else f"Bot to {one.by}"
            first, *others = filter(None, one.reply.plain.splitlines())
            self.lines += [f"{who}: {first}", *(f"     {other}" for other in others)]

    def _meanwhile(self, until: datetime) -> None:
        """The runner has looked: what came of it on the way stands under its time."""
        before, self.lines = self.lines, []
        self._tell()
        when = self.stage.now.astimezone(until.tzinfo)
        self.lines = [*before, *([f"-- {when:{TIME}}"] if self.lines and when < until else []), *self.lines]


_LINES = [
    (re.compile(pattern), doing)
    for pattern, doing in (
        (r"== (?P<when>\d{4}-\d\d-\d\d \d\d:\d\d)", Player.travel),
        (r"by (?P<manner>sms|chat)", Player.change_manner),
        (r"Portal: (?P<text>.+)", Player.portal),
        (r"Mail: (?P<text>.+)", Player.mail),
        (r"(?P<name>[A-Z]\w+) begins with the next", Player.begins),
        (r"(?P<name>[A-Z]\w+) types: (?P<texts>.+)", Player.types),
        (r"(?P<who>[A-Z]\w+) answers: (?P<texts>.+)", Player.answers),
        (r"(?P<who>[A-Z]\w+), on her phone: (?P<text>.+)", Player.phones),
        (r"(?P<who>[A-Z]\w+): (?P<text>.+)", Player.writes),
    )
]


def played(stage: Stage, road: str) -> Iterator[str]:
    """The lines of a road as they come out."""
    player = Player(stage)
    for line in road.splitlines():
        if not line.startswith(OUTCOMES):
            yield line
            yield from player.play(line)


def set_up(db: Database, vault: Vault, team: TeamKey, library: Library, service: str, road: str) -> Stage:
    """The desk that a road asks for, on an empty database: its service is on, with those that it names."""
    staff = tuple(_staff(**found.groupdict()) for line in road.splitlines() if (found := OURS.fullmatch(line)))
    zone = re.search(r"^in (\w+/\w+)$", road, re.MULTILINE)
    others = re.search(r"^with ([\w ]+)$", road, re.MULTILINE)
    on = {service, *(others[1].split() if others else ())}
    services = {name: one for name, one in library.services.items() if name in on}
    ours = replace(library, services=services, offered=None)
    return Stage(db, vault, team, ours, zone[1] if zone else "Asia/Beirut", staff or EVERYBODY)


def play(db: Database, vault: Vault, team: TeamKey, library: Library, service: str, road: str) -> str:
    """The road as it comes out: equal to what was given when nothing changed."""
    return "\n".join(played(set_up(db, vault, team, library, service, road), road)) + "\n"


def _staff(name: str, does: str, language: str | None, speaks: str | None, knows: str | None) -> Staff:
    role = COORDINATOR if does == "coordinates" else VOLUNTEER
    spoken = tuple((speaks or language or "en").split())
    return Staff(name, role, language or "en", spoken, tuple((knows or "").split()))
