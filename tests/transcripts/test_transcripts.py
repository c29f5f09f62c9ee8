"""Every transcript beside this file still reads as it was written."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows.loader import Library
from tests.libraries import FIRST, only, whole_library
from tests.transcripts.play import play
from tests.words.libraries import COMING

TRANSCRIPTS = sorted(Path(__file__).parent.glob("**/*.txt"))


def spoken_in(path: Path) -> Library:
    """What is offered where this conversation takes place: the service that its folder is called by, or the first.

    Two outings are coming, for whoever is asked about one.
    """
    name = path.parent.name if path.parent.name in whole_library().services else FIRST
    return replace(only(name), outings={name: COMING})


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_reads_as_it_was_written(path: Path) -> None:
    written = path.read_text("utf-8")

    assert play(spoken_in(path), written) == written
