"""Takes an answer: reads it, keeps it, or asks again in other words; and the last look before all is sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flows.asking import Position, ask, is_relevant, is_voice, position, prompt_of, wording
from flows.checklists import CHECKLIST, open_items
from flows.conversation import alarms, several
from flows.conversation.cases import call_a_person
from flows.conversation.going import REVIEW, SEND, go_on, review_choices, ways_on
from flows.effects import ForgetDraft, OpenCase, Say, SignUp, Turn
from flows.language import t
from flows.loader import Asked
from flows.model import Answer, Message, Option, Outing, Reply, Value
from flows.planning import Plans, steps_after, steps_from_answers, tasks_for
from flows.reading import Misread, explain, pick, pick_by_number, read
from flows.routed import fact_of
from flows.rules import OUTCOME
from flows.talk import Talk
from flows.where import PLACE, agreeing, place_of

SPOKEN = ("text", "name", "date", "phone", "number", "email", "country", "governorate", "district", "place")
"""What may be answered by a voice note, which a volunteer types in; a consent and a choice may not."""
TRIES = 3
"""Two misunderstood answers are asked again with an example; the third offers a person."""


def take(talk: Talk) -> Turn:
    """Take a message as the answer to the question that is open, or to the review."""
    here = position(talk.service, talk.draft, talk.now)
    if not talk.is_about(here.asked.question.ask if here.asked else REVIEW):
        return go_on(talk)  # a button of an earlier question: say what is asked now
    if here.asked is None:
        return _take_review(talk, here) if talk.service.questions and not here.is_over else go_on(talk)
    if is_voice(talk.message) and here.asked.question.type in SPOKEN:
        return _keep(talk, here.asked, Answer(None, media=talk.message.media))
    outcome = (
        several.choose(talk, here.asked) if several.takes(talk, here.asked) else read(talk, here.asked, talk.message)
    )
    if not isinstance(outcome, Answer | Misread):
        return _marked(talk.but(chosen=outcome))
    outcome = _allowed(talk, here.asked, outcome)
    if isinstance(outcome, Misread):
        return _ask_again(talk, here, here.asked, outcome)
    return _keep(talk, here.asked, outcome)


def _marked(talk: Talk) -> Turn:
    """The same question with what is marked now, in the place of the one whose button she pressed."""
    turn, place = go_on(talk), talk.message.chat_message
    effects = (Say(one.reply._replace(instead=place)) if isinstance(one, Say) else one for one in turn.effects)
    return turn._replace(effects=tuple(effects))


def understand(talk: Talk, asked: Asked, message: Message, *, meant: str = "") -> Answer | Misread:
    """Read a message as the answer to a question, and see that the question allows it; `meant` as in `read`."""
    return _allowed(talk, asked, read(talk, asked, message, meant=meant))


def _allowed(talk: Talk, asked: Asked, outcome: Answer | Misread) -> Answer | Misread:
    """The same, unless the question's constraint forbids it; as in ODK, what was left out or spoken is not tested."""
    if isinstance(outcome, Misread) or outcome.value is None or asked.constraint is None:
        return outcome
    values = position(talk.service, talk.draft, talk.now).values
    if led_to := talk.draft.answers.get(OUTCOME):  # one question alone, asked weeks after all the others
        values = {**values, OUTCOME: led_to.value}
    return outcome if asked.constraint.truth(values, now=talk.now, this=outcome.value) else Misread("constraint")


def _keep(talk: Talk, asked: Asked, answer: Answer) -> Turn:
    question = asked.question
    if question.type == "consent":
        answer = answer._replace(wording=wording(talk, asked))
        if answer.value == "no" and question.refusal:
            return _refused(talk, prompt_of(talk, asked).refusal)
    return _answered(with_answer(talk, question.ask, answer), asked)


def _answered(talk: Talk, asked: Asked) -> Turn:
    """Go on after an answer; what it leads to, and what must not wait, is said first."""
    rules = talk.service.rules
    if not (rules.alarms or asked.verdicts):
        return go_on(talk)
    here = position(talk.service, talk.draft, talk.now)
    talk, effects = alarms.raise_for(talk, here)
    if asked.verdicts and here.outcome and not here.is_over:
        effects += (Say(Reply(talk.filled(talk.one_of(here.outcome.says), talk.service))),)
    turn = go_on(talk)
    return turn._replace(effects=(*effects, *turn.effects))


def take_over(talk: Talk) -> Turn:
    """After an outcome that ends the questions: a person, one question back, or the end, of which nothing is kept."""
    here, on = position(talk.service, talk.draft, talk.now), talk.but(gate="")
    if not here.is_over:
        return take(on)
    match pick(talk, ways_on(talk)):
        case "human":
            return _send(on, here)
        case "back":
            return go_on(several.change(on, list(here.relevant)[-1]))
        case "end":
            return _refused(on, talk.words.t(t("That is fine. Write to us again whenever you want.")))
        case _:
            return go_on(on)


def with_answer(talk: Talk, name: str, answer: Answer) -> Talk:
    """The same with one question answered, and the other answers made to agree with it."""
    before, answers = talk.draft.answers.get(name), {**talk.draft.answers, name: answer}
    answers = agreeing(talk.library.places, talk.service, name, before, answers)
    return talk.but(answers=answers, editing="", chosen=(), failures=0, gate="", pending=None)


def _refused(talk: Talk, text: str) -> Turn:
    """She does not want to go on: nothing that she said is kept."""
    return talk._replace(draft=talk.draft.emptied(talk.now)).turn(ForgetDraft(), Say(Reply(text)))


def _ask_again(talk: Talk, here: Position, asked: Asked, why: Misread) -> Turn:
    """Say what was not understood, with an example; where two readings are possible, ask which was meant."""
    if why.options:
        return _ask_meant(talk.but(pending=talk.message), why)
    failures = talk.draft.failures + 1
    if failures >= TRIES:
        return _ask_stuck(talk, asked)
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
    outcome = understand(talk, here.asked, message, meant=chosen)
    if isinstance(outcome, Misread):
        return _ask_again(again, here, here.asked, replace(outcome, options=()))
    return _keep(again, here.asked, outcome)


def ask_meant(talk: Talk) -> Turn:
    """Ask once more which of two readings she meant; the question itself, when there is no doubt any more."""
    here, message = position(talk.service, talk.draft, talk.now), talk.draft.pending
    first = read(talk, here.asked, message) if here.asked and message else None
    return _ask_meant(talk, first) if isinstance(first, Misread) and first.options else go_on(talk)


def _ask_meant(talk: Talk, why: Misread) -> Turn:
    return talk.turn(talk.say(t("Which do you mean?"), *_meant(talk, why)), gate="meant")


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
            turn = go_on(again)
            return turn._replace(effects=(*call_a_person(again), *turn.effects))
        case "skip":
            return _keep(again, here.asked, Answer(None))
        case "again":
            return go_on(again)
        case _:
            return take(again)


def ask_stuck(talk: Talk) -> Turn:
    """Offer the ways out once more; the review, when nothing is asked any more."""
    here = position(talk.service, talk.draft, talk.now)
    return _ask_stuck(talk, here.asked) if here.asked else go_on(talk)


def _ask_stuck(talk: Talk, asked: Asked) -> Turn:
    text = t("Let us do this together.")
    return talk.turn(talk.say(text, *_ways_out(talk, asked)), gate="stuck", failures=0)


def _ways_out(talk: Talk, asked: Asked) -> tuple[Option, ...]:
    ways = talk.option("human", t("I want a person")), talk.option("again", t("Try again"))
    return (*ways, talk.option("skip", t("Leave it out"))) if asked.question.optional else ways


def _take_review(talk: Talk, here: Position) -> Turn:
    """`1` sends; another number changes that answer."""
    chosen = pick_by_number(talk, review_choices(here))
    if chosen is None:
        return go_on(talk, before=talk.words.t(t("Please send a number.")))
    if chosen == SEND:
        return _send(talk, here)
    return go_on(several.change(talk, chosen))


def _send(talk: Talk, here: Position) -> Turn:
    """Everything is right: the answers that count become a case, and the draft is destroyed."""
    return talk._replace(draft=talk.draft.emptied(talk.now)).turn(case_of(talk, here), ForgetDraft())


def case_of(talk: Talk, here: Position) -> OpenCase:
    """The case that the answers which count become."""
    service, language = talk.service, talk.draft.language
    answers = {name: talk.draft.answers[name] for name in here.relevant}
    route = {name: fact_of(here.relevant[name]) for name in service.file.case.route if here.relevant.get(name)}
    closing = Reply(talk.filled(talk.one_of(service.closings), service))
    values = here.values
    if place := place_of(talk.library.places, service, here.relevant):
        route[PLACE] = place
    if here.outcome:
        route[OUTCOME] = here.outcome.plan.outcome
    items = _open_items(talk, here)
    if items:
        route[CHECKLIST] = " ".join(items)
    plans, outings = service.plans, _chosen_outings(talk, values)
    call = plans.call is not None and plans.call.truth(values, now=talk.now)
    return OpenCase(
        service.name,
        language,
        answers,
        closing,
        route,
        call=call,
        needs=tuple(skill for skill, when in service.needs.items() if when.truth(values, now=talk.now)),
        tasks=tasks_for(plans, values, talk.now),
        steps=steps_after(plans, "opened", talk.now, values, talk.now) + steps_from_answers(plans, values, talk.now),
        reads=plans.reads,
        call_within=plans.call_within if call else None,
        outings=tuple(sign_up(one, plans, values, talk.now) for one in outings),
        begun=talk.draft.begun,
        open_items=items,
    )


def _chosen_outings(talk: Talk, values: Mapping[str, Value]) -> tuple[Outing, ...]:
    """The outings that she signs up for, of those that are coming."""
    asked = [one.question.ask for one in talk.service.questions if one.question.type == "outing"]
    chosen = {values.get(name) for name in asked}
    return tuple(one for one in talk.library.outings.get(talk.service.name, ()) if one.id in chosen)


def sign_up(outing: Outing, plans: Plans, values: Mapping[str, Value], now: datetime) -> SignUp:
    """What signing up for an outing is, with what the service plans around its day."""
    at = outing.starts_at
    return SignUp(outing.id, steps_after(plans, "outing", at, values, now) if at else ())


def _open_items(talk: Talk, here: Position) -> tuple[str, ...]:
    """What her checklist still lacks, of what is asked of her."""
    service, values = talk.service, here.values
    if service.rules.checklist is None or here.is_over:
        return ()
    hers = (one for one in service.questions if is_relevant(one, values, talk.now))
    return open_items(service, here.relevant, frozenset(one.question.ask for one in hers))
