"""The guard at the door: refuses what another site made a browser send, and sets the headers of every answer."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SERVERS = ("/webhooks/",)
"""Paths that servers call, not browsers: they are known by their signatures."""
LASTING = "/static/"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send "Origin: null" to ourselves too
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSAL = PlainTextResponse("Sent from another site.", status_code=403)


class Guard:
    """ASGI middleware. `base_url` is the address under which browsers reach us."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app, self._origin = app, origin_of(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a forged request, and everything else with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        app = REFUSAL if self._forged(scope) else self._app
        await app(scope, receive, send_with_headers)

    def _forged(self, scope: Scope) -> bool:
        """Whether a browser says that another site sent this. What says neither is no browser, and has no cookie."""
        if scope["method"] in SAFE or scope["path"].startswith(SERVERS):
            return False
        headers = Headers(scope=scope)
        if site := headers.get("sec-fetch-site"):
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        return origin is not None and origin != self._origin and urlsplit(origin).netloc != headers.get("host")


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)  # what a page says is stricter
    headers.setdefault("Cache-Control", "no-cache" if path.startswith(LASTING) else "no-store")
