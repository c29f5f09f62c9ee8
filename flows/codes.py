"""Finds a portal's login code in a message, and takes nothing else for one: no year, date, amount or hotline.

Only what is found here is ever shown in a code window, so a doubtful message is left to a person.
"""

import re
from collections.abc import Iterator

from flows.digits import read_digits
from flows.portal import Portal

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_OTHER_NUMBERS = re.compile(
    rf"""\S*://\S* | \bwww\.\S* | \S+\.[a-z]+/\S*          # a link
    | \+[ ]?[0-9][0-9 ()-]*                                # a telephone number with its country
    | (?<![0-9])(?:
        [0-9]{{4}}([-./ ]){_DAY}\1{_DAY}                   # a date, the year first
        | {_DAY}([-./ ]){_DAY}\2(?:[0-9]{{4}}|[0-9]{{2}})  # or last
        | [0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?          # a time
        | [0-9]+(?:[.,'][0-9]+)+                           # an amount
    )(?![0-9])""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_DIGITS = re.compile(r"(?<![0-9A-Za-z_*/])[0-9]++(?:[ -][0-9]++)*+(?!-?[0-9A-Za-z_*/%])")
_LETTERS_AND_DIGITS = re.compile(
    r"(?<![0-9A-Za-z_*/-])(?=[A-Za-z-]*[0-9])(?=[0-9-]*[A-Za-z])[0-9A-Za-z]++(?:-[0-9A-Za-z]++)*+(?![_*/%])"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00b7]")
_BLANKS = re.compile(r"[^\S\n]+")
_YEAR = re.compile(r"(?:1[34]|19|20|21)[0-9]{2}")
_WRITTEN_TOGETHER = re.compile(
    rf"{_YEAR.pattern}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])|(?:[0-2][0-9]|3[01])(?:0[1-9]|1[0-2]){_YEAR.pattern}"
)
_CALL = re.compile(
    r"(?<![a-z])(?:call|dial|hotline|helpline|phone|tel\b|appel|téléphon)|اتصل|الاتصال|الساخن|هاتف|للاستفسار|ይደውሉ|ስልክ",
    re.IGNORECASE,
)
_NEAR = 30  # characters: "call us, free of charge, on 1214"


def find_code(text: str, portal: Portal) -> str | None:
    """The login code in a message of this portal, its digits in ASCII and joined, or None.

    Digits of every script, groups joined by a blank or a dash, letters that touch the digits, direction marks.
    Where several things could be one, that which stands nearest to one of the portal's words for a code.
    """
    plain = _plain(text)
    words = [found.span() for found in any_of(portal.code.words).finditer(plain)]
    if not words or (portal.code.unless and any_of(portal.code.unless).search(plain)):
        return None
    codes = [(_distance(found, words), code) for found, code in _candidates(plain, words) if _fits(code, portal)]
    return min(codes)[1] if codes else None


def _plain(text: str) -> str:
    """The text with ASCII digits, one kind of dash and blank, and a line break where a number of another kind was."""
    text = _BLANKS.sub(" ", _DASHES.sub("-", read_digits(text)))
    return _OTHER_NUMBERS.sub("\n", text)


def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds each of these words where a word begins; an Arabic one also after its article or `and`."""
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(word)}" for word in words), re.IGNORECASE)


def _candidates(plain: str, words: list[tuple[int, int]]) -> Iterator[tuple[re.Match[str], str]]:
    for shape in (_DIGITS, _LETTERS_AND_DIGITS):
        for found in shape.finditer(plain):
            if not _to_call(plain, found.start(), words):
                yield found, re.sub("[ -]", "", found[0])


def _to_call(plain: str, start: int, words: list[tuple[int, int]]) -> bool:
    """Whether a number is one to call: the nearest word before it says so, and not that it is a code."""
    calls = [found.end() for found in _CALL.finditer(plain, max(0, start - _NEAR), start)]
    return bool(calls) and not any(calls[-1] <= begin < start for begin, _ in words)


def _fits(code: str, portal: Portal) -> bool:
    hotlines = {re.sub(r"\D", "", number) for number in portal.hotlines}
    if code in hotlines or _YEAR.fullmatch(code) or _WRITTEN_TOGETHER.fullmatch(code):
        return False
    return any(re.fullmatch(pattern, code) for pattern in portal.code.patterns)


def _distance(found: re.Match[str], words: list[tuple[int, int]]) -> int:
    return min(found.start() - end if end <= found.start() else begin - found.end() for begin, end in words)
