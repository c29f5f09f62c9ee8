"""Work that takes longer than somebody waits: it goes on by itself, and her page shows how far it is.

It lives in the memory of this process and nowhere else: what it made is given to whoever began it, and to nobody else,
and is forgotten after a few minutes.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.errors import Refused
from api.events import Events, work_topic

log = logging.getLogger("rafiqa.progress")
KEPT = timedelta(minutes=10)
"""How long what was made is kept for who began it."""
BETWEEN = 0.25
"""Seconds between two looks at how far it is."""


@dataclass(slots=True)
class Work:
    """A piece of work. `kind` names it; `done` of `total` steps are behind it; then there is `result` or `refused`."""

    key: str
    kind: str
    person_id: int
    total: int
    done: int = 0
    ended_at: datetime | None = None
    result: Any = None
    refused: Refused | None = None

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.ended_at is not None

    def step(self, done: int, total: int = 0) -> None:
        """So many steps are done, of so many if that was not known before. May be called on any thread."""
        self.total = total or self.total
        self.done = min(done, self.total)


class Works:
    """All work of this process, by its key, which nobody can guess."""

    def __init__(self, events: Events, clock: Callable[[], datetime]) -> None:
        self._events, self._clock = events, clock
        self._works: dict[str, Work] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, kind: str, person_id: int, total: int, do: Callable[[Work], Awaitable[Any]]) -> Work:
        """Begin it; `do` gets the work, to say how far it is, and gives the result."""
        self._forget_old()
        work = Work(secrets.token_urlsafe(16), kind, person_id, max(total, 1))
        self._works[work.key] = work
        for loop in (self._run(work, do), self._tell(work)):
            task = asyncio.get_running_loop().create_task(loop, name=f"work {kind}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return work

    def of(self, key: str, person_id: int) -> Work:
        """Her work. Raises Refused(404, "not_found") when it is somebody else's, or gone."""
        self._forget_old()
        work = self._works.get(key)
        if work is None or work.person_id != person_id:
            raise Refused(404, "not_found")
        return work

    def made(self, kind: str, person_id: int) -> Any:
        """What she had made of this kind, taken out; None when there is nothing."""
        self._forget_old()
        for key, work in list(self._works.items()):
            if work.kind == kind and work.person_id == person_id and work.result is not None:
                return self._works.pop(key).result
        return None

    async def soon(self, work: Work, seconds: float) -> bool:
        """Wait for it so long at most; whether it is over."""
        with self._events.listen(work_topic(work.key)) as changed, suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not work.over:
                    await changed.wait()
                    changed.clear()
        return work.over

    def take(self, work: Work) -> Any:
        """What came of work that is over, which is then forgotten here. Raises Refused as the work was."""
        self._works.pop(work.key, None)
        if work.refused:
            raise work.refused
        return work.result

    async def close(self) -> None:
        """Stop what goes on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, work: Work, do: Callable[[Work], Awaitable[Any]]) -> None:
        try:
            work.result = await do(work)
            work.done = work.total
        except Refused as refused:
            work.refused = refused
        except Exception as error:
            log.error("work failed: %s", type(error).__name__)
            work.refused = Refused(500, "impossible")
        finally:
            work.ended_at = self._clock()
            self._events.changed(work_topic(work.key))

    async def _tell(self, work: Work) -> None:
        told = -1
        while not work.over:
            if work.done != told:
                told = work.done
                self._events.changed(work_topic(work.key))
            await asyncio.sleep(BETWEEN)

    def _forget_old(self) -> None:
        old = self._clock() - KEPT
        for key in [key for key, work in self._works.items() if work.ended_at and work.ended_at < old]:
            del self._works[key]
