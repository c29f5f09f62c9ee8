"""What somebody who speaks a language reads before workers are asked in it: consents, and words about her rights."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from flows.conversation.cases import COMING
from flows.conversation.orders import WHO
from flows.language import tidy
from flows.loader import Library, Service
from flows.texts import texts_in

SOURCE = "en"
"""The language in which the texts were written: it needs no tick."""
ENGINE = (WHO, COMING)
"""What the engine itself says of who we are, and in danger."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be read: where it stands in its service (empty: it is the engine's), the source, and the language's.

    `about` is the name of the question that it belongs to, or nothing.
    """

    about: str
    source: str
    said: str


def texts(library: Library, service: Service, language: str) -> list[Text]:
    """What is to be read, in the order in which a worker meets it: her consents whole, the end, who we are, danger."""
    words = library.words(language)
    found = [Text(about, source, words.of(key, source)) for about, key, source in _consents(service)]
    for key, source in _said_of_danger(service):
        found.append(Text("", source, words.of(key, source)))
    closing = tidy(service.file.closing)
    found.append(Text("", closing, words.of(f"{service.name}:closing", closing)))
    return [*found, *(Text("", source, words.t(source)) for source in ENGINE)]


def texts_hash(library: Library, service: Service, language: str) -> str:
    """What changes whenever one of these texts does, in the language or in its source."""
    whole = "\n".join(f"{one.about}\t{one.source}\t{one.said}" for one in texts(library, service, language))
    return sha256(whole.encode()).hexdigest()


def offered(library: Library, read: Mapping[tuple[str, str], str]) -> dict[str, frozenset[str]]:
    """The languages in which each service may be offered: the source, and those of which today's texts were read.

    `read` are the hashes of what was read, by service and language (ISO 639).
    """
    return {
        name: frozenset(
            one
            for one in service.file.languages
            if one == SOURCE or read.get((name, one)) == texts_hash(library, service, one)
        )
        for name, service in library.services.items()
    }


def _said_of_danger(service: Service) -> Iterator[tuple[str, str]]:
    """Key and source of what is said of her rights, of danger, and of what her answers led to."""
    parts = tuple(f"{service.name}:{one}:" for one in ("cards", "escalate", "crisis", "outcome"))
    for text in texts_in(service.file.model_dump()):
        if text.key.startswith(parts):
            yield text.key, tidy(text.words)


def _consents(service: Service) -> Iterator[tuple[str, str, str]]:
    """Question, catalogue key and source of each text of a consent."""
    for asked in service.questions:
        one = asked.question
        if one.type != "consent":
            continue
        name = f"{service.name}:{one.ask}"
        for key in ("label", "hint", "refusal"):
            if source := tidy(getattr(one, key)):
                yield one.ask, f"{name}:{key}", source
        for value, label in one.choices.items():
            yield one.ask, f"{name}:choice:{value}", tidy(label)
