"""One message in, one turn out: the only loop. Pure; what must happen is returned as effects."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flows.commands import command_of, may_be_a_name
from flows.conversation import (
    alarms,
    asked,
    asking_by_slip,
    cards,
    cases,
    files,
    naming,
    notices,
    opening,
    orders,
    returning,
    taking,
)
from flows.conversation.going import OVER, go_on, offer
from flows.effects import BreakSilence, Effect, Say, Silence, Turn
from flows.loader import Library
from flows.model import Draft, Message, Reply
from flows.talk import Talk

IDLE = timedelta(minutes=10)
"""After so long somebody else may hold the phone: nothing said earlier is shown (DESIGN.md, section 5)."""


def step(library: Library, draft: Draft | None, message: Message, now: datetime) -> Turn:
    """Take one message into a conversation.

    Takes the library, the address's draft (None: there is none), the message, and the time (aware, UTC). Gives the
    draft to keep and the effects, in order. Never raises for anything that a person can send.
    """
    known = draft or Draft()
    heard = known.but(manner=message.manner, touched=now, silent=False)
    talk = Talk(library, heard, message, now, known.touched)
    idle = known.touched is not None and now - known.touched > IDLE
    # A page is a signed-in person's; an answer that could not be sent for a while is still the answer.
    idle = idle and message.manner != "assisted"
    talk = files.let_go(talk, idle=idle)
    crisis = alarms.heard(talk)
    turn = _turn(talk, idle=idle, crisis=crisis is not None)
    if crisis:
        turn = alarms.answer(talk, crisis, turn)
    if message.media or talk.draft.files or talk.draft.pending:
        turn = files.keep(talk, files.hush(talk, turn), idle=idle)
    if heard.files or heard.pending:
        turn = files.destroy(heard, turn)
    if known.silent and not any(isinstance(effect, Silence) for effect in turn.effects):
        turn = turn._replace(effects=(BreakSilence(), *turn.effects))
    gate = turn.draft.gate if turn.draft else ""
    return turn._replace(effects=tuple(_about(effect, gate) for effect in turn.effects)) if gate else turn


def _about(effect: Effect, gate: str) -> Effect:
    """Mark what can be chosen at a gate as being about it; a question of the service marks its own."""
    if isinstance(effect, Say) and effect.reply.options and not effect.reply.about:
        return Say(effect.reply._replace(about=gate))
    return effect


GATES: dict[str, Callable[[Talk], Turn]] = {
    "language": opening.take_language,
    "service": orders.take_service,
    "manner": opening.take_manner,
    "menu": orders.take_from_menu,
    "forget": orders.take_forget,
    "go_on": returning.take_choice,
    "proof": returning.take_proof,
    "which": cases.take_reference,
    "stuck": taking.take_stuck,
    "meant": taking.take_meant,
    cards.GATE: opening.take_card,
    OVER: taking.take_over,
    asking_by_slip.LANGUAGE_FIRST: asking_by_slip.take_language,
}
"""What she may be asked outside the service, and who takes the answer."""


MENUS = frozenset({"language", "service", "manner", cards.GATE})
"""Where she only chooses what she comes for: no number that she sends there can be of a paper."""


def _whatever_was_asked(talk: Talk, *, idle: bool) -> Turn | None:
    """What works at any time: commands, a slip, an answer to what we told her unasked."""
    command = command_of(talk.message)
    if command == "who" and may_be_a_name(talk.message.text) and not idle and naming.is_asked(talk):
        command = None
    if command:
        return orders.obey(talk, command)
    if talk.message.manner == "assisted":
        return None  # what is typed on a page is an answer
    busy = not idle and talk.draft.gate not in MENUS and bool(talk.draft.gate or talk.draft.service)
    if slip := asking_by_slip.slip_of(talk, busy=busy):
        return asking_by_slip.tell(talk, slip)
    if (talk.draft.unread or talk.message.button) and notices.is_answered(talk, idle=idle):
        return notices.take(talk)
    return None


def _turn(talk: Talk, *, idle: bool, crisis: bool) -> Turn:
    if idle and returning.protects(talk.draft):
        talk = talk.but(locked=True, gate="", failures=0)
    message = talk.message
    if aside := _whatever_was_asked(talk, idle=idle):
        return aside
    if crisis and not talk.draft.gate and naming.is_asked(talk):
        return asked.ask_again(talk) if asked.is_open(talk) else go_on(talk)  # nobody is called that
    if talk.draft.gate and talk.is_about(talk.draft.gate):
        return GATES[talk.draft.gate](talk)
    if asked.is_answered(talk):
        return asked.take(talk)
    talk = asked.let_go(talk)
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


AGAIN: dict[str, Callable[[Talk], Turn]] = {
    "language": opening.greet,
    "service": opening.choose_service,
    "forget": orders.ask_forget,
    "go_on": offer,
    "proof": returning.ask_proof,
    "stuck": taking.ask_stuck,
    "meant": taking.ask_meant,
    cards.GATE: cards.show,
    OVER: go_on,
}
"""How what she is asked outside the service is asked once more, where a page shows it."""


def again(library: Library, draft: Draft, now: datetime) -> Reply | None:
    """What is being asked now, in the draft's language, for a page that shows a conversation; changes nothing.

    None when nothing is: the conversation is over. With another language in the draft, the same for another reader.
    """
    talk = Talk(library, draft, Message("page", "page:", "", "", manner=draft.manner), now)
    if draft.gate in AGAIN:
        turn = AGAIN[draft.gate](talk)
    elif draft.locked:
        turn = offer(talk)
    elif draft.service:
        turn = go_on(talk)
    else:
        return None
    said = [effect.reply for effect in turn.effects if isinstance(effect, Say)]
    return said[-1]._replace(about=said[-1].about or turn.draft.gate) if said and turn.draft else None
