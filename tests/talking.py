"""A worker in a test: she writes to the inbox of a real database and reads what it wants to send her."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlmodel import select

from api.answers import unpack_reply
from api.inbound import inbox
from api.keys.vault import Vault
from api.store.db import Database
from api.tables import CaseRow, ReplyRow
from flows.loader import Library
from flows.model import Message
from tests.factories import NOW

REGISTRATION = (
    "hello", "1", "1", "1", "1", "Almaz Tesfaye", "1992", "woman", "Ethiopia", "none", "1", "70 123 456", "1", "0",
    "Beirut", "1", "none", "no", "none", "any day", "yes", "yes", "1",
)  # fmt: skip
"""What a worker without papers writes, in English, from the first message to the last."""

IDS = count(1)


@dataclass
class Worker:
    """Almaz, on one phone."""

    db: Database
    vault: Vault
    library: Library
    address: str = "4711"
    now: datetime = NOW
    read: set[int] = field(default_factory=set)

    def message(self, text: str, *, id: str = "", lane: str = "telegram:1") -> Message:
        """What she writes, as a channel would give it."""
        number = id or str(next(IDS))
        return Message("telegram", lane, self.address, number, text, chat_message=number)

    def deliver(self, message: Message) -> None:
        """The message arrives."""
        self.db.write_now(lambda session: inbox.receive(session, self.vault, self.library, [message], self.now))

    def says(self, text: str) -> list[str]:
        """She writes; the texts that are queued for her since."""
        self.deliver(self.message(text))
        return self.reads()

    def reads(self) -> list[str]:
        """The texts that are queued for her and that she has not read yet."""
        rows = self.db.read_now(
            lambda session: list(session.exec(select(ReplyRow).where(ReplyRow.kind == "say").order_by(ReplyRow.id)))  # type: ignore[arg-type]
        )
        opened = [(row.id, *unpack_reply(self.vault.unlock(row.box))) for row in rows if row.id not in self.read]
        self.read.update(number for number, _, _ in opened if number)
        return [reply.plain for _, address, reply in opened if address == self.address]

    def case(self) -> str:
        """The reference of the newest case."""
        cases = self.db.read_now(lambda session: list(session.exec(select(CaseRow.reference).order_by(CaseRow.id))))  # type: ignore[arg-type]
        return cases[-1]
