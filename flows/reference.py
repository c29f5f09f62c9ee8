"""References such as `K7-4QF`: what a worker keeps on a slip of paper and says over a bad line.

The alphabet holds one character of each group that eyes confuse (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and whatever of the
group is typed is read as that one. The last character is a check: the weighted sum of all of them is the same for
every reference. The alphabet has 29 characters, a prime number, so each wrong character and each swap of two changes
the sum. A reference has a letter and a digit that look like nothing else: so no number and no word (`12345`, `ALMAZ`)
is taken for one.

Five characters make some 430,000 references, six some 14 million. They are not secrets and they can collide: the
column is unique, and whoever opens a case draws again, at last a longer one.
"""

import unicodedata

ALPHABET = "0123456789ACDEFGHJKMNPQRTVWXY"
LENGTHS = (5, 6)

_PRIME = len(ALPHABET)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "U": "V"})
_ONLY_DIGITS = frozenset("34679")
_ONLY_LETTERS = frozenset(ALPHABET) - frozenset("0123456789V")
_SUM = 28  # the sum of K7-4QF, which our papers show
_STRIDE = 274_177  # prime to 29: walks over all numbers, and far from its neighbours


def new_reference(random: bytes, length: int = LENGTHS[0]) -> str:
    """A reference of five or six characters, picked by 8 random bytes or more."""
    space = _PRIME ** (length - 1)
    number = int.from_bytes(random, "big") % space
    while not _unmistakable(drawn := _checked(number, length)):
        number = (number + _STRIDE) % space
    return f"{drawn[:2]}-{drawn[2:]}"


def read_reference(text: str) -> str | None:
    """The reference that was meant, as we write it, or None.

    Any case, any numerals, spaces and punctuation anywhere, look-alikes. None for one wrong character, or two that
    changed places.
    """
    typed = "".join(_characters(text))
    if len(typed) in LENGTHS and _sum(typed) == _SUM and _unmistakable(typed):
        return f"{typed[:2]}-{typed[2:]}"
    return None


def _checked(number: int, length: int) -> str:
    drawn = ""
    for _ in range(length - 1):
        number, value = divmod(number, _PRIME)
        drawn += ALPHABET[value]
    check = (_SUM - _sum(drawn)) * pow(length, -1, _PRIME) % _PRIME
    return drawn + ALPHABET[check]


def _sum(characters: str) -> int:
    return sum(place * _VALUE[character] for place, character in enumerate(characters, start=1)) % _PRIME


def _unmistakable(characters: str) -> bool:
    return not _ONLY_DIGITS.isdisjoint(characters) and not _ONLY_LETTERS.isdisjoint(characters)


def _characters(text: str) -> list[str]:
    """The characters of the alphabet that were typed, without punctuation; none at all if anything else was typed."""
    meant = []
    for character in unicodedata.normalize("NFKC", text).upper().translate(_LOOKS_LIKE):
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            meant.append(str(digit))
        elif character in _VALUE:
            meant.append(character)
        elif unicodedata.category(character)[0] not in "PZC":
            return []
    return meant
