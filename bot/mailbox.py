"""A catch-all mailbox over IMAP with TLS (RFC 3501, RFC 4315): messages are read one by one, and deleted when they are
stored. The standard client blocks, so it runs on a thread."""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.channel import ChannelError
from bot.mail import HEAD

T = TypeVar("T")
SECONDS = 20.0
"""How long one command may take."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as it lies in the mailbox. `size` is 0 when `raw` is all of it, else how many bytes the whole has."""

    uid: str
    raw: bytes
    size: int = 0


class Mailbox:
    """One mailbox. It connects at the first call and again after a failure; each method raises ChannelError.

    `context` is for tests: who serves on loopback has a certificate of its own.
    """

    lane = "mail"

    def __init__(
        self, host: str, port: int, user: str, password: str, *, context: ssl.SSLContext | None = None
    ) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password
        self._context = context or ssl.create_default_context()
        self._imap: imaplib.IMAP4_SSL | None = None

    async def waiting(self) -> list[str]:
        """The ids of the messages that lie there, oldest first."""
        return await self._ask(self._waiting)

    async def fetch(self, uid: str, largest: int) -> Fetched | None:
        """One message, and of one with more than `largest` bytes its head; None when it is there no more."""
        return await self._ask(lambda imap: self._fetch(imap, uid, largest))

    async def delete(self, uid: str) -> None:
        """Delete a message for good."""
        await self._ask(lambda imap: self._delete(imap, uid))

    async def close(self) -> None:
        """Let go of the connection."""
        imap, self._imap = self._imap, None
        if imap is not None:
            await asyncio.to_thread(_log_out, imap)

    async def _ask(self, command: Callable[[imaplib.IMAP4_SSL], T]) -> T:
        try:
            return await asyncio.to_thread(lambda: command(self._connected()))
        except ChannelError:
            await self.close()
            raise
        except (imaplib.IMAP4.error, OSError, ValueError, IndexError, TypeError) as error:
            await self.close()
            raise ChannelError(_code(error), permanent=False) from None

    def _connected(self) -> imaplib.IMAP4_SSL:
        if self._imap is None:
            imap = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=self._context, timeout=SECONDS)
            self._imap = imap  # also when what follows fails, so that it is let go
            try:
                imap.login(self._user, self._password)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                raise ChannelError("login", permanent=False) from None
            _well(imap.select("INBOX"))
        return self._imap

    def _waiting(self, imap: imaplib.IMAP4_SSL) -> list[str]:
        _well(imap.noop())
        found = _well(imap.uid("SEARCH", "UNDELETED"))
        return [uid.decode() for line in found if line for uid in line.split()]

    def _fetch(self, imap: imaplib.IMAP4_SSL, uid: str, largest: int) -> Fetched | None:
        answer = b" ".join(_bytes(one) for one in _well(imap.uid("FETCH", uid, "(RFC822.SIZE)")))
        size = _SIZE.search(answer)
        if size is None:
            return None
        whole = int(size[1]) <= largest
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[HEADER]<0.{HEAD}>"
        found = _well(imap.uid("FETCH", uid, f"({part})"))
        raw = next((one[1] for one in found if isinstance(one, tuple)), None)
        return None if raw is None else Fetched(uid, raw, 0 if whole else int(size[1]))

    def _delete(self, imap: imaplib.IMAP4_SSL, uid: str) -> None:
        _well(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted \Seen)"))
        if "UIDPLUS" in imap.capabilities:
            _well(imap.uid("EXPUNGE", uid))
        else:
            _well(imap.expunge())


def _well(answer: tuple[str, list[Any]]) -> list[Any]:
    status, lines = answer
    if status != "OK":
        raise ChannelError("refused", permanent=False)
    return lines


def _bytes(line: Any) -> bytes:
    return b" ".join(line) if isinstance(line, tuple) else line or b""


def _code(error: Exception) -> str:
    """What went wrong, without the text of the error: servers repeat there what they were told."""
    if isinstance(error, ssl.SSLError):
        return "certificate"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "network" if isinstance(error, OSError | imaplib.IMAP4.abort) else "answer"


def _log_out(imap: imaplib.IMAP4_SSL) -> None:
    try:
        imap.logout()
    except (imaplib.IMAP4.error, OSError):
        imap.shutdown()
