"""An e-mail and its files as they are sealed: to the case whose address they came to, or to the team until then."""

from dataclasses import dataclass
from typing import Any

from api.answers import decode, encode
from bot.mail import MailFile

ITEM, FILE = "mail", "mail_file"
"""The kinds under which an e-mail and its files are sealed to their case."""
SEARCHED = 8_000
"""Characters in which a code is looked for: a portal writes it at the top."""


@dataclass(frozen=True, slots=True)
class MailPart:
    """A file of an e-mail as the message lists it; `id` 0: only this is kept of it. `size` in bytes."""

    id: int
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class MailText:
    """An e-mail, opened. `code` is the login code in it, if it is one; `cut`: not all of it was kept.

    `strayed_to` is the address that it came to, where that was no case's and a person said whose it is.
    """

    sender: str
    subject: str
    text: str
    code: str = ""
    files: tuple[MailPart, ...] = ()
    size: int = 0
    cut: bool = False
    strayed_to: str = ""


@dataclass(frozen=True, slots=True)
class StrayText:
    """An e-mail that no case has, opened, and the address of ours that it came to."""

    to: str
    mail: MailText


def unpack_stray(packed: bytes) -> StrayText:
    """The content of an opened e-mail that no case has."""
    fields = decode(packed)
    return StrayText(fields["to"], _mail_of(fields["mail"]))


def unpack_mail(packed: bytes) -> MailText:
    """The content of an opened e-mail."""
    return _mail_of(decode(packed))


def pack_file(file: MailFile) -> bytes:
    """A file with its name and type before it."""
    head = encode([file.name, file.kind])
    return len(head).to_bytes(4, "big") + head + file.content


def unpack_file(packed: bytes) -> MailFile:
    """What `pack_file` wrote."""
    end = 4 + int.from_bytes(packed[:4], "big")
    name, kind = decode(packed[4:end])
    content = packed[end:]
    return MailFile(name, kind, len(content), content)


def _mail_of(fields: dict[str, Any]) -> MailText:
    return MailText(**{**fields, "files": tuple(MailPart(**part) for part in fields["files"])})
