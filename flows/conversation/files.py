"""No file that she sends is lost: what answers no question goes into her case, or waits with the draft for it.

Only what is surely hers waits: nobody can say of a file alone whose it is.
"""

from collections.abc import Iterator
from dataclasses import replace

from flows.commands import command_of
from flows.effects import Amend, Confirm, Deliver, Effect, Escalate, ForgetDraft, OpenCase, Turn
from flows.model import FILES, Draft, Media
from flows.talk import Talk

MOST = 50
"""How many files wait with a draft. Nobody sends more by hand, and each message writes the whole draft anew."""


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


def destroy(before: Draft, turn: Turn) -> Turn:
    """See that what the draft of before the message held, and nothing needs any more, is destroyed at once."""
    if turn.draft is None or any(isinstance(effect, ForgetDraft) for effect in turn.effects):
        return turn
    needed = {*_held(turn.draft), *(one for effect in turn.effects for one in (*_carried(effect), *_besides(effect)))}
    return turn if needed.issuperset(_held(before)) else turn._replace(effects=(*turn.effects, ForgetDraft()))


def keep(talk: Talk, turn: Turn) -> Turn:
    """See that each file of the message went somewhere; `talk` is as it was when the message came.

    While the draft is locked nobody knows whose a file is: as with words, she is asked first, and sends it then.
    """
    waiting, draft = talk.draft.files, turn.draft
    placed = {*waiting, *(_held(draft) if draft else ())}
    placed.update(one for effect in turn.effects for one in _carried(effect))
    left = tuple(one for one in talk.message.all_media if one.kind in FILES and one not in placed)
    for number, effect in enumerate(turn.effects):
        taken = _with(effect, left, () if draft and draft.locked else waiting)
        if taken is not None:
            effects = (*turn.effects[:number], taken, *turn.effects[number + 1 :])
            carries = isinstance(effect, OpenCase | Escalate)
            return Turn(draft.but(files=()) if draft and carries and not draft.locked else draft, effects)
    if draft is None or draft.locked or not left or any(isinstance(effect, ForgetDraft) for effect in turn.effects):
        return turn
    if draft.pending and not draft.pending.button:
        return turn._replace(draft=draft.but(pending=draft.pending.with_media(left)))
    return turn._replace(draft=draft.but(files=(*draft.files, *left)[:MOST]))


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
