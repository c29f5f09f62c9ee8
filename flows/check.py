"""A static look at a service: what nobody reaches, what nobody defined, what is untranslated or too long."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from math import prod
from typing import get_args

from flows import pairing
from flows.amiss import RESERVED, amiss
from flows.asking import MANNER, ask
from flows.errors import ServiceError
from flows.expressions import Expression
from flows.language import Catalogues, tidy
from flows.loader import Asked, Library, Service
from flows.model import Draft, Manner, Message, Value
from flows.planning import expressions_of, plans_amiss
from flows.rules import OUTCOME
from flows.segments import count
from flows.talk import Talk
from flows.texts import OFFERS, texts_in
from flows.training import untaught
from flows.where import places_amiss


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a service, and where in its file. An error must be mended; a note is for the author to weigh."""

    kind: str
    source: str
    line: int
    question: str
    text: str

    @property
    def is_error(self) -> bool:
        """Whether the service must not run like this."""
        return self.kind not in ("long", "routed")

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return ": ".join(part for part in (place, self.question, self.text) if part)


def check(library: Library, service: Service) -> list[Finding]:
    """Everything that is to be said about a service, errors first."""
    notes = (*_routed(service), *(("long", *one) for one in _long(library, service)))
    return errors(library, service) + [_finding(service, *one) for one in notes]


def errors(library: Library, service: Service) -> list[Finding]:
    """What must be mended before a service may run."""
    looks = (
        _undefined,
        _unreachable,
        _shares_more_than_consented,
        _unknown_parts,
        _tells_health,
        untaught,
        amiss,
        _plans,
    )
    found = [*(one for look in looks for one in look(service)), *places_amiss(library.places, service)]
    return [_finding(service, *one) for one in (*found, *_translations(library.catalogues, service))]


def refuse_errors(library: Library) -> None:
    """Let no wrong service run. Raises ServiceError for the first thing that `errors` finds in any of them."""
    for service in library.services.values():
        for one in errors(library, service):
            raise ServiceError(one.text, file=one.source, line=one.line, question=one.question)


def _finding(service: Service, kind: str, question: str, text: str) -> Finding:
    return Finding(kind, service.source, service.lines.get(question, 0), question, text)


_NEVER_READABLE = ("text", "name", "date", "phone", "number", "email")
Found = Iterator[tuple[str, str, str]]


def _undefined(service: Service) -> Found:
    """Names in expressions that no question has, or that only a later one has."""
    known = {MANNER}
    everything = {*service.by_name, *((OUTCOME,) if service.rules.verdicts else ())}
    for asked in service.questions:
        name = asked.question.ask
        if name in known or name in RESERVED:
            yield "twice", name, f"this name is used by {'the engine' if name in RESERVED else 'two questions'}"
        known.add(name)
        for word, expression, allowed in (
            ("relevant", asked.relevant, known - {name}),
            ("constraint", asked.constraint, known),
        ):
            for missing in sorted(expression.names - allowed) if expression else ():
                why = "is only asked later" if missing in everything else _why_unknown(service, missing)
                yield "undefined", name, f"{word} names ${{{missing}}}, which {why}"
        known |= {OUTCOME} if asked.verdicts else set()
    for place, expression in _other_expressions(service):
        for missing in sorted(expression.names - everything):
            yield "undefined", place, f"${{{missing}}} {_why_unknown(service, missing)}"


def _why_unknown(service: Service, name: str) -> str:
    if any(name in group[0].names for group in service.rounds.values()):
        return "is asked again and again: name it in count-if(), join(), sum(), min() or max()"
    return "is not a question of this service"


def _plans(service: Service) -> Found:
    """Tasks, follow-ups and reports that name what is not there."""
    questions = {name: asked.question for name, asked in service.by_name.items()}
    yield from plans_amiss(service.plans, service.file, questions)
    yield from pairing.pairing_amiss(service.pairing, service.file)


def _other_expressions(service: Service) -> Iterator[tuple[str, Expression]]:
    for what, expression in service.lend.items():
        yield f"case.lend.{what}", expression
    if service.accompany:
        yield "case.accompany", service.accompany
    for number, (expression, _) in enumerate(service.offers, start=1):
        yield f"case.offer {number}", expression
    for skill, expression in service.needs.items():
        yield f"case.needs.{skill}", expression
    yield from expressions_of(service.plans)
    yield from pairing.expressions_of(service.pairing)
    if service.joins:
        yield "case.joins", service.joins
    for number, alarm in enumerate(service.rules.alarms, start=1):
        yield f"escalate {number}", alarm.when
    for verdict in service.rules.verdicts:
        yield f"outcomes.{verdict.plan.outcome}", verdict.when
    for export, columns in service.columns.items():
        for header, expression in columns.items():
            yield f"exports.{export}.{header}", expression


def _unreachable(service: Service) -> Found:
    """Questions that no answers to the earlier ones can bring up, and values that a choice never has."""
    for asked in service.questions:
        if asked.relevant is None or asked.relevant.names - {*service.by_name, MANNER, OUTCOME}:
            continue
        for name, value in sorted(asked.relevant.compared):
            question = service.by_name[name].question if name in service.by_name else None
            choices = question.choices if question and not question.place_level else {}
            if choices and value and value not in choices:
                yield "undefined", asked.question.ask, f"${{{name}}} is never '{value}'"
        if _many(service, asked.relevant) <= MOST_TRIED and not any(
            asked.relevant.truth(values, now=_ANY_DAY) for values in _possible(service, asked.relevant)
        ):
            yield "unreachable", asked.question.ask, "no answer brings this question up"


_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
MOST_TRIED = 50_000
"""Combinations of answers; an expression over more of them is taken to be right."""
_SAMPLES: tuple[Value, ...] = (None, "0", "1", "1992", "2020-05-17", "x")
"""What a question without choices is tried with."""


def _possible(service: Service, expression: Expression) -> Iterator[dict[str, Value]]:
    """Every combination of answers to the questions that an expression names."""
    names = sorted(expression.names)
    return (dict(zip(names, values, strict=True)) for values in product(*(_tried(service, name) for name in names)))


def _many(service: Service, expression: Expression) -> int:
    return prod(len(_tried(service, name)) for name in expression.names)


def _tried(service: Service, name: str) -> list[Value]:
    """What is tried for one name."""
    if name == MANNER:
        return list(get_args(Manner))
    if name == OUTCOME:
        return [None, *(verdict.plan.outcome for verdict in service.rules.verdicts)]
    question = service.by_name[name].question
    if question.place_level:
        said = (one.relevant.compared for one in service.questions if one.relevant)
        return [None, *question.choices, *sorted({value for pairs in said for one, value in pairs if one == name})]
    values: list[Value] = [(value,) if question.type == "many" else value for value in question.choices]
    return [None, *values] if values else list(_SAMPLES)


def _shares_more_than_consented(service: Service) -> Found:
    """Nothing leaves that its consent does not name (DESIGN.md, section 9)."""
    for name, export in service.file.exports.items():
        consent = service.by_name.get(export.consent)
        if consent is None or consent.question.type != "consent":
            yield "consent", f"exports.{name}", f"'{export.consent}' is not a consent of this service"
            continue
        for header, expression in service.columns[name].items():
            for item in sorted(expression.names - service.covered_by(consent.question.items)):
                yield "consent", f"exports.{name}.{header}", f"${{{item}}} is not among the items of {export.consent}"


def _unknown_parts(service: Service) -> Found:
    """Names outside expressions that no question has."""
    for asked in service.questions:
        question = asked.question
        names = (*question.items, *((question.within,) if question.within else ()))
        for missing in (name for name in names if name not in service.by_name and name not in service.rounds):
            yield "undefined", question.ask, f"'{missing}' is not a question of this service"
        for missing in (value for value in (*question.exclusive, *question.in_hand) if value not in question.choices):
            yield "undefined", question.ask, f"'{missing}' is not one of its choices"
    for missing in (name for name in service.file.case.route if name not in service.by_name):
        yield "undefined", "case.route", f"'{missing}' is not a question of this service"
    for name in service.file.case.route:
        routed = service.by_name.get(name)
        if routed and (routed.question.sensitive or routed.question.type in _NEVER_READABLE):
            yield "consent", "case.route", f"'{name}' would be readable on a seized disk"


def _tells_health(service: Service) -> Found:
    """A need that follows from a sensitive answer tells it: what is needed lies readable beside the sealed case."""
    for place, expression in _readable(service):
        for name in sorted(expression.names & set(service.by_name)):
            if service.by_name[name].question.sensitive:
                yield "consent", place, f"${{{name}}} could be guessed from it on a seized disk"


def _readable(service: Service) -> Iterator[tuple[str, Expression]]:
    """What decides over something that lies readable beside the sealed case: a need, a task, a follow-up."""
    yield from ((f"case.needs.{skill}", one) for skill, one in service.needs.items())
    yield from ((place, one) for place, one in expressions_of(service.plans) if place.startswith("case.tasks."))
    yield from ((f"case.follow_ups.{name}", one.when) for name, one in service.plans.follow_ups.items() if one.when)


def _routed(service: Service) -> Found:
    """What a need that follows from an answer gives away, for the author to weigh."""
    for place, expression in _readable(service):
        for name in sorted(expression.names & set(service.by_name)):
            yield "routed", place, f"who sees that it is needed may guess the answer to ${{{name}}}"


def _translations(catalogues: Catalogues, service: Service) -> Found:
    """Texts that a language that the service claims does not have, or in which it fills in something else."""
    for language in (one for one in service.file.languages if one != "en"):
        texts = catalogues.words(language).texts
        for question, key, source in texts_of(service):
            translated = texts.get((key, source))
            if translated is None:
                yield "untranslated", question, f"{language}: no translation of \u201c{source}\u201d"
            elif _filled_in(translated) != _filled_in(source):
                places = ", ".join(f"{{{one}}}" for one in sorted(_filled_in(source))) or "nothing"
                yield "placeholder", question, f"{language}: \u201c{translated}\u201d should fill in {places}"


def _filled_in(text: str) -> set[str]:
    """The names between braces: what is put in when the text is said."""
    return set(re.findall(r"\{(\w*)\}", text))


def texts_of(service: Service) -> Iterator[tuple[str, str, str]]:
    """Every text of a service file that workers read: question, catalogue key, English source."""
    for text in texts_in(service.file.model_dump()):
        if text.question != OFFERS:
            yield text.question, text.key, tidy(text.words)


def _long(library: Library, service: Service) -> Iterator[tuple[str, str]]:
    """Questions that cost more than one SMS segment, with how many, in each language."""
    for language in service.file.languages:
        for question, segments, encoding in segments_of(library, service, language):
            if segments > 1:
                yield question, f"{language}: {segments} SMS segments ({encoding})"


def segments_of(library: Library, service: Service, language: str) -> Sequence[tuple[str, int, str]]:
    """What each question costs as an SMS in a language: name, segments, encoding."""
    first = (asked for asked in service.questions if asked.written.round < 2)
    return [(asked.question.ask, *_cost(library, service, language, asked)) for asked in first]


def _cost(library: Library, service: Service, language: str, asked: Asked) -> tuple[int, str]:
    draft = Draft(language=language, service=service.name, manner="sms")
    talk = Talk(library, draft, Message("sms", "sms:", "", ""), _ANY_DAY)
    total = len(service.questions)
    cost = count(ask(talk, asked, total, total).plain)
    return cost.segments, cost.encoding
