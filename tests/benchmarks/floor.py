"""The floor: the same registration with nothing between it and the machine, to see what durability itself costs.

One process on uvloop parses HTTP by hand. What arrived together is one SQLite transaction (`synchronous=FULL`): the
update's id, the state of the chat, the message to send. Then come the 200s, then the sends. Nothing is sealed; there
are no commands, no languages, no pacing, no retries after an error. It is there to measure from and not to be run.
"""

import asyncio
import json
import signal
import sqlite3
import sys
from collections import deque
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.script import AGAIN, CONFIRM, DONE, QUESTIONS, READERS, STOPPED, review
from tests.benchmarks.wire import Wire, answer, post

CONNECTIONS = 50
TABLES = """
CREATE TABLE IF NOT EXISTS seen (update_id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS state (chat INTEGER PRIMARY KEY, answers TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS registration (id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, answers TEXT NOT NULL);
"""
PROMPTS = tuple(
    "\n".join(
        (question.prompt, *(f"{number} {label}" for number, label in enumerate(question.choices.values(), start=1)))
    )
    for question in QUESTIONS[:-1]
)
OK, FORBIDDEN = answer(), answer(status="403 Forbidden")


def step(answers: list[str] | None, text: str) -> tuple[list[str] | None, str, bool]:
    """What one text leads to: the answers so far (None: no conversation), what to say, whether she is registered."""
    if answers is None or text == "/start":
        return [], PROMPTS[0], False
    value = READERS[len(answers)](text)
    if value is None:
        return answers, "\n".join((AGAIN, *PROMPTS[len(answers) :][:1])), False
    answers = [*answers, value]
    if len(answers) < len(PROMPTS):
        return answers, PROMPTS[len(answers)], False
    if len(answers) < len(QUESTIONS):
        return answers, review(answers), False
    return (None, DONE, True) if value == "yes" else (None, STOPPED, False)


class Store:
    """The database file."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + TABLES)

    def unsent(self) -> list[tuple[int, int, str]]:
        """Messages that a former process committed and did not get rid of."""
        return self.db.execute("SELECT id, chat, text FROM outbox ORDER BY id").fetchall()

    def take(self, update: dict[str, Any]) -> tuple[int, int, str] | None:
        """Take one update in and return the row to send; None if it was seen before or says nothing."""
        execute = self.db.execute
        message = update.get("message") or {}
        if (
            not execute("INSERT OR IGNORE INTO seen VALUES (?)", (update["update_id"],)).rowcount
            or "text" not in message
        ):
            return None
        chat = message["chat"]["id"]
        found = execute("SELECT answers FROM state WHERE chat = ?", (chat,)).fetchone()
        before = json.loads(found[0]) if found else None
        after, say, registered = step(before, message["text"])
        if registered and before is not None:
            execute("INSERT INTO registration (chat, answers) VALUES (?, ?)", (chat, json.dumps(before)))
        execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (chat, json.dumps(after)))
        row = execute("INSERT INTO outbox (chat, text) VALUES (?, ?)", (chat, say)).lastrowid
        return row or 0, chat, say

    def group(self, updates: list[dict[str, Any]], sent: list[tuple[int]]) -> list[tuple[int, int, str]]:
        """One transaction for all that arrived together; returns the rows to send."""
        self.db.execute("BEGIN IMMEDIATE")
        rows = [row for update in updates if (row := self.take(update))]
        self.db.executemany("DELETE FROM outbox WHERE id = ?", sent)
        self.db.execute("COMMIT")
        return rows


class Sender(Wire):
    """One connection to the API, with one call under way at most."""

    def __init__(self, floor: "Floor") -> None:
        super().__init__()
        self.floor = floor
        self.row = 0

    def send(self, row: tuple[int, int, str]) -> None:
        """Make the call."""
        self.row, chat, text = row
        self.write(post(f"/bot{self.floor.token}/sendMessage", json.dumps({"chat_id": chat, "text": text}).encode()))

    def received(self, head: bytes, body: bytes) -> None:
        """Note that it was taken, and be free again."""
        if b" 200 " in head:
            self.floor.was_sent(self.row)
        self.floor.free(self)


class Floor:
    """Gathers what arrives, commits it together, answers, sends."""

    def __init__(self, store: Store, token: str, secret: str) -> None:
        self.store, self.token = store, token
        self.secret = f"\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\n".lower().encode()
        self.loop = asyncio.get_running_loop()
        self.arrived: list[tuple[Wire, dict[str, Any]]] = []
        self.sent: list[tuple[int]] = []
        self.to_send = deque(store.unsent())
        self.idle: list[Sender] = []

    def receive(self, connection: Wire, update: dict[str, Any]) -> None:
        """Take an update; it is committed with the others of this turn of the loop."""
        if not self.arrived:
            self.loop.call_soon(self.commit)
        self.arrived.append((connection, update))

    def commit(self) -> None:
        """Commit what arrived and what was sent, then acknowledge and send."""
        (arrived, self.arrived), (sent, self.sent) = (self.arrived, []), (self.sent, [])
        self.to_send.extend(self.store.group([update for _, update in arrived], sent))
        for connection, _ in arrived:
            connection.write(OK)
        while self.to_send and self.idle:
            self.idle.pop().send(self.to_send.popleft())

    def was_sent(self, row: int) -> None:
        """Remember to delete the row with the next commit, which comes soon even when nothing arrives."""
        if not self.sent:
            self.loop.call_later(0.05, self.commit)
        self.sent.append((row,))

    def free(self, sender: Sender) -> None:
        """Give an idle connection its next call, if there is one."""
        if self.to_send:
            sender.send(self.to_send.popleft())
        else:
            self.idle.append(sender)


class Webhook(Wire):
    """One connection from Telegram."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self.floor = floor

    def received(self, head: bytes, body: bytes) -> None:
        """Check the secret and hand the update over."""
        if self.floor.secret in head.lower():
            self.floor.receive(self, json.loads(body))
        else:
            self.write(FORBIDDEN)


async def main(port: int, api_port: int, folder: Path, token: str, secret: str) -> None:
    """Serve until told to stop."""
    loop, store = asyncio.get_running_loop(), Store(folder / "floor.db")
    floor = Floor(store, token, secret)
    for _ in range(CONNECTIONS):
        _, sender = await loop.create_connection(lambda: Sender(floor), "127.0.0.1", api_port)
        floor.free(sender)
    await loop.create_server(lambda: Webhook(floor), "127.0.0.1", port)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    floor.commit()


def kept(folder: Path) -> dict[int, list[dict[str, str]]]:
    """The registrations in the database, by chat."""
    names = [question.name for question in QUESTIONS if question is not CONFIRM]
    found: dict[int, list[dict[str, str]]] = {}
    for chat, answers in sqlite3.connect(folder / "floor.db").execute("SELECT chat, answers FROM registration"):
        found.setdefault(chat, []).append(dict(zip(names, json.loads(answers), strict=True)))
    return found


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5]))
