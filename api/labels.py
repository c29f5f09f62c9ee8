"""Answers in words: what a value is called in the reader's language."""

from flows.loader import Asked, Library
from flows.model import Value


def in_words(library: Library, asked: Asked, value: Value, language: str) -> str:
    """The label of a choice or a place in this language (ISO 639), several separated by commas; else the value itself.

    A language that the service does not speak is English.
    """
    chosen = (value,) if isinstance(value, str) else value or ()
    labels = _labels(library, asked, language)
    return ", ".join(labels.get(one, one) for one in chosen)


def _labels(library: Library, asked: Asked, language: str) -> dict[str, str]:
    if asked.question.type == "governorate":
        return {place.id: place.label(language) for place in library.places.governorates}
    if asked.question.type == "district":
        regions = library.places.governorates
        return {place.id: place.label(language) for one in regions for place in library.places.districts(one.id)}
    prompt = asked.prompts.get(language) or asked.prompts["en"]
    return {option.value: option.label for option in prompt.options}
