"""A volunteer reads a telephone that is no gateway, and types the message in."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.console.words import catalogue
from api.staff import audit
from api.tables import PortalMessage, ReplyRow
from tests.desks import NUMBER, TestDesk

PAGE = "/typed-in"
CODE = "MOPH: your login code is 482913"


def form(text: str, **more: str) -> dict[str, str]:
    return {"number": NUMBER, "sender": "MOPH", "text": text, "when": "", **more}


def messages(desk: TestDesk) -> list[tuple[str, bool]]:
    return desk.shell.db.read_now(
        lambda session: [(row.kind, row.case_id is not None) for row in session.exec(select(PortalMessage))]
    )


async def test_every_volunteer_finds_the_page_and_nobody_else(desk: TestDesk) -> None:
    for name in ("Hana", "Rima", "Amal"):
        async with desk.browser(name) as browser:
            assert f'href="{PAGE}"' in (await browser.get("/queue")).text
            assert "+961 70 123 456" in (await browser.get(PAGE)).text
    async with desk.browser() as nobody:
        assert (await nobody.get(PAGE)).url.path == "/sign-in"
        assert (await nobody.post(PAGE, data=form(CODE))).status_code == 401  # the sign-in page, with what was typed


async def test_a_code_goes_to_the_window_that_is_open_and_only_its_own_volunteer_is_told_whose(
    desk: TestDesk, hanas: str
) -> None:
    async with desk.browser("Rima") as rima, desk.browser("Hana") as hana:
        said = (await rima.post(PAGE, data=form(CODE))).text
        assert catalogue("ar").gettext("It is with the case that waited for it.") in said, "Rima reads Arabic"
        assert hanas not in said
        assert "482" in (await hana.get(f"/cases/{hanas}")).text
        again = (await hana.post(PAGE, data=form(CODE))).text
        assert "here already" in again
        assert hanas not in again
    assert ("code", True) in messages(desk)
    actions = [(one.person, one.action) for one in desk.shell.db.read_now(audit.recent)]
    assert ("Rima", "message.type") in actions


async def test_the_volunteer_of_the_case_gets_its_reference(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        said = (await hana.post(PAGE, data=form(CODE))).text
    assert f'href="/cases/{hanas}"' in said


@pytest.mark.parametrize("text", ["ቀጠሮ: 3 ታኅሣሥ", "موعدك ٣ كانون الأول", "আপনার টিকা ৩ ডিসেম্বর", "ඔබේ එන්නත", "😀"])
async def test_every_language_is_taken_and_what_is_no_code_waits_for_a_person(desk: TestDesk, text: str) -> None:
    async with desk.browser("Hana") as hana:
        said = (await hana.post(PAGE, data=form(text))).text
    assert "no case yet" in said
    assert text not in said, "the page does not show again what is sealed now"
    assert messages(desk) in ([("other", False)], [("appointment", False)])
    assert desk.shell.db.read_now(lambda session: session.exec(select(ReplyRow)).all()) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sender": " "}, "Say to which number"),
        ({"text": " "}, "Say to which number"),
        ({"number": "+96170999999"}, "Say to which number"),
        ({"text": "x" * 2001}, "too long"),
        ({"when": "yesterday"}, "no time in the past"),
        ({"when": "2999-01-01T10:00"}, "no time in the past"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: TestDesk, wrong: dict[str, str], sentence: str
) -> None:
    typed = form("Your code: <b>482913</b>", sender="MOPH & co") | wrong
    async with desk.browser("Hana") as hana:
        refused = await hana.post(PAGE, data=typed)
    assert refused.status_code == 422
    assert sentence in refused.text
    if "text" not in wrong:
        assert "Your code: &lt;b&gt;482913&lt;/b&gt;</textarea>" in refused.text
    if "sender" not in wrong:
        assert 'value="MOPH &amp; co"' in refused.text
    assert messages(desk) == []


async def test_an_empty_form_is_refused_in_the_same_words(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        assert (await hana.post(PAGE)).status_code == 422


async def test_what_a_gateway_has_sent_already_is_known_within_two_minutes(desk: TestDesk) -> None:
    now = desk.shell.clock()
    await desk.app.state.intake.portal_sms(NUMBER, "MOPH", CODE, "Ey6", now - timedelta(seconds=70))
    local = f"{now.astimezone(desk.shell.settings.zone):%Y-%m-%dT%H:%M}"
    async with desk.browser("Hana") as hana:
        assert "here already" in (await hana.post(PAGE, data=form(CODE, when=local))).text
    assert len(messages(desk)) == 1
