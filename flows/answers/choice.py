"""Reads one choice, or several, of those that were offered."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.digits import number_in, read_digits
from flows.fold import fold
from flows.model import Answer, Option

_BETWEEN = re.compile(r"[,;/+&.|\n،؛፣፤፥、，；।•]+")
_ANDS = "and et و እና ና እንዲሁም এবং ও আর සහ හා र และ மற்றும் at saka ug ati na и жана және ва va ve ak dhe i и fi"
_AND = frozenset(_ANDS.split())
_CHINESE = re.compile("[\u3400-\u9fff]")  # one sign more or less turns yes into no: nothing is close there


def read(
    text: str, options: tuple[Option, ...], *, language: str, many: bool = False, exclusive: Collection[str] = ()
) -> Answer | Misread:
    """The chosen value; with `many` the values as a tuple in the order of the options.

    Understands the number in the list (from 1, any digits), the label or the value, the beginning or a word of one
    label only, a slip of the finger, and yes, no, none or I do not know in any language where such a value is
    offered. Several are separated by blanks, commas or an and; those named in `exclusive` go with no other.
    `language` is the one of the labels (ISO 639). Where the values are numbers, offer them so that 2 is the second.
    """
    if many:
        return _several(text, options, language, exclusive)
    found = _one(text, options, language)
    return Answer(found.value, text) if isinstance(found, Option) else found


def offered(text: str, options: tuple[Option, ...]) -> Option | None:
    """The option that was named exactly: by its number in the list, its label or its value."""
    number = number_in(text)
    if number is not None and 0 < number <= len(options):
        return options[number - 1]
    return _known(options).exact.get(fold(text))


def _one(text: str, options: tuple[Option, ...], language: str) -> Option | Misread:
    chosen = offered(text, options)
    if chosen:
        return chosen
    known, words = _known(options), fold(text)
    if not words or number_in(text) is not None:
        return _meant(text, options, language) or Misread("not_a_choice")
    return (
        _meant(text, options, language)
        or _only((*_beginning(words, known), *_containing(words, known)))
        or _meant_none(text, options, language)
        or _only(_close(words, known))
        or Misread("not_a_choice")
    )


class _Known(NamedTuple):
    """What is known of a list of options before anybody answers. Personal data never gets in here."""

    exact: dict[str, Option]
    labels: tuple[tuple[str, Option], ...]


@lru_cache(maxsize=2048)
def _known(options: tuple[Option, ...]) -> _Known:
    labels = tuple((fold(option.label), option) for option in options)
    exact = {fold(option.value): option for option in options}
    for label, option in labels:
        exact[label] = exact[label.replace(" ", "")] = option
    twice = {label for position, (label, _) in enumerate(labels) if label in {other for other, _ in labels[:position]}}
    return _Known({key: option for key, option in exact.items() if key and key not in twice}, labels)


def _only(found: Iterable[Option]) -> Option | Misread | None:
    options = tuple(dict.fromkeys(found))
    if len(options) > 1:
        return Misread("ambiguous", options)
    return options[0] if options else None


def _meant(text: str, options: tuple[Option, ...], language: str) -> Option | None:
    meant = meanings(text, language)
    found = [option for option in options if option.value in meant]
    return found[0] if len(found) == 1 else None


def _meant_none(text: str, options: tuple[Option, ...], language: str) -> Option | None:
    """A plain no, where there is nothing to deny, means none of these."""
    if "no" not in meanings(text, language):
        return None
    return next((option for option in options if option.value == "none"), None)


def _beginning(words: str, known: _Known) -> list[Option]:
    """The options whose label begins with these words, or with at least three letters of them."""
    if len(words) < 2:
        return []
    if len(words) == 2:
        return [option for label, option in known.labels if label.startswith(f"{words} ")]
    together = words.replace(" ", "")
    return [option for label, option in known.labels if label.replace(" ", "").startswith(together)]


def _containing(words: str, known: _Known) -> list[Option]:
    if len(words) < (4 if words.isascii() else 3):
        return []
    wanted = set(words.split())
    return [option for label, option in known.labels if wanted <= set(label.split())]


def _close(words: str, known: _Known) -> list[Option]:
    """The options one slip of the finger away, two in eight letters; all that are about as near, to be asked about.

    The first letter must be right: in many languages it is the one that says no (Swahili ninayo, sinayo).
    """
    together = words.replace(" ", "")
    if len(together) < 4 or _CHINESE.search(together):
        return []
    allowed = 1 if len(together) < 8 else 2
    distances = [(min(_distances(together, label)), option) for label, option in known.labels]
    nearest = min(distance for distance, _ in distances) if distances else 99
    return [option for distance, option in distances if distance <= nearest + 1] if nearest <= allowed else []


def _distances(together: str, label: str) -> Iterable[int]:
    for word in (label.replace(" ", ""), *(word for word in label.split() if len(word) > 4)):
        yield OSA.distance(together, word) if word[:1] == together[:1] else 99


def _several(text: str, options: tuple[Option, ...], language: str, exclusive: Collection[str]) -> Answer | Misread:
    found = _known(options).exact.get(fold(text)) if number_in(text) is None else None
    chosen = [found] if found else _parts(text, options, language)
    if isinstance(chosen, Misread):
        return chosen
    values = tuple(option.value for option in options if option in chosen)
    if len(values) > 1 and any(value in exclusive for value in values):
        return Misread("excludes_others")
    return Answer(values, text)


def _parts(text: str, options: tuple[Option, ...], language: str) -> list[Option] | Misread:
    """Divides by commas, then by an and, then by blanks; only as far as it must."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) == 1:
        return _part(parts[0], options, language)
    chosen: list[Option] = []
    for part in parts:
        found = _part(part, options, language)
        if isinstance(found, Misread):
            return Misread("not_a_choice")
        chosen += found
    return chosen or Misread("not_a_choice")


def _part(text: str, options: tuple[Option, ...], language: str) -> list[Option] | Misread:
    found = _one(text, options, language)
    if isinstance(found, Option):
        return [found]
    for phrases in (_between_ands(text), [word for word in text.split() if word not in _AND]):
        each = [_piece(phrase, options, language) for phrase in phrases]
        if len(each) > 1 and all(each):
            return [option for chosen in each for option in chosen]
    return _piece(text, options, language) or found


def _between_ands(text: str) -> list[str]:
    phrases: list[list[str]] = [[]]
    for word in text.split():
        if word.casefold() in _AND:
            phrases.append([])
        else:
            phrases[-1].append(word)
    return [" ".join(words) for words in phrases if words]


def _piece(text: str, options: tuple[Option, ...], language: str) -> list[Option]:
    """One choice; or one behind an Arabic and, which is written onto the word; or digits without blanks, as `13`."""
    for phrase in (text, text.removeprefix("و")):
        found = _one(phrase, options, language)
        if isinstance(found, Option):
            return [found]
    return _digits(read_digits(text), options)


def _digits(text: str, options: tuple[Option, ...]) -> list[Option]:
    if len(options) > 9 or not (text.isascii() and text.isdecimal()) or len(set(text)) < len(text):
        return []
    numbers = [int(digit) for digit in text]
    return [options[number - 1] for number in numbers] if all(0 < n <= len(options) for n in numbers) else []
