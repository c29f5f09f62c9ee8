"""After a case is open: what she writes goes to her volunteer; she asks how it stands, or to be forgotten."""

from dataclasses import replace

from flows.conversation.opening import choose_service
from flows.effects import Deliver, Effect, Escalate, ForgetCase, TellStatus, Turn
from flows.language import t
from flows.model import Message, Reply
from flows.reference import read_reference
from flows.talk import Talk

STATUS, FORGET = "status", "forget"
"""A pending message with one of these as its button asks for that, once we know which case."""


def hear(talk: Talk, *, idle: bool) -> Turn:
    """Take a message outside a service: to the case that it names or answers; else begin."""
    named = read_reference(talk.message.text)
    answered = talk.draft.reply_to
    only = talk.draft.cases[0] if len(talk.draft.cases) == 1 and not idle else ""
    reference = named or answered or only
    if reference:
        return talk.turn(_deliver(talk, reference, talk.message))
    return choose_service(talk) if not talk.draft.cases else _which(talk, talk.message)


def tell_status(talk: Talk) -> Turn:
    """STATUS: of the one case of this phone, or of the one she names."""
    return _about(talk, STATUS)


def forget_case(talk: Talk) -> Turn:
    """FORGET outside a draft: always asks for the reference, since anybody may hold the phone."""
    return _which(talk, replace(talk.message, text="", button=FORGET))


def take_reference(talk: Talk) -> Turn:
    """She was asked which case: do what waited, with the one she names; NEW and the other commands still work."""
    reference, waiting = read_reference(talk.message.text), talk.draft.pending
    if reference is None or waiting is None:
        if talk.draft.failures >= 2:
            return choose_service(talk.but(gate="", pending=None, failures=0))
        return talk.turn(_ask_reference(talk), failures=talk.draft.failures + 1)
    return talk.turn(_do(talk, reference, waiting), gate="", pending=None, failures=0)


def call_a_person(talk: Talk) -> Turn:
    """HUMAN, or the third answer that was not understood: a case is opened with what there is, for a person to take.

    What somebody else said on this phone is not in it.
    """
    answers = {} if talk.draft.locked else talk.draft.answers
    asked = Escalate("human", talk.draft.service, talk.draft.language, answers)
    text = t("A person will write to you here. You can go on meanwhile. In danger, call {emergency}.")
    return talk.turn(asked, talk.say(text, emergency=talk.library.desk.emergency), gate="")


def _about(talk: Talk, what: str) -> Turn:
    waiting = replace(talk.message, text="", button=what)
    if len(talk.draft.cases) == 1:
        return talk.turn(_do(talk, talk.draft.cases[0], waiting))
    if talk.draft.answers and not talk.draft.cases:
        return talk.turn(talk.say(t("You are not finished yet, so nothing was sent. Go on whenever you like.")))
    return _which(talk, waiting)


def _which(talk: Talk, waiting: Message) -> Turn:
    return talk.turn(_ask_reference(talk), gate="which", pending=waiting, failures=0)


def _ask_reference(talk: Talk) -> Effect:
    return talk.say(t("Which one? Send the number that we gave you, like K7-4QF. To begin anew, send: new"))


def _do(talk: Talk, reference: str, waiting: Message) -> Effect:
    unknown = talk.reply(t("We do not find that number. Please look at it once more."))
    if waiting.button == STATUS:
        return TellStatus(reference, {**_states(talk), "unknown": unknown})
    if waiting.button == FORGET:
        return ForgetCase(reference, talk.reply(t("Done. It is gone.")), unknown)
    return _deliver(talk, reference, waiting)


def _states(talk: Talk) -> dict[str, Reply]:
    """Neutral words: whoever else reads them learns nothing."""
    return {
        "open": talk.reply(t("We have it. Nobody has looked yet.")),
        "claimed": talk.reply(t("One of us is on it.")),
        "closed": talk.reply(t("It is finished.")),
    }


def _deliver(talk: Talk, reference: str, message: Message) -> Deliver:
    unknown = talk.reply(t("We do not find that number. Please look at it once more."))
    return Deliver(reference, message, talk.reply(t("We passed it on.")), unknown)
