"""Looks for words in files, however they may be written there."""

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from urllib.parse import quote

_STREAMS = {b"\x78\x01": 15, b"\x78\x5e": 15, b"\x78\x9c": 15, b"\x78\xda": 15, b"\x1f\x8b\x08": 31}
"""How a compressed stream begins (zlib at four levels, gzip), and the window that opens it."""
LARGEST_STREAM = 1 << 20
_MOMENTS = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?")
"""Moments: of thousands, the millionths of some second are the six digits of somebody's code."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that was found."""

    file: str
    word: str
    form: str


def forms(word: str) -> dict[str, bytes]:
    """A word as it could stand in a file, by the name of the way in which it is written."""
    found = {"raw": word.encode(), "upper": word.upper().encode(), "lower": word.casefold().encode()}
    for form in ("NFC", "NFD"):
        found[form] = unicodedata.normalize(form, word).encode()  # type: ignore[arg-type]
    found["utf-16-le"], found["utf-16-be"] = word.encode("utf-16-le"), word.encode("utf-16-be")
    found["reversed"], found["bytes reversed"] = word[::-1].encode(), word.encode()[::-1]
    found["url"] = quote(word).encode()
    found["json"] = "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in word).encode()
    for name in ("raw", "utf-16-le"):
        found[f"{name} hex"] = found[name].hex().encode()
        found[f"{name} HEX"] = found[name].hex().upper().encode()
        for offset in range(3):
            found[f"{name} base64 at {offset}"] = _base64(found[name], offset)
            found[f"{name} base64url at {offset}"] = _base64(found[name], offset).translate(_URL_SAFE)
    digits = word.lstrip("+")
    if digits.isascii() and digits.isdecimal() and 2**31 < int(digits) < 2**63:
        found["integer, big end first"] = int(digits).to_bytes(8, "big").lstrip(b"\0")
        found["integer, little end first"] = int(digits).to_bytes(8, "little").rstrip(b"\0")
    return found


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _base64(data: bytes, offset: int) -> bytes:
    """The part of the encoding that is the same whatever stands around it, `offset` bytes into a group of three."""
    whole = base64.b64encode(bytes(offset) + data).rstrip(b"=")
    last_is_shared = (offset + len(data)) % 3 != 0
    return whole[(0, 2, 3)[offset] : -1 if last_is_shared else None]


def files_in(*places: Path) -> list[Path]:
    """All files in these folders, and these files."""
    return [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]


def search(files: Iterable[Path], words: Iterable[str]) -> list[Hit]:
    """Every word that stands in one of the files in any form, also inside compressed streams."""
    known: dict[bytes, list[tuple[str, str]]] = {}  # most words look the same in several forms
    for word in words:
        for form, written in forms(word).items():
            known.setdefault(written, []).append((word, form))
    return [
        Hit(file.name, word, form + where)
        for file in files
        for where, found in _contents(file.read_bytes())
        for content in [_MOMENTS.sub(b" ", found)]
        for written in (known if where else _found(file, known))
        if written in content
        for word, form in known[written]
    ]


def _found(file: Path, known: Iterable[bytes]) -> Iterable[bytes]:
    """What may stand in a file: all, or of what grep can look for nothing, as it does all that in one go."""
    lines = [written for written in known if b"\n" not in written]
    looked = run(["grep", "-F", "-a", "-q", "-f", "-", str(file)], input=b"\n".join(lines), env={"LC_ALL": "C"})
    return known if looked.returncode != 1 else set(known) - set(lines)


def _contents(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", content
    for head, window in _STREAMS.items():
        start = content.find(head)
        while start >= 0:
            inside = _decompressed(content[start : start + LARGEST_STREAM], window)
            if inside:
                yield ", compressed", inside
            start = content.find(head, start + 1)


def _decompressed(stream: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(stream, LARGEST_STREAM)
    except zlib.error:
        return b""
