"""What must not wait: an answer that means danger, and words of a crisis, wherever she writes them."""

from collections.abc import Mapping

from flows.asking import Position
from flows.conversation.going import go_on
from flows.effects import Amend, Deliver, Effect, Escalate, Say, Turn
from flows.loader import Service
from flows.model import Answer, Reply
from flows.talk import Talk

DANGER = "danger"


def raise_for(talk: Talk, here: Position) -> tuple[Talk, tuple[Effect, ...]]:
    """After an answer: call those on duty for each reason that holds now and did not before, and say so."""
    effects: list[Effect] = []
    for alarm in talk.service.rules.alarms:
        reason = alarm.plan.reason
        if reason in talk.draft.raised or not alarm.when.truth(here.values, now=talk.now):
            continue
        effects += (_call(talk, talk.service, reason, talk.draft.begun), _said(talk, talk.service, alarm.says))
        talk = talk.but(raised=(*talk.draft.raised, reason))
    return talk, tuple(effects)


def heard(talk: Talk) -> Service | None:
    """The service in which the words of this message are a crisis: hers; before she has one, any."""
    text, services = talk.message.text, talk.library.services
    if not text:
        return None
    mine = services.get(talk.draft.service)
    for service in (mine,) if mine else services.values():
        if service.rules.crisis and service.rules.crisis.heard(text):
            return service
    return None


def answer(talk: Talk, service: Service, turn: Turn) -> Turn:
    """Call those on duty and say so, then go on; that her words were no answer is not held against her."""
    crisis, before = service.rules.crisis, talk.draft
    assert crisis is not None
    if turn.draft and (turn.draft.failures > before.failures or turn.draft.gate in ("stuck", "meant")):
        turn = go_on(talk) if before.service else turn
    told = (one.reference for one in turn.effects if isinstance(one, Deliver | Amend))
    last = before.cases[-1] if before.cases and not before.service else ""
    call = _call(talk, service, DANGER, next(told, before.begun or last))
    raised = tuple(dict.fromkeys((*before.raised, DANGER)))
    draft = turn.draft.but(raised=raised) if turn.draft and turn.draft.service else turn.draft
    return Turn(draft, (call, _said(talk, service, crisis.says), *turn.effects))


def said_so_far(talk: Talk) -> Mapping[str, Answer]:
    """What she has answered, without what somebody else said here, and without consents to hand anything on.

    She has not finished, so nothing may leave on the strength of it.
    """
    service = talk.library.services.get(talk.draft.service)
    if service is None or talk.draft.locked:
        return {}
    known = {name: asked.question for name, asked in service.by_name.items()}
    return {name: one for name, one in talk.draft.answers.items() if name in known and not known[name].recipient}


def _call(talk: Talk, service: Service, reason: str, reference: str) -> Escalate:
    return Escalate(reason, service.name, talk.language, said_so_far(talk), reference)


def _said(talk: Talk, service: Service, says: Mapping[str, str]) -> Say:
    return Say(Reply(talk.filled(talk.one_of(says), service)))
