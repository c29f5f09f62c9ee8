"""Reads where she lives: a governorate or district from the list, or any name by which people call the place."""

from collections.abc import Iterable

from flows.answers.choice import offered
from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.model import Answer, Option
from flows.places import Place, Places


def read(text: str, options: tuple[Option, ...], *, places: Places, language: str) -> Answer | Misread:
    """The id of one of the places that were offered: governorates, or districts.

    A town, camp or neighbourhood stands for the offered place that it lies in, in any script. Several that fit are
    `ambiguous`; so is one that was not offered (Dora, to someone who said Beirut), as it may correct what she said
    before: chosen, its id is the answer. I do not know is an answer: the value is None.
    """
    chosen = offered(text, options)
    if chosen:
        return Answer(chosen.value, text)
    elsewhere = next((place for place in places.all if place.id == text), None)
    if elsewhere:
        return Answer(text, text)
    if "unknown" in meanings(text, language):
        return Answer(None, text)
    found = places.find(text)
    fitting = _fitting(found, options)
    if len(fitting) == 1:
        return Answer(fitting[0].value, text)
    beyond = _beyond(found, language)
    return Misread("ambiguous", fitting or beyond) if fitting or beyond else Misread("not_a_place")


def _fitting(found: Iterable[Place], options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The offered places that these are, or lie in, in the order of the list."""
    by_id = {option.value: option for option in options}
    inside = {place.id if place.id in by_id else place.governorate for place in found}
    return tuple(option for option in options if option.value in inside)


def _beyond(found: Iterable[Place], language: str) -> tuple[Option, ...]:
    return tuple(Option(place.id, place.label(language)) for place in found if place.level == "district")
