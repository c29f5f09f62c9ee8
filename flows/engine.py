"""One message in, one turn out: the only loop. Pure; what must happen is returned as effects."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flows.commands import recognise
from flows.conversation import asking_by_slip, cases, notices, opening, orders, returning, taking
from flows.conversation.going import offer
from flows.effects import BreakSilence, Effect, Say, Silence, Turn
from flows.loader import Library
from flows.model import Draft, Message
from flows.talk import Talk

IDLE = timedelta(minutes=10)
"""After so long somebody else may hold the phone: nothing said earlier is shown (DESIGN.md, section 5)."""


def step(library: Library, draft: Draft | None, message: Message, now: datetime) -> Turn:
    """Take one message into a conversation.

    Takes the library, the address's draft (None: there is none), the message, and the time (aware, UTC). Gives the
    draft to keep and the effects, in order. Never raises for anything that a person can send.
    """
    known = draft or Draft()
    heard = replace(known, manner=message.manner, touched=now, silent=False)
    talk = Talk(library, heard, message, now, known.touched)
    turn = _turn(talk, idle=known.touched is not None and now - known.touched > IDLE)
    if known.silent and not any(isinstance(effect, Silence) for effect in turn.effects):
        turn = replace(turn, effects=(BreakSilence(), *turn.effects))
    gate = turn.draft.gate if turn.draft else ""
    return replace(turn, effects=tuple(_about(effect, gate) for effect in turn.effects)) if gate else turn


def _about(effect: Effect, gate: str) -> Effect:
    """Mark what can be chosen at a gate as being about it; a question of the service marks its own."""
    if isinstance(effect, Say) and effect.reply.options and not effect.reply.about:
        return Say(replace(effect.reply, about=gate))
    return effect


GATES: dict[str, Callable[[Talk], Turn]] = {
    "language": opening.take_language,
    "service": opening.take_service,
    "manner": opening.take_manner,
    "menu": orders.take_from_menu,
    "forget": orders.take_forget,
    "go_on": returning.take_choice,
    "proof": returning.take_proof,
    "which": cases.take_reference,
    "stuck": taking.take_stuck,
    "meant": taking.take_meant,
    asking_by_slip.LANGUAGE_FIRST: asking_by_slip.take_language,
}
"""What she may be asked outside the service, and who takes the answer."""


def _whatever_was_asked(talk: Talk, *, idle: bool) -> Turn | None:
    """What works at any time: commands, a slip, an answer to what we told her unasked."""
    command = recognise(talk.message.text)
    if command and not talk.draft.language and talk.draft.unread:
        talk = talk.but(language=talk.draft.unread[-1].language)
    if command and (talk.draft.language or command == "stop"):
        return orders.obey(talk, command)
    if command == "status":
        return asking_by_slip.ask_language(talk)
    busy = not idle and bool(talk.draft.gate or talk.draft.service)
    if slip := asking_by_slip.slip_of(talk, busy=busy):
        return asking_by_slip.tell(talk, slip)
    if (talk.draft.unread or talk.message.button) and notices.is_answered(talk, idle=idle):
        return notices.take(talk)
    return None


def _turn(talk: Talk, *, idle: bool) -> Turn:
    if idle and returning.protects(talk.draft):
        talk = talk.but(locked=True, gate="", failures=0)
    message = talk.message
    if aside := _whatever_was_asked(talk, idle=idle):
        return aside
    if talk.draft.gate and talk.is_about(talk.draft.gate):
        return GATES[talk.draft.gate](talk)
    if talk.draft.reply_to and not message.button and (talk.draft.reply_due or not (idle or talk.draft.service)):
        return cases.answer_volunteer(talk)
    if talk.draft.gate:
        talk = talk.but(gate="")  # a button of something else: what was asked in between is let go
    if talk.draft.locked:
        return offer(talk)
    if not talk.draft.language:
        return opening.greet(talk)
    if not talk.draft.service:
        return cases.hear(talk, idle=idle)
    return taking.take(talk)
