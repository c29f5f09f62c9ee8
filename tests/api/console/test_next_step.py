"""A case says the one thing that it asks for now, and where on its page that is done."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.answers import pack_message
from api.console.next_step import next_step
from api.desk import cases, caseview, conversation, queue
from api.desk.wishes import Ways
from api.keys.vault import Vault
from api.numbers import appointments, leases, proxies, windows
from api.numbers.appointments import Corrected
from api.numbers.standing import standing_of
from api.staff.people import Viewer
from api.store.db import Database
from flows.loader import Library
from flows.model import Message
from tests.factories import HER_PHONE, MINISTRY, NOW, make_case, make_numbers
from tests.scenes import ANSWERS

BEIRUT = ZoneInfo("Asia/Beirut")
PORTALS = {MINISTRY.portal: MINISTRY}
WORDS = Message("sms", HER_PHONE.lane, HER_PHONE.address, "SM9", "When do I go?", manner="sms")


def test_each_step_leads_to_the_next(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    opened = make_case(db, vault, ANSWERS, claimed_by=volunteer)
    reference = opened.reference

    def step() -> str:
        view = db.write_now(lambda session: caseview.see(session, vault, library, volunteer, reference, NOW))
        standing = db.write_now(lambda session: standing_of(session, reference, view.portal, PORTALS, NOW))
        found = next_step(view, standing, BEIRUT, NOW)
        return found.at if found else ""

    def receive(session: Session) -> None:
        sms = proxies.Sms(number, "MOPH", "Your code is 482913", "1")
        proxies.receive(session, vault, PORTALS, sms, NOW)

    seen = [step()]
    db.write_now(lambda session: leases.lend(session, volunteer, reference, MINISTRY, NOW))
    seen.append(step())
    db.write_now(lambda session: windows.expect_code(session, volunteer, reference, MINISTRY, NOW))
    seen.append(step())
    db.write_now(receive)
    assert [*seen, step()] == ["number", "portal-form", "number", "number"]
    db.write_now(lambda session: proxies.wipe_code(session, volunteer, 1, NOW))
    db.write_now(lambda session: windows.cancel_window(session, volunteer, reference, MINISTRY.portal, NOW))

    db.write_now(lambda session: cases.deliver(session, vault, opened.id, "in", pack_message(WORDS), NOW))
    assert step() == "talk"
    db.write_now(lambda session: conversation.write(session, vault, volunteer, reference, "Soon", Ways(), NOW))
    said = Corrected(NOW + timedelta(days=3), place="Dora")
    db.write_now(lambda session: appointments.add_appointment(session, vault, volunteer, reference, "", said, NOW))
    assert step() == "told"
    db.write_now(lambda session: queue.close(session, volunteer, reference, "done", NOW))
    assert step() == "", "nobody works on it any more"
