"""Compares names across scripts by the consonants that every spelling of them keeps."""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import normalize

from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from flows.digits import read_digits

SAME = 85
"""From which likeness of two skeletons on (of 100) they are one name."""
_LETTERS_ALIKE = 55  # spellings that share a skeleton also share vowels: Almaz is not almost
_SHORTEST = 2  # consonants; Ali and Eli have one, and one says nothing
# One letter for what alphabets and clerks give for one sound, the longer spellings first. h, w and y come and go.
_SOUNDS = (
    (r"[^a-z]", ""),
    (r"(.)\1+", r"\1"),
    (r"ch|sh", "s"),
    (r"x", "ks"),
    (r"ph|v", "f"),
    (r"gh|dj|j", "g"),
    (r"gn|ny", "n"),
    (r"c(?=[eiy])|z", "s"),
    (r"kh|q", "k"),
    (r"p", "b"),
    (r"[aeiouyhw]", ""),
)
_C = ("k", "s")  # Latin c is k for most, ch for Oromo and Tamil
_ARABIC = re.compile(r"[\u0600-\u06ff]")  # it writes no short vowels
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u064b-\u0655\u0900-\u0dff\u0e31-\u0e4e]+[^\W\d_]*)*")
_TITLES = ("ma", "mr", "mrs", "ms", "miss", "dear")
_SMALL = frozenset(
    (
        "de",
        "del",
        "dela",
        "la",
        "el",
        "al",
        "bin",
        "binti",
        "binte",
        "bint",
        "ibn",
        "abu",
        "van",
        "der",
        "von",
        *_TITLES,
    )
)


@lru_cache(maxsize=8192)
def skeletons(word: str) -> tuple[str, ...]:
    """What is left of a word in any script when only its consonants count: Tesfaye, ተስፋዬ and تسفاي are all `tsf`."""
    sound = _letters(word)
    for pattern, letter in _SOUNDS:
        sound = re.sub(pattern, letter, sound)
    return tuple(dict.fromkeys(sound.replace("c", letter) for letter in _C))


def words_of(text: str) -> list[str]:
    """The words of a text that can be part of a name: no numbers, no particles such as `dela` or `bint`."""
    found = _WORD.findall(normalize("NFC", read_digits(text)))
    return [word for word in found if word.casefold() not in _SMALL]


def alike(name: str, words: Sequence[str]) -> float:
    """How many parts of a name sound like some word of a message (of `words_of`), each word for one part.

    A part of two consonants counts half, because many words have the same two; one of fewer says nothing.
    """
    parts = sorted(words_of(name), key=lambda part: -len(skeletons(part)[0]))
    left = list(words)
    weight = 0.0
    for part in parts:
        best = max(left, key=lambda word: likeness(part, word), default="")
        if best and likeness(part, best) >= SAME:
            left.remove(best)
            weight += 1 if len(skeletons(part)[0]) > _SHORTEST else 0.5
    return weight


def likeness(one: str, other: str) -> float:
    """How much two words in any scripts sound like one name: 0 to 100, and `SAME` or more if they can be one."""
    if _foreign_vowels(one, other):
        return 0
    return max(_bones_alike(mine, theirs) for mine in skeletons(one) for theirs in skeletons(other))


def _bones_alike(mine: str, theirs: str) -> float:
    shortest = min(len(mine), len(theirs))
    if shortest < _SHORTEST or (shortest == _SHORTEST and mine != theirs):
        return 0
    return ratio(mine, theirs)


def _foreign_vowels(one: str, other: str) -> bool:
    """Whether both are written with vowels, and with too different ones."""
    if _ARABIC.search(one) or _ARABIC.search(other):
        return False
    return ratio(_letters(one), _letters(other)) < _LETTERS_ALIKE


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    return re.sub("[^a-z]", "", anyascii(normalize("NFC", word)).lower())
