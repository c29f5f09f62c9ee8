"""docs/operations.md knows every setting, and nothing that it quotes or points to is made up."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.retention import SEEN_LIVES
from api.routes import health, mail, voice, webhooks
from api.settings import Settings
from api.variables import read_variables
from tests.docs.test_commands import PAGES
from tests.libraries import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
TEXT = " ".join(PAGE.split())
NAMES = set(Settings.model_fields)
FOLLOWS = {"database_url": "`main.db` in the data folder", "index_key": "the file `index.key` in the data folder"}
"""Defaults that are no value."""


def rows() -> dict[str, str]:
    """The table of settings: variable and default."""
    return dict(re.findall(r"^\| `(RAFIQA_\w+)` \| (.*?) \| .+ \|$", PAGE, flags=re.MULTILINE))


def in_words(name: str) -> str:
    """A default as the table writes it."""
    default = Settings.model_fields[name].default
    if name in FOLLOWS or default in (None, ""):
        return FOLLOWS.get(name, "–")
    return "`off`" if default is False else f"`{default}`"


def test_every_setting_is_in_the_table_with_its_default_and_no_other() -> None:
    assert rows() == {f"RAFIQA_{name.upper()}": in_words(name) for name in Settings.model_fields}


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=lambda page: page.name)
def test_every_setting_that_a_document_names_exists(page: Path) -> None:
    for name in set(re.findall(r"RAFIQA_[A-Z_]*[A-Z]", page.read_text("utf-8"))):
        assert read_variables({name: __file__}, NAMES)  # raises for an unknown one


def paths(*routers: APIRouter) -> Iterator[str]:
    yield from (route.path for router in routers for route in router.routes if isinstance(route, APIRoute))


def test_the_addresses_for_providers_are_those_that_answer() -> None:
    named = set(re.findall(r"(/webhooks/\w+(?:/\w+)?|/health)\b", PAGE))

    assert named <= {*webhooks.DOORS, *paths(health.router, mail.router, voice.router)}
    assert "/webhooks/twilio/sms#rc=5&rp=all`" in PAGE


def test_the_lines_of_the_journal_are_those_of_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "api").rglob("*.py"))

    for line in ("a turn failed and its message is kept as unhandled: ", "Telegram does not answer: "):
        assert f"`{line}" in TEXT
        assert f'"{line}%s"' in code


def test_a_repeat_is_known_longer_than_a_token_lives() -> None:
    assert f"for {SEEN_LIVES.days} days" in TEXT
    assert SEEN_LIVES.days > 366, "once a year"


def test_every_link_inside_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


def test_the_script_that_is_shown_is_one() -> None:
    (script,) = re.findall(r"^```bash\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)

    assert subprocess.run(["/bin/sh", "-n"], input=script, text=True, check=False).returncode == 0
