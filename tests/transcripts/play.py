"""Plays a transcript: what she writes goes through the engine, and the conversation is written down anew.

A transcript is text that a coordinator can read. Lines that begin with `>` are hers (`> [button]` is a press,
`> (voice)` a voice note, `> (photo)` a picture), `<` the bot's; `~ 11 minutes` lets time pass; `by sms` or `by chat`
says how she writes; `* …` is what her volunteer writes to her, `? born` has the bot ask her one question of her case
once more; `! 2026-12-03 9:00 Dora` tells her of a date, unasked, and `! trusted` tells the person whom she trusts;
`on another phone` and `on her phone` change who writes, `+ K7-4QF 4821` makes a slip, and `one of us has shown that
this phone is hers` says so. `= …` says what happened behind: a case was opened, a chat cleared. Everything else is a
remark.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from api.inbound.lists import with_opened
from flows.amending import Whose, asking_for
from flows.conversation.asked import question
from flows.effects import (
    Amend,
    BreakSilence,
    ClearChat,
    Confirm,
    Deliver,
    Effect,
    Escalate,
    ForgetCase,
    ForgetDraft,
    OpenCase,
    Say,
    Silence,
    TellBySlip,
    TellStatus,
)
from flows.engine import step
from flows.loader import Library
from flows.model import Draft, Manner, Media, MediaKind, Message, Reply, Unread
from flows.notices import Notice, notice_text, trusted_text
from flows.where import PLACE

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
    aside: Draft | None = None
    slips: dict[str, str] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    dated: set[str] = field(default_factory=set)

    def hear(self, typed: str) -> list[str]:
        """One message in; the lines of what follows."""
        self.count += 1
        button = typed.removeprefix("[").removesuffix("]") if re.fullmatch(r"\[.*\]", typed) else ""
        message = Message("chat", "chat:1", "her", str(self.count), "" if button else typed, button, manner=self.manner)
        sent: dict[str, MediaKind] = {"(voice)": "voice", "(photo)": "photo"}
        if typed in sent:
            message = message._replace(text="", media=Media(sent[typed], f"file-{self.count}"))
        turn = step(self.library, self.draft, message, self.now)
        before = len(self.opened)
        lines = [line for effect in turn.effects for line in self._apply(effect)]
        opened = REFERENCES[before : len(self.opened)]
        self.draft = turn.draft and with_opened(turn.draft, turn.effects, opened)
        return lines

    def change_phone(self) -> None:
        """The other phone, and what is remembered of it."""
        self.draft, self.aside = self.aside, self.draft

    def tell(self, what: str) -> list[str]:
        """Something goes out unasked, as api/desk/reaching.py sends it."""
        reference = REFERENCES[len(self.opened) - 1]
        language, draft = self.opened[-1].language, self.draft or Draft()
        words = self.library.words(language)
        if what == "trusted":
            text = trusted_text(words, reference)
        else:
            day, at, place = (*what.split(" ", 2), "")[:3]
            notice = Notice("appointment", date.fromisoformat(day), time(*map(int, at.split(":"))), place)
            several = len(draft.cases) > 1
            text = notice_text(words, reference, notice, self.now.date(), calendar="", several=several)
        self.dated.add(reference)
        self.draft = replace(draft, unread=(*draft.unread, Unread(reference, self.now, language)))
        return said(Reply(text))

    def ask(self, name: str) -> list[str]:
        """One question is asked, as api/desk/amending.py has it asked."""
        reference, case, draft = REFERENCES[len(self.opened) - 1], self.opened[-1], self.draft or Draft()
        whose = Whose(case.service, case.language, self.manner, case.answers)
        asking = asking_for(self.library, whose, reference, name, self.now)
        behind = tuple(replace(one, behind=True) for one in draft.unread)
        language = draft.language or case.language
        self.draft = replace(draft, language=language, gate="", reply_to=reference, unread=behind, asking=asking)
        return said(question(self.library, asking, case.language, self.manner, self.now))

    def _of(self, reference: str) -> OpenCase | Escalate:
        return self.opened[REFERENCES.index(reference)]

    def _by_slip(self, effect: TellBySlip) -> list[str]:
        """As api/desk/slips.py looks at a slip."""
        right = self.slips.get(effect.reference) == effect.code
        if not right or self.tries[effect.reference] >= 5:
            self.tries[effect.reference] += 1
            locked = self.tries[effect.reference] == 5
            return [*(["= the slip is locked for a day"] if locked else []), *said(effect.unknown)]
        language = self.opened[REFERENCES.index(effect.reference)].language
        texts = effect.texts.get(language) or next(iter(effect.texts.values()))
        return said(texts["date" if effect.reference in self.dated else "working"])

    def _apply(self, effect: Effect) -> list[str]:
        match effect:
            case Say(reply):
                return said(reply)
            case OpenCase() if effect.begun and self._of(effect.begun).service == effect.service:
                self.opened[REFERENCES.index(effect.begun)] = effect
                readable = "".join(f", {name}: {value}" for name, value in effect.route.items() if name != PLACE)
                closing = effect.closing._replace(text=effect.closing.text.replace("{reference}", effect.begun))
                return [f"= the case {effect.begun} is complete{readable}", *said(closing)]
            case OpenCase():
                self.opened.append(effect)
                reference = REFERENCES[len(self.opened) - 1]
                kind = "a case to call back" if effect.call else "a case"
                readable = "".join(f", {name}: {value}" for name, value in effect.route.items() if name != PLACE)
                closing = effect.closing._replace(text=effect.closing.text.replace("{reference}", reference))
                return [f"= {kind} is opened: {reference}{readable}", *said(closing)]
            case Escalate(reason) if effect.reference:
                return [f"= those on duty are called to {effect.reference}, {reason}"]
            case Escalate(reason):
                self.opened.append(effect)
                return [f"= a case is opened, {reason}, with {len(effect.answers)} answers"]
            case Deliver():
                receipt = said(effect.receipt) if effect.receipt else []
                said_there = effect.message.text.replace("\n", " / ")
                return [f"= put into the case {effect.reference}: {said_there}", *receipt]
            case Amend(reference, name, answer):
                value = answer.media.kind if answer.media else answer.value
                still = {True: ", still open", False: "", None: ""}[effect.still_open]
                return [f"= {reference}: {name} is {value}{still}", *(said(effect.done) if effect.done else [])]
            case TellStatus():
                known = self.draft is not None and effect.reference in self.draft.cases
                return said(effect.texts["open" if known else "unknown"])
            case TellBySlip():
                return self._by_slip(effect)
            case Confirm(reference):
                return [f"= {reference}: read", *said(effect.done)]
            case ForgetCase():
                return [f"= the case {effect.reference} is forgotten", *said(effect.done)]
            case ForgetDraft():
                return ["= the draft's key is destroyed"]
            case ClearChat():
                return ["= the chat is cleared"]
            case Silence():
                return ["= nothing more is sent unasked"]
            case BreakSilence():
                return ["= she may be written to again"]


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
            behind = tuple(replace(one, behind=True) for one in player.draft.unread)
            player.draft = replace(player.draft, gate="", reply_to=reference, reply_due=True, unread=behind)
            player.draft = replace(player.draft, asking=player.draft.asking and replace(player.draft.asking, due=False))
        elif line.startswith("? "):
            lines += player.ask(line[2:])
        elif line.startswith("! "):
            lines += player.tell(line[2:])
        elif line.startswith("+ "):
            reference, code = line[2:].split()
            player.slips[reference] = code
        elif line.startswith("~ "):
            number, unit = line[2:].split()[:2]
            player.now += timedelta(**{unit.removesuffix("s") + "s": int(number)})
        elif line in ("on another phone", "on her phone"):
            player.change_phone()
        elif line == "one of us has shown that this phone is hers":
            player.draft = replace(player.draft or Draft(), ours=True)
        elif line in ("by sms", "by chat"):
            player.manner = "sms" if line == "by sms" else "chat"
    return "\n".join(lines) + "\n"
