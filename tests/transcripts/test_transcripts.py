"""Every transcript beside this file still reads as it was written."""

from pathlib import Path

import pytest

from flows.loader import Library
from tests.libraries import FIRST, only, whole_library
from tests.transcripts.play import play

TRANSCRIPTS = sorted(Path(__file__).parent.glob("**/*.txt"))


def spoken_in(path: Path) -> Library:
    """What is offered where this conversation takes place: the service that its folder is called by, or the first."""
    name = path.parent.name
    return only(name if name in whole_library().services else FIRST)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_reads_as_it_was_written(path: Path) -> None:
    written = path.read_text("utf-8")

    assert play(spoken_in(path), written) == written
