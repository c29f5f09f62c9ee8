"""A volunteer asks for one answer that a case lacks: just that question, and what comes next is read as its answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile

from flows.answers.outcome import Misread
from flows.asking import ask, is_relevant, is_voice, prompt_of, wording
from flows.checklists import changed
from flows.checklists import is_open as is_open_item
from flows.conversation.cases import passed_on
from flows.conversation.going import go_on
from flows.conversation.lists import newest
from flows.conversation.taking import SPOKEN, TRIES, sign_up, understand
from flows.effects import Amend, Effect, Heard, Say, SignUp, Turn
from flows.language import t
from flows.loader import Asked, Library, Service
from flows.model import Answer, Asking, Draft, Manner, Message, Option, Reply, Value
from flows.planning import Open, is_bad, steps_after, tasks_after
from flows.reading import explain, pick
from flows.talk import Talk

BEFORE = t("One question is still open:")
AGREED = t("Hello. A short question, as we agreed:")


def question(library: Library, asking: Asking, language: str, manner: Manner, now: datetime) -> Reply:
    """What she is asked, in her language (ISO 639). The service must still have the question."""
    talk = Talk(library, Draft(language=language, manner=manner), Message("page", "page:", "", ""), now)
    aside, asked = _aside(talk, asking)
    assert asked is not None
    return _question(aside, asked, asking, talk.words.t(AGREED if asking.follow_up else BEFORE))


def is_answered(talk: Talk) -> bool:
    """Whether the message is for that question: by its button, or because it is the last thing that was asked."""
    asking = talk.draft.asking
    if asking is None or talk.now < asking.since:
        return False
    if talk.message.button or talk.message.about:
        return talk.is_about(_about(asking))
    return asking.due


def is_open(talk: Talk) -> bool:
    """Whether that question was asked last, and waits."""
    asking = talk.draft.asking
    return asking is not None and asking.due and talk.now >= asking.since


def ask_again(talk: Talk) -> Turn:
    """Say the question that is open once more."""
    asking = talk.draft.asking
    assert asking is not None
    aside, asked = _aside(talk, asking)
    return talk.turn(Say(_question(aside, asked, asking, ""))) if asked else _pass_on(talk, asking)


def ask_list(talk: Talk) -> Turn:
    """LIST: ask for the first thing that is open in her newest list; the others follow it."""
    found = newest(talk)
    if found is None:
        return talk.turn(talk.say(t("Nothing is open.")))
    first, *rest = found.items
    asking = Asking(found.reference, found.service, first, talk.now, rest=tuple(rest))
    return ask_again(talk.but(asking=asking, gate="", failures=0))


def let_go(talk: Talk) -> Talk:
    """She turned to something else, whose next question she is asked now: only its buttons answer the old one."""
    asking = talk.draft.asking
    return talk.but(asking=replace(asking, due=False)) if asking and is_open(talk) else talk


def take(talk: Talk) -> Turn:
    """Take the answer into the case, or ask once more; the third time it goes there as she wrote it."""
    asking = talk.draft.asking
    assert asking is not None
    aside, asked = _aside(talk, asking)
    if asked is None:  # the service does not ask that any more
        return _pass_on(talk, asking)
    if is_voice(talk.message) and asked.question.type in SPOKEN:
        return _amend(talk, asking, Answer(None, media=talk.message.media))
    outcome = _understood(aside, asked, asking)
    if isinstance(outcome, Answer):
        worded = asked.question.type == "consent"
        return _amend(talk, asking, outcome._replace(wording=wording(aside, asked)) if worded else outcome)
    heard = (*asking.heard, talk.message.text)
    if len(heard) >= TRIES:
        return _pass_on(talk, asking)
    again = replace(asking, heard=heard, due=True, doubt=talk.message.text if outcome and outcome.options else "")
    return talk.turn(Say(_again(aside, asked, again, outcome)), asking=again)


def _aside(talk: Talk, asking: Asking) -> tuple[Talk, Asked | None]:
    """The same turn with a draft that is about that question alone; None when there is no such question any more."""
    service = talk.library.services.get(asking.service)
    draft = Draft(talk.draft.language, asking.service, dict(asking.known), manner=talk.draft.manner)
    return talk._replace(draft=draft), service.by_name.get(asking.question) if service else None


def _understood(aside: Talk, asked: Asked, asking: Asking) -> Answer | Misread | None:
    """What she answered; None when, of the readings that she was offered, she meant none."""
    if asking.doubt:
        typed = aside.message._replace(text=asking.doubt, button="")
        first = understand(aside, asked, typed)
        chosen = pick(aside, _readings(aside, first)) if isinstance(first, Misread) else None
        if chosen == "none":
            return None
        if chosen:
            return understand(aside, asked, typed, meant=chosen)
    return understand(aside, asked, aside.message)


def _again(aside: Talk, asked: Asked, asking: Asking, why: Misread | None) -> Reply:
    if why is None:
        return _question(aside, asked, asking, "")
    if why.options:
        return aside.reply(t("Which do you mean?"), *_readings(aside, why))._replace(about=_about(asking))
    return _question(aside, asked, asking, explain(aside, asked, why))


def _readings(aside: Talk, why: Misread) -> tuple[Option, ...]:
    return *why.options, aside.option("none", t("None of these"))


def _question(aside: Talk, asked: Asked, asking: Asking, before: str) -> Reply:
    """The question as a conversation asks it, without a place in a row; several are chosen by numbers, not buttons."""
    said = ask(aside, asked, 0, 0)
    text = said.text.removeprefix("0/0 ")
    options = said.options
    if asked.question.type == "many":
        options = tuple(one._replace(button=False) for one in options)
    return Reply("\n".join(filter(None, (before, text))), options, _about(asking))


def _about(asking: Asking) -> str:
    """What its buttons are about: a question of the same name may be asked in a registration just now."""
    return f"asked-{asking.question}"


def _amend(talk: Talk, asking: Asking, answer: Answer) -> Turn:
    """Put the answer into the case; that it was added is said after the last of several questions."""
    unknown = talk.reply(t("We do not find that number. Please look at it once more."))
    service = talk.library.services[asking.service]
    still_open = is_open_item(service, asking.question, answer)
    if still_open is not None:
        lists = changed(talk.draft.lists, asking.reference, asking.question, still_open=still_open)
        talk = talk.but(lists=lists)
    if asking.follow_up:
        asking = replace(asking, known={**asking.known, asking.question: answer})
        talk = talk.but(asking=asking)
    rest = _rest(talk.library, asking, talk.now)
    done = None if rest else _done(talk, asking, listed=still_open is not None)
    heard = _heard(talk, asking, over=not rest)
    outing = _outing(talk, asking, answer)
    tasks = _tasks(talk, asking, answer)
    effect = Amend(asking.reference, asking.question, answer, done, unknown, still_open, heard, outing, tasks)
    return _then(talk, effect)


def _tasks(talk: Talk, asking: Asking, answer: Answer) -> tuple[Open, ...]:
    """The tasks that her answer calls for, as far as what is known here decides that."""
    service = talk.library.services[asking.service]
    values = _counting(talk, service, asking) | {asking.question: answer.value}
    known = service.plans.reads if asking.follow_up else frozenset(values)
    return tasks_after(service.plans, asking.question, values, known, talk.now)


def _outing(talk: Talk, asking: Asking, answer: Answer) -> SignUp | None:
    """The outing that she signs up for by an answer, if any; what is planned around its day, if enough is known."""
    service = talk.library.services[asking.service]
    if service.by_name[asking.question].question.type != "outing":
        return None
    chosen = (one for one in talk.library.outings.get(asking.service, ()) if one.id == answer.value)
    found = (sign_up(one, service.plans, _counting(talk, service, asking), talk.now) for one in chosen)
    signed = next(found, None)
    return signed if signed is None or asking.follow_up else SignUp(signed.outing)


def _heard(talk: Talk, asking: Asking, *, over: bool) -> Heard | None:
    """What its answer means to the follow-up that asked it; None when none did, or the service has none such now."""
    service = talk.library.services.get(asking.service)
    if service is None or asking.follow_up not in service.plans.follow_ups:
        return None
    values = _counting(talk, service, asking)
    event = f"follow_up.{asking.follow_up}"
    steps = steps_after(service.plans, event, talk.now, values, talk.now) if over else ()
    return Heard(asking.number, is_bad(service.plans, asking.follow_up, values, talk.now), over, steps)


def _counting(talk: Talk, service: Service, asking: Asking) -> dict[str, Value]:
    """What is known by the question that waits; what she answered at an earlier time and is not asked this time is not.

    A question that a volunteer had asked is not one of several.
    """
    following = service.plans.follow_ups.get(asking.follow_up)
    asked = following.plan.ask if following else ()
    every = {name: one.value for name, one in asking.known.items()}
    return {name: one for name, one in every.items() if name not in asked or _is_relevant(service, name, every, talk)}


def _is_relevant(service: Service, name: str, values: Mapping[str, Value], talk: Talk) -> bool:
    return name not in service.by_name or is_relevant(service.by_name[name], values, talk.now)


def first_of(library: Library, asking: Asking, now: datetime) -> Asking | None:
    """The first question of a follow-up, `rest` being all of them; None when none of them is relevant."""
    rest = _rest(library, asking, now)
    return replace(asking, question=rest[0], rest=rest[1:]) if rest else None


def _done(talk: Talk, asking: Asking, *, listed: bool) -> Reply:
    """That it was added, and what of her list is still open."""
    added = talk.reply(t("Thank you. We have added it."))
    left = next((one.items for one in talk.draft.lists if listed and one.reference == asking.reference), ())
    if not left:
        return added
    service = talk.library.services[asking.service]
    titles = ", ".join(prompt_of(talk, service.by_name[one]).title for one in left if one in service.by_name)
    open_still = talk.words.t(t("Still open: {items}. When you have one of them, send: list"), items=titles)
    return Reply(f"{added.text} {open_still}")


def _rest(library: Library, asking: Asking, now: datetime) -> tuple[str, ...]:
    """What is asked after this question, as far as the service still has it; first a question that is relevant.

    Only a follow-up knows by which answers that is decided.
    """
    service = library.services.get(asking.service)
    left = [one for one in asking.rest if service and one in service.by_name]
    values = {name: one.value for name, one in asking.known.items()}

    def is_idle(name: str) -> bool:
        return service is not None and bool(asking.follow_up) and not is_relevant(service.by_name[name], values, now)

    return tuple(dropwhile(is_idle, left))


def _pass_on(talk: Talk, asking: Asking) -> Turn:
    """Nothing that she wrote is lost: a volunteer reads all of it."""
    text = "\n".join(filter(None, (*asking.heard, talk.message.text)))
    return _then(talk, passed_on(talk._replace(message=talk.message._replace(text=text)), asking.reference))


def _then(talk: Talk, effect: Effect) -> Turn:
    """The question is settled; the next of several is asked, or what was going on goes on."""
    asking = talk.draft.asking
    if asking and (rest := _rest(talk.library, asking, talk.now)):
        following = replace(asking, question=rest[0], rest=rest[1:], since=talk.now, due=True, heard=(), doubt="")
        turn = ask_again(talk.but(asking=following))
        return turn._replace(effects=(effect, *turn.effects))
    talk = talk.but(asking=None)
    if talk.draft.gate or not (talk.draft.service or talk.draft.locked):
        return talk.turn(effect)
    turn = go_on(talk)
    return turn._replace(effects=(effect, *turn.effects))
