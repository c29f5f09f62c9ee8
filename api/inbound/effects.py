"""What the core asked for, done: one small function an effect, all inside the message's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, assert_never

from sqlalchemy import delete, select
from sqlmodel import Session

from api.answers import Contact, pack_message
from api.desk import cases
from api.keys.vault import Vault
from api.outbound.replies import Fresh, queue_replies, reply_row
from api.tables import ReplyRow, metadata
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
from flows.model import Message, Reply

_case, _reply = metadata.tables["case"], metadata.tables["reply"]


@dataclass(slots=True)
class Scene:
    """One message in its transaction: from whom it came (as an index), when, and what has come of it."""

    session: Session
    vault: Vault
    message: Message
    address: bytes
    now: datetime
    said: list[tuple[dict[str, Any], str, Reply]]
    opened: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ahead:
    """Applies the effects of several messages; what is said is queued at the end, in one statement."""

    session: Session
    vault: Vault
    now: datetime
    touched: list[str] = field(default_factory=list)
    said: list[tuple[dict[str, Any], str, Reply]] = field(default_factory=list)

    def apply(self, message: Message, address: bytes, effects: Sequence[Effect]) -> Sequence[str]:
        """Apply one message's effects in order. Gives the references of the cases that it opened."""
        scene = Scene(self.session, self.vault, message, address, self.now, self.said)
        for effect in effects:
            _apply(scene, effect)
        self.touched += (*scene.changed, *scene.opened)
        return scene.opened

    def queue(self) -> list[Fresh]:
        """Put everything that was said into the outbox, and give what may be sent at once."""
        ids = queue_replies(self.session, [row for row, _, _ in self.said])
        return [Fresh.of(number, *one) for number, one in zip(ids, self.said, strict=True)]


def _apply(scene: Scene, effect: Effect) -> None:
    match effect:
        case Say(reply):
            _say(scene, reply)
        case OpenCase():
            _open_case(scene, effect)
        case Escalate():
            _open(scene, effect, {}, urgency="high")
        case Deliver():
            _deliver(scene, effect)
        case TellStatus(reference, texts):
            found = _hers(scene, reference)
            _say(scene, texts[found.state if found else "unknown"])
        case ForgetCase():
            _forget_case(scene, effect)
        case ForgetDraft():
            pass  # the inbox gives the draft a new secret: it holds the old one
        case ClearChat():
            _say(scene, Reply(""), kind="clear")
        case Silence():
            waiting = _reply.c.address_index == scene.address, _reply.c.state == "waiting"
            scene.session.connection().execute(delete(ReplyRow).where(*waiting))
        case _:
            assert_never(effect)


def _say(scene: Scene, reply: Reply, kind: Literal["say", "clear"] = "say") -> None:
    message = scene.message
    lane, address = message.lane, message.address
    row = reply_row(scene.vault, lane=lane, address=address, reply=reply, now=scene.now, kind=kind, index=scene.address)
    scene.said.append((row, address, reply))


def _open_case(scene: Scene, effect: OpenCase) -> None:
    reference = _open(scene, effect, effect.route, urgency=effect.urgency, call=effect.call)
    _say(scene, Reply(effect.closing.text.replace("{reference}", reference), effect.closing.options))


def _open(
    scene: Scene, effect: OpenCase | Escalate, route: Mapping[str, str], *, urgency: str, call: bool = False
) -> str:
    message = scene.message
    contact = Contact(message.channel, message.lane, message.address, message.manner, effect.language)
    opened = cases.open_case(
        scene.session,
        scene.vault,
        service=effect.service,
        contact=contact,
        answers=effect.answers,
        route=route,
        urgency=urgency,
        call=call,
        now=scene.now,
    )
    scene.opened.append(opened.reference)
    return opened.reference


def _deliver(scene: Scene, effect: Deliver) -> None:
    found = _hers(scene, effect.reference)
    if found is None:
        _say(scene, effect.unknown)
        return
    cases.deliver(scene.session, scene.vault, found.id, "in", pack_message(effect.message), scene.now)
    scene.changed.append(effect.reference)
    if effect.receipt:
        _say(scene, effect.receipt)


def _forget_case(scene: Scene, effect: ForgetCase) -> None:
    if _hers(scene, effect.reference) is None:
        _say(scene, effect.unknown)
        return
    cases.forget(scene.session, scene.vault, effect.reference, scene.now)
    scene.changed.append(effect.reference)
    _say(scene, effect.done)


@dataclass(frozen=True, slots=True)
class _Hers:
    id: int
    state: str


def _hers(scene: Scene, reference: str) -> _Hers | None:
    """A case by its reference, if it was opened from this address and is not forgotten."""
    row = (
        scene.session.connection()
        .execute(
            select(_case.c.id, _case.c.state).where(
                _case.c.reference == reference, _case.c.address_index == scene.address, _case.c.state != "forgotten"
            )
        )
        .one_or_none()
    )
    return _Hers(row.id, row.state) if row else None
