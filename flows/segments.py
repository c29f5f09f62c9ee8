"""What a text costs by SMS: its alphabet, how many parts it is sent in, and how to make it cheaper.

The alphabet is 3GPP TS 23.038's; how parts are filled follows Twilio's own calculator (sms-segments-calculator 1.3.0).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from unicodedata import category, combining, normalize

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")  # sent as two: an escape and a sign
_GSM = _BASIC | _ESCAPED
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units that fit into a text of one part, and into each part of several, whose headers take some room."""

_JOINER = "\u200d"
# Joiners, the vowel AM of Thai and Lao, skin tones, tags: what goes on with a character without being a mark.
_JOINING = re.compile("[\u200c\u200d\u0e33\u0eb3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")  # two letters make a flag

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("’‘‚‛ʼ′´`", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−•", "-"),
        **dict.fromkeys("\t\u00a0\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff", ""),  # soft hyphen, zero width, direction marks
        "…": "...",
        "‹": "<",
        "›": ">",
        "×": "x",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)


@dataclass(frozen=True, slots=True)
class Segments:
    """The cost of a text: its encoding, the parts that are paid for, and its length in units.

    A unit is a septet of GSM-7 (some characters take two) or a 16-bit code unit of UCS-2.
    """

    encoding: Encoding
    segments: int
    units: int


def count(text: str) -> Segments:
    """What a text costs. An empty text costs one segment, as it does at the provider."""
    encoding: Encoding = "GSM-7" if _GSM.issuperset(text) else "UCS-2"
    pieces = list(_septets(text) if encoding == "GSM-7" else _clusters(text))
    single, several = _ROOM[encoding]
    units = sum(pieces)
    return Segments(encoding, 1 if units <= single else _fill(pieces, several), units)


def paid_for(text: str) -> int:
    """About how many segments a text costs once it is folded: for counting what went out, a hundred times as fast.

    Exact but for the eight signs that GSM-7 sends as two, and for letters whose marks would be cut from them.
    """
    if text.isascii():
        encoding: Encoding = "GSM-7"
    elif "\u0530" < max(text) < "\u1e00":  # no accent and no quotation mark stands there, only other scripts
        encoding = "UCS-2"
    else:
        return count(fold(text)).segments
    single, several = _ROOM[encoding]
    return 1 if len(text) <= single else -(-len(text) // several)


def not_gsm(text: str) -> list[str]:
    """The characters that force a text into UCS-2, each once, in the order in which they come."""
    return list(dict.fromkeys(character for character in text if character not in _GSM))


def fold(text: str) -> str:
    """The text without the accents, curly quotes and the like that GSM-7 lacks, if all of it then fits GSM-7.

    Otherwise the text as it is: where one letter needs UCS-2 anyway, spoiling the others would save nothing.
    """
    plain = "".join(_folded(character) for character in normalize("NFC", text))
    return plain if _GSM.issuperset(plain) else text


def split(text: str, most: int, head: str = "") -> list[str]:
    """Cut a text into whole messages of at most `most` segments each: at a line's end, else at a space, else anywhere.

    No character is parted from its marks. Each message is counted by itself: one in Latin letters stays cheap. `head`
    is not written, only given room: something as long will stand before each of them.
    """
    parts = []
    while (end := _fitting(text, most, head)) < len(text):
        # The character after the last that fits may be the gap itself.
        cut = max(text.rfind("\n", 1, end + 1), 0) or max(text.rfind(" ", 1, end + 1), 0) or _between(text, end)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part] or [text]


def _fitting(text: str, most: int, head: str) -> int:
    """How many characters from the start fit behind the head into so many segments; one at least."""
    if count(head + text).segments <= most:
        return len(text)
    fits, too_long = 1, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if count(head + text[:middle]).segments <= most:
            fits = middle
        else:
            too_long = middle
    return fits


def _between(text: str, end: int) -> int:
    """The last place up to `end` at which no character is parted from its marks; `end` itself where there is none."""
    cut = end
    while cut > 1 and _belongs(text[max(0, cut - 8) : cut], text[cut]):
        cut -= 1
    return cut if cut > 1 else end


def _folded(character: str) -> str:
    if character in _GSM:
        return character
    bare = "".join(part for part in normalize("NFD", character) if not combining(part))
    return bare.translate(_ALIKE)


def _fill(pieces: Iterable[int], room: int) -> int:
    """How many parts the pieces fill, in order, when none is cut in two."""
    parts, used = 1, 0
    for piece in pieces:
        if used + piece > room:
            parts, used = parts + 1, 0
        used += piece
    return parts


def _septets(text: str) -> Iterator[int]:
    return (1 if character in _BASIC else 2 for character in text)


def _clusters(text: str) -> Iterator[int]:
    """The sizes, in 16-bit units, of what a reader takes for one character: a letter and its marks, a flag."""
    cluster = ""
    for character in text:
        if cluster and not _belongs(cluster, character):
            yield _size(cluster)
            cluster = ""
        cluster += character
    if cluster:
        yield _size(cluster)


def _size(cluster: str) -> int:
    return sum(2 if character > "\uffff" else 1 for character in cluster)


def _belongs(cluster: str, character: str) -> bool:
    """Whether a character goes on with what came before: Unicode's annex 29, less Hangul jamo and rare prefixes."""
    if category(cluster[-1]) == "Cc":
        return False
    if category(character).startswith("M") or _JOINING.match(character):
        return True
    if _FLAG.match(character):
        return len(cluster) == 1 and _FLAG.match(cluster) is not None
    return cluster[-1] == _JOINER and category(cluster[0]) == category(character) == "So"
