"""An IMAP server on loopback with TLS, as imaplib speaks to one (RFC 3501, UIDPLUS): one mailbox, errors on order."""

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A self-signed certificate for localhost, with its key: nobody trusts it but tests."""
USER, PASSWORD = "desk@example.org", 'pass "word" \\ 1'


@dataclass
class ImapServer:
    """`async with ImapServer() as server:` serves at `server.port`.

    Tests put messages in with `deliver`, and steer with `refuse` (commands that are answered NO), `drop` (commands at
    which the connection is cut, each once) and `uidplus`.
    """

    uidplus: bool = True
    port: int = 0
    messages: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    refuse: set[str] = field(default_factory=set)
    drop: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    _next: int = 1

    async def __aenter__(self) -> "ImapServer":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await self._server.wait_closed()

    def deliver(self, raw: bytes) -> int:
        """Put a message into the mailbox, and give its id."""
        uid, self._next = self._next, self._next + 1
        self.messages[uid] = raw
        return uid

    def context(self) -> ssl.SSLContext:
        """What a client needs that trusts this server."""
        return ssl.create_default_context(cafile=CERTIFICATE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            self._say(writer, "* OK ready")
            while line := await reader.readline():
                tag, _, command = line.decode("latin-1").rstrip("\r\n").partition(" ")
                if not await self._answer(writer, tag, command):
                    break
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, tag: str, command: str) -> bool:
        """Answer one command; False when the connection is over."""
        words = command.split()
        name = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
        self.commands.append(name)
        if name in self.drop:
            self.drop.remove(name)
            return False
        if name in self.refuse or (name == "LOGIN" and not self._knows(command)):
            self._say(writer, f"{tag} NO not now")
            return True
        self._do(writer, name, words)
        self._say(writer, f"{tag} OK done")
        return name != "LOGOUT"

    def _knows(self, command: str) -> bool:
        password = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        return command.split(" ", 1)[1] in (f'{USER} "{password}"', f'"{USER}" "{password}"')

    def _do(self, writer: asyncio.StreamWriter, name: str, words: list[str]) -> None:
        match name:
            case "CAPABILITY":
                self._say(writer, f"* CAPABILITY IMAP4rev1{' UIDPLUS' if self.uidplus else ''}")
            case "SELECT":
                self._say(writer, f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY 1]")
            case "UID SEARCH":
                found = (str(uid) for uid in self.messages if uid not in self.deleted)
                self._say(writer, " ".join(("* SEARCH", *found)))
            case "UID FETCH":
                self._fetch(writer, int(words[2]), words[3])
            case "UID STORE":
                self.deleted.add(int(words[2]))
            case "UID EXPUNGE":
                self.messages.pop(int(words[2]), None)
            case "EXPUNGE":
                for uid in self.deleted:
                    self.messages.pop(uid, None)
            case "LOGOUT":
                self._say(writer, "* BYE")

    def _fetch(self, writer: asyncio.StreamWriter, uid: int, what: str) -> None:
        raw = self.messages.get(uid)
        if raw is None:
            return
        if what == "(RFC822.SIZE)":
            self._say(writer, f"* {uid} FETCH (RFC822.SIZE {len(raw)} UID {uid})")
            return
        if part := re.search(r"HEADER\]<0\.(\d+)>", what):
            raw = raw.partition(b"\r\n\r\n")[0][: int(part[1])] + b"\r\n\r\n"
        self._say(writer, f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}")
        writer.write(raw)
        self._say(writer, ")")

    def _say(self, writer: asyncio.StreamWriter, line: str) -> None:
        writer.write(f"{line}\r\n".encode("latin-1"))
