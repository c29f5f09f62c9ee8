"""The number of a case on its page: waiting, turns, a refusal, a lost SIM; and the page of a number itself."""

import re

from sqlmodel import Session

from api.desk import queue
from api.numbers import health, leases
from tests.desks import NUMBER, TestDesk
from tests.scenes import Scene

PORTAL = {"portal": "model_ministry"}
PAGE = f"/numbers/{NUMBER}"


async def full(desk: TestDesk) -> list[str]:
    """Hana's five cases, of which the first four share the one number of the desk."""
    scene = await Scene.of(desk.shell, desk.app.state.gate)
    portal = desk.shell.portals["model_ministry"]

    def fill(session: Session) -> list[str]:
        references = [scene.open(session, hours) for hours in range(1, 6)]
        for reference in references:
            queue.claim(session, scene.hana, reference, scene.now)
        for reference in references[:4]:
            leases.lend(session, scene.hana, reference, portal, scene.now)
        return references

    return await desk.shell.db.write(fill)


async def test_a_case_that_finds_no_number_waits_and_says_so_on_its_page_and_in_the_queue(desk: TestDesk) -> None:
    *_, last = await full(desk)
    async with desk.browser("Hana") as hana:
        page = await hana.post(f"/cases/{last}/lend", data=PORTAL)
        assert page.status_code == 200
        assert "Waits for a number: place 1 in the line" in page.text
        assert "Waits for a number: place 1 in the line" in (await hana.get("/queue")).text
        page = await hana.post(f"/cases/{last}/unwait", data=PORTAL)
        assert "Lend a number" in page.text


async def test_a_refused_number_is_replaced_or_waited_for(desk: TestDesk) -> None:
    first, *_ = await full(desk)
    async with desk.browser("Hana") as hana, desk.browser("Amal") as amal:
        await amal.post("/numbers", data={"number": "+961 71 222 333", "gateway": "smsgate"})
        page = await hana.post(f"/cases/{first}/refused", data=PORTAL)
        assert "+961 71 222 333" in page.text
        shown = (await amal.get(PAGE)).text
        assert "it took 3 people on it" in shown
        again = await amal.post(f"{PAGE}/again", data=PORTAL)
        assert "it took 3 people on it" not in again.text


async def test_the_day_of_the_last_message_is_kept_and_shown(desk: TestDesk) -> None:
    first, *_ = await full(desk)
    async with desk.browser("Hana") as hana:
        page = await hana.post(f"/cases/{first}/keep", data={"day": "2099-12-03"})
        assert "It stays with this case until 3 Dec 2099" in page.text
        assert (await hana.post(f"/cases/{first}/keep", data={"day": "soon"})).status_code == 422


async def test_a_lost_sim_is_told_to_everybody_who_had_it(desk: TestDesk) -> None:
    references = await full(desk)
    async with desk.browser("Hana") as hana, desk.browser("Amal") as amal:
        page = (await amal.post(f"{PAGE}/lost")).text
        assert all(reference in page for reference in references[:4])
        assert "The bot can write to the worker" in page
        assert "አልማዝ" not in page, "a name is seen only by opening the case"
        assert "1 alarm about our numbers" in (await amal.get("/queue")).text
        assert "The SIM of this number is lost" in (await hana.get(f"/cases/{references[0]}")).text
        for reference in references[:4]:
            page = (await hana.post(f"/cases/{reference}/told")).text
            assert "The SIM of this number is lost" not in page
        assert (await amal.get(PAGE)).text.count(">Told<") == 4


async def test_the_page_of_a_number_changes_what_it_is_used_for_and_what_is_known_of_it(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        page = (await amal.post(f"{PAGE}/state", data={"state": "draining"})).text
        assert "Runs out: lent to nobody new" in page
        assert (await amal.post(f"{PAGE}/state", data={"state": "eaten"})).status_code == 422
        details = {"registered_to": "Amel", "plan": "Alfa 30 days", "paid_until": "2020-01-01"}
        page = (await amal.post(f"{PAGE}/details", data=details)).text
        assert "Alfa 30 days" in page
        assert "It is not paid for any more" in page
        health_page = (await amal.get("/numbers/health")).text
        assert "It is not paid for any more" in health_page
        assert (await amal.get("/numbers/+96170000000")).status_code == 404


async def test_alarms_and_numbers_do_not_exist_for_volunteers(desk: TestDesk) -> None:
    def report(session: Session) -> None:
        health.report(session, NUMBER, battery=3, now=desk.shell.clock())
        session.flush()
        health.watch(session, desk.shell.vault, desk.shell.clock())

    await desk.shell.db.write(report)
    async with desk.browser("Hana") as hana:
        for path in (PAGE, "/numbers/health"):
            assert (await hana.get(path)).status_code == 404
        for act in ("state", "details", "lost", "again"):
            assert (await hana.post(f"{PAGE}/{act}", data={"state": "retired", **PORTAL})).status_code == 404
        assert not re.search("alarm about our numbers", (await hana.get("/queue")).text)


async def test_what_is_done_with_the_number_of_anothers_case_is_refused(desk: TestDesk) -> None:
    first, *_ = await full(desk)
    async with desk.browser("Rima") as rima:
        for act in (
            "lend",
            "unwait",
            "refused",
            "end-lease",
            "keep",
            "told",
            "expect",
            "stop",
            "queue-up",
            "leave-line",
        ):
            assert (await rima.post(f"/cases/{first}/{act}", data=PORTAL)).status_code == 404, act
