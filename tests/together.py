"""Doing many things at the same moment."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
WAIT = 30.0


def at_once(calls: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """Start all calls together, each in a thread, and give what each returned or raised, in order."""
    waiting = list(calls)
    start = Barrier(len(waiting))

    def run(call: Callable[[], T]) -> T | Exception:
        start.wait(WAIT)
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(run, waiting))
