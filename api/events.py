"""Tells open pages that something changed: in this process, by topic, and never what changed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

QUEUE = "queue"
"""The topic of the list of cases."""

INBOX = "inbox"
"""The topic of the portal messages that found no case."""

BATCHES = "batches"
"""The topic of the list of batches."""


def work_topic(key: str) -> str:
    """The topic of how far a piece of work is."""
    return f"work:{key}"


def case_topic(reference: str) -> str:
    """The topic of one case."""
    return f"case:{reference}"


class Events:
    """Topics and the pages that listen to them.

    Everything here runs on the event loop; a use case on a database thread never touches it. A page that is slow
    to react finds one flag set, however often its topic changed meanwhile.
    """

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closed = False

    def changed(self, *topics: str) -> None:
        """Wake everybody who listens to one of these topics."""
        for topic in topics:
            for listener in self._listeners.get(topic, ()):
                listener.set()

    def close(self) -> None:
        """Let every open page go, because the server stops: it would wait for them otherwise."""
        self.closed = True
        self.changed(*self._listeners)

    @contextmanager
    def listen(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of the topics changed; whoever waits for it clears it."""
        listener = asyncio.Event()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._leave(topic, listener)

    def _leave(self, topic: str, listener: asyncio.Event) -> None:
        self._listeners[topic].discard(listener)
        if not self._listeners[topic]:
            del self._listeners[topic]
