"""A server of its own that starts at once: forked from a process that has imported everything and read every catalogue.

To start Python, import the server and read nine services takes seconds, and the tests start dozens of servers.
tests/docs starts them as an operator does.
"""

import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.server.beforehand", __name__])


def start(module: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: Path) -> ForkServerProcess:
    """Run `python -m <module> <arguments>` in a folder, with what it writes at the end of a file."""
    process = _context.Process(target=_run, args=(module, dict(environment), folder, log), daemon=True)
    process.start()
    return process


def _run(module: tuple[str, ...], environment: dict[str, str], folder: Path, log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = list(module)
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)
