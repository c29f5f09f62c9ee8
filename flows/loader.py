"""Reads service files: finds what is wrong before anything starts, and says it by file, line and question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.errors import ServiceError
from flows.expressions import Expression, compile_expression
from flows.expressions.rounds import Rounds
from flows.language import Catalogues, Words, tidy
from flows.lined import line_of
from flows.model import Desk, Option, Outing
from flows.pairing import Pairing, compile_pairing
from flows.places import Places
from flows.planning import Plans, compile_plans
from flows.repeats import Written, rounds_of, written_out
from flows.rules import Rules, Said, Verdict, compile_rules
from flows.service import Question, Repeat, ServiceFile
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
    """A question with its expressions compiled and its words ready in every language.

    `verdicts` are looked at after it, `written` says where in the file it comes from, `places` in which its places are.
    """

    question: Question
    relevant: Expression | None
    constraint: Expression | None
    prompts: Mapping[str, Prompt]
    verdicts: tuple[Verdict, ...]
    written: Written
    places: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Service:
    """A service that is ready to run; `source` is its file's name, `lines` say where each question stands in it.

    `walk` is what is looked at for the next question: the name of each, and when it is asked. `titles` are for the
    desk, `menus` for the first screen. `rounds` are those of its repeated groups, whose titles are in `groups`.
    """

    file: ServiceFile
    source: str
    lines: Mapping[str, int]
    questions: tuple[Asked, ...]
    walk: tuple[tuple[str, Expression | None, Asked], ...]
    by_name: Mapping[str, Asked]
    titles: Said
    menus: Said
    closings: Said
    columns: Mapping[str, Mapping[str, Expression]]
    lend: Mapping[str, Expression]
    accompany: Expression | None
    offers: tuple[tuple[Expression, str], ...]
    needs: Mapping[str, Expression]
    plans: Plans
    rules: Rules
    pairing: Pairing | None
    joins: Expression | None
    rounds: Rounds
    groups: Mapping[str, Said]

    @property
    def name(self) -> str:
        """The name by which cases and catalogues refer to the service."""
        return self.file.service

    @property
    def intake(self) -> tuple[Asked, ...]:
        """The questions that an intake asks, without those for later."""
        return tuple(one for one in self.questions if not one.question.later)

    @property
    def on_paper(self) -> tuple[tuple[int, Asked], ...]:
        """The questions of a paper form with their numbers: what an intake asks, but for pictures."""
        return tuple((number, one) for number, one in enumerate(self.intake, start=1) if one.question.type != "photo")

    @property
    def numbered(self) -> tuple[Asked, ...]:
        """All questions as paper and drawings number them: those for later come after the others."""
        return (*self.intake, *(one for one in self.questions if one.question.later))

    def number_of(self, asked: Asked) -> int:
        """The number of a question, from 1."""
        return self.numbered.index(asked) + 1

    def covered_by(self, items: Iterable[str]) -> frozenset[str]:
        """The questions that the items of a consent are: a repeated group stands for all of its questions."""
        return frozenset(name for item in items for name in self._item(item))

    def _item(self, item: str) -> Iterable[str]:
        if item not in self.rounds:
            return (item,)
        return (one.question.ask for one in self.questions if one.written.group and one.written.group.repeat == item)

    def title_of(self, item: str, language: str) -> str:
        """The short name of a question or a repeated group, in a language that the service has."""
        return self.groups[item][language] if item in self.groups else self.by_name[item].prompts[language].title


@dataclass(frozen=True, slots=True, repr=False)
class Library:
    """Everything the engine may say: the services that are switched on, the words, the places, and whose desk it is.

    `offered` are by service the languages in which workers may be asked; None: in all that it has. `outings` are by
    service those that are coming and have places; the shell keeps them up to date. `zone` is where it is today.
    """

    services: Mapping[str, Service]
    catalogues: Catalogues
    places: Places
    desk: Desk
    offered: Mapping[str, frozenset[str]] | None = None
    outings: Mapping[str, tuple[Outing, ...]] = field(default_factory=dict)
    zone: tzinfo = UTC

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

    def is_on(self, service: str) -> bool:
        """Whether a service is offered to workers in any language."""
        return any(self.offers(service, language) for language in self.services[service].file.languages)


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
    return _Making(file, tree, path.name, catalogues, rounds_of(file)).service()


@dataclass(frozen=True, slots=True)
class _Making:
    """One service file on its way to a service: what was read, where it stood, and the words for it."""

    file: ServiceFile
    tree: Any
    source: str
    catalogues: Catalogues
    rounds: Rounds

    def service(self) -> Service:
        """Compile all of it."""
        file = self.file
        written = list(written_out(file))
        rules = compile_rules(file, self.say, self.expression)
        asked = tuple(self.asked(one, rules) for one in written)
        titles = self.say("title", file.title)
        return Service(
            file=file,
            source=self.source,
            lines={one.question.ask: self.line(one) for one in written},
            questions=asked,
            walk=tuple((one.question.ask, one.relevant, one) for one in asked),
            by_name={one.question.ask: one for one in asked},
            titles=titles,
            menus=self.say("menu", file.menu) if file.menu else titles,
            closings=self.say("closing", file.closing),
            columns={
                name: {
                    header: self.expression(text, f"exports.{name}.{header}", EXPORT_FUNCTIONS)
                    for header, text in export.columns.items()
                }
                for name, export in file.exports.items()
            },
            lend=self.by_name("case.lend", {"phone": file.case.lend.phone, "email": file.case.lend.email}),
            accompany=self.optional(file.case.accompany, "case.accompany"),
            offers=tuple((self.expression(one.when, "case.offer"), tidy(one.say)) for one in file.case.offer),
            needs=self.by_name("case.needs", file.case.needs),
            plans=compile_plans(file, [one.question for one in written], self.rounds, self.say, self.planned),
            rules=rules,
            pairing=compile_pairing(file, self.optional),
            joins=self.optional(file.case.joins, "case.joins"),
            rounds=self.rounds,
            groups={
                one.repeat: self.say(f"{one.repeat}:title", one.title)
                for one in file.questions
                if isinstance(one, Repeat)
            },
        )

    def asked(self, one: Written, rules: Rules) -> Asked:
        """A question with its expressions, and its words in every language."""
        question = one.question
        name, line = question.ask, self.line(one)
        return Asked(
            question,
            self.optional(question.relevant, name, line),
            self.optional(question.constraint, name, line),
            {language: self.prompt(one, self.catalogues.words(language)) for language in self.file.languages},
            tuple(verdict for verdict in rules.verdicts if verdict.plan.after == name),
            one,
            self.file.places,
        )

    def line(self, one: Written) -> int:
        """Where a question stands in the file, from 1."""
        questions, line = self.tree["questions"], 0
        for number in one.at:
            line = line_of(questions, number)
            questions = questions[number].get("questions")
        return line

    def say(self, key: str, source: str) -> dict[str, str]:
        """A text of the file in every language."""
        text, name = tidy(source), f"{self.file.service}:{key}"
        return {one: self.catalogues.words(one).of(name, text) for one in self.file.languages}

    def by_name(self, part: str, texts: Mapping[Any, str]) -> dict[str, Expression]:
        """Several expressions, those that are there."""
        return {name: self.expression(text, f"{part}.{name}") for name, text in texts.items() if text}

    def optional(self, text: str, what: str, line: int = 0) -> Expression | None:
        """An expression that may be left out."""
        return self.expression(text, what, line=line) if text else None

    def expression(self, text: str, what: str, extra: frozenset[str] = frozenset(), line: int = 0) -> Expression:
        """Compile an expression. Raises ServiceError with file, line, and what it belongs to."""
        try:
            return compile_expression(text, extra, self.rounds)
        except ServiceError as error:
            raise ServiceError(error.message, file=self.source, line=line, question=what) from None

    def planned(self, text: str, what: str, *path: str | int) -> Expression | None:
        """An expression of a part that stands at this place in the file, if it is there."""
        where, line = self.tree, 0
        for step in path if text else ():
            line, where = line_of(where, step), where[step]
        return self.optional(text, what, line)

    def prompt(self, one: Written, words: Words) -> Prompt:
        """The words of a question in one language; in a repeated group with its title and the number of the round."""
        question, service, group = one.question, self.file.service, one.group

        def say(key: str, source: str) -> str:
            return words.of(f"{service}:{one.key}:{key}", tidy(source)) if source else ""

        titled = f"{words.of(f'{service}:{group.repeat}:title', tidy(group.title))} {one.round}" if group else ""
        if one.more:
            choices = tuple(Option(value, words.t(label)) for value, label in question.choices.items())
            return Prompt(titled, say("more", question.label), "", "", "", "", choices)
        title, label = say("title", question.title), say("label", question.label)
        return Prompt(
            title=f"{titled}, {title}" if titled else title,
            label=f"{titled}: {label}" if titled else label,
            hint=say("hint", question.hint),
            example=say("example", question.example),
            refusal=say("refusal", question.refusal),
            constraint_message=say("constraint_message", question.constraint_message),
            options=tuple(Option(value, say(f"choice:{value}", label)) for value, label in question.choices.items()),
        )
