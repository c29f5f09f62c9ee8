"""The cards and the quiz of a service in the reader's words."""

from dataclasses import dataclass

from api.console.words import catalogue
from flows.language import tidy
from flows.loader import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the quiz: its choices by value, and why the right one is right."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learnt of a service: cards (title and text), and the quiz."""

    cards: tuple[tuple[str, str], ...]
    quiz: tuple[Asked, ...]


def lesson(service: Service, reader: str) -> Lesson:
    """The training of a service, in a language of the console (ISO 639); what is not translated stays English."""
    words = catalogue(reader)

    def say(key: str, source: str) -> str:
        return str(words.pgettext(f"{service.name}:{key}", tidy(source)))

    training = service.file.training
    return Lesson(
        tuple(
            (say(f"card:{one.card}:title", one.title), say(f"card:{one.card}:text", one.text)) for one in training.cards
        ),
        tuple(
            Asked(
                one.ask,
                say(f"quiz:{one.ask}:label", one.label),
                tuple((value, say(f"quiz:{one.ask}:choice:{value}", text)) for value, text in one.choices.items()),
                say(f"quiz:{one.ask}:why", one.why),
            )
            for one in training.quiz
        ),
    )
