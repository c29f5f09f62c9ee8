"""Reads service files: finds what is wrong before anything starts, and says it by file, line and question."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.errors import ServiceError
from flows.expressions import Expression, compile_expression
from flows.language import Catalogues, Words, tidy
from flows.model import Desk, Option
from flows.places import Places
from flows.planning import Plans, compile_plans
from flows.service import Question, ServiceFile
from flows.source import located, read_yaml

EXPORT_FUNCTIONS = frozenset({"lent_or", "reference", "writes_from", "jr:choice-name"})
"""What only an export knows; its implementation is in `api/batches.py`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question in one language, ready to be said."""

    title: str
    label: str
    hint: str
    example: str
    refusal: str
    constraint_message: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its expressions compiled and its words ready in every language."""

    question: Question
    relevant: Expression | None
    constraint: Expression | None
    prompts: Mapping[str, Prompt]


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is ready to run; `source` is its file's name, `lines` say where each question stands in it."""

    file: ServiceFile
    source: str
    lines: Mapping[str, int]
    questions: tuple[Asked, ...]
    by_name: Mapping[str, Asked]
    titles: Mapping[str, str]
    closings: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Expression]]
    lend: Mapping[str, Expression]
    accompany: Expression | None
    offers: tuple[tuple[Expression, str], ...]
    needs: Mapping[str, Expression]
    plans: Plans

    @property
    def name(self) -> str:
        """The name by which cases and catalogues refer to the service."""
        return self.file.service


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the engine may say: the services that are switched on, the words, the places, and whose desk it is.

    `offered` are by service the languages in which workers may be asked; None: in all that it has.
    """

    services: Mapping[str, Service]
    catalogues: Catalogues
    places: Places
    desk: Desk
    offered: Mapping[str, frozenset[str]] | None = None

    def words(self, language: str) -> Words:
        """The words of one language."""
        return self.catalogues.words(language)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that some service claims, in the order of the files."""
        return tuple(dict.fromkeys(language for one in self.services.values() for language in one.file.languages))

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages in which some service is offered to workers, in the same order."""
        return tuple(one for one in self.languages if any(self.offers(name, one) for name in self.services))

    def offers(self, service: str, language: str) -> bool:
        """Whether a service is offered to workers in a language (ISO 639)."""
        allowed = self.services[service].file.languages if self.offered is None else self.offered.get(service, ())
        return language in allowed and language in self.services[service].file.languages


def load_library(folder: Path, catalogues: Catalogues, places: Places, desk: Desk) -> Library:
    """Load every service file in `folder`. Raises ServiceError for the first thing that is wrong."""
    services = (load_service(path, catalogues) for path in sorted(folder.glob("*.yaml")))
    return Library({one.name: one for one in services}, catalogues, places, desk)


def load_service(path: Path, catalogues: Catalogues) -> Service:
    """Load and compile one service file. Raises ServiceError with file, line and question."""
    tree = read_yaml(path)
    try:
        file = ServiceFile.model_validate(tree)
    except ValidationError as error:
        raise located(error, tree, path) from None
    return _compile(file, tree, path, catalogues)


def _compile(file: ServiceFile, tree: Any, path: Path, catalogues: Catalogues) -> Service:
    asked = []
    lines = {question.ask: tree["questions"].lc.item(number)[0] + 1 for number, question in enumerate(file.questions)}
    for question in file.questions:
        place = {"file": path.name, "line": lines[question.ask], "question": question.ask}
        asked.append(
            Asked(
                question,
                _expression(question.relevant, place),
                _expression(question.constraint, place),
                {one: _prompt(file.service, question, catalogues.words(one)) for one in file.languages},
            )
        )
    place, closing = {"file": path.name, "line": 0}, tidy(file.closing)
    return Service(
        file=file,
        source=path.name,
        lines=lines,
        questions=tuple(asked),
        by_name={one.question.ask: one for one in asked},
        titles={one: catalogues.words(one).of(f"{file.service}:title", file.title) for one in file.languages},
        closings={one: catalogues.words(one).of(f"{file.service}:closing", closing) for one in file.languages},
        columns={
            name: {
                header: _compiled(text, {**place, "question": f"exports.{name}.{header}"}, EXPORT_FUNCTIONS)
                for header, text in export.columns.items()
            }
            for name, export in file.exports.items()
        },
        lend=_by_name("case.lend", {"phone": file.case.lend.phone, "email": file.case.lend.email}, place),
        accompany=_expression(file.case.accompany, {**place, "question": "case.accompany"}),
        offers=tuple(
            (_compiled(offer.when, {**place, "question": "case.offer"}), tidy(offer.say)) for offer in file.case.offer
        ),
        needs=_by_name("case.needs", file.case.needs, place),
        plans=compile_plans(file, tree, path.name, catalogues),
    )


def _by_name(part: str, texts: Mapping[Any, str], place: Mapping[str, Any]) -> dict[str, Expression]:
    return {name: _compiled(text, {**place, "question": f"{part}.{name}"}) for name, text in texts.items() if text}


def _expression(text: str, place: Mapping[str, Any]) -> Expression | None:
    return _compiled(text, place) if text else None


def _compiled(text: str, place: Mapping[str, Any], extra: frozenset[str] = frozenset()) -> Expression:
    try:
        return compile_expression(text, extra=extra)
    except ServiceError as error:
        raise ServiceError(error.message, **place) from None


def _prompt(service: str, question: Question, words: Words) -> Prompt:
    def say(key: str, source: str) -> str:
        return words.of(f"{service}:{question.ask}:{key}", tidy(source)) if source else ""

    return Prompt(
        title=say("title", question.title),
        label=say("label", question.label),
        hint=say("hint", question.hint),
        example=say("example", question.example),
        refusal=say("refusal", question.refusal),
        constraint_message=say("constraint_message", question.constraint_message),
        options=tuple(Option(value, say(f"choice:{value}", label)) for value, label in question.choices.items()),
    )
