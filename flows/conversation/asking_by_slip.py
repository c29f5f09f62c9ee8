"""Whoever holds a slip asks how it stands, from any phone, and is told in words that say nothing to anybody else."""

from flows.conversation.cases import STATUS, tell_status
from flows.conversation.opening import greet, pick_language
from flows.effects import TellBySlip, Turn
from flows.language import t
from flows.model import Message, Reply
from flows.slips import read_code, read_slip
from flows.talk import Talk

LANGUAGES_AT_ONCE = 4
"""In how many languages a phone that has not chosen one is answered when the slip tells us none either."""
UNKNOWN = t("That does not fit. Please look at the card once more. After five wrong tries it rests for a day.")
LANGUAGE_FIRST = "status_language"


def slip_of(talk: Talk, *, busy: bool) -> tuple[str, str] | None:
    """The slip that a message shows; also the digits alone, after the reference. `busy`: something else was asked."""
    if waiting := _asked(talk):
        code = read_code(talk.message.text) if waiting.text else None
        return (waiting.text, code) if code else read_slip(talk.message.text)
    return read_slip(talk.message.text, exact=busy)


def _asked(talk: Talk) -> Message | None:
    """The STATUS that waits for a slip, if she was asked for one."""
    waiting = talk.draft.pending if talk.draft.gate == "which" else None
    return waiting if waiting is not None and waiting.button == STATUS else None


def tell(talk: Talk, slip: tuple[str, str]) -> Turn:
    """Say how it stands. Nothing of the slip stays on this phone."""
    spoken = (talk.draft.language,) if talk.draft.language else talk.library.languages
    told = TellBySlip(*slip, {one: _states(talk.but(language=one)) for one in spoken}, _unknown(talk, spoken))
    return talk.turn(told, gate="", pending=None, failures=0) if _asked(talk) else talk.turn(told)


def ask_language(talk: Talk) -> Turn:
    """STATUS from a phone that has not chosen a language: that first."""
    greeted = greet(talk)
    return Turn(greeted.draft and talk.but(gate=LANGUAGE_FIRST).draft, greeted.effects)


def take_language(talk: Talk) -> Turn:
    """The language is chosen: now the slip, or the case of this phone."""
    language = pick_language(talk)
    return tell_status(talk.but(language=language, gate="")) if language else ask_language(talk)


def _states(talk: Talk) -> dict[str, Reply]:
    return {
        "working": talk.reply(t("It is being worked on.")),
        "date": talk.reply(t("There is a date. Come to us, or call us, and ask for it.")),
        "closed": talk.reply(t("It is finished.")),
    }


def _unknown(talk: Talk, spoken: tuple[str, ...]) -> Reply:
    return Reply("\n".join(dict.fromkeys(talk.library.words(one).t(UNKNOWN) for one in spoken[:LANGUAGES_AT_ONCE])))
