"""Folding: the form in which two ways of writing one word are equal. For comparing, never for keeping."""

import unicodedata

from flows.digits import read_digits

_APOSTROPHES = "'’‘ʼ`´"
_SILENT = {ord(sign): None for sign in "ـء" + _APOSTROPHES}  # the Arabic stretcher, a bare hamza, apostrophes
_ACCENTS = dict.fromkeys((*range(0x300, 0x370), *range(0x64B, 0x660), 0x670))  # Latin, Cyrillic, Arabic only
# One letter for what different keyboards give for it: Arabic ya, kaf and ha, Latin letters that are no accents.
_LETTERS = str.maketrans("ىیېکةھہۃıøłđɛɔŋ", "يييكههههioldeon")


def _ethiopic_homophones() -> dict[int, int]:
    """Amharic writes ሀ ሐ ኀ ኸ, ሰ ሠ, አ ዐ and ጸ ፀ alike (ሕዳር, ኅዳር, ህዳር), and ሃ as ሀ, ኣ as አ."""
    twins = ((0x1210, 0x1200, 8), (0x1280, 0x1200, 8), (0x12B8, 0x1200, 7))
    others = ((0x1220, 0x1230, 8), (0x12D0, 0x12A0, 7), (0x1340, 0x1338, 7))
    same = {start + step: first + step for start, first, length in twins + others for step in range(length)}
    fourth = {0x1203: 0x1200, 0x12A3: 0x12A0}
    return {code: fourth.get(first, first) for code, first in same.items()} | fourth


_SAME = _SILENT | _ACCENTS | _LETTERS | _ethiopic_homophones()
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): None, ord("`"): None}


def fold(text: str) -> str:
    """Lower case, ASCII digits, no accents, no punctuation or symbols, one blank between words; `` if nothing is left.

    Vowel signs of Indic scripts stay: without them different words would be equal.
    """
    if text.isascii():
        if text.isalnum():  # most answers are one word or a number: nothing to look for
            return text.lower()
        return " ".join(text.lower().translate(_ASCII).split())
    plain = unicodedata.normalize("NFKD", read_digits(text)).casefold().translate(_SAME)
    return " ".join("".join(sign if _in_word(sign) else " " for sign in plain).split())


def _in_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"
