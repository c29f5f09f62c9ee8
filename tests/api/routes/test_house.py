"""What coordinators set on pages instead of in files: who runs the desk, and which services are on."""

from httpx import AsyncClient
from sqlmodel import col, select

from api.answers import unpack_reply
from api.desk.offering import offering_now
from api.outbound.replies import address_index
from api.staff import audit
from api.tables import ReplyRow
from flows.model import Message
from tests.desks import TestDesk, passphrase_of

DOWN = "telegram:1"
"""A lane whose channel is off: what is queued stays, as a reply that was sent is emptied."""
SAID = {
    "name": "  The Cedar   House ",
    "handle": "cedar_bot",
    "number": "+961 70 123 456",
    "phrase": "It rains in the hills",
    "emergency": "140",
}


async def prove(browser: AsyncClient, path: str, form: dict[str, str]) -> str:
    """Send a form that asks for the passphrase, with it; gives the page that follows."""
    return (await browser.post(path, data={**form, "passphrase_again": passphrase_of("Amal")})).text


async def says(desk: TestDesk, address: str, *texts: str) -> str:
    """Somebody writes by a channel that is down; gives all that waits for her."""
    for number, text in enumerate(texts):
        message = Message("telegram", DOWN, address, f"{address}-{text}{number}", text)
        await desk.app.state.intake.message(message)
    index = address_index(desk.shell.vault, DOWN, address)
    hers = select(ReplyRow.box).where(ReplyRow.address_index == index).order_by(col(ReplyRow.id))
    boxes = await desk.shell.db.read(lambda session: list(session.exec(hers)))
    return "\n".join(unpack_reply(desk.shell.vault.unlock(box))[1].plain for box in boxes)


async def test_who_runs_the_desk_is_set_on_a_page_and_said_by_the_bot_at_once(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        page = await prove(amal, "/settings", SAID)
        assert "It holds from now on." in page
        for kept in ("The Cedar House", "@cedar_bot", "+96170123456", "It rains in the hills", "140"):
            assert f'value="{kept}"' in page
    said = await says(desk, "1", "hello", "English", "who")
    assert "The Cedar House" in said
    assert "It rains in the hills" in said
    (line,) = await desk.shell.db.read(lambda session: audit.recent(session, action="desk.set"))
    assert line.detail == {"fields": ["name", "handle", "number", "phrase", "emergency"]}


async def test_another_process_takes_it_up_when_it_looks_again(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        await prove(amal, "/settings", SAID)
        await amal.post("/services/vaccination/switch", data={"on": "no"})
    now = await desk.shell.db.read(lambda session: offering_now(session, desk.shell.written))
    assert now.desk is not None
    assert (now.desk.name, now.desk.emergency) == ("The Cedar House", "140")
    assert now.allowed == {}


async def test_what_is_set_back_follows_the_environment_again(desk: TestDesk) -> None:
    written = desk.shell.written.desk
    async with desk.browser("Amal") as amal:
        await prove(amal, "/settings", SAID)
        before = {name: getattr(written, name) for name in SAID}
        await amal.post("/settings", data=before)
    assert desk.shell.library.desk == written


async def test_it_asks_for_the_passphrase_and_keeps_only_what_can_be(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        assert (await hana.get("/settings")).status_code == 404
    async with desk.browser("Amal") as amal:
        wrong = (
            {"handle": "@a b"},
            {"number": "70 123"},
            {"emergency": "call me"},
            {"name": " "},
            {"phrase": "x" * 90},
        )
        for one in wrong:
            refused = await amal.post("/settings", data={**SAID, **one, "passphrase_again": passphrase_of("Amal")})
            assert refused.status_code == 422, one
    assert desk.shell.library.desk == desk.shell.written.desk


async def test_a_service_that_is_off_is_offered_to_nobody_new_and_what_has_begun_goes_on(desk: TestDesk) -> None:
    assert "Shall we start?" in await says(desk, "1", "hello", "English", "1")
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        page = await amal.post("/services/vaccination/switch", data={"on": "no"})
        assert "Nobody new is offered it" in page.text
        assert "Who is it for?" in await says(desk, "1", "yes"), "what has begun goes on"
        assert "Shall we start?" not in await says(desk, "2", "hello", "English", "1")
        assert "No service is switched on" in (await hana.get("/intake")).text
        begun = await hana.post("/intake", data={"service": "vaccination", "language": "en"})
        assert begun.status_code == 422
        assert (await hana.get("/intake/paper")).status_code == 404
        await amal.post("/services/vaccination/switch", data={"on": "yes"})
    assert "Shall we start?" in await says(desk, "3", "hello", "English", "1")
    lines = await desk.shell.db.read(lambda session: audit.recent(session, object="vaccination"))
    assert [line.action for line in lines] == ["service.on", "service.off"]


async def test_a_case_is_forgotten_with_its_reference_and_the_passphrase(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Amal") as amal:
        assert f"/cases/{hanas}/forget" not in (await hana.get(f"/cases/{hanas}")).text
        assert (await hana.get(f"/cases/{hanas}/forget")).status_code == 404
        assert f"/cases/{hanas}/forget" in (await amal.get(f"/cases/{hanas}")).text
        assert "cannot be taken back" in (await amal.get(f"/cases/{hanas}/forget")).text
        refused = await prove(amal, f"/cases/{hanas}/forget", {"typed": "K7-4QF"})
        assert "another reference" in refused
        assert (await hana.get(f"/cases/{hanas}")).status_code == 200
        page = await prove(amal, f"/cases/{hanas}/forget", {"typed": hanas.lower()})
        assert "forgotten for ever" in page
        assert (await hana.get(f"/cases/{hanas}")).status_code == 404
    (line,) = await desk.shell.db.read(lambda session: audit.recent(session, action="case.forget"))
    assert (line.person, line.object) == ("Amal", hanas)


async def test_a_person_is_removed_and_the_cases_are_locked_anew(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        people = (await amal.get("/people")).text
        assert "Rima" in people
        page = await prove(amal, "/people/3/remove", {})
        assert "can no longer sign in" in page
        assert (await amal.get(f"/cases/{hanas}")).status_code == 200, "the team key was changed, and hers with it"
