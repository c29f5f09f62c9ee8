"""A whole morning of a campaign: many cases, few numbers, six volunteers, and a portal whose messages are late.

The portal knows whose each message is, and nobody else does: each page that a volunteer looks at is compared with it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.desk import caseview, queue
from api.desk.caseview import CaseView
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, proxies, turns, unmatched, waiting, windows
from api.numbers.proposals import Known
from api.numbers.proxies import PortalMessageView
from api.numbers.standing import Standing, standing_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, Lease, PortalMessage, WindowTurn
from flows.model import Answer
from tests.factories import MINISTRY, NOW, SHARED, make_case, make_coordinator, make_numbers, make_viewer
from tests.libraries import the_library
from tests.ministries import Ministry, Sent
from tests.together import at_once

PORTAL = MINISTRY.model_copy(update={"senders": ("MOPH",)})
PORTALS = {PORTAL.portal: PORTAL}
VOLUNTEERS = ("Hana", "Rima", "Sara", "Selam", "Nadia", "Joy")
FIRST = ("Almaz", "Rahima", "Kumari", "Marites", "Hirut", "Blessing", "Shirin", "Wanjiku")
LAST = ("Tesfaye", "Khatun", "Fernando", "Mensah")
STEP = timedelta(seconds=45)
LOOK = timedelta(minutes=8)
"""How often the coordinator looks into the inbox: more often than a login code is wiped."""


@dataclass
class Woman:
    """One who is to be registered, and how far it got. `hasty`: her volunteer stops waiting for the code too early."""

    place: int
    reference: str
    volunteer: Viewer
    number: str = ""
    asked_at: datetime | None = None
    attempt: int = 0
    registered: bool = False

    @property
    def name(self) -> str:
        return name_of(self.place)

    @property
    def document(self) -> str:
        return document_of(self.place)

    @property
    def hasty(self) -> bool:
        return self.place % 5 == 0 and self.attempt == 1


@dataclass
class Campaign:
    """A desk of six volunteers and a coordinator, and a clock that steps."""

    db: Database
    vault: Vault
    team: TeamKey
    now: datetime = NOW
    ministry: Ministry = field(default_factory=Ministry)
    women: list[Woman] = field(default_factory=list)
    shown: Counter[str] = field(default_factory=Counter)
    in_inbox: set[int] = field(default_factory=set)
    arrived: set[tuple[str, str]] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    waits: set[str] = field(default_factory=set)
    looked_at: datetime = NOW

    def __post_init__(self) -> None:
        self.amal = make_coordinator(self.db, self.team)
        self.volunteers = [make_viewer(self.db, self.team, name) for name in VOLUNTEERS]
        self.known = Known(self.vault, the_library(), PORTALS)

    def begin(self, numbers: int, cases: int, last_week: int = 0) -> None:
        """Numbers, those who were registered last week and whose places still rest, and the cases of today."""
        self.numbers = make_numbers(self.db, self.amal, numbers)
        self.earlier = [self._woman(cases + at, self.amal, NOW - timedelta(days=7)) for at in range(last_week)]
        for woman in self.earlier:
            self._lend(woman, NOW - timedelta(days=7))
            self._close(woman, NOW - timedelta(days=6))
        self.women = [self._woman(at, self.volunteers[at % 6], NOW) for at in range(cases)]

    def each_volunteer(self, does: Callable[[Viewer], None]) -> None:
        """All six do this at once, while what is due arrives."""
        due, now = self.ministry.due(self.now), self.now
        calls = [lambda who=who: does(who) for who in self.volunteers]
        outcomes = at_once([*calls, lambda: self._deliver(due, now)])
        assert outcomes == [None] * 7, outcomes

    def lend_everybody(self) -> list[str]:
        """Each volunteer asks for a number for each of her cases; gives the references of those that must wait."""
        self.each_volunteer(lambda viewer: [self._lend(woman, NOW) for woman in self._hers(viewer)] and None)
        return [woman.reference for woman in self.women if not woman.number]

    def work(self, until: timedelta) -> None:
        """The morning goes on until all who have a number are registered and nothing is on its way."""
        while self.ministry.coming or not all(woman.registered for woman in self.women if woman.number):
            self.now += STEP
            assert self.now < NOW + until, "it takes too long"
            for end in (proxies.end_codes, proxies.end_what_is_over):
                self.db.write_now(lambda session, end=end: end(session, self.now))  # type: ignore[misc]
            self.db.write_now(lambda session: turns.advance_all(session, self.now))
            self.waits = self.db.read_now(_not_called)
            self.each_volunteer(self._two_at_a_time)
            if self.now >= self.looked_at + LOOK:
                self._read_inbox()
        self._read_inbox()

    def page(self, woman: Woman, viewer: Viewer | None = None) -> CaseView:
        """The page of a case; what it shows of the portal is written down, and has to be hers."""
        view = self.db.write_now(
            lambda session: caseview.see(
                session, self.vault, self.known.library, viewer or woman.volunteer, woman.reference, self.now
            )
        )
        for message in view.portal_messages:
            self._is_hers(message, woman.reference)
        return view

    def standing(self, reference: str) -> Standing:
        """How a case stands with its number."""
        return self.db.write_now(lambda s: standing_of(s, reference, PORTAL.portal, PORTALS, self.now))

    def line(self) -> dict[str, int]:
        """The places of those who wait for a number."""
        found = self.db.read_now(lambda session: waiting.line(session, PORTALS, self.now))
        return {reference: entry.place for reference, entry in found.items()}

    def people_on(self) -> Counter[str]:
        """How many people each number serves or still keeps a place for."""
        kept = select(Lease.number).where(Lease.state != "ended")
        return Counter(self.db.read_now(lambda session: session.exec(kept).all()))

    def rows(self) -> list[tuple[PortalMessage, str]]:
        """What was stored, with the reference of its case."""
        stored = select(PortalMessage, CaseRow.reference).outerjoin(CaseRow, PortalMessage.case_id == CaseRow.id)
        return [(row, reference or "") for row, reference in self.db.read_now(lambda s: s.exec(stored).all())]

    def _two_at_a_time(self, viewer: Viewer) -> None:
        """While one of her cases waits for its window she goes on with the next."""
        for woman in [one for one in self._hers(viewer) if one.number and not one.registered][:2]:
            self._go_on(woman)

    def _go_on(self, woman: Woman) -> None:
        """Who waits for her turn does nothing until she is called; who waits for a code looks when something came."""
        if woman.asked_at is None:
            if woman.reference not in self.waits:
                self._ask(woman)
            return
        if woman.reference in self.changed:
            self.changed.discard(woman.reference)
            self._look(woman)
        elif woman.hasty and self.now > woman.asked_at + timedelta(minutes=2):
            self._do(windows.cancel_window, woman)
            woman.asked_at = None
        elif self.now > woman.asked_at + PORTAL.lifetime:
            woman.asked_at = None

    def _look(self, woman: Woman) -> None:
        """Her page loads again: with the code there she registers the woman."""
        view = self.page(woman)
        if view.code and view.code.code:
            self.ministry.registered(woman, woman.number, self.now)
            woman.registered = True
            self._put_away(woman, view.code)

    def _ask(self, woman: Woman) -> None:
        """Open the window and ask the portal; else wait for a turn."""
        try:
            self.db.write_now(lambda s: windows.expect_code(s, woman.volunteer, woman.reference, PORTAL, self.now))
        except Refused:
            self.db.write_now(lambda s: turns.join(s, woman.volunteer, woman.reference, PORTAL, self.now))
            return
        woman.asked_at, woman.attempt = self.now, woman.attempt + 1
        self.ministry.asked(woman, woman.number, woman.attempt, self.now)

    def _put_away(self, woman: Woman, code: PortalMessageView) -> None:
        """She has used the code; every third case is closed at once, the others only end their window."""
        self.db.write_now(lambda session: proxies.wipe_code(session, woman.volunteer, code.id, self.now))
        if woman.place % 3:
            self._do(windows.cancel_window, woman)
        else:
            self._close(woman, self.now)

    def _is_hers(self, message: PortalMessageView, reference: str) -> None:
        if message.code:
            assert self.ministry.codes.get(message.code) == reference, "a code on a wrong case"
            self.shown[message.code] += 1
        if message.text:
            assert self.ministry.truth[message.text] == reference, "a message on a wrong case"

    def _deliver(self, due: list[Sent], now: datetime) -> None:
        for one in due:
            self.arrived.add((one.sms.number, one.sms.provider_id))
            went = self.db.write_now(
                lambda session, sms=one.sms: proxies.receive(session, self.vault, PORTALS, sms, now)
            )
            assert set(went) <= {one.case}, "what finds its case by itself finds the right one"
            self.changed.update(went)

    def _read_inbox(self) -> None:
        """The coordinator looks at what found no case, and confirms what is proposed."""
        self.looked_at = self.now
        looked = self.db.write_now(lambda session: unmatched.inbox(session, self.known, self.amal, self.now))
        for message in looked.messages:
            self.in_inbox.add(message.id)
            assert not message.content.code, "a code is hidden there"
            if message.proposed and message.kind != "code":
                key, its_id = message.proposed.key, message.id
                assert self.ministry.truth[message.content.text] == key, "a proposal for a wrong case"
                self.db.write_now(lambda s, m=its_id, r=key: unmatched.assign(s, self.known, self.amal, m, r, self.now))

    def _woman(self, place: int, viewer: Viewer, now: datetime) -> Woman:
        answers = {
            "name": Answer(name_of(place), name_of(place)),
            "papers_number": Answer(document_of(place), document_of(place)),
            "share_ministry": SHARED,
        }
        case = make_case(self.db, self.vault, answers, claimed_by=viewer, now=now)
        return Woman(place, case.reference, viewer)

    def _lend(self, woman: Woman, now: datetime) -> None:
        lent = self.db.write_now(
            lambda session: leases.lend_or_wait(session, woman.volunteer, woman.reference, PORTAL, now)
        )
        woman.number = lent.number if lent else ""

    def _hers(self, viewer: Viewer) -> list[Woman]:
        return [woman for woman in self.women if woman.volunteer == viewer]

    def _do(self, use_case: Callable[..., object], woman: Woman) -> None:
        self.db.write_now(lambda s: use_case(s, woman.volunteer, woman.reference, PORTAL.portal, self.now))

    def _close(self, woman: Woman, now: datetime) -> None:
        self.db.write_now(lambda session: queue.close(session, woman.volunteer, woman.reference, "done", now))


def _not_called(session: Session) -> set[str]:
    """The references of those who stand in the line for a window and whose turn it is not."""
    line = select(CaseRow.reference).join(WindowTurn, WindowTurn.case_id == CaseRow.id)
    return set(session.exec(line.where(col(WindowTurn.called_at).is_(None))))


def name_of(place: int) -> str:
    """The name of the woman whose place in the morning this is; no two have the same."""
    return f"{FIRST[place % 8]} {LAST[place // 8]}"


def document_of(place: int) -> str:
    """Her passport, whose last four digits no other has."""
    return f"EP12{3017 + 173 * place:05}"
