"""Starts and stops processes, and reads from Linux what they use."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

READY_SECONDS = 30


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    module: str, *arguments: object, port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run `python -m module arguments…` until the block ends; gives its process id once it listens on `port`."""
    command = (sys.executable, "-m", module, *map(str, arguments))
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})})
    try:
        _wait_until_listening(process, port, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_until_listening(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen:\n{log.read_text()[-2000:]}")


def family(pid: int) -> Iterator[int]:
    """A process and all that it started and that still live."""
    yield pid
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with its children, to the nanosecond: Linux has a clock for each process."""
    return sum(time.clock_gettime(~one << 3 | 2) for one in family(pid))


def resident_bytes(pid: int) -> int:
    """Memory that a process and its children hold now."""
    return sum(_resident(one) for one in family(pid))


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
