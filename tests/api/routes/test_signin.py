"""Who gets in, what her cookie looks like, and in which language she reads."""

import re
from pathlib import Path

import pytest

from tests.desks import TestDesk, passphrase_of, running_desk, sign_in


async def test_without_signing_in_every_page_is_the_sign_in_page(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        for path in ("/", "/queue", "/cases/K7-4QF", "/unhandled", "/numbers", "/people", "/export", "/audit"):
            assert (await browser.get(path)).url.path == "/sign-in", path


async def test_a_signed_in_person_sees_the_queue_and_her_name(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        page = await sign_in(browser, "Hana")
        assert page.url.path == "/queue"
        assert "Hana" in page.text
        assert (await browser.get("/sign-in")).url.path == "/queue"


async def test_a_wrong_passphrase_and_an_unknown_name_are_told_apart_by_nobody(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        wrong = await sign_in(browser, "Hana", "not hers")
        unknown = await sign_in(browser, "Nobody", "not hers")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.text.replace("Hana", "Nobody") == unknown.text
        assert not browser.cookies


async def test_signing_out_ends_the_session_on_the_server_too(desk: TestDesk) -> None:
    async with desk.browser("Hana") as browser:
        kept = dict(browser.cookies)
        left = await browser.post("/sign-out")
        assert left.history[0].headers["clear-site-data"]
        assert "You are signed out" in left.text
        browser.cookies.update(kept)
        assert (await browser.get("/queue")).url.path == "/sign-in"


async def test_she_changes_her_own_passphrase_and_is_signed_out_everywhere_else(desk: TestDesk) -> None:
    async with desk.browser("Hana") as here, desk.browser("Hana") as elsewhere:
        wrong = await here.post("/passphrase", data={"passphrase": "not hers"})
        assert wrong.status_code == 401
        changed = await here.post("/passphrase", data={"passphrase": passphrase_of("Hana")})
        new = re.search(r'id="passphrase" dir="ltr">([^<]+)<', changed.text)
        assert new
        assert (await here.get("/queue")).url.path == "/queue"
        assert (await elsewhere.get("/queue")).url.path == "/sign-in"
        assert (await sign_in(elsewhere, "Hana")).status_code == 401
        assert (await sign_in(elsewhere, "Hana", new[1])).url.path == "/queue"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        answer = await browser.post(
            "/sign-in", data={"name": "Hana", "passphrase": passphrase_of("Hana")}, follow_redirects=False
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("rafiqa=")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Domain" not in cookie


async def test_over_https_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    async with running_desk(tmp_path, "https://desk.example.org") as desk, desk.browser() as browser:
        answer = await browser.post(
            "https://desk.example.org/sign-in",
            data={"name": "Hana", "passphrase": passphrase_of("Hana")},
            follow_redirects=False,
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-rafiqa=")
        assert "Secure" in cookie
        assert "Path=/" in cookie


async def test_each_person_reads_the_console_in_her_own_language(desk: TestDesk) -> None:
    async with desk.browser("Rima") as browser:
        assert 'lang="ar" dir="rtl"' in (await browser.get("/queue")).text
        page = await browser.post("/language", data={"language": "en", "back": "/queue"})
        assert page.url.path == "/queue"
        assert 'lang="en" dir="ltr"' in page.text
    async with desk.browser("Rima") as another_browser:
        assert 'lang="en"' in (await another_browser.get("/queue")).text


async def test_before_signing_in_the_browser_says_the_language_or_remembers_the_choice(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        assert 'lang="en"' in (await browser.get("/sign-in")).text
        assert 'lang="ar"' in (await browser.get("/sign-in", headers={"Accept-Language": "ar-LB,ar"})).text
        await browser.post("/language", data={"language": "ar", "back": "/sign-in"})
        assert 'lang="ar"' in (await browser.get("/sign-in")).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
async def test_choosing_a_language_never_leads_to_another_site(desk: TestDesk, elsewhere: str) -> None:
    async with desk.browser() as browser:
        answer = await browser.post("/language", data={"language": "ar", "back": elsewhere}, follow_redirects=False)
        assert answer.headers["location"] == "/"


async def test_every_page_of_a_trial_says_so(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as browser:
        for path in (
            "/queue",
            f"/cases/{hanas}",
            "/unhandled",
            "/numbers",
            "/people",
            "/export",
            "/audit",
            "/phone",
            "/portal",
            "/x",
        ):
            assert "This is a trial" in (await browser.get(path)).text, path


async def test_a_forged_sign_out_changes_nothing(desk: TestDesk) -> None:
    async with desk.browser("Hana") as browser:
        forged = await browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
        assert forged.status_code == 403
        assert (await browser.get("/queue")).url.path == "/queue"
