"""Takes an answer: reads it, keeps it, or asks again in other words; and the last look before all is sent."""

from dataclasses import replace

from flows.asking import Position, ask, is_voice, position, prompt_of, wording
from flows.conversation.cases import call_a_person
from flows.conversation.going import REVIEW, SEND, go_on, review_options
from flows.effects import ForgetDraft, OpenCase, Say, Turn
from flows.language import t
from flows.loader import Asked
from flows.model import Answer, Draft, Option, Reply, Value
from flows.reading import Misread, explain, pick, pick_by_number, read
from flows.talk import Talk

SPOKEN = ("text", "name", "date", "phone", "number", "email", "country", "governorate", "district")
"""What may be answered by a voice note, which a volunteer types in; a consent and a choice may not."""
TRIES = 3
"""Two misunderstood answers are asked again with an example; the third offers a person."""


def take(talk: Talk) -> Turn:
    """Take a message as the answer to the question that is open, or to the review."""
    here = position(talk.service, talk.draft, talk.now)
    if not talk.is_about(here.asked.question.ask if here.asked else REVIEW):
        return go_on(talk)  # a button of an earlier question: say what is asked now
    if here.asked is None:
        return _take_review(talk, here)
    if is_voice(talk.message) and here.asked.question.type in SPOKEN:
        return _keep(talk, here.asked, Answer(None, media=talk.message.media))
    outcome = read(talk, here.asked, talk.message)
    if isinstance(outcome, Misread):
        return _ask_again(talk, here, here.asked, outcome)
    return _keep(talk, here.asked, outcome)


def _keep(talk: Talk, asked: Asked, answer: Answer) -> Turn:
    question = asked.question
    given = answer.value is not None  # as in ODK, what was left out or spoken is not tested
    if given and asked.constraint and not asked.constraint.truth(_values(talk), now=talk.now, this=answer.value):
        here = position(talk.service, talk.draft, talk.now)
        return _ask_again(talk, here, asked, Misread("constraint"))
    if question.type == "consent":
        answer = replace(answer, wording=wording(talk, asked))
        if answer.value == "no" and question.refusal:
            return _refused(talk, prompt_of(talk, asked).refusal)
    answers = _still_fitting(talk, question.ask, answer)
    return go_on(talk.but(answers=answers, editing="", failures=0, gate="", pending=None))


def _still_fitting(talk: Talk, changed: str, answer: Answer) -> dict[str, Answer]:
    """The answers with a new one, made to agree with it: another region drops the district, a district sets its region.

    (At the question which part of Beirut, she may say Dora, and mean it: that is in another region.)
    """
    by_name, answers, value = talk.service.by_name, {**talk.draft.answers, changed: answer}, answer.value
    around = by_name[changed].question.within
    region = next((one.governorate for one in talk.library.places.all if one.id == value), "") if around else ""
    if region and answers.get(around, Answer(None)).value != region:
        answers[around] = Answer(region)
    before = talk.draft.answers.get(changed)
    if before is not None and before.value != value:
        answers = {name: kept for name, kept in answers.items() if by_name[name].question.within != changed}
    return answers


def _values(talk: Talk) -> dict[str, Value]:
    return position(talk.service, talk.draft, talk.now).relevant


def _refused(talk: Talk, text: str) -> Turn:
    """She does not want to go on: nothing that she said is kept."""
    return replace(talk, draft=_after(talk)).turn(ForgetDraft(), Say(Reply(text)))


def _ask_again(talk: Talk, here: Position, asked: Asked, why: Misread) -> Turn:
    """Say what was not understood, with an example; where two readings are possible, ask which was meant."""
    if why.options:
        return talk.turn(talk.say(t("Which do you mean?"), *_meant(talk, why)), gate="meant", pending=talk.message)
    failures = talk.draft.failures + 1
    if failures >= TRIES:
        return talk.turn(talk.say(t("Let us do this together."), *_ways_out(talk, asked)), gate="stuck", failures=0)
    before = explain(talk, asked, why)
    return talk.turn(Say(ask(talk, asked, here.number, here.total, before=before)), failures=failures)


def take_meant(talk: Talk) -> Turn:
    """She was asked which of two readings she meant; any other text is a new answer."""
    here, message = position(talk.service, talk.draft, talk.now), talk.draft.pending
    again = talk.but(gate="", pending=None)
    if message is None or here.asked is None:
        return take(again)
    first = read(talk, here.asked, message)
    chosen = pick(talk, _meant(talk, first)) if isinstance(first, Misread) else None
    if chosen is None:
        return take(again)
    if chosen == "none":
        return go_on(again)
    outcome = read(talk, here.asked, message, meant=chosen)
    if isinstance(outcome, Misread):
        return _ask_again(again, here, here.asked, replace(outcome, options=()))
    return _keep(again, here.asked, outcome)


def _meant(talk: Talk, why: Misread) -> tuple[Option, ...]:
    return *why.options, talk.option("none", t("None of these"))


def take_stuck(talk: Talk) -> Turn:
    """After three tries: a person, once more, or on to the next question where it may be left out."""
    here = position(talk.service, talk.draft, talk.now)
    again = talk.but(gate="")
    if here.asked is None:
        return take(again)
    match pick(talk, _ways_out(talk, here.asked)):
        case "human":
            return call_a_person(again)
        case "skip":
            return _keep(again, here.asked, Answer(None))
        case "again":
            return go_on(again)
        case _:
            return take(again)


def _ways_out(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    ways = talk.option("human", t("I want a person")), talk.option("again", t("Try again"))
    return (*ways, talk.option("skip", t("Leave it out"))) if asked.question.optional else ways


def _take_review(talk: Talk, here: Position) -> Turn:
    """`1` sends; another number changes that answer."""
    chosen = pick_by_number(talk, review_options(talk, here))
    if chosen is None:
        return go_on(talk, before=talk.words.t(t("Please send a number.")))
    return _send(talk, here) if chosen == SEND else go_on(talk.but(editing=chosen))


def _send(talk: Talk, here: Position) -> Turn:
    """Everything is right: the answers that count become a case, and the draft is destroyed."""
    service, language = talk.service, talk.draft.language
    answers = {name: talk.draft.answers[name] for name in here.relevant}
    route = {name: str(here.relevant[name]) for name in service.file.case.route if here.relevant.get(name)}
    closing = Reply(service.closings.get(language) or service.file.closing)
    opened = OpenCase(service.name, language, answers, closing, route)
    return replace(talk, draft=_after(talk)).turn(opened, ForgetDraft())


def _after(talk: Talk) -> Draft:
    """What is remembered of a conversation that is over: its language, and whose else drafts are on this phone."""
    draft = talk.draft
    return Draft(language=draft.language, aside=draft.aside, cases=draft.cases, manner=draft.manner, touched=talk.now)
