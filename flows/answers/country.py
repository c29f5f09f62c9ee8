"""Reads which country she is from: its name or her people's, in any language, or a number from the list."""

from collections.abc import Iterable
from functools import cache

from babel.core import get_global
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from flows.answers.choice import offered
from flows.answers.outcome import Misread
from flows.answers.peoples import PEOPLES
from flows.answers.words import meanings
from flows.fold import fold
from flows.model import Answer, Option
from flows.months import locale

UNMATCHED = "XXX"
"""ICAO 9303: a person of unspecified nationality. Her own words stand in `raw` for a volunteer to read."""
STATELESS = "XXA"
_FIRST = ("en", "fr", "ar")  # the languages of Lebanon's papers and kitchens, and then all others
_OTHERS = "am ti om so bn si ta ne hi ur fil sw mg es pt ru ky kk tg uz fa tr wo ff ak zh ug sq sr id th my uk hy de"
_NO_COUNTRY = ("EU", "EZ", "UN", "QO", "AC", "CP", "DG", "TA", "XA", "XB")
_OLD = ("BUR", "DDR", "FXX", "TMP", "YMD", "ZAR", "XKK")  # what CLDR still lists beside the code of today
_LONGEST_NAME = 6  # words
_LONGEST = 20  # words; a longer text is a story
_MOST = 4  # countries to ask about


def read(text: str, options: tuple[Option, ...], *, language: str) -> Answer | Misread:
    """The country as ISO 3166 alpha-3, XKX for Kosovo, XXA for a stateless person; or the value of an option.

    A name that is only close to one is proposed, and of several the right one is asked for (`ambiguous`). What
    matches nothing is not lost: the value is XXX, and her words are kept. I do not know gives the value None.
    """
    chosen = offered(text, options)
    if chosen:
        return Answer(chosen.value, text)
    small = meanings(text, language)
    if "unknown" in small:
        return Answer(None, text)
    words = fold(text).split()
    if small or not any(sign.isalpha() for word in words for sign in word):
        return Misread("not_a_country")
    codes = _coded(text) or _called(_key(words), language) or _mentioned(words, language)
    if len(codes) == 1:
        return Answer(codes[0], text)
    codes = codes or _close(words, language)
    if codes:
        return Misread("ambiguous", tuple(Option(code, label(code, language)) for code in codes))
    return Answer(UNMATCHED, text)


def label(code: str, language: str) -> str:
    """The name of a country by its alpha-3 code, in a language (ISO 639); the code itself if it has no name there."""
    return str(locale(language).territories.get(_alpha2().get(code, ""), code))


def _coded(text: str) -> tuple[str, ...]:
    """A code in capitals, as on a passport: small letters are more often words (et, am)."""
    code = "XKX" if text.strip() == "XK" else text.strip()
    return (code,) if code in _alpha2() or code in (UNMATCHED, STATELESS) else ()


def _called(name: str, language: str) -> tuple[str, ...]:
    """The countries of this name: in her language, in those of the house, among the peoples, then anywhere."""
    near = next((known[name] for known in _near(language) if name in known), ())
    return near or _everywhere().get(name, ())


def _mentioned(words: list[str], language: str) -> tuple[str, ...]:
    """The countries named in a longer text (I am from Ethiopia), of names that overlap the longest."""
    found: list[str] = []
    start = 0
    while start < len(words) <= _LONGEST:
        lengths = range(min(_LONGEST_NAME, len(words) - start), 0, -1)
        size, codes = next(
            ((size, codes) for size in lengths if (codes := _spelt(words[start : start + size], language))), (1, ())
        )
        found += codes
        start += size
    return tuple(dict.fromkeys(found))


def _spelt(words: list[str], language: str) -> tuple[str, ...]:
    name = _key(words)
    if len(name) < 4:
        return ()  # us, may, ኢ: words of other sentences
    bare = name.lstrip("ከየበ")  # Amharic from, of and in are written onto the word
    tables = (*_near(language), *_farther(name))
    return next((table[one] for one in (name, bare) for table in tables if one in table), ())


def _close(words: list[str], language: str) -> tuple[str, ...]:
    """The countries one slip of the finger away, two in eight letters: of the whole text, or of a longer word in it."""
    if len(words) > _LONGEST:
        return ()
    for key in (_key(words), *(word for word in words if len(word) > 4)):
        scored = [hit for known in (*_near(language), *_farther(key)) for hit in _slips(key, known)]
        if scored:
            return tuple(dict.fromkeys(code for _, code in sorted(scored)))[:_MOST]
    return ()


def _slips(key: str, known: dict[str, tuple[str, ...]]) -> list[tuple[float, str]]:
    if len(key) < 4:
        return []
    near = extract(key, known.keys(), scorer=OSA.distance, score_cutoff=1 if len(key) < 8 else 2, limit=_MOST)
    return [(distance, code) for name, distance, _ in near for code in known[name] if code != STATELESS]


def _near(language: str) -> tuple[dict[str, tuple[str, ...]], ...]:
    return (_names(language), *(_names(one) for one in _FIRST), _peoples())


def _farther(key: str) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Latin letters are close to too much in too many languages; a script is its own."""
    return () if key.isascii() else (_everywhere(),)


@cache
def _alpha2() -> dict[str, str]:
    """ISO 3166 alpha-3 to alpha-2 as CLDR knows them, with the code in use for Kosovo."""
    known = {three: two[0] for three, two in get_global("territory_aliases").items() if _is_code(three, two)}
    return {**known, "XKX": "XK"}


def _is_code(three: str, two: list[str]) -> bool:
    named = len(two) == 1 and two[0] not in _NO_COUNTRY and two[0] in locale("en").territories
    return named and len(three) == 3 and three.isalpha() and three not in _OLD


@cache
def _names(language: str) -> dict[str, tuple[str, ...]]:
    """The folded names of all countries in one language, without what stands in brackets."""
    territories = locale(language).territories
    named = ((str(territories[two]), three) for three, two in _alpha2().items() if two in territories)
    return _index((form, three) for name, three in named for form in {name, name.partition("(")[0]})


@cache
def _everywhere() -> dict[str, tuple[str, ...]]:
    return _index((name, code) for one in _OTHERS.split() for name, codes in _names(one).items() for code in codes)


@cache
def _peoples() -> dict[str, tuple[str, ...]]:
    return _index((name, code) for code, names in PEOPLES.items() for name in names.split(", "))


def _index(named: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, code in named:
        found.setdefault(_key(fold(name).split()), {})[code] = None
    return {key: tuple(codes) for key, codes in found.items() if key}


def _key(words: list[str]) -> str:
    """A name without blanks and without the Arabic article."""
    return "".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words)
