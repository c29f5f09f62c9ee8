"""Which question is next, and how it is asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from flows.expressions import Scene, scene_of
from flows.language import t
from flows.loader import Asked, Prompt, Service
from flows.model import Draft, Message, Option, Reply, Value
from flows.notices import when_and_where
from flows.rules import OUTCOME, Verdict
from flows.talk import Talk
from flows.where import that_fit

MANNER = "manner"
"""What expressions call the way in which she writes (`Draft.manner`): no question has this name."""
DONE = "✓"
"""The value of the option that ends a choice of several: no choice of a service can have it."""
SEPARATORS = {"ar": "، ", "am": "፣ "}
"""How a list is written where it is not with commas."""


class Position(NamedTuple):
    """Where a draft stands: the question to ask now (None: all are answered), its number, and of how many.

    `relevant` are the answers that count, in the order of the form: one that became irrelevant does not. `outcome` is
    what they led to, the latest if there are several.
    """

    asked: Asked | None
    number: int
    total: int
    relevant: dict[str, Value]
    outcome: Verdict | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked, because the outcome ends it."""
        return self.asked is None and self.outcome is not None and self.outcome.plan.ends

    @property
    def values(self) -> dict[str, Value]:
        """What expressions see: the answers that count, and the outcome."""
        return self.relevant | {OUTCOME: self.outcome.plan.outcome} if self.outcome else self.relevant


def position(service: Service, draft: Draft, now: datetime) -> Position:
    """Find the first relevant question without an answer, or the one that is being edited.

    A question for later counts once it is answered. After an outcome that ends it nothing is asked any more.
    """
    values: dict[str, Value] = {MANNER: draft.manner}
    scene = scene_of(values, now)
    found: Asked | None = None
    outcome: Verdict | None = None
    number = total = 0
    answers, editing = draft.answers, draft.editing
    for name, relevant, asked in service.walk:
        if relevant is not None and not relevant.holds(scene):
            continue
        answer = answers.get(name)
        if answer is not None:
            values[name] = answer.value
            if asked.verdicts:
                outcome = _verdict(asked, scene) or outcome
                values |= {OUTCOME: outcome.plan.outcome} if outcome else {}
        elif name != editing and (asked.question.later or (outcome and outcome.plan.ends)):
            continue
        total += 1
        if name == editing or (answer is None and found is None):
            found, number = asked, total
    del values[MANNER]
    values.pop(OUTCOME, None)
    return Position(found, number, total, values, outcome)


def is_relevant(asked: Asked, values: Mapping[str, Value], now: datetime) -> bool:
    """Whether a question is asked of somebody with these answers."""
    return asked.relevant is None or asked.relevant.truth(values, now=now)


def _verdict(asked: Asked, scene: Scene) -> Verdict | None:
    """The first of the outcomes that are looked at after this question."""
    return next((one for one in asked.verdicts if one.when.holds(scene)), None)


def options_of(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    """What can be chosen for a question: its own choices, or the places that fit what she said before."""
    question, language = asked.question, talk.draft.language
    if question.in_hand and talk.draft.manner == "assisted":
        return tuple(one for one in prompt_of(talk, asked).options if one.value not in question.in_hand)
    if question.type == "outing":
        return *_outings(talk), talk.option("none", t("None of these"))
    if question.place_level:
        found = that_fit(talk.library.places, talk.service, asked, talk.draft.answers)
        beside = prompt_of(talk, asked).options if found else ()
        return (*(Option(place.id, place.label(language)) for place in found), *beside)
    return prompt_of(talk, asked).options


def _outings(talk: Talk) -> Iterator[Option]:
    """The outings of the service that are coming, each with its day, its hour and its place."""
    for one in talk.library.outings.get(talk.draft.service, ()):
        yield Option(one.id, when_and_where(talk.words, one.day, one.at, one.place, talk.today))


def prompt_of(talk: Talk, asked: Asked) -> Prompt:
    """The words of a question in her language, or in the first one that the service has."""
    return asked.prompts.get(talk.draft.language) or next(iter(asked.prompts.values()))


def ask(talk: Talk, asked: Asked, number: int, total: int, *, before: str = "") -> Reply:
    """Say a question: how far she is, the question, a hint, and what can be chosen. `before` is said first."""
    prompt = prompt_of(talk, asked)
    label = prompt.label
    if asked.question.items:
        label = label.format(items=_titles(talk, asked))
    text = f"{number}/{total} {label}"
    if before:
        text = f"{before}\n{text}"
    if prompt.hint:
        text = f"{text}\n{prompt.hint}"
    return Reply(text, _shown_options(talk, asked), asked.question.ask)


def _shown_options(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    """The options as they are said: once she has pressed one of several, with marks and a way to end."""
    options, chosen = options_of(talk, asked), talk.draft.chosen
    if not chosen:
        return options
    marked = (one._replace(label=f"{DONE} {one.label}") if one.value in chosen else one for one in options)
    return (*marked, done(talk))


def done(talk: Talk) -> Option:
    """What ends a choice of several."""
    return talk.option(DONE, t("That is all"))


def _titles(talk: Talk, consent: Asked) -> str:
    """The items of a consent by their short names, exactly those that it covers."""
    separator = SEPARATORS.get(talk.draft.language, ", ")
    language = talk.draft.language if talk.draft.language in consent.prompts else next(iter(consent.prompts))
    return separator.join(talk.service.title_of(item, language) for item in consent.question.items)


def wording(talk: Talk, asked: Asked) -> str:
    """The exact words of a consent as she read them, kept with her answer."""
    return ask(talk, asked, 0, 0).text.removeprefix("0/0 ")


def is_voice(message: Message) -> bool:
    """Whether the message is a voice note, which a volunteer types in later."""
    return message.media is not None and message.media.kind == "voice"
