"""What a document points to is there."""

import re
from pathlib import Path

import pytest

from tests.docs.test_commands import PAGES
from tests.libraries import ROOT

POINTERS = re.compile(r"(?<![\w/.-])((?:flows|bot|api|tests|docs|translations)/[\w./-]*\w/?)")
TO_BE_MADE = {"translations/so/LC_MESSAGES/messages.po", "tests/transcripts/school/"}
"""What a reader is told to make."""


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = set(POINTERS.findall(page.read_text("utf-8"))) - TO_BE_MADE

    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []
