"""E-mail that comes in: a message as it travelled (RFC 5322) is read into its text and its files; nothing is answered.

Nothing is ever fetched: no picture, no style, no link. Written against the standard `email` package, and Mailgun's
documentation of forwarded messages (signature over timestamp and token).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from mimetypes import guess_extension
from urllib.parse import parse_qs

from bot.channel import Forged, Malformed
from bot.html import to_text

RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
"""Where it stands for whom a message is; a catch-all mailbox often shows it in the first ones only."""
HEAD = 64 * 1024
"""Bytes of a message that is too large to be kept: enough to say for whom it is."""
LONGEST_TEXT = 60_000  # characters that are kept: no portal writes a tenth of that
LONGEST_LINE = 300  # characters of a subject, a sender, the name of a file
MOST_FILES = 20
MOST_RECIPIENTS = 100
KEPT = frozenset(("pdf", "png", "jpg", "jpeg", "gif", "webp", "heic", "tif", "tiff")) | frozenset(
    ("txt", "ics", "csv", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "pkpass", "eml")
)
"""Kinds of file that a portal may send; of every other only its name and size are kept."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came with a message; `kind` is the type that the sender gave it, like `application/pdf`.

    `size` is in bytes; `content` is empty when the file is of a kind that nobody should open.
    """

    name: str
    kind: str
    size: int
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message: `recipients` in small letters, `sender` as written, `text` without any markup.

    `digest` is the same for the same words and files, by whatever way they came. `size` is that of the whole, in bytes;
    `cut` says that more was in it than we keep: all of a message whose body was too large to be read.
    """

    recipients: tuple[str, ...]
    sender: str
    subject: str
    text: str
    files: tuple[MailFile, ...]
    message_id: str
    digest: str
    size: int
    cut: bool = False


def parse(raw: bytes, *, size: int = 0, envelope: str = "") -> Mail:
    """Read a message. Raises Malformed when nothing says for whom it is.

    `size` is given when `raw` is only the head of a larger one, which is too large to be kept; `envelope` is the
    address that it was delivered to, where the provider tells.
    """
    message = message_from_bytes(raw, policy=policy.default)
    recipients = _recipients(message, envelope)
    if not recipients:
        raise Malformed("To")
    text, files = ("", ()) if size else (_text(message), tuple(_files(message)))
    subject = _header(message, "subject")
    digest = hashlib.sha256("\0".join((subject, text, _header(message, "date"))).encode("utf-8", "replace"))
    for file in files:
        digest.update(f"{file.name}\0{file.size}\0".encode("utf-8", "replace") + hashlib.sha256(file.content).digest())
    return Mail(
        recipients,
        _header(message, "from"),
        subject,
        text[:LONGEST_TEXT],
        files[:MOST_FILES],
        _header(message, "message-id"),
        digest.hexdigest(),
        size or len(raw),
        bool(size) or len(text) > LONGEST_TEXT or len(files) > MOST_FILES,
    )


def verify(authorization: str | None, secret: str) -> None:
    """Check the secret in an Authorization header, as `Bearer`, or as the password of `Basic`. Raises Forged."""
    scheme, _, given = (authorization or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            given = ""
    elif scheme.lower() != "bearer":
        given = ""
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise Forged


def verify_signed(fields: Mapping[str, bytes], secret: str) -> None:
    """Check the signature in Mailgun's form: over timestamp and token, with its signing key. Raises Forged.

    It does not cover the message. An old one that is sent again changes nothing: it is recognised by its content.
    """
    signed = fields.get("timestamp", b"") + fields.get("token", b"")
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not secret or not signed or not hmac.compare_digest(fields.get("signature", b""), right.encode()):
        raise Forged


def read_form(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """The fields of a posted form, whether urlencoded or in parts; of several with one name, the last. Files are bytes.

    The standard parser of messages reads forms in parts too, in memory: the usual ones write large fields to the disk.
    """
    if content_type.startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, encoding="latin-1")
        return {name: values[-1].encode("latin-1", "replace") for name, values in fields.items()}
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = message_from_bytes(head + body, policy=policy.HTTP)
    return dict(_fields(form)) if form.is_multipart() else {}


def _fields(form: Message) -> Iterator[tuple[str, bytes]]:
    for part in form.get_payload():
        name = part.get_param("name", header="content-disposition") if isinstance(part, Message) else None
        if isinstance(part, Message) and isinstance(name, str):
            inside = part.as_bytes() if part.is_multipart() else part.get_payload(decode=True)
            yield name, inside if isinstance(inside, bytes) else b""


def _recipients(message: EmailMessage, envelope: str) -> tuple[str, ...]:
    """Every address that it may be for, the envelope's first, each once."""
    written = [envelope, *(str(value) for name in RECIPIENTS for value in _all(message, name))]
    found = (address.strip().casefold() for _, address in getaddresses(written) if "@" in address)
    real = (address for address in found if address.isascii() and address.isprintable())
    return tuple(dict.fromkeys(real))[:MOST_RECIPIENTS]


def _all(message: EmailMessage, name: str) -> list[str]:
    """The values of a header as they stand: the parser of structured ones fails at some that are broken."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def _header(message: EmailMessage, name: str) -> str:
    """A header, decoded (RFC 2047), on one line."""
    try:
        value = str(message.get(name) or "")
    except Exception:  # the standard parser has bugs of its own at malformed headers
        value = next(iter(_all(message, name)), "")
    plain = value.encode("utf-8", "replace").decode("utf-8")
    return " ".join(plain.split())[:LONGEST_LINE]


def _text(part: EmailMessage) -> str:
    """What it says: of two ways to say the same the plain one, of several things all that are no files."""
    if part.is_multipart():
        said = filter(None, (_text(one) for one in part.iter_parts() if isinstance(one, EmailMessage)))
        return next(said, "") if part.get_content_subtype() == "alternative" else "\n\n".join(said)
    return "" if _is_file(part) else _as_text(part)


def _as_text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    text = _decoded(content, part.get_content_charset() or "utf-8")
    return to_text(text) if part.get_content_subtype() == "html" else text.replace("\r\n", "\n").strip()


def _decoded(content: bytes, charset: str) -> str:
    """In the charset that it names; else in UTF-8, else in the one in which anything can be read."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _files(message: EmailMessage) -> Iterator[MailFile]:
    for part in filter(_is_file, _leaves(message)):
        content = part.as_bytes() if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            name = _file_name(part)
            kept = _ending(name, part.get_content_type()) in KEPT
            yield MailFile(name, part.get_content_type(), len(content), content if kept else b"")


def _is_file(part: EmailMessage) -> bool:
    written = part.get_content_type() in ("text/plain", "text/html")
    return not written or part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:
        name = ""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in " ".join(last.split()) if one.isprintable())[:LONGEST_LINE]


def _ending(name: str, kind: str) -> str:
    """How a file's name ends, in small letters; of one without a name, how names of its type end."""
    return (name.rpartition(".")[2] if "." in name else (guess_extension(kind) or "").lstrip(".")).lower()


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold no others; a message within the message is one."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    for part in message.iter_parts():
        if isinstance(part, EmailMessage):
            yield from _leaves(part)
