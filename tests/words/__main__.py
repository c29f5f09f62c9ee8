"""`python -m tests.words` writes the transcripts of the made-up services anew."""

from tests.transcripts.play import play
from tests.words.libraries import TRANSCRIPTS, made_up

for path in sorted(TRANSCRIPTS.glob("*.txt")):
    path.write_text(play(made_up(), path.read_text("utf-8")), "utf-8")
    print(path.name)
