"""The inbox, what is done with a message in its case, and a code that is not lost before it was used."""

import re

from httpx import AsyncClient

from tests.desks import NUMBER, TestDesk

APPOINTMENT = "MOPH: አልማዝ ተስፋዬ, your appointment is on 12/12/2099 at 09:30, Rafik Hariri hospital. Code 4829."
OFFER = "MOPH: a place is free for Almaz Tesfaye on 12/12/2099 at 09:30. Reply YES within 48 h."


async def arrives(desk: TestDesk, text: str, sender: str = "MOPH") -> None:
    await desk.app.state.intake.portal_sms(NUMBER, sender, text, text)


def form(page: str, action: str) -> str:
    """The address of the first form whose address matches."""
    found = re.search(action, page)
    assert found, action
    return found[0]


async def give(client: AsyncClient, reference: str) -> str:
    """Give the newest message in the inbox to this case; the page of the case afterwards."""
    page = (await client.get("/inbox")).text
    actions = re.findall(r"/inbox/\d+/assign", page)
    await client.post(actions[-1], data={"reference": reference})
    return (await client.get(f"/cases/{reference}")).text


async def test_a_stray_message_is_given_to_the_case_it_belongs_to(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        assert "3 December" not in (await hana.get(f"/cases/{hanas}")).text
        page = (await amal.get("/inbox")).text
        assert "3 December" in page
        assert 'class="badge"' in page
        assert "3 December" in await give(amal, hanas)
        assert "3 December" not in (await amal.get("/inbox")).text
        assert 'class="badge"' not in (await amal.get("/inbox/live")).text


async def test_a_volunteer_confirms_with_one_tap_what_seems_to_be_for_her_case(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, APPOINTMENT)
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        page = (await hana.get("/inbox")).text
        assert f"It is {hanas}" in page
        assert "a name that sounds alike" in page
        assert APPOINTMENT not in (await rima.get("/inbox")).text
        action = form(page, r"/inbox/\d+/assign")
        assert (await rima.post(action, data={"reference": hanas})).status_code == 404
        assert "The message is in the case." in (await hana.post(action, data={"reference": hanas})).text
        assert "አልማዝ" in (await hana.get(f"/cases/{hanas}")).text


async def test_an_appointment_is_shown_for_confirmation_corrected_and_kept(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, APPOINTMENT.replace("2099", "2027"))
    async with desk.browser("Hana") as hana:
        page = await give(hana, hanas)
        assert "Is this the appointment?" in page
        for value in ("09:30", "Rafik Hariri hospital", "4829"):
            assert f'value="{value}"' in page
        action = form(page, rf"/cases/{hanas}/messages/\d+/appointment")
        said = {"day": "2099-12-12", "at": "10:15", "place": "Dora clinic", "security_code": "4829"}
        kept = (await hana.post(action, data=said)).text
        assert "Saturday 12 December 2099, 10:15" in kept
        assert "Dora clinic" in kept
        assert "Is this the appointment?" not in kept
        assert (await hana.post(action, data={"day": "soon"})).status_code == 422
        assert (await hana.post(action, data={"day": "2001-01-01"})).status_code == 422
        typed = await hana.post(f"/cases/{hanas}/appointments", data={"day": "2099-12-24"})
        assert "Thursday 24 December 2099" in typed.text


async def test_a_portal_that_wants_an_answer_gets_none_before_somebody_presses(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, OFFER)
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        page = await give(amal, hanas)
        assert "The portal wants an answer until" in page
        assert "This number cannot send from here" in page
        action = form(page, rf"/cases/{hanas}/messages/\d+/answer")
        assert (await hana.post(action, data={"answer": "yes"})).status_code == 409
        assert (await hana.post(action, data={"answer": "perhaps"})).status_code == 422
        assert "The portal is answered." in (await hana.post(action, data={"answer": "by_hand"})).text
        assert (await hana.post(action, data={"answer": "by_hand"})).status_code == 409


async def test_what_is_nobodys_is_put_aside_and_taken_back(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        page = (await amal.get("/inbox")).text
        action = form(page, r"/inbox/\d+/nobody")
        assert (await hana.post(action)).status_code == 404
        aside = (await amal.post(action)).text
        assert "They are emptied after 7 days." in aside
        again = (await amal.post(form(aside, r"/inbox/\d+/back"))).text
        assert "It is nobody" in again


async def test_one_that_was_given_to_the_wrong_case_goes_back(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        page = await give(amal, hanas)
        back = await amal.post(form(page, rf"/cases/{hanas}/messages/\d+/back"))
        assert "3 December" not in back.text
        assert "3 December" in (await amal.get("/inbox")).text


async def test_a_code_is_there_until_it_was_used_and_who_saw_it_is_written_down(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, "MOPH: your login code is 482913")
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        for path in (f"/cases/{hanas}", f"/cases/{hanas}/live", "/queue", f"/cases/{hanas}"):
            page = (await hana.get(path)).text
            assert ("482913" in page) == ("cases" in path)
        assert "482913" not in (await amal.get(f"/cases/{hanas}")).text
        assert (await amal.get("/audit")).text.count("<p>read a code") == 1
        action = form((await amal.get(f"/cases/{hanas}")).text, rf"/cases/{hanas}/codes/\d+/show")
        assert "482913" in (await amal.post(action)).text
        assert "482913" in (await amal.get(f"/cases/{hanas}/live")).text
        assert (await amal.get("/audit")).text.count("<p>read a code") == 2
        await hana.post(action.replace("show", "wipe"))
        for client in (amal, hana):
            assert "482913" not in (await client.get(f"/cases/{hanas}")).text
        assert (await amal.post(action)).status_code == 410


async def test_nobody_who_is_not_signed_in_sees_any_of_it(desk: TestDesk, hanas: str) -> None:
    async with desk.browser() as stranger:
        assert "3 December" not in (await stranger.get("/inbox")).text
        assert "Sign in" in (await stranger.get("/inbox")).text
