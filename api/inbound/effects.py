"""What the core asked for, done: one small function an effect, all inside the message's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, assert_never

from sqlalchemy import delete
from sqlmodel import Session, select

from api.answers import Contact, pack, pack_message
from api.desk import cases, following, moves, planned, reading, slips
from api.desk.following import Known, Whose
from api.going import signing
from api.keys.vault import Vault
from api.media import keeping
from api.outbound.replies import Fresh, queue_replies, reply_row
from api.staff import audit
from api.store.once import insert_once
from api.tables import CaseRow, ReplyRow, metadata
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
from flows.model import Media, Message, Reply

_reply, _silence = (metadata.tables[name] for name in ("reply", "silence"))


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
            _escalate(scene, effect)
        case Deliver():
            _deliver(scene, effect)
        case Amend():
            _amend(scene, effect)
        case TellStatus(reference, texts):
            found = cases.of_address(scene.session, reference, scene.address)
            _say(scene, texts[found.state if found else "unknown"])
        case TellBySlip():
            _tell_by_slip(scene, effect)
        case Confirm():
            _confirm(scene, effect)
        case ForgetCase():
            _forget_case(scene, effect)
        case ForgetDraft():
            pass  # the inbox gives the draft a new secret: it holds the old one
        case ClearChat():
            _say(scene, Reply(""), kind="clear")
        case Silence():
            waiting = _reply.c.address_index == scene.address, _reply.c.state.in_(("waiting", "held"))
            scene.session.connection().execute(delete(ReplyRow).where(*waiting))
            insert_once(scene.session, _silence, {"address_index": scene.address, "since": scene.now})
        case BreakSilence():
            scene.session.connection().execute(_silence.delete().where(_silence.c.address_index == scene.address))
        case _:
            assert_never(effect)


def _say(scene: Scene, reply: Reply, kind: Literal["say", "clear"] = "say") -> None:
    message = scene.message
    lane, address = message.lane, message.address
    row = reply_row(scene.vault, lane=lane, address=address, reply=reply, now=scene.now, kind=kind, index=scene.address)
    scene.said.append((row, address, reply))


def _open_case(scene: Scene, effect: OpenCase) -> None:
    """Open a case; or complete the one that opened before, if it is of this service and not closed meanwhile."""
    begun = cases.of_address(scene.session, effect.begun, scene.address) if effect.begun else None
    if begun is None or begun.state == "closed" or begun.service != effect.service:
        reference = _open(scene, effect, effect.route, urgency=effect.urgency, call=effect.call)
    else:
        reference = effect.begun
        cases.complete(
            scene.session, scene.vault, begun.id,
            answers=effect.answers, route=effect.route, needs=effect.needs, now=scene.now,
        )  # fmt: skip
        _keep_all(scene, begun.id, reference, effect)
        _plan(scene, effect, cases.Opened(begun.id, reference, begun.secret_id))
        scene.changed.append(reference)
    _say(scene, Reply(effect.closing.text.replace("{reference}", reference), effect.closing.options))


def _escalate(scene: Scene, effect: Escalate) -> None:
    """She asked for a person: a case opens. Danger: those on duty are called as well, to the case that there is."""
    found = cases.of_address(scene.session, effect.reference, scene.address) if effect.reference else None
    if found is None:
        reference = _open(scene, effect, {}, urgency="high")
    else:
        reference = effect.reference
        scene.changed.append(reference)
        _put_files(scene, found.id, reference, effect.files)
    if effect.reason != "human":
        case = scene.session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
        moves.call_for_help(scene.session, scene.vault, case, effect.reason, scene.now)
        scene.session.flush()


def _open(
    scene: Scene, effect: OpenCase | Escalate, route: Mapping[str, str], *, urgency: str, call: bool = False
) -> str:
    message, contact = scene.message, _contact(scene, effect.language)
    opened = cases.open_case(
        scene.session,
        scene.vault,
        service=effect.service,
        contact=contact,
        answers=effect.answers,
        route=route,
        needs=effect.needs if isinstance(effect, OpenCase) else (),
        urgency=urgency,
        call=call,
        now=scene.now,
    )
    if message.manner == "assisted":
        audit.record(scene.session, int(message.lane.partition(":")[2]), "case.assist", opened.reference, scene.now)
    if isinstance(effect, OpenCase):
        _plan(scene, effect, opened)
    scene.opened.append(opened.reference)
    _keep_all(scene, opened.id, opened.reference, effect)
    return opened.reference


def _contact(scene: Scene, language: str) -> Contact:
    message = scene.message
    return Contact(message.channel, message.lane, message.address, message.manner, language)


def _plan(scene: Scene, effect: OpenCase, opened: cases.Opened) -> None:
    """Open the tasks that the service plans, and plan what follows; a call that was promised is a task."""
    planned.open_planned(scene.session, opened.id, effect.tasks, scene.now)
    steps = (*effect.steps, *signing.take_places(scene.session, opened, effect.outings, scene.now))
    if steps:
        whose = Whose(opened.id, opened.secret_id, scene.address)
        known = Known.of(_contact(scene, effect.language), effect.answers, effect.reads)
        following.plan(scene.session, scene.vault, whose, steps, known, scene.now)
    if effect.call and effect.call_within:
        planned.promise_call(scene.session, scene.vault, opened, effect.language, effect.call_within, scene.now)


def _deliver(scene: Scene, effect: Deliver) -> None:
    found = cases.of_address(scene.session, effect.reference, scene.address)
    case_id = found.id if found else reading.told_from(scene.session, effect.reference, scene.address)
    if case_id is None:
        _say(scene, effect.unknown)
        return
    _put_in(scene, case_id, effect.reference, effect.message)
    if effect.receipt:
        _say(scene, effect.receipt)


def _amend(scene: Scene, effect: Amend) -> None:
    """The server cannot open her answers: this one lies beside them until somebody who can opens the case."""
    found = cases.of_address(scene.session, effect.reference, scene.address)
    if found is None:
        _say(scene, effect.unknown)
        return
    content = pack({effect.question: effect.answer})
    cases.deliver(scene.session, scene.vault, found.id, "amended", content, scene.now)
    opened = cases.Opened(found.id, effect.reference, found.secret_id)
    steps = signing.take_places(scene.session, opened, (effect.outing,) if effect.outing else (), scene.now)
    if effect.heard:
        heard = replace(effect.heard, steps=(*effect.heard.steps, *steps))
        following.heard(scene.session, scene.vault, found.id, effect.question, effect.answer, heard, scene.now)
    planned.open_planned(scene.session, found.id, effect.tasks, scene.now)
    audit.record(scene.session, None, "case.amend", effect.reference, scene.now, question=effect.question)
    _keep_files(scene, found.id, scene.message, effect.answer.media)
    _put_files(scene, found.id, effect.reference, effect.files)
    if effect.still_open is not None:
        cases.mark_item(scene.session, found.id, effect.question, still_open=effect.still_open)
    scene.changed.append(effect.reference)
    if effect.done:
        _say(scene, effect.done)


def _put_in(scene: Scene, case_id: int, reference: str, message: Message) -> None:
    cases.deliver(scene.session, scene.vault, case_id, "in", pack_message(message), scene.now)
    _keep_files(scene, case_id, message, *message.all_media)
    scene.changed.append(reference)


def _put_files(scene: Scene, case_id: int, reference: str, files: tuple[Media, ...]) -> None:
    """What she sent and no question asked for, as something that she says without words."""
    if files:
        _put_in(scene, case_id, reference, scene.message.wordless(files))


def _keep_all(scene: Scene, case_id: int, reference: str, effect: OpenCase | Escalate) -> None:
    _keep_files(scene, case_id, scene.message, *(answer.media for answer in effect.answers.values()))
    _put_files(scene, case_id, reference, effect.files)


def _keep_files(scene: Scene, case_id: int, message: Message, *media: Media | None) -> None:
    """Have what she sent lie in the case, or be fetched for it."""
    found = [one for one in media if one is not None]
    if found:
        keeping.expect_in_case(scene.session, scene.vault, case_id, scene.address, message.lane, found, scene.now)


def _confirm(scene: Scene, effect: Confirm) -> None:
    """She has read it; a 1 for what has not gone out, or is no more, is something that a volunteer should see."""
    case_id = reading.told_from(scene.session, effect.reference, scene.address)
    if case_id is None:
        _say(scene, effect.otherwise)
    elif reading.confirm(scene.session, case_id, scene.address, scene.now):
        _put_files(scene, case_id, effect.reference, effect.message.all_media)
        scene.changed.append(effect.reference)
        _say(scene, effect.done)
    else:
        _put_in(scene, case_id, effect.reference, effect.message)
        _say(scene, effect.otherwise)


def _tell_by_slip(scene: Scene, effect: TellBySlip) -> None:
    shown = slips.show(scene.session, scene.vault, scene.address, effect.reference, effect.code, scene.now)
    if shown is None:
        _say(scene, effect.unknown)
    else:
        texts = effect.texts.get(shown.language) or next(iter(effect.texts.values()))
        _say(scene, texts[shown.state])


def _forget_case(scene: Scene, effect: ForgetCase) -> None:
    if cases.of_address(scene.session, effect.reference, scene.address) is None:
        _say(scene, effect.unknown)
        return
    cases.forget(scene.session, scene.vault, effect.reference, scene.now)
    scene.changed.append(effect.reference)
    _say(scene, effect.done)
