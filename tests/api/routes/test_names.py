"""Names, numbers and health are in the page of a case once somebody asked for them, which is written down."""

import re

from sqlmodel import Session

from api.keys import locks
from api.staff import access, audit, people
from api.staff.people import TRAINEE, Newcomer
from tests.desks import TestDesk, passphrase_of, sign_in
from tests.factories import CHEAP
from tests.scenes import Scene

HERS = ("አልማዝ ተስፋዬ", "EP1234567", "1992", "17 ግንቦት 1984", "Diabetes")
"""Her name, the number of her paper, when she was born, and what she has."""


async def asked(desk: TestDesk, reference: str) -> list[str]:
    """Who asked for the names in a case."""
    found = await desk.shell.db.read(lambda session: audit.recent(session, object=reference, action="case.names"))
    return [line.person for line in found]


async def test_a_page_holds_none_of_it_until_it_is_asked_for_which_is_written_down_once_a_day(
    desk: TestDesk, hanas: str
) -> None:
    async with desk.browser("Hana") as hana:
        for path in ("", "/live"):
            page = (await hana.get(f"/cases/{hanas}{path}")).text
            assert not [one for one in HERS if one in page], path
        assert await asked(desk, hanas) == []
        for _ in range(2):
            page = (await hana.post(f"/cases/{hanas}/names")).text
            assert not [one for one in HERS if one not in page]
        assert await asked(desk, hanas) == ["Hana"]
        assert "EP1234567" not in (await hana.get(f"/cases/{hanas}")).text, "and the next page holds none of it again"
    async with desk.browser("Amal") as amal:
        await amal.post(f"/cases/{hanas}/names")
    assert await asked(desk, hanas) == ["Amal", "Hana"]


async def test_what_is_hidden_can_be_copied_by_asking_for_it(desk: TestDesk, hanas: str) -> None:
    """The button names the form that asks, and where in the answer the words are."""
    async with desk.browser("Hana") as hana:
        page = (await hana.get(f"/cases/{hanas}")).text
        copies = re.findall(r'data-copy="(portal-[a-z_]+)" data-asks="names-form"', page)
        assert "portal-name" in copies
        assert f'<form hidden id="names-form" method="post" action="/cases/{hanas}/names">' in page
        named = (await hana.post(f"/cases/{hanas}/names")).text
        assert not [one for one in copies if f'id="{one}"' not in named]
        assert "data-asks" not in named


async def test_to_edit_a_name_is_to_ask_for_it_and_to_edit_another_answer_is_not(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        await hana.get(f"/cases/{hanas}/answers/papers")
        assert await asked(desk, hanas) == []
        assert "አልማዝ ተስፋዬ" in (await hana.get(f"/cases/{hanas}/answers/name")).text
        assert await asked(desk, hanas) == ["Hana"]


async def test_two_cases_side_by_side_hold_none_of_it_either(desk: TestDesk, hanas: str, waiting: str) -> None:
    async with desk.browser("Amal") as amal:
        beside = f"/cases/{hanas}/beside/{waiting}"
        page = (await amal.get(beside)).text
        assert "the same" in page
        assert not [one for one in HERS if one in page]
        assert "አልማዝ ተስፋዬ" in (await amal.post(f"{beside}/names")).text
        assert await asked(desk, hanas) == await asked(desk, waiting) == ["Amal"]


async def test_a_trainee_has_nothing_to_copy_and_no_task(desk: TestDesk, hanas: str) -> None:
    scene = await Scene.of(desk.shell, desk.app.state.gate)

    def learn(session: Session) -> int:
        lock = locks.new_person(passphrase_of("Tala"), CHEAP)
        tala = people.add(session, scene.amal.team, Newcomer("Tala", TRAINEE), lock, None, scene.now)
        access.share(session, scene.hana, hanas, tala, scene.now)
        return tala

    tala = await desk.shell.db.write(learn)
    async with desk.browser() as browser, desk.browser("Hana") as hana:
        await sign_in(browser, "Tala")
        for page in (await browser.get(f"/cases/{hanas}"), await browser.post(f"/cases/{hanas}/names")):
            assert page.status_code == 200
            assert "data-copy" not in page.text
        assert await asked(desk, hanas) == ["Tala"]
        await hana.post(f"/cases/{hanas}/tell-by-voice", data={"text": "Come on Saturday"})
        task = re.search(r"/tasks/(\d+)", (await hana.get("/tasks")).text)
        assert task
        given = await hana.post(f"/tasks/{task[1]}/hand", data={"person_id": str(tala)})
        assert given.status_code == 404, "who sees only what is shared with her is given no task"
        assert (await browser.get(f"/tasks/{task[1]}")).status_code == 404
