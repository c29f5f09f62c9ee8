"""What a slip of the thumb would lose is asked about first: the first press says what follows, the second does it."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[3] / "api/console/templates"
ASKED = (
    "cases/…/codes/…/wipe", "cases/…/mail/…/wipe", "cases/…/mail/end", "cases/…/end-lease", "cases/…/unwait",
    "cases/…/leave-line", "cases/…/told", "cases/…/company/…/withdraw", "going/…/home", "going/…/give-back",
    "tasks/…/ready", "notices/…/stop", "invitations/…/take-back", "phrases/…/remove", "people/…/passphrase",
    "people/…/factor/reset", "people/…/remove", "me/address/remove", "numbers/sims/…/drop", "numbers/channels/end",
    "numbers/…/lost", "unhandled/…/settle",
)  # fmt: skip
"""What cannot be taken back, or has lost its place, its words or its reader when it is taken back."""
ASKS_ITSELF = {"going/…/home": '<form class="card next stack"'}
"""A page whose only question is this one asks first already."""
CALL = re.compile(r"part\.sure\(\"/(?P<to>.+?)\", _\(")


@pytest.mark.parametrize("act", ASKED)
def test_what_a_slip_would_lose_is_asked_about_first(act: str) -> None:
    found = [asks for to, asks in _acts() if to == act]
    assert found, "no page offers it"
    assert all(found)


def _acts() -> list[tuple[str, bool]]:
    """Where each form of the console goes, its variables as dots, and whether it is inside something to unfold."""
    acts: list[tuple[str, bool]] = []
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text("utf-8")
        acts += [(re.sub(r'" ~ .+? ~ "', "…", one["to"]), True) for one in CALL.finditer(text)]
        for one in re.finditer(r"<form[^>]*action=\"/([^\"]+)\"", text):
            to = re.sub(r"\{\{.+?\}\}", "…", one[1])
            folded = text.count("<details", 0, one.start()) > text.count("</details", 0, one.start())
            acts.append((to, folded or ASKS_ITSELF.get(to, "\0") in one[0]))
    return acts
