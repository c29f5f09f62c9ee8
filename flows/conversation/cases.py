"""After a case is open: what she writes goes to her volunteer; she asks how it stands, or to be forgotten."""

from dataclasses import replace

from flows.conversation.alarms import said_so_far
from flows.conversation.going import go_on
from flows.conversation.opening import choose_service, default_service
from flows.effects import Confirm, Deliver, Effect, Escalate, ForgetCase, Say, TellStatus, Turn
from flows.language import t
from flows.model import Message, Reply
from flows.reference import read_reference
from flows.talk import Talk

LONGEST_REFERENCE = 8
"""Characters of a message that is nothing but a reference: she asks how it stands."""
STATUS, FORGET, READ = "status", "forget", "read"
"""A pending message with one of these as its button asks for that, or says that, once we know which case."""

COMING = t("A person will write to you here. You can go on meanwhile. In danger, call {emergency}.")


def hear(talk: Talk, *, idle: bool) -> Turn:
    """Take a message outside a service: to the case that it names, or the only one; else begin."""
    named = read_reference(talk.message.text)
    only = talk.draft.cases[0] if len(talk.draft.cases) == 1 and not idle else ""
    reference = named or only
    brings = talk.message.media is not None and named in talk.draft.cases
    if named and len(talk.message.text.strip()) <= LONGEST_REFERENCE and not brings:
        return _status_of(talk, named)
    if reference:
        return talk.turn(_deliver(talk, reference, talk.message))
    return choose_service(talk) if not talk.draft.cases else _which(talk, talk.message)


def answer_volunteer(talk: Talk) -> Turn:
    """A volunteer has written, so this is for her, also in the middle of a registration, which then goes on."""
    delivered = _deliver(talk, talk.draft.reply_to, talk.message)
    talk = talk.but(reply_due=False)
    if not talk.draft.service and not talk.draft.locked:
        return talk.turn(delivered)
    turn = go_on(talk)
    return turn._replace(effects=(delivered, *turn.effects))


def tell_status(talk: Talk) -> Turn:
    """STATUS: of the one case of this phone, or of the one she names."""
    return _about(talk, STATUS)


def forget_case(talk: Talk) -> Turn:
    """FORGET outside a draft: always asks for the reference, since anybody may hold the phone."""
    return _which(talk.but(service=""), talk.message._replace(text="", button=FORGET))


def take_reference(talk: Talk) -> Turn:
    """She was asked which case: do what waited, with the one she names; NEW and the other commands still work."""
    reference, waiting = read_reference(talk.message.text), talk.draft.pending
    if reference is None or waiting is None:
        return _ask_again(talk, waiting)
    done = talk.but(gate="", pending=None, failures=0)
    if waiting.button == FORGET:
        done = done._replace(draft=done.draft.without_case(reference))
    if waiting.button == STATUS:
        return _status_of(done, reference)
    return done.turn(_do(done, reference, waiting))


def _ask_again(talk: Talk, waiting: Message | None) -> Turn:
    """She names no case: what she writes waits with the rest; after three times it goes to her newest one."""
    if waiting is not None and not waiting.button:
        waiting = waiting._replace(text=f"{waiting.text}\n{talk.message.text}")
    if talk.draft.failures < 2:
        return talk.turn(_ask(talk, waiting), failures=talk.draft.failures + 1, pending=waiting)
    talk = talk.but(gate="", pending=None, failures=0)
    if waiting is None or waiting.button or not talk.draft.cases:
        return choose_service(talk)
    return talk.turn(_deliver(talk, talk.draft.cases[-1], waiting))


def _status_of(talk: Talk, reference: str) -> Turn:
    """How a case of this phone stands; of any other, whether there is one or not, the code on its slip is asked for."""
    waiting = talk.message._replace(text="", button=STATUS)
    if reference in talk.draft.cases:
        return talk.turn(_do(talk, reference, waiting))
    named = waiting._replace(text=reference)
    return talk.turn(_ask(talk, named), gate="which", pending=named, failures=0)


def call_a_person(talk: Talk) -> tuple[Effect, ...]:
    """HUMAN, or the third answer that was not understood: into the case that there is, or a new one, for a person.

    What somebody else said on this phone is not in it, nor a consent to hand anything on: she has not finished.
    """
    receipt = talk.reply(COMING, emergency=talk.emergency(talk.library.services.get(talk.draft.service)))
    if talk.draft.cases:
        reference = talk.draft.reply_to or talk.draft.cases[-1]
        return (replace(_deliver(talk, reference, talk.message), receipt=receipt),)
    service = talk.draft.service or default_service(talk)
    return Escalate("human", service, talk.draft.language, said_so_far(talk)), Say(receipt)


def _about(talk: Talk, what: str) -> Turn:
    waiting = talk.message._replace(text="", button=what)
    if len(talk.draft.cases) == 1:
        return talk.turn(_do(talk, talk.draft.cases[0], waiting))
    if not talk.draft.cases and (talk.draft.service or talk.draft.gate):
        return talk.turn(talk.say(t("You are not finished yet, so nothing was sent. Go on whenever you like.")))
    return _which(talk, waiting)


def _which(talk: Talk, waiting: Message) -> Turn:
    return talk.turn(_ask(talk, waiting), gate="which", pending=waiting, failures=0)


def _ask(talk: Talk, waiting: Message | None) -> Effect:
    if waiting is not None and waiting.button == STATUS:
        if waiting.text:
            return talk.say(t("And the four digits on your card? Send the number and the digits, like K7-4QF 1234."))
        if not talk.draft.cases:
            return talk.say(t("Send the number and the four digits on your card, like K7-4QF 1234."))
    return ask_which(talk)


def ask_which(talk: Talk) -> Effect:
    """Ask which case something is about."""
    return talk.say(t("Which one? Send the number that we gave you, like K7-4QF. To begin anew, send: new"))


def _do(talk: Talk, reference: str, waiting: Message) -> Effect:
    unknown = talk.reply(t("We do not find that number. Please look at it once more."))
    if waiting.button == STATUS:
        return TellStatus(reference, {**_states(talk), "unknown": unknown})
    if waiting.button == FORGET:
        return ForgetCase(reference, talk.reply(t("Done. It is gone.")), unknown)
    if waiting.button == READ:
        return confirmed(talk, reference)
    return _deliver(talk, reference, waiting)


def _states(talk: Talk) -> dict[str, Reply]:
    """Neutral words: whoever else reads them learns nothing."""
    return {
        "open": talk.reply(t("We have it. Nobody has looked yet.")),
        "claimed": talk.reply(t("One of us is on it.")),
        "closed": talk.reply(t("It is finished.")),
    }


def confirmed(talk: Talk, reference: str) -> Confirm:
    """She has read what we told her."""
    done = talk.reply(t("Thank you. Now we know that you have read it."))
    return Confirm(reference, talk.message, done, talk.reply(t("We passed it on.")))


def passed_on(talk: Talk, reference: str) -> Deliver:
    """What she writes goes to the volunteer of a case."""
    return _deliver(talk, reference, talk.message)


def _deliver(talk: Talk, reference: str, message: Message) -> Deliver:
    unknown = talk.reply(t("We do not find that number. Please look at it once more."))
    return Deliver(reference, message, talk.reply(t("We passed it on.")), unknown)
