"""Answers in words: what a value is called in the reader's language."""

from flows.language import direction
from flows.loader import Asked, Library, Prompt
from flows.model import Value
from flows.routed import values_in


def in_words(library: Library, asked: Asked, value: Value, language: str) -> str:
    """The label of a choice or a place in this language (ISO 639), several with commas between; else the value itself.

    Several may also come as one text, as they are routed. In a language that the service does not speak it is the
    first one that it does.
    """
    if isinstance(value, str):
        value = values_in(value) if asked.question.type == "many" else (value,)
    chosen = value or ()
    labels = _labels(library, asked, language)
    comma = "، " if direction(language) == "rtl" else ", "
    return comma.join(labels.get(one, one) for one in chosen)


def prompt_in(asked: Asked, language: str) -> Prompt:
    """The words of a question in a language, or in the first one that its service speaks."""
    return asked.prompts.get(language) or next(iter(asked.prompts.values()))


def _labels(library: Library, asked: Asked, language: str) -> dict[str, str]:
    level = asked.question.place_level
    places = library.places.of(asked.places).level(level) if level else ()
    named = {place.id: place.label(language) for place in places}
    return named | {option.value: option.label for option in prompt_in(asked, language).options}
