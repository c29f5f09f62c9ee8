"""`python -m tests.transcripts` writes every transcript anew: read the difference before you commit it."""

from tests.transcripts.play import play
from tests.transcripts.test_transcripts import TRANSCRIPTS, spoken_in

for path in TRANSCRIPTS:
    path.write_text(play(spoken_in(path), path.read_text("utf-8")), "utf-8")
    print(path.name)
