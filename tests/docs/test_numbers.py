"""docs/numbers.md says what the desk says: buttons, alarms, settings, and the addresses of gateways."""

import re

from api.console.words import catalogue
from api.numbers import selftest, turns, waiting
from api.numbers.health import ALARMS, RECHARGE_BEFORE
from api.settings import Settings
from tests.libraries import ROOT

PAGE = " ".join((ROOT / "docs" / "numbers.md").read_text("utf-8").split())
CONSOLE = " ".join(
    path.read_text("utf-8") for path in sorted((ROOT / "api" / "console").rglob("*")) if path.suffix in (".html", ".py")
)
BUTTONS = (
    "Add a number",
    "A phone that nobody knows yet",
    "Inbox",
    "How the phones and SIMs are",
    "Lend a number",
    "Expect a code",
    "The portal refused this number",
    "It takes it again",
    "Wait for my turn",
    "The SIM is lost",
    "Both know it",
    "Lend it to cases",
    "Somebody types them in",
)


def test_every_button_that_is_named_is_there() -> None:
    assert [one for one in BUTTONS if f"*{one}*" not in PAGE] == [], "this list and the page go together"
    assert [one for one in BUTTONS if one not in CONSOLE] == []


def test_every_setting_that_is_named_is_there() -> None:
    named = set(re.findall(r"RAFIQA_(\w+)", PAGE))
    assert named
    assert {one for one in named if one.lower() not in Settings.model_fields} == set()


def test_every_alarm_is_explained() -> None:
    words = catalogue("en")
    explained = PAGE.casefold()
    for sentence in ("daily test did not arrive", "much too late", "did not send", "nearly empty", "no connection"):
        assert sentence in explained
        assert any(sentence in words.gettext(alarm).casefold() for alarm in ALARMS.values()), sentence
    for kind in ("unheard", "unpaid", "lapses", "lost"):
        assert ALARMS[kind].casefold() in explained


def test_the_times_are_those_of_the_code() -> None:
    assert waiting.KEPT.total_seconds() == 2 * 3600
    assert "kept for it for two hours" in PAGE
    assert (turns.TURN.total_seconds(), turns.MISSES) == (60, 2)
    assert "have a minute to press when it is theirs; who misses two turns leaves the line" in PAGE
    assert RECHARGE_BEFORE.days == 7
    assert "A task reminds you a week before" in PAGE
    assert selftest.AGAIN.total_seconds() == 3600
    assert "repeated every hour" in PAGE
