"""What is said next: the next question, or everything once more before it is sent."""

from flows.asking import Position, ask, options_of, position, prompt_of
from flows.conversation import cards
from flows.effects import Say, Turn
from flows.language import t
from flows.loader import Asked
from flows.model import Answer, Option, Reply
from flows.talk import Talk

OVER = "over"
"""The gate after an outcome that ends the questions."""
IN_HER_WORDS = ("country", "outing")
"""Kinds of which an answer that is not in the list is shown as it was said."""
SEND = "send"
REVIEW = "review"


def go_on(talk: Talk, *, before: str = "") -> Turn:
    """Say the next question, or the review when all are answered; `before` is said first, in the same message.

    Nothing of a draft that is locked is said: whoever writes now is offered to begin anew, or to show that it is hers.
    """
    if talk.draft.locked:
        return offer(talk)
    here = position(talk.service, talk.draft, talk.now)
    if here.asked is None:
        return _at_the_end(talk, here, before)
    only = only_answer(talk, here.asked)
    if only:
        return go_on(talk._replace(draft=talk.draft.with_answer(here.asked.question.ask, only)), before=before)
    return talk.turn(Say(ask(talk, here.asked, here.number, here.total, before=before)))


def _at_the_end(talk: Talk, here: Position, before: str) -> Turn:
    """Nothing more is asked: the review; or the outcome that ends it, and what she can do; or only cards to read."""
    if not talk.service.questions:
        return cards.show(talk, before=before)
    if here.is_over and here.outcome:
        text = "\n".join(filter(None, (before, talk.filled(talk.one_of(here.outcome.says), talk.service))))
        return talk.turn(Say(Reply(text, ways_on(talk))), gate=OVER)
    return talk.turn(Say(_review(talk, here, before)))


def ways_on(talk: Talk) -> tuple[Option, ...]:
    """What she can do after an outcome that ends the questions."""
    return (
        talk.option("human", t("I want a person")),
        talk.option("back", t("One question back")),
        talk.option("end", t("That is all")),
    )


def offer(talk: Talk) -> Turn:
    """After ten idle minutes: begin anew, or go on with what was begun."""
    return talk.turn(talk.say(t("Hello. What would you like?"), *ways_back(talk)), gate="go_on")


def ways_back(talk: Talk) -> tuple[Option, ...]:
    """What `offer` offers."""
    return talk.option("new", t("Begin anew")), talk.option("go_on", t("Go on where I stopped"))


def only_answer(talk: Talk, asked: Asked) -> Answer | None:
    """The answer to a question that leaves no choice: a region with one district or none, no outing that is coming."""
    if asked.question.type not in ("district", "place", "outing"):
        return None
    options = options_of(talk, asked)
    if not options:
        return Answer(None)
    return Answer(options[0].value) if len(options) == 1 else None


def review_choices(here: Position) -> tuple[str, ...]:
    """What a number chooses in the review: first `send`, then each answer, to change it."""
    return SEND, *here.relevant


def _review_options(talk: Talk, here: Position) -> tuple[Option, ...]:
    """The same as she reads it."""
    lines = (
        Option(name, f"{prompt_of(talk, asked).title}: {shown(talk, asked, talk.draft.answers[name])}", button=False)
        for name, asked in ((name, talk.service.by_name[name]) for name in here.relevant)
    )
    return talk.option(SEND, t("Everything is right, send")), *lines


def _review(talk: Talk, here: Position, before: str) -> Reply:
    text = talk.words.t(t("Please look once more. To change something, send its number."))
    return Reply("\n".join(part for part in (before, text) if part), _review_options(talk, here), REVIEW)


def shown(talk: Talk, asked: Asked, answer: Answer) -> str:
    """An answer as she may read it in the review: choices in words; by SMS, who she is stays hidden."""
    if answer.media is not None and answer.media.kind != "voice":
        return talk.words.t(t("(your picture)"))
    if answer.media is not None:
        return talk.words.t(t("(your recording)"))
    if answer.value is None:
        return "–"
    if asked.question.sensitive and talk.draft.manner == "sms":
        return "•••"
    if asked.question.type == "date":
        return _date(talk, answer)
    labels = {option.value: option.label for option in options_of(talk, asked)}
    values = (answer.value,) if isinstance(answer.value, str) else answer.value
    text = ", ".join([labels.get(value, value) for value in values])
    return text if text in labels.values() or not answer.raw or asked.question.type not in IN_HER_WORDS else answer.raw


def _date(talk: Talk, answer: Answer) -> str:
    """The date as we understood it; one from another calendar or a guess also as she wrote it."""
    text = str(answer.value)
    if answer.precision == "day":
        text = "/".join(reversed(text.split("-")))
    if answer.precision == "about":
        return talk.words.t(t("about {year}"), year=text)
    return f"{text} ({answer.raw})" if answer.calendar not in ("", "gregorian") else text
