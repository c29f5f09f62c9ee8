"""A desk with something on every page, to look at."""

from datetime import timedelta

from sqlmodel import Session, select

from api.answers import Contact, pack_message
from api.desk import cases, conversation, queue
from api.desk.wishes import Ways
from api.exports import batches
from api.inbound import inbox
from api.numbers import leases, pool, proxies, sims, windows
from api.shell import Shell
from api.staff import signin
from api.staff.gate import Gate
from api.staff.people import Viewer
from api.tables import CaseRow
from bot.gateway import Sim
from flows.model import Answer, Message
from tests.desks import NUMBER, passphrase_of
from tests.factories import SHARED

ANSWERS = {
    "privacy": Answer("yes", "1", wording="ወረቀት ቢኖርሽም ባይኖርሽም በነጻ መከተብ ትችያለሽ። እንጀምር?"),
    "for_whom": Answer("self", "1"),
    "name": Answer("አልማዝ ተስፋዬ", "አልማዝ ተስፋዬ"),
    "born": Answer("1992-05-25", "17 ግንቦት 1984", "day", "ethiopian"),
    "gender": Answer("woman", "1"),
    "country": Answer("ETH", "ኢትዮጵያ"),
    "papers": Answer("passport", "1"),
    "papers_where": Answer("employer", "2"),
    "papers_number": Answer("EP1234567", "ep 1234567"),
    "phone": Answer("none", "4"),
    "email": Answer(None, "0"),
    "governorate": Answer("mount_lebanon", "2"),
    "district": Answer("el_meten", "Dora"),
    "work": Answer("live_in", "1"),
    "health": Answer(("diabetes", "lungs"), "2 3"),
    "pregnant": Answer("no", "2"),
    "doses": Answer("0", "4"),
    "days": Answer(("saturday", "sunday"), "2 3"),
    "company": Answer("yes", "1"),
    "share_ministry": SHARED,
}
ROUTE = {"governorate": "mount_lebanon", "district": "el_meten", "country": "ETH"}
SMS = "MOPH: your login code is 482913. It is valid for 10 minutes."
UNREADABLE = "ስሜ አልማዝ ነው፣ ክትባቱ መቼ ነው?"
LATE = "MOPH: your appointment is on 3 December at 10:00, Rafik Hariri University Hospital."


class Scene:
    """Fills a desk: what is done is done by Hana, Amal or a worker, through the same use cases as always."""

    def __init__(self, shell: Shell, hana: Viewer, amal: Viewer) -> None:
        self.shell, self.hana, self.amal, self.now = shell, hana, amal, shell.clock()

    @classmethod
    async def of(cls, shell: Shell, gate: Gate) -> "Scene":
        """The scene of a desk, with both signed in."""
        return cls(shell, await looking(shell, gate, "Hana"), await looking(shell, gate, "Amal"))

    def open(self, session: Session, hours: float, language: str = "am", **more: object) -> str:
        """A registration that came in some hours ago; gives its reference."""
        address = f"+9617000{int(hours * 100):04}"
        contact = Contact("sms", "sms:+96181000001", address, "sms", language)
        opened = cases.open_case(
            session,
            self.shell.vault,
            service="vaccination",
            contact=contact,
            answers=ANSWERS,
            now=self.now - timedelta(hours=hours),
            **{"route": ROUTE, **more},  # type: ignore[arg-type]
        )
        return opened.reference

    def fill(self, session: Session) -> str:
        """Cases in every state; gives the reference of the one that Hana works on, whose window is open."""
        self.open(session, 30, "bn")
        self.open(session, 5, "ar", call=True)
        self.open(session, 2, urgency="high")
        self._closed(session)
        hers = self.open(session, 3)
        queue.claim(session, self.hana, hers, self.now)
        self._talk(session, hers)
        portal = self.shell.portals["model_ministry"]
        leases.lend(session, self.hana, hers, portal, self.now)
        windows.expect_code(session, self.hana, hers, portal, self.now)
        others = self.open(session, 4, "si")
        queue.claim(session, self.amal, others, self.now)
        proxies.receive(session, self.shell.vault, self.shell.portals, proxies.Sms(NUMBER, "MOPH", LATE, "1"), self.now)
        self._fail(session)
        self._phones(session)
        return hers

    def receive_code(self, session: Session) -> None:
        """The portal sends the code that Hana waits for."""
        proxies.receive(session, self.shell.vault, self.shell.portals, proxies.Sms(NUMBER, "MOPH", SMS, "2"), self.now)

    def _fail(self, session: Session) -> None:
        message = Message("telegram", "telegram:8123", "4711", "m2", UNREADABLE)
        inbox.store_unhandled(session, self.shell.vault, message, "KeyError", self.now)

    def _phones(self, session: Session) -> None:
        """A telephone with two SIMs, of which one is known, and a number that cannot work in its country."""
        for slot in (1, 2):
            sims.hear(session, Sim("smsgate", "PyDmBQZZXYmyxMwED8Fzy", slot), self.now - timedelta(minutes=slot))
        channel = sims.add_channel(session, self.amal, "+961 81 000 021", "smsgate", self.now)
        known = sims.sims(session, self.amal)[0]
        sims.assign(session, self.amal, known.id, channel, self.now)
        sims.add_channel(session, self.amal, "+961 81 000 022", "smsgate", self.now)
        pool.claim_channel(session, "+96181000300")

    def _closed(self, session: Session) -> None:
        for hours in (50, 51):
            reference = self.open(session, hours)
            queue.claim(session, self.hana, reference, self.now)
            queue.close(session, self.hana, reference, "done", self.now)
        batches.export(
            session,
            self.shell.vault,
            self.shell.library,
            self.amal,
            service="vaccination",
            export="ministry",
            now=self.now,
        )
        reference = self.open(session, 52)
        queue.claim(session, self.hana, reference, self.now)
        queue.close(session, self.hana, reference, "done", self.now)

    def _talk(self, session: Session, reference: str) -> None:
        vault, case_id = self.shell.vault, _id_of(session, reference)
        asked = Message("sms", "sms:+96181000001", "+96170000300", "m1", "ሰላም፣ መቼ ልምጣ?", manner="sms")
        cases.deliver(session, vault, case_id, "in", pack_message(asked), self.now)
        conversation.write(session, vault, self.hana, reference, "ሰላም አልማዝ። ነገ እጽፍልሻለሁ።", Ways(), self.now)
        conversation.note(
            session, vault, self.hana, reference, "Her employer holds the passport. Asked the lawyer.", self.now
        )


async def looking(shell: Shell, gate: Gate, name: str) -> Viewer:
    """Somebody of the test desk, signed in."""
    token = await gate.sign_in(name, passphrase_of(name), shell.clock())
    viewer = await shell.db.read(lambda session: signin.viewer_of(session, token, shell.clock()))
    assert viewer is not None
    return viewer


def _id_of(session: Session, reference: str) -> int:
    return session.exec(select(CaseRow.id).where(CaseRow.reference == reference)).one() or 0
