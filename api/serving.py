"""The web server: uvicorn, which lets open pages go before it waits for them."""

import gc
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from api.entrance import Entrance
from api.settings import Settings

GRACE = 2
"""Seconds that requests get to finish when the server stops."""
COLLECT_AFTER = 10_000
"""Objects made since the last look for cycles; at Python's own 700 the looks take a twentieth of all time."""
FAILED_TO_START = 3
"""The exit status that uvicorn uses for it."""


class Server(uvicorn.Server):
    """Serves our application. A page that listens for changes would otherwise hold the server until its grace ends."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and then let Python's collector of cycles leave alone what is there for good, and look less often."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        gc.enable()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the streams to end, and stop as always."""
        self.config.loaded_app.state.shell.events.close()
        await super().shutdown(sockets)


def server(settings: Settings, app: FastAPI | None = None) -> Server:
    """The server of an application, or of the one that these settings' environment makes when it starts."""
    config = uvicorn.Config(
        app or "api.app:create_app",
        factory=app is None,
        host=settings.host,
        port=settings.port,
        http=Entrance,  # hands all but Telegram's updates to uvicorn's own protocol
        log_level=settings.log_level,
        access_log=False,  # addresses of pages hold references of cases
        server_header=False,
        proxy_headers=False,  # who asks is nobody's business here, and the settings say under which address
        timeout_graceful_shutdown=GRACE,
    )
    return Server(config)


def serve(settings: Settings) -> None:
    """Run the server until it is stopped; exits with FAILED_TO_START when it cannot."""
    ours = server(settings)
    gc.disable()  # what is made until it serves stays, and to look for cycles in it takes a fifth of the start
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it is stopped
        ours.run()
    if not ours.started:
        sys.exit(FAILED_TO_START)
