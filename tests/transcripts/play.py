"""Plays a transcript: what she writes goes through the engine, and the conversation is written down anew.

A transcript is text that a coordinator can read. Lines that begin with `>` are hers (`> [button]` is a press,
`> (voice)` a voice note), `<` the bot's; `~ 11 minutes` lets time pass; `by sms` or `by chat` says how she writes;
`* …` is what her volunteer writes to her; `= …` says what happened behind: a case was opened, a chat cleared.
Everything else is a remark.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from flows.effects import (
    ClearChat,
    Deliver,
    Effect,
    Escalate,
    ForgetCase,
    ForgetDraft,
    OpenCase,
    Say,
    Silence,
    TellStatus,
)
from flows.engine import step
from flows.loader import Library
from flows.model import Draft, Manner, Media, Message, Reply

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REFERENCES = ("K7-4QF", "M3-TRX", "P9-HCE")


@dataclass
class Player:
    """One phone and what the shell would keep for it."""

    library: Library
    manner: Manner = "chat"
    now: datetime = START
    draft: Draft | None = None
    opened: list[OpenCase | Escalate] = field(default_factory=list)
    count: int = 0

    def hear(self, typed: str) -> list[str]:
        """One message in; the lines of what follows."""
        self.count += 1
        button = typed.removeprefix("[").removesuffix("]") if re.fullmatch(r"\[.*\]", typed) else ""
        message = Message("chat", "chat:1", "her", str(self.count), "" if button else typed, button, manner=self.manner)
        if typed == "(voice)":
            message = replace(message, text="", media=Media("voice", "voice-1"))
        turn = step(self.library, self.draft, message, self.now)
        before = len(self.opened)
        lines = [line for effect in turn.effects for line in self._apply(effect)]
        opened = REFERENCES[before : len(self.opened)]
        self.draft = turn.draft and replace(turn.draft, cases=(*turn.draft.cases, *opened))
        return lines

    def _apply(self, effect: Effect) -> list[str]:
        match effect:
            case Say(reply):
                return said(reply)
            case OpenCase():
                self.opened.append(effect)
                reference = REFERENCES[len(self.opened) - 1]
                kind = "a case to call back" if effect.call else "a case"
                readable = "".join(f", {name}: {value}" for name, value in effect.route.items())
                closing = replace(effect.closing, text=effect.closing.text.replace("{reference}", reference))
                return [f"= {kind} is opened: {reference}{readable}", *said(closing)]
            case Escalate(reason):
                self.opened.append(effect)
                return [f"= a case is opened, {reason}, with {len(effect.answers)} answers"]
            case Deliver():
                receipt = said(effect.receipt) if effect.receipt else []
                said_there = effect.message.text.replace("\n", " / ")
                return [f"= put into the case {effect.reference}: {said_there}", *receipt]
            case TellStatus():
                known = self.draft is not None and effect.reference in self.draft.cases
                return said(effect.texts["open" if known else "unknown"])
            case ForgetCase():
                return [f"= the case {effect.reference} is forgotten", *said(effect.done)]
            case ForgetDraft():
                return ["= the draft's key is destroyed"]
            case ClearChat():
                return ["= the chat is cleared"]
            case Silence():
                return ["= nothing more is sent unasked"]


def said(reply: Reply) -> list[str]:
    """A reply as it reads without buttons."""
    return [f"< {line}" for line in reply.plain.splitlines()]


def play(library: Library, transcript: str) -> str:
    """The transcript as it comes out: equal to what was given when nothing changed."""
    player = Player(library)
    lines: list[str] = []
    for line in transcript.splitlines():
        if line.startswith(("<", "=")):
            continue
        lines.append(line)
        if line.startswith("> "):
            lines += player.hear(line[2:])
        elif line.startswith("* ") and player.draft is not None:
            reference = REFERENCES[len(player.opened) - 1]  # as api/inbound/inbox.py expect_reply does
            player.draft = replace(player.draft, gate="", reply_to=reference, reply_due=True)
        elif line.startswith("~ "):
            number, unit = line[2:].split()[:2]
            player.now += timedelta(**{unit.removesuffix("s") + "s": int(number)})
        elif line in ("by sms", "by chat"):
            player.manner = "sms" if line == "by sms" else "chat"
    return "\n".join(lines) + "\n"
