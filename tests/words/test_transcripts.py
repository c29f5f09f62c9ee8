"""Every word of a service file, spoken: the conversations beside this file still read as they were written."""

from pathlib import Path

import pytest

from flows.check import check
from tests.transcripts.play import play
from tests.words.libraries import TRANSCRIPTS, made_up


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_conversation_reads_as_it_was_written(path: Path) -> None:
    written = path.read_text("utf-8")

    assert play(made_up(), written) == written


@pytest.mark.parametrize("name", ["flat", "read", "visit"])
def test_nothing_is_wrong_with_the_made_up_services(name: str) -> None:
    assert [str(one) for one in check(made_up(), made_up().services[name]) if one.is_error] == []
