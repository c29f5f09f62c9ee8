"""One answer of a case, changed at the desk: how it is asked there, how what is typed is read, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.asking import is_relevant, options_of, position, prompt_of
from flows.conversation.taking import case_of, with_answer
from flows.loader import Asked, Library
from flows.model import Answer, Asking, Draft, Manner, Message, Value
from flows.planning import decided_with
from flows.sheet import Typed, Wrong, read_field
from flows.talk import Talk

CLOSED = frozenset({"choice", "many", "consent", "governorate", "district", "place", "outing"})
"""Kinds of question of which only a choice from the list is an answer."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The case whose answers are changed: its service, her language (ISO 639), how she wrote, and what she said."""

    service: str
    language: str
    manner: Manner
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class OneField:
    """A question as it is changed on a page, in the reader's language.

    `choices` are numbered from 1, which is also how they are typed; `closed` says that nothing else may be typed, and
    `several` that more than one may be chosen. `chosen` are the numbers of the present answer, `text` its words.
    """

    name: str
    kind: str
    title: str
    label: str
    hint: str
    choices: tuple[str, ...]
    closed: bool
    several: bool
    optional: bool
    chosen: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Amended:
    """The answers of a case after a change, all that agree with it, and its readable facts."""

    answers: dict[str, Answer]
    route: dict[str, str]


def field_of(library: Library, whose: Whose, name: str, reader: str, now: datetime) -> OneField | None:
    """How a question is changed; None when the service has none of this name."""
    talk, asked = _talk(library, whose, reader, now), _asked(library, whose, name)
    if asked is None:
        return None
    options, prompt = options_of(talk, asked), prompt_of(talk, asked)
    answer = whose.answers.get(name, Answer(None))
    held = (answer.value,) if isinstance(answer.value, str) else answer.value or ()
    question = asked.question
    return OneField(
        name,
        question.type,
        prompt.title,
        prompt.label.format(items="…") if question.items else prompt.label,
        prompt.example,
        tuple(one.label for one in options),
        question.type in CLOSED,
        question.type == "many",
        question.optional,
        tuple(number for number, one in enumerate(options, start=1) if one.value in held),
        "" if any(one.value in held for one in options) else answer.raw or ", ".join(held),
    )


def read_answer(library: Library, whose: Whose, name: str, typed: Typed, reader: str, now: datetime) -> Answer | Wrong:
    """Read what was typed for one question; a consent keeps the words in her language. KeyError: no such question."""
    asked = library.services[whose.service].by_name[name]
    spoken = whose.language if asked.question.type == "consent" else reader
    return read_field(_talk(library, whose, spoken, now), asked, typed, reader)


def amend(library: Library, whose: Whose, changed: Mapping[str, Answer], now: datetime) -> Amended:
    """Put answers in the place of others, and make the rest agree. KeyError: no such question."""
    talk = _talk(library, whose, whose.language, now)
    for name, answer in changed.items():
        talk = with_answer(talk, name, answer)
    case = case_of(talk, position(talk.service, talk.draft, now))
    return Amended(talk.draft.answers, dict(case.route))


def relevant(library: Library, whose: Whose, now: datetime) -> dict[str, Value]:
    """The answers that count, and what they led to; a question that is asked and has no answer is not among them."""
    talk = _talk(library, whose, whose.language, now)
    return position(talk.service, talk.draft, now).values


def asked_of_her(library: Library, whose: Whose, now: datetime) -> tuple[str, ...]:
    """The names of the questions that are asked of her, answered or not, in the order of the form.

    A question for later is among them once it has an answer.
    """
    values = relevant(library, whose, now)
    questions = library.services[whose.service].questions
    asked = (one for one in questions if not one.question.later or one.question.ask in values)
    return tuple(one.question.ask for one in asked if is_relevant(one, values, now))


def may_be_asked(library: Library, service: str, name: str) -> bool:
    """Whether the bot can ask this question once more: one whose no would end everything is not."""
    known = library.services.get(service)
    asked = known.by_name.get(name) if known else None
    return asked is not None and not asked.question.refusal


def asking_for(library: Library, whose: Whose, reference: str, name: str, since: datetime) -> Asking:
    """One question of a case, with the answers on which it depends and no others. KeyError: no such question."""
    asked = library.services[whose.service].by_name[name]
    plans = library.services[whose.service].plans
    depend = asked.constraint.names if asked.constraint else frozenset[str]()
    needs = {asked.question.within, *depend, *decided_with(plans, name)} - {name}
    known = {one: whose.answers[one] for one in whose.answers if one in needs}
    return Asking(reference, whose.service, name, since, known)


def _talk(library: Library, whose: Whose, language: str, now: datetime) -> Talk:
    service = library.services[whose.service]
    spoken = language if language in service.file.languages else service.file.languages[0]
    draft = Draft(spoken, whose.service, dict(whose.answers), manner=whose.manner)
    return Talk(library, draft, Message("page", "page:", "", "", manner=whose.manner), now)


def _asked(library: Library, whose: Whose, name: str) -> Asked | None:
    service = library.services.get(whose.service)
    return service.by_name.get(name) if service else None
