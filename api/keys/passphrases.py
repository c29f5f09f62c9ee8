"""Passphrases are six words of our own list, about 64 bits: made here, and at most put together anew by her.

At the cost of one try (`api.keys.locks.STANDARD`) a million computers would need thousands of years for one of them.
"""

import secrets
from pathlib import Path

WORDS = tuple(Path(__file__).with_name("passphrase_words.txt").read_text("ascii").split())
LENGTH = 6


def new_passphrase() -> str:
    """Six words with a space between."""
    return " ".join(secrets.choice(WORDS) for _ in range(LENGTH))


def is_strong(passphrase: str) -> bool:
    """Whether a passphrase that somebody typed is one that could have been made here: six different words of ours."""
    typed = set(passphrase.casefold().split())
    return len(typed) >= LENGTH and typed <= _KNOWN


_KNOWN = frozenset(WORDS)
