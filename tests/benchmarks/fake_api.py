"""A stand-in for Telegram's Bot API, as cheap as can be: takes every call, and tells who watches of every message sent.

`GET /watch` turns a connection into a stream of `RECORD`s, one for each sendMessage: chat, and when it arrived in
nanoseconds of the monotonic clock, which all processes of a machine share. `GET /counts` gives the messages a chat.
"""

import asyncio
import json
import re
import struct
import sys
import time
from collections import Counter

import uvloop

from tests.benchmarks.wire import Wire, answer

RECORD = struct.Struct("<qq")
CHAT = re.compile(rb'chat_id"?\s*[:=]\s*"?(-?\d+)')
METHOD = re.compile(rb"^[A-Z]+ /(?:bot[^/]+/)?(\w+)")
BOT = {"id": 8123, "is_bot": True, "first_name": "Rafiqa", "username": "rafiqa_bench_bot"}
ME = {"ok": True, "result": {**BOT, "can_join_groups": False, "supports_inline_queries": False}}
TRUE = answer(b'{"ok":true,"result":true}')
SENT = (
    '{"ok":true,"result":{"message_id":%d,"from":' + json.dumps(BOT) + ',"chat":{"id":%d,"first_name":"Hana",'
    '"type":"private"},"date":%d,"text":"taken"}}'
)


class FakeApi:
    """What was sent so far, and who wants to know."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.messages = 0
        self.watchers: list[Wire] = []
        self.news: list[bytes] = []

    def call(self, method: bytes, body: bytes) -> bytes:
        """The answer to one call of the API."""
        if method == b"sendMessage":
            return self.send(body)
        return answer(json.dumps(ME).encode()) if method == b"getMe" else TRUE

    def send(self, body: bytes) -> bytes:
        """Count a message and answer as Telegram does."""
        found = CHAT.search(body)
        if found is None:
            return answer(
                b'{"ok":false,"error_code":400,"description":"Bad Request: chat_id is empty"}', "400 Bad Request"
            )
        chat = int(found[1])
        self.counts[chat] += 1
        self.messages += 1
        if not self.news:
            asyncio.get_running_loop().call_soon(self.tell)
        self.news.append(RECORD.pack(chat, time.monotonic_ns()))
        return answer((SENT % (self.messages, chat, time.time())).encode())

    def tell(self) -> None:
        """Pass on what arrived since the last time, in one piece."""
        news, self.news = b"".join(self.news), []
        for watcher in self.watchers:
            watcher.write(news)


class Connection(Wire):
    """One connection of a bot or of a watcher."""

    def __init__(self, api: FakeApi) -> None:
        super().__init__()
        self.api = api

    def received(self, head: bytes, body: bytes) -> None:
        """Answer a call."""
        found = METHOD.match(head)
        method = found[1] if found else b""
        if method == b"watch":
            self.api.watchers.append(self)
            self.write(answer())
        elif method == b"counts":
            self.write(answer(json.dumps(self.api.counts).encode()))
        else:
            self.write(self.api.call(method, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a watcher that went away."""
        if self in self.api.watchers:
            self.api.watchers.remove(self)


async def main(port: int) -> None:
    """Serve until killed."""
    api = FakeApi()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
