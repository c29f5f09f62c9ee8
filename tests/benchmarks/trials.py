"""What is done to each system: a measured round, a round with every update posted twice, and a kill in the middle."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.load import Plan, Report
from tests.benchmarks.processes import free_port, resident_bytes, running
from tests.benchmarks.script import ended_right, person
from tests.benchmarks.systems import SECRET, System

WARM_UP = 50
KILLED_AFTER = 8
IMPATIENT = 2.0
ROUND_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Round:
    """What one measured round gave; `right` of `people` conversations ended right, `mebibytes` are resident."""

    rate: float
    cpu: float
    p50: float
    p99: float
    mebibytes: float
    right: int
    people: int
    readable: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder for one system, and a fake API for it to send to."""

    system: System
    folder: Path
    api_port: int

    @contextlib.contextmanager
    def serving(self) -> Iterator["Server"]:
        """Start the system on this folder; it is asked to stop when the block ends."""
        port = free_port()
        with self.system.serve(port, self.api_port, self.folder) as pid:
            yield Server(self, port, pid)

    def right(self, people: range) -> int:
        """How many of these people's registrations are kept, once each and as they said."""
        kept = self.system.kept(self.folder)
        return sum(ended_right(person(number), kept) for number in people)

    def readable(self, people: range) -> bool:
        """Whether a file in the folder holds what one of these people said, in clear."""
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        numbers = [person(number).answers["papers_number"].encode() for number in people]
        return any(number in content for content in files for number in numbers)


@dataclass(frozen=True, slots=True)
class Server:
    """A system that runs."""

    stage: Stage
    port: int
    pid: int

    def play(self, people: range, begin: int = 0, end: int = 0, copies: int = 1, patience: float = 10.0) -> Report:
        """Let these people register, by a driver in a process of its own."""
        plan = Plan(
            self.port,
            self.stage.api_port,
            self.pid,
            SECRET,
            people.start,
            people.stop,
            begin,
            end,
            copies,
            50,
            patience,
        )
        command = (sys.executable, "-m", "tests.benchmarks.load", json.dumps(asdict(plan)))
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=ROUND_SECONDS).stdout
        return Report(**json.loads(output))


@contextlib.contextmanager
def stage(system: System) -> Iterator[Stage]:
    """A fresh folder and a fresh fake API."""
    folder, api_port = Path(tempfile.mkdtemp(prefix="benchmark-")), free_port()
    try:
        system.prepare(folder)
        with running("tests.benchmarks.fake_api", api_port, port=api_port, log=folder / "api.log"):
            yield Stage(system, folder, api_port)
    finally:
        shutil.rmtree(folder)


def measure(system: System, share: float) -> Round:
    """One measured round, after a warm-up; with `share` of the system's people."""
    warm_up, people = range(WARM_UP), range(WARM_UP, WARM_UP + int(system.people * share))
    with stage(system) as here:
        with here.serving() as server:
            server.play(warm_up)
            report = server.play(people)
            resident = resident_bytes(server.pid)
        return Round(
            rate=report.messages / report.seconds,
            cpu=report.cpu / report.messages * 1e6,
            p50=report.p50,
            p99=report.p99,
            mebibytes=resident / 2**20,
            right=here.right(people),
            people=len(people),
            readable=here.readable(people),
        )


def posted_twice(system: System, people: range) -> int:
    """How many end right when every update is posted twice."""
    with stage(system) as here:
        with here.serving() as server:
            server.play(people, copies=2, patience=IMPATIENT)
        return here.right(people)


def killed(system: System, people: range) -> int:
    """How many end right when the server is killed after everybody's eighth answered message, and started again."""
    with stage(system) as here:
        with here.serving() as server:
            server.play(people, end=KILLED_AFTER)
            os.kill(server.pid, signal.SIGKILL)
        with here.serving() as server:
            server.play(people, begin=KILLED_AFTER, patience=system.wakes)
        return here.right(people)
