"""The web server: uvicorn, which lets open pages go before it waits for them."""

import socket
import sys
from contextlib import suppress

import uvicorn

from api.settings import Settings

GRACE = 2
"""Seconds that requests get to finish when the server stops."""
FAILED_TO_START = 3
"""The exit status that uvicorn uses for it."""


class Server(uvicorn.Server):
    """Serves our application. A page that listens for changes would otherwise hold the server until its grace ends."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the streams to end, and stop as always."""
        self.config.loaded_app.state.shell.events.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Run the server until it is stopped; exits with FAILED_TO_START when it cannot."""
    config = uvicorn.Config(
        "api.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,  # addresses of pages hold references of cases
        server_header=False,
        proxy_headers=False,  # who asks is nobody's business here, and the settings say under which address
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it is stopped
        server.run()
    if not server.started:
        sys.exit(FAILED_TO_START)
