"""What the tests of providers share: the event loops that they run on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What works on bare connections is tried on the server's own loop too, which has transports of its own."""
    return LOOPS if item.path.name == "test_http_wire.py" else {"asyncio": LOOPS["asyncio"]}
