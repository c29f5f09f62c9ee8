"""A form that was filled in on paper, typed in whole: read by the same readers, question by question."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flows.asking import is_relevant, options_of, position, prompt_of, wording
from flows.conditions import condition_in_words
from flows.conversation.going import only_answer
from flows.conversation.taking import case_of, understand, with_answer
from flows.effects import OpenCase
from flows.loader import Asked, Library
from flows.model import Answer, Draft, Message, Option
from flows.reading import LEFT_OUT, Misread, explain
from flows.talk import Talk

WRITTEN = ("district", "outing")
"""Kinds whose choices are not printed: there are too many of them, or they change."""
PRINTED = 40
"""So many places of a level are printed at most."""
Trouble = Literal["misread", "missing", "refused"]


@dataclass(frozen=True, slots=True)
class Field:
    """A question as the form has it, in the reader's language: its number and its choices are those that are printed.

    `condition` says when it is asked, `needed` whether nothing can be kept without an answer.
    """

    name: str
    kind: str
    number: int
    label: str
    condition: str
    choices: tuple[str, ...]
    optional: bool
    needed: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for one question; `meant` is the reading that was chosen of several.

    `blank` says that nothing is written on the paper where an answer is needed: the case then has none.
    """

    text: str = ""
    meant: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a field cannot be taken.

    `misread`: the words say it, and one of `options` may be meant; `missing`: an answer is needed; `refused`: without
    her yes nothing may be kept.
    """

    trouble: Trouble
    words: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper form as it was read.

    `wrong` says by question what cannot be taken, `aside` holds what was written although it is not asked of her (by
    question, as typed). `case` is what it becomes when nothing is wrong.
    """

    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    aside: Mapping[str, str] = field(default_factory=dict)
    case: OpenCase | None = None


def fields_of(library: Library, service: str, reader: str, now: datetime) -> tuple[Field, ...]:
    """The questions of a service as one page of fields, in the order of the form, in a language (ISO 639)."""
    talk = _empty(library, service, reader, now)
    known = reader if reader in talk.service.file.languages else talk.service.file.languages[0]
    words = library.words(known)
    return tuple(
        Field(
            asked.question.ask,
            asked.question.type,
            number,
            wording(talk, asked),
            condition_in_words(talk.service, asked, known, words),
            tuple(one.label for one in printed(talk, asked)),
            asked.question.optional,
            bool(asked.question.refusal),
        )
        for number, asked in talk.service.on_paper
    )


def printed(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    """The choices of a question that stand on paper."""
    options = () if asked.question.type in WRITTEN else options_of(talk, asked)
    return options if asked.question.type != "place" or len(options) <= PRINTED else ()


def read_sheet(
    library: Library, service: str, language: str, typed: Mapping[str, Typed], reader: str, now: datetime
) -> Sheet:
    """Read a whole form of a service, filled in by her in a language; what is wrong is said in the reader's (ISO 639).

    Each question is read as in a conversation that has come to it, so the case is the one that a conversation with
    the same answers would open. What depends on an answer that is wrong may be empty until that one is right.
    """
    talk = _empty(library, service, language, now)
    wrong: dict[str, Wrong] = {}
    aside: dict[str, str] = {}
    for _, asked in talk.service.on_paper:
        name = asked.question.ask
        given = typed.get(name, Typed())
        if not _is_asked(talk, asked):
            aside |= {name: given.text.strip()} if given.text.strip() else {}
            continue
        outcome = read_field(talk, asked, given, reader)
        if not isinstance(outcome, Wrong):
            talk = with_answer(talk, name, outcome)
        elif outcome.trouble != "missing" or not _depends(asked, wrong):
            wrong[name] = outcome
    here = position(talk.service, talk.draft, now)
    return Sheet(wrong, aside, None if wrong else case_of(talk, here))


def _empty(library: Library, service: str, language: str, now: datetime) -> Talk:
    draft = Draft(language=language, service=service, manner="assisted", touched=now)
    return Talk(library, draft, Message("page", "page:", "", "", manner="assisted"), now)


def _is_asked(talk: Talk, asked: Asked) -> bool:
    here = position(talk.service, talk.draft, talk.now)
    if here.is_over and asked.question.ask not in here.relevant:
        return False
    return is_relevant(asked, here.values, talk.now)


def _depends(asked: Asked, wrong: Mapping[str, Wrong]) -> bool:
    """Whether it is asked because of an answer that is not known yet."""
    needs = asked.relevant.names if asked.relevant else frozenset()
    return bool({*needs, asked.question.within} & wrong.keys())


def read_field(talk: Talk, asked: Asked, given: Typed, reader: str) -> Answer | Wrong:
    """Read what was typed for one question, after the answers that the draft has; what is wrong, for the reader."""
    question, text = asked.question, given.text.strip()
    if not text:
        return _left_out(talk, asked, given)
    outcome = understand(talk, asked, talk.message._replace(text=text), meant=given.meant)
    in_words = talk.but(language=reader)
    if isinstance(outcome, Misread):
        return Wrong("misread", explain(in_words, asked, outcome), tuple(_options(in_words, asked, text, outcome)))
    if question.type != "consent":
        return outcome
    if outcome.value == "no" and question.refusal:
        return Wrong("refused", prompt_of(in_words, asked).refusal)
    return outcome._replace(wording=wording(talk, asked))


def _left_out(talk: Talk, asked: Asked, given: Typed) -> Answer | Wrong:
    only = only_answer(talk, asked)
    if only:
        return only
    if asked.question.optional:
        return Answer(None, LEFT_OUT[0])
    return Answer(None) if given.blank and not asked.question.refusal else Wrong("missing")


def _options(in_words: Talk, asked: Asked, text: str, why: Misread) -> Iterator[Option]:
    """What may be meant, in the reader's words where the readers find the same in her language."""
    again = understand(in_words, asked, in_words.message._replace(text=text))
    labels = {one.value: one.label for one in again.options} if isinstance(again, Misread) else {}
    for option in why.options:
        yield Option(option.value, labels.get(option.value, option.label))
