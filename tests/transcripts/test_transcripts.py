"""Every transcript beside this file still reads as it was written."""

from pathlib import Path

import pytest

from flows.loader import Library
from tests.transcripts.play import play

TRANSCRIPTS = sorted(Path(__file__).parent.glob("**/*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_reads_as_it_was_written(path: Path, library: Library) -> None:
    written = path.read_text("utf-8")

    assert play(library, written) == written
