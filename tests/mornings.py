"""A morning on one proxy number: cases that hold it, a portal that writes, and minutes counted from nine o'clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import select

from api.keys.vault import Vault
from api.numbers import leases, proxies, unmatched, windows
from api.numbers.proposals import Known
from api.numbers.proxies import PortalMessageView, Sms
from api.numbers.unmatched import Inbox
from api.staff.access import lock_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, PortalMessage
from flows.model import Answer
from flows.portal import Portal
from tests.factories import ALMAZ, MINISTRY, NOW, make_case
from tests.libraries import the_library

CODE = "MOPH: your login code is 482913"
OTHER_CODE = "MOPH: your login code is 771144"
HIDDEN_CODE = "MOPH: your login code is ••••••"
APPOINTMENT = "Your appointment: Rafik Hariri hospital, 12/12/2026 at 09:30, code 4829"
RAHIMA = {
    "name": Answer("রহিমা খাতুন", "রহিমা খাতুন"),
    "born": Answer("1988-01-02", "2 Jan 1988", "day", "gregorian"),
    "papers_number": Answer("BX0098871", "bx 0098871"),
    "share_ministry": Answer("yes", "1"),
}
HERS = "Dear Rahima Khatun, your appointment is on 12/12/2026 at 09:30, Rafik Hariri hospital."
EMBASSY = MINISTRY.model_copy(update={"portal": "embassy", "senders": ("Embassy", "Ministry")})
PORTALS = {portal.portal: portal for portal in (MINISTRY, EMBASSY)}


@dataclass
class Morning:
    """Two cases on one number, and a clock that counts minutes from nine."""

    db: Database
    vault: Vault
    amal: Viewer
    number: str = ""
    one: str = ""
    other: str = ""
    sent: list[str] = field(default_factory=list)

    def at(self, minutes: float) -> datetime:
        return NOW + timedelta(minutes=minutes)

    @property
    def known(self) -> Known:
        return Known(self.vault, the_library(), PORTALS)

    def case(self, portal: Portal = MINISTRY, answers: dict[str, Answer] = ALMAZ, by: Viewer | None = None) -> str:
        reference = make_case(self.db, self.vault, answers, claimed_by=by or self.amal).reference
        self.db.write_now(lambda session: leases.lend(session, by or self.amal, reference, portal, NOW))
        return reference

    def expect(self, reference: str, minutes: float, portal: Portal = MINISTRY) -> None:
        now = self.at(minutes)
        self.db.write_now(lambda session: windows.expect_code(session, self.amal, reference, portal, now))

    def arrives(self, text: str, minutes: float, *, sender: str = "MOPH", again: bool = False) -> tuple[str, ...]:
        if not again:
            self.sent.append(text)
        sms, now = Sms(self.number, sender, text, f"SM{len(self.sent)}"), self.at(minutes)
        return self.db.write_now(lambda session: proxies.receive(session, self.vault, PORTALS, sms, now))

    def read(self, reference: str, minutes: float = 0) -> list[PortalMessageView]:
        def use_case(session) -> list[PortalMessageView]:
            case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
            key = self.vault.open_case(self.amal.team, lock_of(case))
            return proxies.messages_of(session, self.amal, case, key, self.at(minutes))

        return self.db.write_now(use_case)

    def rows(self) -> list[PortalMessage]:
        return self.db.read_now(lambda session: list(session.exec(select(PortalMessage)).all()))

    def inbox(self, minutes: float = 0, viewer: Viewer | None = None) -> Inbox:
        now = self.at(minutes)
        return self.db.write_now(lambda session: unmatched.inbox(session, self.known, viewer or self.amal, now))

    def waiting(self, minutes: float = 0) -> list[str]:
        return [one.content.text for one in self.inbox(minutes).messages]

    def assign(self, message: int, reference: str, minutes: float = 0, viewer: Viewer | None = None) -> None:
        now = self.at(minutes)
        self.db.write_now(
            lambda session: unmatched.assign(session, self.known, viewer or self.amal, message, reference, now)
        )

    def keep_house(self, minutes: float) -> None:
        for end in (proxies.end_codes, proxies.end_what_is_over):
            self.db.write_now(lambda session, end=end: end(session, self.at(minutes)))
