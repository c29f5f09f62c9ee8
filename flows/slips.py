"""Reads what stands on a slip: a reference and its four digits, in whatever way somebody types them."""

import re

from flows.commands import recognise
from flows.digits import read_digits
from flows.reference import read_reference

CODE_DIGITS = 4
_LONGEST = 40
_CODE = re.compile(r"[0-9]{4}")
_PARTS = re.compile(r"[^\s,;:./+#_|]+")
_AS_WRITTEN = re.compile(r"\w\w[-\u2010-\u2015]\w{3,4}")


def read_slip(text: str, *, exact: bool = False) -> tuple[str, str] | None:
    """The reference and the code (ASCII digits) of a message that is nothing but these, maybe after STATUS; or None.

    `exact`, while something else is asked: only with STATUS before them, or with the reference's own dash, so that no
    number of a paper is taken for them. A reference with a slip of the pen is given as it was typed: nobody has it.
    """
    if not 2 * CODE_DIGITS < len(text) <= _LONGEST:
        return None
    *named, code = _PARTS.findall(read_digits(text)) or [""]
    if not _CODE.fullmatch(code):
        return None
    asks = bool(named) and recognise(named[0]) == "status"
    typed = "".join(named[1:] if asks else named)
    surely = _AS_WRITTEN.fullmatch(typed) is not None or (asks and bool(typed))
    reference = read_reference(typed) or (typed.upper() if surely else "")
    return (reference, code) if reference and (surely or not exact) else None


def read_code(text: str) -> str | None:
    """The four digits of a slip, when a message is nothing else."""
    typed = read_digits(text).strip() if len(text) <= _LONGEST else ""
    return typed if _CODE.fullmatch(typed) else None
