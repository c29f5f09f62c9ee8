"""What the core asks of the shell after a turn. The shell applies them in order, inside one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from flows.model import Answer, Draft, Media, Message, Reply
from flows.planning import Open, Step


@dataclass(frozen=True, slots=True)
class Say:
    """Send a reply to the address that the message came from."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class SignUp:
    """She takes a place of an outing (its id); if there is one left, these follow-ups come with it."""

    outing: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Seal these answers into a new case, then say `closing`, in which `{reference}` stands for its reference.

    `route` holds the readable facts (never names, numbers or free text), `urgency` is `normal` or `high`,
    `call` asks a volunteer to telephone instead of writing, `needs` are the skills that the case asks for. `begun` is
    a case that opened before: if it is of this service, that one gets the answers, and none is opened.
    `open_items` are those of its checklist that are still to be had. `tasks` and `steps` are what the service plans
    for it, `reads` the answers that its follow-ups have to know later, `call_within` how soon a call was promised.
    `outings` are those that she signs up for. `files` are what she sent besides, for the volunteer to look at.
    """

    service: str
    language: str
    answers: Mapping[str, Answer]
    closing: Reply
    route: Mapping[str, str] = field(default_factory=dict)
    urgency: str = "normal"
    call: bool = False
    needs: tuple[str, ...] = ()
    tasks: tuple[Open, ...] = ()
    steps: tuple[Step, ...] = ()
    reads: frozenset[str] = frozenset()
    call_within: timedelta | None = None
    outings: tuple[SignUp, ...] = ()
    begun: str = ""
    open_items: tuple[str, ...] = ()
    files: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Deliver:
    """Put a message into a case that is already open, for the volunteer to read; then say `receipt`, if any.

    When no such case belongs to this address, `unknown` is said instead and nothing is stored.
    """

    reference: str
    message: Message
    receipt: Reply | None
    unknown: Reply


@dataclass(frozen=True, slots=True)
class Heard:
    """A follow-up (`number` is the shell's) was answered: whether it is `bad`, whether that was the last question of
    it (`over`), and the follow-ups that come after it."""

    number: int
    bad: bool
    over: bool
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Amend:
    """Put an answer into a case of this address, in the place of the one that it has; then say `done`, if anything.

    `still_open` says of an item of its checklist whether it is still to be had (None: it is no such item). When no
    such case belongs to this address, `unknown` is said instead and nothing is stored. `heard` says of which
    follow-up it is an answer, if any, `outing` which outing she signs up for by it. `tasks` are those that the answer
    calls for. `files` are what came with the answer, for the volunteer to look at.
    """

    reference: str
    question: str
    answer: Answer
    done: Reply | None
    unknown: Reply
    still_open: bool | None = None
    heard: Heard | None = None
    outing: SignUp | None = None
    tasks: tuple[Open, ...] = ()
    files: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class TellStatus:
    """Say how a case stands, in one of the neutral texts: `open`, `claimed`, `closed`, or `unknown`."""

    reference: str
    texts: Mapping[str, Reply]


@dataclass(frozen=True, slots=True)
class TellBySlip:
    """Say how the case of a slip stands to whoever holds it, from whatever phone, in neutral words.

    `texts` holds `working`, `date` and `closed` by language (ISO 639): the case's if it is there, else the
    first. `unknown` is said alike for a reference that nobody has, for a wrong code and while the slip is locked.
    """

    reference: str
    code: str
    texts: Mapping[str, Mapping[str, Reply]]
    unknown: Reply


@dataclass(frozen=True, slots=True)
class Confirm:
    """She has read what this case told this address: remember when, then say `done`.

    When nothing of it has gone out, the message is put into the case instead, and `otherwise` is said.
    """

    reference: str
    message: Message
    done: Reply
    otherwise: Reply


@dataclass(frozen=True, slots=True)
class ForgetCase:
    """Make one case of this address unreadable for ever, then say `done`; `unknown` if it is not hers."""

    reference: str
    done: Reply
    unknown: Reply


@dataclass(frozen=True, slots=True)
class ForgetDraft:
    """Destroy the shred secret under which the draft was kept until now; what the turn returns gets a new one."""


@dataclass(frozen=True, slots=True)
class ClearChat:
    """Delete what can still be deleted from the chat, both sides."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Ask for a person now: `reason` is `human` (she asked), or one of `service.Reason`: those on duty are called.

    `reference` is the case of this address that it is about; without one, or when it is no more, a case is opened.
    `files` are what she sent besides, for the volunteer to look at.
    """

    reason: str
    service: str
    language: str
    answers: Mapping[str, Answer]
    reference: str = ""
    files: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """She said STOP: drop what waits to be sent to this address, and send nothing unasked."""


@dataclass(frozen=True, slots=True)
class BreakSilence:
    """She wrote again after STOP: she may be written to."""


Effect = (
    Say
    | OpenCase
    | Deliver
    | Amend
    | TellStatus
    | TellBySlip
    | Confirm
    | ForgetCase
    | ForgetDraft
    | ClearChat
    | Escalate
    | Silence
    | BreakSilence
)


class Turn(NamedTuple):
    """What one message led to: the draft to keep (None: keep nothing) and what the shell must do."""

    draft: Draft | None
    effects: tuple[Effect, ...] = ()
