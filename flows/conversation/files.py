"""No file that she sends is lost: what answers no question goes into her case, or waits with the draft for it.

Only what is surely hers waits: nobody can say of a file alone whose it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from flows.commands import command_of
from flows.conversation.asked import is_open
from flows.conversation.cases import FORGET, ask_which, passed_on
from flows.effects import (
    Amend,
    Confirm,
    Deliver,
    Effect,
    Escalate,
    ForgetCase,
    ForgetDraft,
    OpenCase,
    Say,
    TellBySlip,
    Turn,
)
from flows.model import FILES, Draft, Media
from flows.reading import PICTURES
from flows.reference import read_reference
from flows.talk import Talk

MOST = 50
"""How many files wait with a draft. Nobody sends more by hand, and each message writes the whole draft anew."""


ALBUM = timedelta(seconds=10)
"""How soon after each other the pictures of an album come, each as a message of its own."""
ASKED_ABOUT = frozenset({"which", "meant"})
"""The gates at which a message waits for what she says next."""


def let_go(talk: Talk, *, idle: bool) -> Talk:
    """Let go of the files that may be of whoever held the phone before: after a while, and where she begins anew.

    Those beside answers stay: after a while nobody has them without a proof, and they wait aside where she begins anew.
    """
    draft = talk.draft
    if not (draft.files or draft.pending) or not (idle or command_of(talk.message) == "new"):
        return talk
    if not draft.answers:
        draft = draft.but(files=())
    if draft.pending and draft.pending.all_media:
        # It would go into the case that is named next, whosever that is.
        draft = draft.but(pending=None, gate="" if draft.gate in ASKED_ABOUT else draft.gate)
    return talk._replace(draft=draft)


def hush(talk: Talk, turn: Turn) -> Turn:
    """Of an album that answers nothing the first picture is answered; the others only go where that went."""
    message, before = talk.message, talk.draft
    soon = talk.before is not None and talk.now - talk.before <= ALBUM
    wordless = message.media is not None and message.media.kind in PICTURES and not message.text
    if not (soon and wordless and any(_held(before))):
        return turn
    taken = turn.draft is None or turn.draft.answers != before.answers
    return Turn(before, ()) if not taken and all(isinstance(effect, Say) for effect in turn.effects) else turn


def destroy(before: Draft, turn: Turn) -> Turn:
    """See that what the draft of before the message held, and nothing needs any more, is destroyed at once."""
    if turn.draft is None or any(isinstance(effect, ForgetDraft) for effect in turn.effects):
        return turn
    needed = {*_held(turn.draft), *(one for effect in turn.effects for one in (*_carried(effect), *_besides(effect)))}
    return turn if needed.issuperset(_held(before)) else turn._replace(effects=(*turn.effects, ForgetDraft()))


def keep(talk: Talk, turn: Turn, *, idle: bool) -> Turn:
    """See that each file of the message went somewhere; `talk` is as it was when the message came.

    While the draft is locked nobody knows whose a file is: as with words, she is asked first, and sends it then.
    """
    waiting, draft = talk.draft.files, turn.draft
    placed = {*waiting, *(_held(draft) if draft else ())}
    placed.update(one for effect in turn.effects for one in _carried(effect))
    came = (*_asked_about(talk.draft), *talk.message.all_media)
    left = tuple(one for one in came if one.kind in FILES and one not in placed)
    for number, effect in enumerate(turn.effects):
        taken = _with(effect, left, () if draft and draft.locked else waiting)
        if taken is not None:
            effects = (*turn.effects[:number], taken, *turn.effects[number + 1 :])
            carries = isinstance(effect, OpenCase | Escalate)
            return Turn(draft.but(files=()) if draft and carries and not draft.locked else draft, effects)
    forgets = any(isinstance(effect, ForgetCase | ForgetDraft) for effect in turn.effects)
    if draft is None or draft.locked or not left or forgets:
        return turn
    if draft.gate == "which" and draft.pending and draft.pending.button != FORGET:
        return turn._replace(draft=draft.but(pending=draft.pending.with_media(left)))
    return _into_a_case(talk._replace(draft=draft), turn, left, idle=idle)


def _into_a_case(talk: Talk, turn: Turn, left: tuple[Media, ...], *, idle: bool) -> Turn:
    """Put what no effect takes into the case that is meant; ask which, or have it wait for the one that she begins.

    `talk` is as it is after the message. What her words said was done; what goes there is only what came with them.
    """
    draft, message = talk.draft, talk.message
    talk = talk._replace(message=message.wordless(left))
    slip = next((effect.reference for effect in turn.effects if isinstance(effect, TellBySlip)), "")
    reference = slip or read_reference(message.text)
    if reference not in draft.cases:
        reference = draft.asking.reference if draft.asking and is_open(talk) else ""
    outside = not slip and not draft.service and draft.gate in ("", "menu")
    if not reference and outside and not idle and len(draft.cases) == 1:
        reference = draft.cases[0]
    if reference:
        return turn._replace(effects=(passed_on(talk, reference), *turn.effects))
    if outside and not draft.gate and draft.cases:
        return talk.turn(*turn.effects, ask_which(talk), gate="which", pending=talk.message, failures=0)
    return turn._replace(draft=draft.but(files=(*draft.files, *left)[:MOST]))


def _asked_about(draft: Draft) -> tuple[Media, ...]:
    """What came with a message that waited for what she says now; what came with FORGET is forgotten."""
    waited = draft.pending if draft.gate in ASKED_ABOUT else None
    return waited.all_media if waited and waited.button != FORGET else ()


def _held(draft: Draft) -> Iterator[Media]:
    """What a draft and those aside hold: as an answer, in the message that waits, or for the case."""
    yield from (answer.media for answer in draft.answers.values() if answer.media)
    yield from draft.pending.all_media if draft.pending else ()
    yield from draft.files
    for other in draft.aside:
        yield from _held(other)


def _carried(effect: Effect) -> tuple[Media, ...]:
    """What an effect takes along by itself."""
    match effect:
        case Amend():
            return (effect.answer.media,) if effect.answer.media else ()
        case Deliver() | Confirm():
            return effect.message.all_media
        case OpenCase() | Escalate():
            return tuple(answer.media for answer in effect.answers.values() if answer.media)
        case _:
            return ()


def _besides(effect: Effect) -> tuple[Media, ...]:
    """What an effect takes along besides, for the volunteer to look at."""
    return effect.files if isinstance(effect, OpenCase | Escalate | Amend) else ()


def _with(effect: Effect, left: tuple[Media, ...], waiting: tuple[Media, ...]) -> Effect | None:
    """The effect with what is left of this message, and of what waits where a case opens; None: it takes nothing."""
    match effect:
        case OpenCase() | Escalate() if left or waiting:
            return replace(effect, files=(*waiting, *left))
        case Amend() if left:
            return replace(effect, files=left)
        case Deliver() | Confirm() if left:
            return replace(effect, message=effect.message.with_media(left))
        case _:
            return None
