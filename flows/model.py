"""The values that cross borders: what comes in, what goes out, and what is remembered between the two."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

Manner = Literal["chat", "sms", "assisted"]
"""How a channel behaves: `chat` has buttons and can be cleared; `sms` stays on the phone and is read by digits;
`assisted` is a page of the console, on which a volunteer presses and types for the one who sits beside her."""

MediaKind = Literal["voice", "photo", "document", "contact", "location"]
FILES: tuple[MediaKind, ...] = ("voice", "photo", "document")
"""What has bytes to be fetched; a contact and a place are said in words."""
Precision = Literal["", "day", "month", "year", "about"]
Value = str | tuple[str, ...] | None
"""What an expression sees of an answer: text, the chosen values of a multiple choice, or None when skipped."""


@dataclass(frozen=True, slots=True)
class Media:
    """A voice note, picture or the like, by the provider's own reference; the bytes are not here."""

    kind: MediaKind
    reference: str


class Message(NamedTuple):
    """What came in.

    `channel` names the kind of channel (`telegram`, `sms`, `phone`), `lane` the bot or number that received it
    (`telegram:8123`, `sms:+96181000001`), `address` the chat id or E.164 number that it came from, `id` the
    provider's own id (the same message delivered twice has the same lane and id), `button` what a pressed button
    carries (`papers=none`: what it is about, and the choice), `chat_message` the id by which the provider can delete
    the message from the chat (of a press, the message that has the button), `about` what a text answers, where it was
    typed below a question. `media` is what came with it, `more` what else did, where a channel puts several files into
    one message: only the first can answer.
    """

    channel: str
    lane: str
    address: str
    id: str
    text: str = ""
    button: str = ""
    media: Media | None = None
    chat_message: str = ""
    manner: Manner = "chat"
    about: str = ""
    more: tuple[Media, ...] = ()

    @property
    def all_media(self) -> tuple[Media, ...]:
        """Everything that came with it, in its order."""
        return (self.media, *self.more) if self.media else self.more

    def with_media(self, found: tuple[Media, ...]) -> "Message":
        """The same message with more that came with it, if anything did."""
        media = (*self.all_media, *found)
        return self._replace(media=media[0] if media else None, more=media[1:])

    def wordless(self, files: tuple[Media, ...]) -> "Message":
        """These files alone, as she sent them: without her words, and without what else came with them."""
        return self._replace(text="", button="", media=None, more=()).with_media(files)


class Option(NamedTuple):
    """One thing that can be chosen: its stable value and its words in the reader's language.

    `button` False: it is numbered in the text like the others, but not worth a button of its own.
    """

    value: str
    label: str
    button: bool = True


class Reply(NamedTuple):
    """What goes out: a text and, where there is something to choose, the options in order.

    `about` names what is being asked; a button carries it, so that a press that comes late is not taken for the
    answer to another question. `instead` is the `chat_message` of a press after which the same is said once more: where
    a channel can, the reply takes the place of what she pressed.
    """

    text: str
    options: tuple[Option, ...] = ()
    about: str = ""
    instead: str = ""

    @property
    def plain(self) -> str:
        """The reply as one text with numbered options, as it reads where there are no buttons."""
        numbered = (f"{number} {option.label}" for number, option in enumerate(self.options, start=1))
        return "\n".join((self.text, *numbered))


class Answer(NamedTuple):
    """One answer, with the words it came in. A tuple: a message makes anew all that were given before.

    A date's `value` is ISO 8601 cut to its precision (`1992`, `1992-05`, `1992-05-17`), `calendar` the one it was
    given in. `value` None with no media means skipped. `wording` is kept for consents only: the exact words that
    she answered.
    """

    value: Value
    raw: str = ""
    precision: Precision = ""
    calendar: str = ""
    media: Media | None = None
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that we told her unasked, and that she has not confirmed yet.

    `reference` is the case that it is about, `since` the time at which it could go out, `language` (ISO 639) what it
    was written in, `behind` that a volunteer wrote to her after it.
    """

    reference: str
    since: datetime
    language: str = ""
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """One question that a volunteer has the bot ask, for an answer that a case lacks.

    `reference` is the case, `since` when the question goes out, `known` the answers on which it depends. `due` says
    that nothing else was asked after it, `heard` is what she wrote and was not understood, `doubt` a text that can be
    read in more than one way. `rest` are the questions that are asked after it, one after the other. A follow-up of
    this name asked it, in the shell's row `number`, and waits for an answer until `until`.
    """

    reference: str
    service: str
    question: str
    since: datetime
    known: dict[str, Answer] = field(default_factory=dict)
    due: bool = True
    heard: tuple[str, ...] = ()
    doubt: str = ""
    rest: tuple[str, ...] = ()
    follow_up: str = ""
    number: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outing:
    """An outing that can be signed up for: its id (a word without blanks), its day, hour and place, as written.

    `starts_at` is the same moment, aware.
    """

    id: str
    day: date
    at: time | None = None
    place: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenList:
    """A checklist of a case of this address: its service, the items that are still open, by their questions, and the
    language (ISO 639) of the case."""

    reference: str
    service: str
    items: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True)  # without slots: see `but`
class Draft:
    """A conversation that is not finished. Position is never stored: it follows from what is answered.

    `editing` names an answered question that is being asked again (its old answer stands until the new one is
    taken), `chosen` are the values marked so far where several can be chosen by buttons, `failures` counts
    misunderstood messages in a row, `gate` names what she is being asked outside the service, `locked` is set after a
    while until somebody shows that the draft is hers, `aside` holds drafts of other people on the same phone, `cases`
    the references opened from this address, `reply_to` the case whose volunteer wrote last (`reply_due`: and has no
    answer yet), `asking` the one question that a volunteer had asked, `pending` a message that waits until we know
    which case it is for, `silent` that she said STOP and has not written since, `unread` what we told her that she has
    not confirmed, `touched` when she last wrote. `begun` is the case that opened before this conversation was over
    (a person was called), `raised` the reasons for which those on duty were called. `lists` are the checklists of her
    cases, `ours` says that one of us has shown that this address is hers. `files` are those that she sent and no
    question asked for: they go into the case with the answers. `spoken` is the language (ISO 639) of a command that she
    sent before she had chosen one.
    """

    language: str = ""
    service: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    editing: str = ""
    chosen: tuple[str, ...] = ()
    failures: int = 0
    gate: str = ""
    locked: bool = False
    aside: tuple["Draft", ...] = ()
    cases: tuple[str, ...] = ()
    reply_to: str = ""
    reply_due: bool = False
    asking: Asking | None = None
    silent: bool = False
    pending: Message | None = None
    unread: tuple[Unread, ...] = ()
    manner: Manner = "chat"
    touched: datetime | None = None
    begun: str = ""
    raised: tuple[str, ...] = ()
    lists: tuple[OpenList, ...] = ()
    ours: bool = False
    files: tuple[Media, ...] = ()
    spoken: str = ""

    def emptied(self, now: datetime) -> "Draft":
        """What stays of an address when a conversation is over: its language and cases, and whose else drafts wait."""
        return Draft(
            language=self.language,
            aside=self.aside,
            cases=self.cases,
            asking=self.asking,
            unread=self.unread,
            manner=self.manner,
            touched=now,
            lists=self.lists,
            ours=self.ours,
        )

    def without_case(self, reference: str) -> "Draft":
        """The same draft when a case of its address is forgotten: nothing goes there any more, nor is asked for it."""
        waits = self.reply_to if self.reply_to != reference else ""
        return self.but(
            cases=tuple(one for one in self.cases if one != reference),
            reply_to=waits,
            reply_due=self.reply_due and bool(waits),
            asking=None if self.asking and self.asking.reference == reference else self.asking,
            unread=tuple(one for one in self.unread if one.reference != reference),
            lists=tuple(one for one in self.lists if one.reference != reference),
        )

    def with_answer(self, name: str, answer: Answer) -> "Draft":
        """The same draft with one question answered; what was misunderstood before is forgotten."""
        return self.but(answers={**self.answers, name: answer}, editing="", chosen=(), failures=0)

    def but(self, **changes: Any) -> "Draft":
        """The same draft with some fields changed. TypeError for what is no field of a draft.

        Each message does this two or three times, and it takes a sixth of the time of `dataclasses.replace`.
        """
        changed = object.__new__(Draft)
        fields = changed.__dict__
        fields.update(self.__dict__, **changes)
        if len(fields) != len(self.__dict__):
            raise TypeError(f"no fields of a draft: {', '.join(changes.keys() - self.__dict__.keys())}")
        return changed


@dataclass(frozen=True, slots=True)
class Desk:
    """Who runs this deployment, as the worker may be told it.

    `handle` and `number` are where the bot is reached, `phrase` is printed on the paper card and answered to WHO,
    `emergency` is the number to call in danger.
    """

    name: str = "Rafiqa"
    handle: str = ""
    number: str = ""
    phrase: str = "The cedar stands by the door"
    emergency: str = "112"
