"""The streams that tell an open page to look again. They say `changed`, and nothing else."""

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from api.events import Events

CHANGED = ServerSentEvent(event="changed", raw_data="")


async def changes(events: Events, *topics: str) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` each time that one of the topics changes, until the page goes away or the server stops."""
    with events.listen(*topics) as listener:
        while not events.closed:
            await listener.wait()
            listener.clear()
            yield CHANGED
