"""Says whose a portal message may be: what stands in it is compared with what is known of each case. It only proposes.

A person confirms; nothing here ever gives a message to a case. Exactly one clear hit is a proposal, none or several
similarly good ones are a list.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flows.appointments import without_codes
from flows.dates import dates_in, without_dates
from flows.digits import read_digits
from flows.names import alike, words_of
from flows.portal import TOKENS, Portal, Token

_WEIGHT = {
    "reference": 100, "case": 100, "document": 90, "last_digits": 50, "birth": 50, "name": 50, "window": 45,
    "address": 45, "part_of_name": 20, "day": 15,
}  # fmt: skip
REASONS = tuple(_WEIGHT)
"""What can speak for a case: the portal's or our own reference, its document, that a code was expected for it …"""
CLEAR = 45
"""A case with less speaking for it is not proposed."""
AHEAD = 25
"""By how much the best case must be ahead of the next one to be proposed."""
LAST = 4
"""How many of a document's last digits a portal repeats."""
_DIGITS = re.compile(r"(?<![0-9])[0-9]{4,}(?![0-9])")
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9-]*[0-9]{3})[A-Za-z]{1,5}-?[0-9][A-Za-z0-9-]{3,18}|(?<![A-Za-z0-9+])[0-9]{8,18}(?![0-9])"
)
_OURS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{2}-[A-Za-z0-9]{3,5}(?![A-Za-z0-9])")
_NAMED = 1.5  # parts of a name, of which one with few consonants counts half


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case (`key`, our reference) by which a portal may name it.

    `names` in any script, `documents` as written, `births` in ISO 8601 where the day is known, `references` that the
    portal gave it before, `days` of its appointments, and whether a code window of it was open shortly before.
    `addressed`: it came to an address that this case had, or to one that is nearly its.
    """

    key: str
    names: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    expected: bool = False
    addressed: bool = False


@dataclass(frozen=True, slots=True)
class Likely:
    """A case for which something speaks: how much, and what, as codes of `REASONS`, the weightiest first."""

    key: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The cases for which something speaks, the likeliest first, and the one to propose, if one is clear."""

    likely: tuple[Likely, ...]
    proposed: Likely | None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a message says that can name somebody."""

    references: frozenset[str]
    ours: frozenset[str]
    digits: frozenset[str]
    days: frozenset[date]
    words: Sequence[str]


def rank(text: str, cases: Iterable[Facts], *, today: date, portal: Portal | None = None) -> Ranking:
    """Compare a message that came on `today` with these cases, and with no other.

    A portal that is known never names people by what its file does not list in `identifies`.
    """
    said = _listen(text, today, portal)
    tokens = portal.identifies if portal else TOKENS
    likely = [_judge(said, facts, tokens) for facts in cases]
    found = sorted((one for one in likely if one.score), key=lambda one: (-one.score, one.key))
    clear = found and found[0].score >= CLEAR and (len(found) == 1 or found[0].score - found[1].score >= AHEAD)
    return Ranking(tuple(found), found[0] if clear else None)


def references_in(text: str) -> frozenset[str]:
    """What can be a portal's reference in one of its messages: capital letters, no dashes. Dates are none."""
    plain = without_dates(read_digits(text), date(2000, 1, 1))
    return frozenset(_bare(found[0]) for found in _REFERENCE.finditer(plain))


def _listen(text: str, today: date, portal: Portal | None) -> _Said:
    plain = read_digits(text)
    dates = dates_in(plain, today=today, order=portal.dates if portal else "")
    hotlines = {_bare(number) for number in (portal.hotlines if portal else ())}
    return _Said(
        references_in(text),
        frozenset(found[0].upper() for found in _OURS.finditer(plain)),
        frozenset(_DIGITS.findall(without_codes(without_dates(plain, today)))) - hotlines,
        frozenset(day for one in dates for day in one.days),
        words_of(text),
    )


def _judge(said: _Said, facts: Facts, tokens: tuple[Token, ...]) -> Likely:
    reasons = sorted(_speaks(said, facts, tokens), key=lambda reason: -_WEIGHT[reason])
    return Likely(facts.key, sum(_WEIGHT[reason] for reason in reasons), tuple(reasons))


def _speaks(said: _Said, facts: Facts, tokens: tuple[Token, ...]) -> Iterator[str]:
    if facts.key.upper() in said.ours:
        yield "case"
    if "reference" in tokens and said.references & {_bare(one) for one in facts.references}:
        yield "reference"
    if "document" in tokens:
        yield from _by_document(said, facts)
    if "name" in tokens:
        yield from _by_name(said, facts)
    if "birth" in tokens and said.days & {date.fromisoformat(day) for day in facts.births}:
        yield "birth"
    if said.days & set(facts.days):
        yield "day"
    if facts.expected:
        yield "window"
    if facts.addressed:
        yield "address"


def _by_document(said: _Said, facts: Facts) -> Iterator[str]:
    documents = {_bare(read_digits(one)) for one in facts.documents} - {""}
    if documents & {*said.references, *said.digits}:
        yield "document"
    elif said.digits & {one[-LAST:] for one in documents if one[-LAST:].isdecimal() and len(one) > LAST}:
        yield "last_digits"


def _by_name(said: _Said, facts: Facts) -> Iterator[str]:
    weight = max((alike(name, said.words) for name in facts.names), default=0)
    if weight >= _NAMED:
        yield "name"
    elif weight:
        yield "part_of_name"


def _bare(reference: str) -> str:
    return re.sub("[^0-9A-Z]", "", reference.upper())
