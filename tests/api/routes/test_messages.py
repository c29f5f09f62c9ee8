"""The inbox, what is done with a message in its case, and a code that is not lost before it was used."""

import re
from pathlib import Path

from httpx import AsyncClient
from sqlmodel import select

from api.tables import MailAddress
from bot import mail
from tests.api.routes.conftest import at_noon
from tests.desks import NUMBER, TestDesk, running_desk
from tests.fakes import mails
from tests.scenes import Scene

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


async def test_a_volunteer_says_that_a_proposal_is_not_hers_and_takes_it_back(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, APPOINTMENT)
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        page = (await hana.get("/inbox")).text
        action = form(page, r"/inbox/\d+/apart")
        assert (await rima.post(action, data={"reference": hanas})).status_code == 404
        aside = (await hana.post(action, data={"reference": hanas})).text
        assert "It is put aside" in aside
        assert f"It is {hanas}" not in aside
        assert f"It may be {hanas} after all" in aside
        back = (await hana.post(form(aside, r"/inbox/\d+/together"), data={"reference": hanas})).text
        assert f"It is {hanas}" in back
        async with desk.browser("Amal") as amal:
            trail = (await amal.get("/audit")).text
        assert "<p>said that a message is not for the case" in trail
        assert "<p>took back that a message is not for the case" in trail


async def test_a_volunteer_says_so_of_an_e_mail_too_and_gives_back_what_was_not_hers(tmp_path: Path) -> None:
    async with running_desk(tmp_path, clock=at_noon(), mail_domain="mail.example.org") as desk:
        scene = await Scene.of(desk.shell, desk.app.state.gate)
        hanas = await desk.shell.db.write(scene.fill)
        async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
            await hana.post(f"/cases/{hanas}/mail/lend", data={"portal": "model_ministry"})
            address = await desk.shell.db.read(lambda session: session.exec(select(MailAddress.address)).one())
            raw = mails.plain("It is your turn.", to=address[1] + address[0] + address[2:])
            await desk.app.state.intake.mail(mail.parse(raw, size=0))
            action = form((await hana.get("/inbox")).text, r"/inbox/mail/\d+/apart")
            assert (await rima.post(action, data={"reference": hanas})).status_code == 404
            aside = (await hana.post(action, data={"reference": hanas})).text
            assert "It is put aside" in aside
            assert f"It is {hanas}" not in aside
            assert f"It may be {hanas} after all" in aside
            back = await hana.post(form(aside, r"/inbox/mail/\d+/together"), data={"reference": hanas})
            assert f"It is {hanas}" in back.text
            await hana.post(form(back.text, r"/inbox/mail/\d+/assign"), data={"reference": hanas})
            case = (await hana.get(f"/cases/{hanas}")).text
            assert "It is your turn." in case
            wrong = await hana.post(form(case, rf"/cases/{hanas}/mail/\d+/back"))
            assert "It is your turn." not in wrong.text
            assert "It is your turn." in (await hana.get("/inbox")).text


async def test_a_coordinator_accepts_a_new_sender_and_a_volunteer_is_not_asked(desk: TestDesk, hanas: str) -> None:
    await arrives(desk, APPOINTMENT, sender="MOH-LB")
    asked = "This is a sender of Ministry of Health (model)"
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        assert asked not in (await hana.get("/inbox")).text
        page = (await amal.get("/inbox")).text
        assert asked in page
        action = form(page, r"/inbox/\d+/sender")
        assert (await hana.post(action, data={"portal": "model_ministry"})).status_code == 404
        accepted = (await amal.post(action, data={"portal": "model_ministry"})).text
        assert "The sender is accepted." in accepted
        assert asked not in accepted
        await arrives(desk, "MOPH: your login code is 482913", sender="MOH-LB")
        assert "482913" in (await hana.get(f"/cases/{hanas}")).text
        dropped = {"portal": "model_ministry", "sender": "MOH-LB"}
        assert (await hana.post("/inbox/senders/drop", data=dropped)).status_code == 404
        assert asked in (await amal.post("/inbox/senders/drop", data=dropped)).text


async def test_the_simulator_writes_from_a_sender_that_the_desk_knows_and_from_a_stranger(
    desk: TestDesk, hanas: str
) -> None:
    async with desk.browser("Hana") as hana:
        page = (await hana.post("/portal", data={"number": NUMBER, "what": "code", "sender": "Bank"})).text
        code = re.search(r"login code is (\d{6})", page)
        assert code
        assert 'value="Bank"' in page
        assert code[1] not in (await hana.get(f"/cases/{hanas}")).text
        assert f"It is {hanas}" in (await hana.get("/inbox")).text, "she expects a code: it may be hers"
        page = (await hana.post("/portal", data={"number": NUMBER, "what": "code"})).text
        code = re.search(r"login code is (\d{6})", page)
        assert code
        assert code[1] in (await hana.get(f"/cases/{hanas}")).text


async def test_the_stream_of_a_case_is_for_who_may_read_it(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Rima") as rima:
        for reference in (hanas, "K7-4QF"):
            assert (await rima.get(f"/cases/{reference}/events")).status_code == 404


async def test_codes_are_sent_to_numbers_three_times_an_hour(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        sent = [await hana.post("/me/address/number", data={"number": f"+961 70 555 00{at}"}) for at in range(4)]
        assert [one.status_code for one in sent] == [200, 200, 200, 429]
        assert "Three codes were sent within an hour." in sent[-1].text
        assert "555 00" not in (await hana.get("/me")).text


async def test_a_portal_takes_no_number_again_that_is_not_ours(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        for number in ("+96170000000", "x"):
            answer = await amal.post(f"/numbers/{number}/again", data={"portal": "model_ministry"})
            assert answer.status_code == 404
