"""Reads where she lives: a place from the list, or any name by which people call the place."""

from flows.answers.choice import offered
from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.model import Answer, Option
from flows.places import Places


def read(text: str, options: tuple[Option, ...], *, places: Places, level: str, language: str) -> Answer | Misread:
    """The id of one of the places that were offered, which are of one `level`.

    A town, camp or neighbourhood stands for the offered place that it lies in, in any script. Several that fit are
    `ambiguous`; so is one that was not offered (Dora, to someone who said Beirut), as it may correct what she said
    before: chosen, its id is the answer. I do not know is an answer: the value is None.
    """
    chosen = offered(text, options)
    if chosen:
        return Answer(chosen.value, text)
    if places.named_by(level, text):
        return Answer(text, text)
    if "unknown" in meanings(text, language):
        return Answer(None, text)
    found = tuple(dict.fromkeys(filter(None, (places.named_by(level, one.at(level)) for one in places.find(text)))))
    inside = {place.id for place in found}
    fitting = tuple(option for option in options if option.value in inside)
    if len(fitting) == 1:
        return Answer(fitting[0].value, text)
    beyond = tuple(Option(place.id, place.label(language)) for place in found)
    return Misread("ambiguous", fitting or beyond) if fitting or beyond else Misread("not_a_place")
