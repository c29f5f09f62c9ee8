"""Which question is next, and how it is asked."""

from dataclasses import dataclass, replace
from datetime import datetime

from flows.language import t
from flows.loader import Asked, Prompt, Service
from flows.model import Draft, Message, Option, Reply, Value
from flows.talk import Talk

MANNER = "manner"
"""What expressions call the way in which she writes (`Draft.manner`): no question has this name."""
DONE = "✓"
"""The value of the option that ends a choice of several: no choice of a service can have it."""
SEPARATORS = {"ar": "، ", "am": "፣ "}
"""How a list is written where it is not with commas."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a draft stands: the question to ask now (None: all are answered), its number, and of how many.

    `relevant` are the answers that count, in the order of the form: one that became irrelevant does not.
    """

    asked: Asked | None
    number: int
    total: int
    relevant: dict[str, Value]


def position(service: Service, draft: Draft, now: datetime) -> Position:
    """Find the first relevant question without an answer, or the one that is being edited."""
    values: dict[str, Value] = {MANNER: draft.manner}
    found: Asked | None = None
    number = total = 0
    for asked in service.questions:
        if asked.relevant is not None and not asked.relevant.truth(values, now=now):
            continue
        name = asked.question.ask
        answer = draft.answers.get(name)
        if asked.question.later and name != draft.editing:
            values.update({name: answer.value} if answer is not None else {})
            continue
        total += 1
        if answer is not None:
            values[name] = answer.value
        if name == draft.editing or (answer is None and found is None):
            found, number = asked, total
    del values[MANNER]
    return Position(found, number, total, values)


def options_of(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    """What can be chosen for a question: its own choices, or the places that fit what she said before."""
    question, places, language = asked.question, talk.library.places, talk.draft.language
    if question.in_hand and talk.draft.manner == "assisted":
        return tuple(one for one in prompt_of(talk, asked).options if one.value not in question.in_hand)
    if question.type == "governorate":
        return tuple(Option(place.id, place.label(language)) for place in places.governorates)
    if question.type == "district":
        chosen = talk.draft.answers.get(question.within)
        within = str(chosen.value) if chosen and chosen.value else ""
        return tuple(Option(place.id, place.label(language)) for place in places.districts(within))
    return prompt_of(talk, asked).options


def prompt_of(talk: Talk, asked: Asked) -> Prompt:
    """The words of a question in her language, or in the first one that the service has."""
    return asked.prompts.get(talk.draft.language) or next(iter(asked.prompts.values()))


def ask(talk: Talk, asked: Asked, number: int, total: int, *, before: str = "") -> Reply:
    """Say a question: how far she is, the question, a hint, and what can be chosen. `before` is said first."""
    prompt = prompt_of(talk, asked)
    label = prompt.label
    if asked.question.items:
        label = label.format(items=_titles(talk, asked))
    parts = (before, f"{number}/{total} {label}", prompt.hint)
    return Reply("\n".join(part for part in parts if part), _shown_options(talk, asked), asked.question.ask)


def _shown_options(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    """The options as they are said: once she has pressed one of several, with marks and a way to end."""
    options, chosen = options_of(talk, asked), talk.draft.chosen
    if not chosen:
        return options
    marked = (replace(one, label=f"{DONE} {one.label}") if one.value in chosen else one for one in options)
    return (*marked, talk.option(DONE, t("That is all")))


def _titles(talk: Talk, consent: Asked) -> str:
    """The items of a consent by their short names, exactly those that it covers."""
    separator = SEPARATORS.get(talk.draft.language, ", ")
    by_name = talk.service.by_name
    return separator.join(prompt_of(talk, by_name[name]).title for name in consent.question.items)


def wording(talk: Talk, asked: Asked) -> str:
    """The exact words of a consent as she read them, kept with her answer."""
    return ask(talk, asked, 0, 0).text.removeprefix("0/0 ")


def is_voice(message: Message) -> bool:
    """Whether the message is a voice note, which a volunteer types in later."""
    return message.media is not None and message.media.kind == "voice"
