"""What a volunteer's page shows of a conversation: what is asked, in the worker's language and in the reader's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.asking import position, prompt_of, wording
from flows.conversation.going import REVIEW, SEND, shown
from flows.conversation.orders import WHO
from flows.conversation.taking import understand
from flows.engine import again
from flows.loader import Asked, Library
from flows.model import Draft, Message, Reply
from flows.reading import LEFT_OUT, Misread, explain
from flows.talk import Talk

DO_NOT_KNOW = "I do not know"
"""What the button for it sends: the readers know these words whatever the language (flows/answers/words.py)."""
MAY_NOT_KNOW = ("date", "country", "governorate", "district", "place")
"""Kinds of question for whose reader it is an answer; a choice has its own, where it has one."""
TYPED = ("text", "voice", "name", "date", "phone", "number", "email", "country", "governorate", "district", "place")
"""Kinds that may be answered by words that no button offers."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text in her language, and beneath it the same for the reader; nothing where both read the same."""

    text: str
    beneath: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. `button` is what the press sends, `number` its place in the list, `chosen` what she said."""

    button: str
    number: int
    told: Told
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What is asked now.

    `about` is the question, the review or the gate; `kind` the question's kind, else `review` or `gate`. `said` is the
    answer that is being changed, as it was typed. `leave_out` and `do_not_know` are what those two buttons send, empty
    where they are not offered. `send` stands apart in a review.
    """

    about: str
    kind: str
    told: Told
    choices: tuple[Choice, ...]
    number: int = 0
    total: int = 0
    title: str = ""
    example: Told = Told("")
    said: str = ""
    leave_out: str = ""
    do_not_know: str = ""
    send: Choice | None = None
    failed: bool = False

    @property
    def typed(self) -> bool:
        """Whether something can be typed."""
        return self.kind in TYPED or (self.kind == "gate" and not self.choices)


@dataclass(frozen=True, slots=True)
class _Look:
    """One conversation, for one reader (ISO 639)."""

    library: Library
    draft: Draft
    reader: str
    now: datetime

    def sight(self) -> Sight | None:
        asked = again(self.library, self.draft, self.now)
        if asked is None:
            return None
        beneath = again(self.library, self.draft.but(language=self.reader or "en"), self.now) or Reply("")
        choices = tuple(self._choices(asked, beneath))
        if asked.about == REVIEW:
            send = next(one for one in choices if one.button == f"{REVIEW}={SEND}")
            lines = tuple(one for one in choices if one is not send)
            return Sight(REVIEW, "review", self._told(asked.text, beneath.text), lines, send=send)
        service = self.library.services.get(self.draft.service)
        question = service.by_name.get(asked.about) if service and not self.draft.gate else None
        if question is None:
            return Sight(asked.about, "gate", self._told(asked.text, beneath.text), choices)
        return self._question(question, choices)

    def _question(self, asked: Asked, choices: tuple[Choice, ...]) -> Sight:
        hers, readers = self.talk(self.draft.language), self.talk(self.reader)
        here, question = position(hers.service, self.draft, self.now), asked.question
        before = self.draft.answers.get(question.ask)
        told = self._told(wording(hers, asked), wording(readers, asked))
        return Sight(
            question.ask,
            question.type,
            told,
            choices,
            here.number,
            here.total,
            prompt_of(readers, asked).title,
            self._told(prompt_of(hers, asked).example, prompt_of(readers, asked).example),
            said=(before.raw or shown(hers, asked, before)) if before and before.value is not None else "",
            leave_out=LEFT_OUT[0] if question.optional else "",
            do_not_know=DO_NOT_KNOW if question.type in MAY_NOT_KNOW and not question.optional else "",
            failed=self.draft.failures > 0,
        )

    def _choices(self, asked: Reply, beneath: Reply) -> Iterator[Choice]:
        theirs = {option.value: option.label for option in beneath.options}
        before = self.draft.answers.get(asked.about)
        value = before.value if before else None
        chosen = (value,) if isinstance(value, str) else value or ()
        for number, option in enumerate(asked.options, start=1):
            told = self._told(option.label, theirs.get(option.value, ""))
            yield Choice(f"{asked.about}={option.value}", number, told, option.value in chosen)

    def _told(self, text: str, beneath: str) -> Told:
        return Told(text, beneath if beneath != text and self.reader != self.draft.language else "")

    def talk(self, language: str) -> Talk:
        message = Message("page", "page:", "", "", manner=self.draft.manner)
        return Talk(self.library, self.draft.but(language=language), message, self.now)


def sight(library: Library, draft: Draft, reader: str, now: datetime) -> Sight | None:
    """What is asked now, for a page that is read in a language (ISO 639); None when the conversation is over."""
    return _Look(library, draft, reader, now).sight()


def who_we_are(library: Library, language: str, reader: str) -> Told:
    """What WHO answers, in both languages."""
    desk = library.desk
    hers, readers = (library.words(one).t(WHO, name=desk.name, phrase=desk.phrase) for one in (language, reader))
    return Told(hers, readers if readers != hers else "")


def farewell(library: Library, service: str, language: str, reader: str, reference: str) -> Told:
    """What is said when a case was opened, in both languages; nothing of a service that is no longer offered."""
    closings = library.services[service].closings if service in library.services else {}
    first = next(iter(closings.values()), "")
    hers, readers = (closings.get(one, first).replace("{reference}", reference) for one in (language, reader))
    return Told(hers, readers if readers != hers else "")


def why_not(library: Library, draft: Draft, message: Message, reader: str, now: datetime) -> Told | None:
    """Why a message is no answer to the question that is open, in both languages; None when it is one."""
    look = _Look(library, draft, reader, now)
    service = library.services.get(draft.service)
    here = position(service, draft, now) if service and not draft.gate else None
    if here is None or here.asked is None:
        return None
    hers = look.talk(draft.language)
    outcome = understand(hers, here.asked, message)
    if not isinstance(outcome, Misread):
        return None
    return Told(explain(hers, here.asked, outcome), explain(look.talk(reader), here.asked, outcome))
