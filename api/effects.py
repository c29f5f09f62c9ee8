"""What the core asked for, done: one small function an effect, all inside the message's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import BindParameter, bindparam, delete, select
from sqlmodel import Session

from api import cases
from api.answers import Contact, pack_message
from api.replies import queue_clear, queue_reply
from api.tables import ReplyRow, metadata
from api.vault import Vault
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
from flows.model import Answer, Message, Reply

ADDRESS: BindParameter[bytes] = bindparam("address")
_case, _reply = metadata.tables["case"], metadata.tables["reply"]


@dataclass(slots=True)
class Scene:
    """The transaction of one message: from whom it came (as an index), and when."""

    session: Session
    vault: Vault
    message: Message
    address: bytes
    now: datetime


def apply_all(scene: Scene, effects: Sequence[Effect]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Apply the effects in order. Gives the references of all cases that changed, and of those that were opened."""
    changed: list[str] = []
    opened: list[str] = []
    for effect in effects:
        match effect:
            case Say(reply):
                _say(scene, reply)
            case OpenCase():
                opened.append(_open_case(scene, effect))
            case Escalate():
                opened.append(_escalate(scene, effect))
            case Deliver():
                changed += _deliver(scene, effect)
            case TellStatus(reference, texts):
                found = _hers(scene, reference)
                _say(scene, texts[found.state if found else "unknown"])
            case ForgetCase():
                changed += _forget_case(scene, effect)
            case ForgetDraft():
                pass  # the inbox gives the draft a new secret: it holds the old one
            case ClearChat():
                _clear_chat(scene)
            case Silence():
                scene.session.connection().execute(
                    delete(ReplyRow).where(_reply.c.address_index == scene.address, _reply.c.state == "waiting")
                )
            case _:
                assert_never(effect)
    return (*changed, *opened), tuple(opened)


def _say(scene: Scene, reply: Reply) -> None:
    message = scene.message
    queue_reply(scene.session, scene.vault, lane=message.lane, address=message.address, reply=reply, now=scene.now)


def _clear_chat(scene: Scene) -> None:
    message = scene.message
    queue_clear(scene.session, scene.vault, lane=message.lane, address=message.address, now=scene.now)


def _open_case(scene: Scene, effect: OpenCase) -> str:
    reference = _open(scene, effect.service, effect.language, effect.answers, effect.route, effect.urgency, effect.call)
    _say(scene, Reply(effect.closing.text.replace("{reference}", reference), effect.closing.options))
    return reference


def _escalate(scene: Scene, effect: Escalate) -> str:
    return _open(scene, effect.service, effect.language, effect.answers, {}, "high", False)


def _open(
    scene: Scene,
    service: str,
    language: str,
    answers: Mapping[str, Answer],
    route: Mapping[str, str],
    urgency: str,
    call: bool,
) -> str:
    message = scene.message
    contact = Contact(message.channel, message.lane, message.address, message.manner, language)
    return cases.open_case(
        scene.session,
        scene.vault,
        service=service,
        contact=contact,
        answers=answers,
        route=route,
        urgency=urgency,
        call=call,
        now=scene.now,
    ).reference


def _deliver(scene: Scene, effect: Deliver) -> list[str]:
    found = _hers(scene, effect.reference)
    if found is None:
        _say(scene, effect.unknown)
        return []
    cases.deliver(scene.session, scene.vault, found.id, "in", pack_message(effect.message), scene.now)
    if effect.receipt:
        _say(scene, effect.receipt)
    return [effect.reference]


def _forget_case(scene: Scene, effect: ForgetCase) -> list[str]:
    found = _hers(scene, effect.reference)
    if found is None:
        _say(scene, effect.unknown)
        return []
    cases.forget(scene.session, scene.vault, effect.reference, scene.now)
    _say(scene, effect.done)
    return [effect.reference]


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
