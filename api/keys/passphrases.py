"""Passphrases are made here and never chosen: six words of our own list, about 64 bits.

At the cost of one try (`api.keys.locks.STANDARD`) a million computers would need thousands of years for one of them.
"""

import secrets
from pathlib import Path

WORDS = tuple(Path(__file__).with_name("passphrase_words.txt").read_text("ascii").split())
LENGTH = 6


def new_passphrase() -> str:
    """Six words with a space between."""
    return " ".join(secrets.choice(WORDS) for _ in range(LENGTH))
