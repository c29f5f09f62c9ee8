"""Numerals of every script: what a phone's keyboard gives, as ASCII digits."""

import re
import unicodedata

MARKS = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Characters that show nothing: direction marks (they come with numbers pasted from an Arabic page), joiners, BOM."""

_KEYCAP_PARTS = "\ufe0e\ufe0f\u20e3"  # what an emoji such as 1️⃣ has around its digit
_UNSEEN = {ord(mark): None for mark in MARKS + _KEYCAP_PARTS} | {ord("🔟"): "10"}
_DIGIT = re.compile(r"\d")  # exactly the decimal digits of all scripts: ① and ² are none of them
_ETHIOPIC = re.compile("[፩-፼]+")
_ETHIOPIC_VALUE = {chr(0x1369 + step): value for step, value in enumerate((*range(1, 10), *range(10, 100, 10)))}
_HUNDRED, _MYRIAD = "፻", "፼"
_ONE_NUMBER = re.compile(r"[\s(\[#№]*(\d{1,9})[\s.,:;)\]\-።፤、。．،）]*")


def read_digits(text: str) -> str:
    """The same text with every decimal digit, keycap emoji and Ethiopic numeral in ASCII, and invisible marks gone.

    Leading zeros stay. What only looks like a number (①, ², Ⅳ, 五) is left as it is. Never raises.
    """
    if text.isascii():
        return text
    text = _ETHIOPIC.sub(_ethiopic_digits, text.translate(_UNSEEN))
    return _DIGIT.sub(_ascii_digit, text)


def number_in(text: str) -> int | None:
    """The one number that a short message means, as in `2`, `2.`, `(2)`, `٢`, `፪` or `2️⃣`; None if it says more."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    found = _ONE_NUMBER.fullmatch(read_digits(text))
    return int(found[1]) if found else None


def _ascii_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0]))


def _ethiopic_digits(found: re.Match[str]) -> str:
    """`፲፱፻፹፭` as `1985`. Ethiopic has no zero; units alone in a row (`፯፩`) are how people type digits one by one."""
    numeral = found[0]
    if all(sign <= "፱" for sign in numeral):
        return "".join(str(_ETHIOPIC_VALUE[sign]) for sign in numeral)
    return str(_ethiopic_number(numeral))


def _ethiopic_number(numeral: str) -> int:
    """Tens and units add up; ፻ multiplies what stands before it by 100, ፼ everything before it by 10,000."""
    myriads = hundreds = small = 0
    for sign in numeral:
        if sign == _HUNDRED:
            hundreds, small = hundreds + (small or 1) * 100, 0
        elif sign == _MYRIAD:
            myriads, hundreds, small = (myriads + hundreds + small or 1) * 10_000, 0, 0
        else:
            small += _ETHIOPIC_VALUE[sign]
    return myriads + hundreds + small
