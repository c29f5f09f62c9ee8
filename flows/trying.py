"""A service tried out from its first word, without a server: nothing is kept, so all that was said is said again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.effects import Deliver, ForgetCase, OpenCase, Say, TellStatus, Turn
from flows.engine import step
from flows.loader import Library, Service
from flows.model import Draft, Manner, Message, Reply


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation that was tried out: hers (`mine`), or one of ours."""

    mine: bool
    text: str


def try_out(
    library: Library, service: Service, language: str, said_by_her: Sequence[str], manner: Manner, now: datetime
) -> list[Line]:
    """The whole conversation about one service, in a language (ISO 639), as far as she has spoken."""
    only = Library({service.name: service}, library.catalogues, library.places, library.desk)
    draft: Draft | None = Draft(language=language)
    lines: list[Line] = []
    for number, text in enumerate(("new", *said_by_her)):
        message = Message("terminal", "terminal:", "you", str(number), text, manner=manner)
        turn = step(only, draft, message, now)
        draft = turn.draft
        lines += [Line(mine=True, text=text)] if number else []
        lines += [Line(mine=False, text=reply.plain) for reply in said(turn)]
    return lines


def said(turn: Turn) -> list[Reply]:
    """What a turn would say, as far as that is known without a server."""
    replies = []
    for effect in turn.effects:
        match effect:
            case Say(reply):
                replies.append(reply)
            case OpenCase():
                replies.append(Reply(effect.closing.text.replace("{reference}", "K7-4QF")))
            case Deliver() if effect.receipt:
                replies.append(effect.receipt)
            case TellStatus():
                replies.append(effect.texts["open"])
            case ForgetCase():
                replies.append(effect.done)
            case _:
                pass
    return replies
