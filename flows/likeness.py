"""Says whether two people may be one, and whom somebody means who says "I am Almaz, I registered"; it only proposes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.digits import number_in, read_digits
from flows.loader import Service
from flows.model import Answer
from flows.names import alike, words_of
from flows.reference import read_reference

REASONS = ("document", "name", "birth", "phone", "chat")
"""What can be alike: the number of a paper, the name, the year of birth, a telephone number, where they wrote from."""
_SHORTEST = 5  # characters of a paper's number: shorter ones are often alike
_ABOUT = 2  # years by which a guess may be wrong
_YEARS = range(1900, 2100)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class Traits:
    """By what a person can be recognised: names in any script, years of birth, numbers of papers and telephones."""

    names: tuple[str, ...] = ()
    births: tuple[int, ...] = ()
    guessed: bool = False
    documents: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    chat: bytes = b""


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom somebody looks for: by a reference alone, or by words of a name and a year of birth."""

    reference: str = ""
    words: tuple[str, ...] = ()
    year: int | None = None


def traits_of(service: Service | None, answers: Mapping[str, Answer], chat: bytes = b"") -> Traits:
    """Read them from the answers of a case; `chat` recognises the address that it came from."""
    asked = service.by_name if service else {}
    births = [answers[name] for name in answers if name in asked and asked[name].question.type == "date"]
    born = [one for one in births if isinstance(one.value, str)]
    return Traits(
        tuple(_texts(service, answers, "name")),
        tuple(int(str(one.value)[:4]) for one in born),
        any(one.precision == "about" for one in born),
        frozenset(one for text in _texts(service, answers, "number", "text") if len(one := _bare(text)) >= _SHORTEST),
        frozenset(filter(None, (_bare(text) for text in _texts(service, answers, "phone") if text.startswith("+")))),
        chat,
    )


def shared(one: Traits, other: Traits) -> tuple[str, ...]:
    """What is alike in two people, in the order of `REASONS`."""
    found = {
        "document": bool(one.documents & other.documents),
        "name": any(alike(mine, words_of(hers)) >= 1 for mine in one.names for hers in other.names),
        "birth": _same_year(one, other.births, 0 if not other.guessed else _ABOUT),
        "phone": bool(one.phones & other.phones),
        "chat": bool(one.chat) and one.chat == other.chat,
    }
    return tuple(reason for reason in REASONS if found[reason])


def perhaps_one(reasons: tuple[str, ...]) -> bool:
    """Whether what is alike is enough to ask a person; a name alone, or a telephone that several use, is not."""
    return "document" in reasons or ("name" in reasons and len(reasons) > 1)


def read_sought(text: str) -> Sought:
    """Understand what was typed: a reference, or a name, a year of birth, or both, in any script and numerals."""
    reference = read_reference(text)
    if reference:
        return Sought(reference)
    plain = read_digits(text)
    years = [number for found in _YEAR.findall(plain) if (number := number_in(found)) is not None and number in _YEARS]
    return Sought("", tuple(words_of(plain)), years[0] if years else None)


def meant(sought: Sought, traits: Traits) -> tuple[str, ...]:
    """What of somebody fits whom is sought; nothing when she is not meant. Of a name, each word that was typed counts.

    A year that does not fit is no reason against: years are guessed, and counted in several calendars.
    """
    reasons = []
    if sought.words:
        needed = min(1.0, len(sought.words) / 2)
        if not any(alike(name, sought.words) >= needed for name in traits.names):
            return ()
        reasons.append("name")
    if sought.year is not None and _same_year(traits, (sought.year,), 0):
        reasons.append("birth")
    return tuple(reasons)


def _same_year(one: Traits, years: tuple[int, ...], give: int) -> bool:
    give = max(give, _ABOUT if one.guessed else 0)
    return any(abs(mine - year) <= give for mine in one.births for year in years)


def _texts(service: Service | None, answers: Mapping[str, Answer], *types: str) -> Iterator[str]:
    """The answers to questions of these types that say who somebody is."""
    asked = service.by_name if service else {}
    for name, answer in answers.items():
        question = asked[name].question if name in asked else None
        if question is None or question.type not in types or not isinstance(answer.value, str):
            continue
        if question.type in ("name", "phone") or question.sensitive == "identity":
            yield answer.value


def _bare(text: str) -> str:
    return re.sub("[^0-9A-Z]", "", read_digits(text).upper())
