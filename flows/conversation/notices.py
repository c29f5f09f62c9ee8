"""She answers what we told her unasked: 1 says that she has read it, anything else goes to her volunteer."""

from collections.abc import Sequence
from datetime import timedelta

from flows.conversation.cases import READ, ask_which, confirmed, passed_on
from flows.conversation.going import go_on
from flows.digits import number_in
from flows.effects import Effect, Turn
from flows.model import Unread
from flows.reference import read_reference
from flows.talk import Talk

LATELY = timedelta(days=14)
ABOUT = "notice"
"""What the button of a notice is about; its value is the reference."""


def is_answered(talk: Talk, *, idle: bool) -> bool:
    """Whether the message is meant for a notice: by its button; as what comes next after it; or a lone 1 later on.

    While a question waits for its answer, a 1 is for the question, unless the notice went out after she wrote last.
    """
    sent = _sent(talk)
    if talk.message.button:
        return talk.is_about(ABOUT)
    if not sent:
        return False
    if (talk.draft.reply_due or _is_asked(talk)) and all(one.behind for one in sent):
        return False
    if any(talk.before is None or one.since >= talk.before for one in sent):
        return True
    busy = not idle and (talk.draft.gate or talk.draft.service)
    return not busy and _confirms(talk)


def _is_asked(talk: Talk) -> bool:
    """Whether a volunteer had a question asked, whose answer comes next."""
    return talk.draft.asking is not None and talk.draft.asking.due


def take(talk: Talk) -> Turn:
    """Take the answer, then go on with what was going on."""
    sent = _sent(talk)
    named = talk.pressed if talk.message.button else _named(talk)
    meant = dict.fromkeys(one.reference for one in sent if one.reference == named or not named) or {named: None}
    spoken = talk.draft.language
    hers = talk.but(language=spoken or (sent[-1].language if sent else ""))
    if not _confirms(talk):
        return _then(hers, passed_on(hers, list(meant)[-1]), spoken)
    if len(meant) > 1:
        return hers.turn(ask_which(hers), gate="which", pending=talk.message._replace(text="", button=READ), failures=0)
    return _then(hers, confirmed(hers, *meant), spoken, unread=_without(talk.draft.unread, *meant))


def _sent(talk: Talk) -> list[Unread]:
    """What may have reached her by now and is not long past, the oldest first."""
    lately = (one for one in talk.draft.unread if one.since <= talk.now < one.since + LATELY)
    return sorted(lately, key=lambda one: one.since)


def _without(unread: Sequence[Unread], reference: str) -> tuple[Unread, ...]:
    return tuple(one for one in unread if one.reference != reference)


def _named(talk: Talk) -> str:
    """The reference that she names beside the 1, or alone."""
    words = talk.message.text.split() if len(talk.message.text) <= 20 else []
    return next(filter(None, (read_reference(part) for part in (*words, "".join(words)))), "")


def _confirms(talk: Talk) -> bool:
    """The button, a lone 1, or a 1 beside a reference."""
    if talk.message.button:
        return True
    words = [word for word in talk.message.text.split() if not read_reference(word)]
    return len(words) == 1 and number_in(words[0]) == 1


def _then(talk: Talk, effect: Effect, language: str, **changes: object) -> Turn:
    talk = talk.but(language=language, **changes)
    if not talk.draft.service or talk.draft.locked or talk.draft.gate:
        return talk.turn(effect)
    turn = go_on(talk)
    return turn._replace(effects=(effect, *turn.effects))
