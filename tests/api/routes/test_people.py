"""The team: invited by a link, added, described, prolonged, asked for a second factor, removed."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from httpx import AsyncClient

from api.keys.passphrases import WORDS, is_strong, new_passphrase
from tests.desks import TestDesk, passphrase_of, running_desk, sign_in

SELAM = {"name": "Selam", "role": "volunteer", "language": "ar", "languages": ["am", "xx"]}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def later(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[TestDesk]:
    async with running_desk(tmp_path, clock=clock) as desk:
        yield desk


async def id_of(amal: AsyncClient, name: str) -> str:
    found = re.search(rf'href="/people/(\d+)"><strong><bdi>{name}<', (await amal.get("/people")).text)
    assert found, name
    return found[1]


async def invited(amal: AsyncClient, **more: object) -> str:
    """Invite Selam, and give the token of her link."""
    page = (await amal.post("/people/invite", data={**SELAM, **more})).text
    found = re.search(r'id="link" dir="ltr">[^<#]+/join#([^<]+)<', page)
    assert found
    return found[1]


async def test_somebody_joins_by_a_link_with_a_passphrase_that_nobody_else_knows(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as selam:
        token = await invited(amal)
        assert token not in (await amal.get("/people")).text, "it is shown once"
        page = (await selam.post("/join", data={"token": token})).text
        assert "Welcome, Selam" in page
        shown = re.search(r'id="passphrase-shown" dir="ltr">([^<]+)<', page)
        assert shown
        assert is_strong(shown[1])
        form = {"token": token, "words": shown[1], "passphrase": shown[1].upper()}
        came = await selam.post("/join/enter", data=form)
        assert came.url.path == "/me"
        assert 'lang="ar"' in came.text
        assert (await selam.get("/queue")).status_code == 200
        again = await selam.post("/join/enter", data=form)
        assert again.status_code == 410, "it works once"
        assert (await sign_in(selam, "Selam", shown[1])).url.path == "/queue"


async def test_a_link_ends_after_three_days_and_when_it_is_taken_back(desk: TestDesk, clock: Clock) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as selam:
        first = await invited(amal)
        clock.later(hours=72)
        assert (await selam.post("/join", data={"token": first})).status_code == 410
    async with desk.browser("Amal") as amal, desk.browser() as selam:
        second = await invited(amal)
        third = await invited(amal)
        assert (await selam.post("/join", data={"token": second})).status_code == 410, "a new link replaces the old"
        assert (await selam.post("/join", data={"token": third})).status_code == 200
        action = re.search(r"/invitations/\d+/take-back", (await amal.get("/people")).text)
        assert action
        await amal.post(action[0])
        assert (await selam.post("/join", data={"token": third})).status_code == 410
        assert (await selam.post("/join", data={"token": "nonsense"})).status_code == 410


@pytest.mark.parametrize("weak", ["", "password", "one two three four five six", " ".join([WORDS[0]] * 6)])
async def test_a_weak_passphrase_is_refused_and_the_link_still_works(desk: TestDesk, weak: str) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as selam:
        token, words = await invited(amal), new_passphrase()
        refused = await selam.post("/join/enter", data={"token": token, "words": words, "passphrase": weak})
        assert refused.status_code == 422
        if weak:
            assert words in refused.text
        good = await selam.post("/join/enter", data={"token": token, "words": words, "passphrase": words})
        assert good.url.path == "/me"


async def test_who_is_removed_takes_the_links_that_she_knows_with_her_and_other_links_survive(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as basma, desk.browser() as selam:
        words = new_passphrase()
        token = await invited(amal, name="Basma", role="coordinator")
        await basma.post("/join/enter", data={"token": token, "words": words, "passphrase": words})
        hers, ours = await invited(basma, name="Friend"), await invited(amal)
        await amal.post(f"/people/{await id_of(amal, 'Basma')}/remove")
        assert (await selam.post("/join", data={"token": hers})).status_code == 410
        words = new_passphrase()
        came = await selam.post("/join/enter", data={"token": ours, "words": words, "passphrase": words})
        assert came.url.path == "/me", "the key was rotated, and the invitation with it"


async def test_a_new_person_gets_a_passphrase_that_is_shown_once_and_works(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as another:
        page = await amal.post("/people", data=SELAM)
        passphrase = re.search(r'id="passphrase" dir="ltr">([^<]+)<', page.text)
        assert passphrase
        assert passphrase[1] not in (await amal.get("/people")).text
        assert (await sign_in(another, "Selam", passphrase[1])).url.path == "/queue"
        assert (await amal.post("/people", data=SELAM)).status_code == 409


async def test_who_is_removed_is_out_at_once(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        hers = await id_of(amal, "Hana")
        assert "Hana" not in (await amal.post(f"/people/{hers}/remove")).text
        assert (await hana.get("/queue")).url.path == "/sign-in"
        assert (await amal.get("/queue")).url.path == "/queue", "the key was rotated, and hers with it"


async def test_a_forgotten_passphrase_is_replaced(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser() as another:
        page = (await amal.post(f"/people/{await id_of(amal, 'Hana')}/passphrase")).text
        shown = re.search(r'id="passphrase" dir="ltr">([^<]+)<', page)
        assert shown
        assert (await sign_in(another, "Hana", shown[1])).url.path == "/queue"


async def test_what_she_can_do_where_and_when_is_kept(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        path = f"/people/{await id_of(amal, 'Hana')}"
        form = {"role": "volunteer", "languages": ["am"], "skills": ["legal", "magic"]}
        form |= {"areas": ["lebanon/beirut", "lebanon/mount_lebanon/aley"], "hours": ["1m", "7e", "9x"]}
        page = (await amal.post(path, data=form)).text
        for value in ("legal", "lebanon/beirut", "lebanon/mount_lebanon/aley", "1m", "7e"):
            assert f'value="{value}" checked' in page, value
        assert "magic" not in page
        assert 'value="lebanon/beirut/beirut" checked' not in page


async def test_an_account_warns_ends_and_is_prolonged_with_one_tap(desk: TestDesk, clock: Clock) -> None:
    async with desk.browser() as amal, desk.browser() as hana:
        await sign_in(amal, "Amal")
        await amal.post(f"/people/{await id_of(amal, 'Amal')}/prolong")
        clock.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC) + timedelta(days=75, hours=23)
        await sign_in(hana, "Hana")
        assert "Your account ends" not in (await hana.get("/queue")).text
        clock.later(hours=2)
        assert "Your account ends" in (await sign_in(hana, "Hana")).text
        clock.later(days=14)
        await sign_in(amal, "Amal")
    async with desk.browser() as hana:
        ended, unknown = await sign_in(hana, "Hana"), await sign_in(hana, "Nobody", "not hers")
        assert ended.status_code == unknown.status_code == 401
        assert ended.text.replace("Hana", "Nobody") == unknown.text


async def test_prolonging_lets_her_in_again(desk: TestDesk, clock: Clock) -> None:
    async with desk.browser() as amal, desk.browser() as hana:
        clock.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC) + timedelta(days=89)
        await sign_in(amal, "Amal")
        await amal.post(f"/people/{await id_of(amal, 'Amal')}/prolong")
        await sign_in(hana, "Hana")
        clock.later(days=1)
        assert (await hana.get("/queue")).url.path == "/sign-in", "a session ends with the account"
        await sign_in(amal, "Amal")
        page = (await amal.get("/people")).text
        assert "Ended" in page
        hers = await id_of(amal, "Hana")
        assert f"/people/{hers}/prolong" in page
        await amal.post(f"/people/{hers}/prolong")
        assert (await sign_in(hana, "Hana")).url.path == "/queue"


async def test_what_cannot_be_taken_back_asks_for_the_passphrase_again_and_loses_nothing(
    desk: TestDesk, clock: Clock
) -> None:
    async with desk.browser("Amal") as amal:
        clock.later(minutes=5)
        asked = await amal.post("/people/invite", data=SELAM)
        assert asked.status_code == 403
        assert 'name="name" value="Selam"' in asked.text
        assert 'name="languages" value="am"' in asked.text
        wrong = await amal.post("/people/invite", data={**SELAM, "passphrase_again": "not hers"})
        assert wrong.status_code == 401
        assert "not hers" not in wrong.text
        right = await amal.post("/people/invite", data={**SELAM, "passphrase_again": passphrase_of("Amal")})
        assert "/join#" in right.text
        assert "/join#" in (await amal.post("/people/invite", data=SELAM)).text, "for five minutes she is believed"
        clock.later(minutes=5)
        export = {"service": "vaccination", "export": "ministry", "form": "csv"}
        for path in ("/people", "/export", "/people/2/remove", "/people/2/passphrase", "/people/2/factor"):
            assert (await amal.post(path, data={**SELAM, **export})).status_code == 403, path


async def test_a_second_factor_that_is_demanded_is_set_up_and_then_asked_for(desk: TestDesk, clock: Clock) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        hers = await id_of(amal, "Hana")
        await amal.post(f"/people/{hers}/factor", data={"demanded": "yes"})
        assert (await hana.get("/queue")).url.path == "/sign-in", "she signs in anew"
        asked = await sign_in(hana, "Hana")
        assert asked.url.path == "/sign-in/enrol"
        assert "<svg" in asked.text
        assert (await hana.get("/queue")).url.path == "/sign-in/enrol", "there is no way around it"
        found = re.search(r'id="secret" dir="ltr">([A-Z2-7]+)<', asked.text)
        assert found
        app = pyotp.TOTP(found[1])
        wrong = await hana.post("/sign-in/enrol", data={"secret": found[1], "code": "000000"})
        assert wrong.status_code == 401
        assert found[1] in wrong.text
        code = app.at(clock())
        assert (await hana.post("/sign-in/enrol", data={"secret": found[1], "code": code})).url.path == "/queue"

        asked = await sign_in(hana, "Hana")
        assert asked.url.path == "/sign-in/code"
        assert (await hana.get("/queue")).url.path == "/sign-in/code"
        replayed = await hana.post("/sign-in/code", data={"code": code})
        assert replayed.status_code == 401, "the same code again is refused"
        clock.later(seconds=30)
        assert (await hana.post("/sign-in/code", data={"code": app.at(clock())})).url.path == "/queue"

        await amal.post(f"/people/{hers}/factor/reset")
        assert (await sign_in(hana, "Hana")).url.path == "/sign-in/enrol", "a lost phone is replaced"


async def test_after_five_wrong_codes_she_begins_anew(desk: TestDesk, clock: Clock) -> None:
    async with desk.browser("Hana") as hana:
        secret = pyotp.random_base32()
        form = {"secret": secret, "code": pyotp.TOTP(secret).at(clock())}
        assert (await hana.post("/me/factor", data=form)).url.path == "/me"
        await sign_in(hana, "Hana")
        for _ in range(5):
            assert (await hana.post("/sign-in/code", data={"code": "000000"})).status_code == 401
        clock.later(minutes=1)
        code = pyotp.TOTP(secret).at(clock())
        assert "Sign in again" in (await hana.post("/sign-in/code", data={"code": code})).text
        assert (await hana.get("/queue")).url.path == "/sign-in"


async def test_a_form_without_the_token_of_the_session_is_shown_again_instead_of_sent(
    desk: TestDesk, hanas: str
) -> None:
    async with desk.browser("Hana") as hana:
        page = (await hana.get(f"/cases/{hanas}")).text
        forms = re.findall(r'<form[^>]*method="post"[^>]*>(.{0,60})', page, flags=re.DOTALL)
        assert len(forms) > 5
        assert all('name="form_token"' in one for one in forms), "every form carries it"
        forged = await hana.post(
            f"/cases/{hanas}/note", data={"text": "half a story"}, headers={"X-Form-Token": "guessed"}
        )
        assert forged.status_code == 403
        assert 'value="half a story"' in forged.text
        assert "half a story" not in (await hana.get(f"/cases/{hanas}")).text


async def test_a_trainee_sees_what_her_mentor_shares_and_nothing_else(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        rima = await id_of(amal, "Rima")
        await amal.post(f"/people/{rima}", data={"role": "trainee", "languages": ["ar"]})
        async with desk.browser("Rima") as trainee:
            await trainee.post("/language", data={"language": "en"})
            assert (await trainee.get(f"/cases/{hanas}")).status_code == 404
            assert hanas not in (await trainee.get("/queue")).text
            assert (await trainee.post("/queue/next")).status_code == 404
            assert "Let Rima read along" in (await hana.get(f"/cases/{hanas}")).text
            await hana.post(f"/cases/{hanas}/share", data={"person": rima})
            assert hanas in (await trainee.get("/queue")).text
            page = await trainee.get(f"/cases/{hanas}")
            assert page.status_code == 200
            assert f"/cases/{hanas}/close" not in page.text
            assert (await trainee.post(f"/cases/{hanas}/note", data={"text": "I learn"})).status_code == 200
            assert (await trainee.post(f"/cases/{hanas}/write", data={"text": "hello"})).status_code == 404
            assert (await trainee.post(f"/cases/{hanas}/close", data={"reason": "done"})).status_code == 404
            await hana.post(f"/cases/{hanas}/release")
            assert (await trainee.get(f"/cases/{hanas}")).status_code == 404, "it ends with the mentor's turn"


async def test_the_roster_of_a_week_is_filled_at_once(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        hers = await id_of(amal, "Hana")
        form = {"person": hers, "days": ["2099-01-05", "2099-01-07"], "start": "22:00", "end": "06:00", "weeks": "2"}
        page = (await amal.post("/duty", data={**form, "languages": ["am"]})).text
        assert page.count("22:00–06:00") == 2
        assert (await amal.get("/duty", params={"week": "2099-01-14"})).text.count("22:00–06:00") == 2
        assert "22:00" not in (await amal.get("/duty", params={"week": "2099-01-20"})).text
        shift = re.search(r"/duty/\d+/remove", page)
        assert shift
        assert (await hana.post(shift[0], data={"week": "2099-01-05"})).text.count("22:00–06:00") == 1
        someone_else = {**form, "person": await id_of(amal, "Amal")}
        assert (await hana.post("/duty", data=someone_else)).status_code == 404
        assert (await hana.post("/duty", data={**form, "days": ["1999-01-01"]})).status_code == 422
        assert (await hana.post("/duty", data={**form, "days": ["2001-01-01"]})).status_code == 422
        partly = {**form, "person": hers, "days": ["2099-02-02", "2001-01-01"]}
        assert (await hana.post("/duty", data=partly)).status_code == 422
        assert "22:00" not in (await hana.get("/duty", params={"week": "2099-02-02"})).text, "all of it or nothing"


async def test_she_links_her_chat_is_told_and_puts_it_away(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        shown = re.search(r'id="code-shown" dir="ltr">(\w+)<', (await hana.post("/me/address/code")).text)
        assert shown
        phone = desk.shell.channels.phones["phone:chat"]
        await desk.app.state.intake.message(phone.hear("hers-471", "m1", text=shown[1]))
        page = (await hana.get("/me")).text
        assert "ends in 471" in page
        await hana.post("/me/address/test")
        assert "This is a test" in (await hana.get("/queue")).text, "on every page"
        await hana.post("/alerts/seen")
        assert "This is a test" not in (await hana.get("/queue")).text
        assert "Link a chat" in (await hana.post("/me/address/remove")).text


async def test_she_links_her_number_with_the_code_that_reaches_it(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        assert (await hana.post("/me/address/number", data={"number": "+961 70 123 456"})).status_code == 200
        assert (await hana.post("/me/address/confirm", data={"code": "nothing"})).status_code == 401
        assert (await hana.post("/me/address/number", data={"number": "my number"})).status_code == 422
