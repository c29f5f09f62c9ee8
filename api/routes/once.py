"""A form is taken once, however often it is sent: on a poor connection the answer gets lost, not the form."""

from collections import OrderedDict
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-once"
"""The id that the script of a page gives to one submission, the same at each try."""
GO = "x-go"
"""Where the page goes next: a script that follows a redirect would load the page twice."""
REMEMBERED = 2000
UNDER_WAY = PlainTextResponse("Under way.", status_code=503)


class Once:
    """ASGI middleware. Remembers in memory where the latest forms led to; what was refused may be sent again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._led: OrderedDict[bytes, str] = OrderedDict()  # empty while it is under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a try: the first is done, the next ones hear what came of it."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope.get("method") != "POST" or HEADER not in headers:
            await self._app(scope, receive, send)
            return
        key = _key(scope, headers)
        if (led := self._led.get(key)) is not None:
            again = Response(headers={GO: led}) if led else UNDER_WAY
            await again(scope, receive, send)
            return
        await self._do(key, scope, receive, send)

    async def _do(self, key: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        self._led[key] = ""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                headers = MutableHeaders(scope=message)
                message["status"], headers[GO] = 200, headers["location"]
                del headers["location"]
                if "set-cookie" not in headers:  # who did not hear that she is signed in signs in again
                    self._led[key] = headers[GO]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            if not self._led[key]:
                del self._led[key]
            while len(self._led) > REMEMBERED:
                self._led.popitem(last=False)


def _key(scope: Scope, headers: Headers) -> bytes:
    """One submission of one browser; neither its cookie nor its path can be read from it."""
    parts = (headers.get("cookie", ""), scope["path"], headers[HEADER])
    return sha256("\n".join(parts).encode()).digest()
