"""Recognises what arrives on a proxy number: a login code and whose, or another kind of message of which portal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.keys.vault import Vault
from api.numbers.senders import knowing
from api.tables import CodeWindow, Lease, PortalMessage
from flows.codes import find_code
from flows.portal import Portal, Portals
from flows.portal_messages import CODE, OTHER, kind_of


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a message is: its kind, whose portal's (nothing when that is not clear), and of a login code the rest.

    `case_id` is the one case that a code can only be for; None leaves it to a person.
    """

    kind: str
    portal: str = ""
    code: str = ""
    index: bytes | None = None
    case_id: int | None = None

    def wipe_at(self, portals: Portals, now: datetime) -> datetime | None:
        """When a message that came now is emptied: a code when its lifetime ends, the longest where it is anybody's."""
        if self.kind != CODE:
            return None
        possible = [portals[self.portal]] if self.portal in portals else portals.values()
        return now + max(portal.lifetime for portal in possible)

    def answer_by(self, portals: Portals, now: datetime) -> datetime | None:
        """Until when the portal wants an answer to a message that came now."""
        wanted = portals[self.portal].wanted if self.kind == "answer" and self.portal else None
        return now + timedelta(hours=wanted.hours) if wanted else None


def recognise(session: Session, vault: Vault, portals: Portals, number: str, sender: str, text: str) -> Recognised:
    """What a message to this number (E.164) is. Only a login code that fits one of its code windows can have a case.

    A repeat comes before an open window, and a code that could also be another case's late one goes to nobody.
    """
    portals = knowing(session, portals)
    fitting, strange = _codes_for_windows(session, vault, portals, number, sender, text)
    for _, found in fitting:
        first = _first_of(session, found.index)
        if first is not None:
            return replace(found, case_id=first.case_id)
    if fitting:
        return _of_a_window(session, number, fitting)
    lent = session.exec(select(Lease.portal).where(Lease.number == number).distinct()).all()
    senders = _may_have_sent(portals, lent, sender)
    if strange and not senders:  # it may be the portal's new sender, or a bank's: a person says which
        return strange[0][1]
    if senders:
        return _sent_by_one_of(senders, text)
    return _sent_by_a_stranger([portals[name] for name in lent if name in portals] or list(portals.values()), text)


Fitting = list[tuple[CodeWindow, Recognised]]


def _codes_for_windows(
    session: Session, vault: Vault, portals: Portals, number: str, sender: str, text: str
) -> tuple[Fitting, Fitting]:
    """The windows in which this looks like the code that is expected: from a sender that is the portal's, and else."""
    fitting: Fitting = []
    strange: Fitting = []
    for window in _windows(session, number):
        portal = portals.get(window.portal)
        code = find_code(text, portal) if portal else None
        if portal and code:
            found = Recognised(CODE, window.portal, code, vault.index(CODE, number, code))
            (fitting if portal.writes_from(sender) else strange).append((window, found))
    return fitting, strange


def _of_a_window(session: Session, number: str, fitting: Fitting) -> Recognised:
    if len({window.case_id for window, _ in fitting}) > 1:
        return fitting[0][1]
    for window, found in fitting:
        if window.state == "open" or _nobody_else_ever_had(session, number, window):
            return replace(found, case_id=window.case_id)
    return fitting[0][1]


def _nobody_else_ever_had(session: Session, number: str, window: CodeWindow) -> bool:
    """Whether a late code can only be this window's: the portal knows the number from no other case."""
    had = select(Lease.case_id).where(Lease.number == number, Lease.portal == window.portal).distinct()
    return set(session.exec(had)) == {window.case_id}


def _sent_by_one_of(senders: Sequence[Portal], text: str) -> Recognised:
    """The kind that every portal which may have sent it would call it; else it is something else, of no portal."""
    named = _named_by(senders, text)
    if len(named) == 1:
        ((portal, kind),) = named
        return Recognised(kind, portal.portal, _code_in(text, [portal]))
    if not named and len(senders) == 1:
        return Recognised(OTHER, senders[0].portal)
    return _agreed(named, text)


def _sent_by_a_stranger(known: Sequence[Portal], text: str) -> Recognised:
    """No portal's, yet of a kind: what those would call it that know the number, or any where none does.

    So a login code is hidden, and wiped, wherever it strayed.
    """
    return _agreed(_named_by(known, text), text)


def _agreed(named: Sequence[tuple[Portal, str]], text: str) -> Recognised:
    kinds = {kind for _, kind in named}
    kind = kinds.pop() if len(kinds) == 1 else OTHER
    return Recognised(kind, code=_code_in(text, [portal for portal, _ in named]) if kind == CODE else "")


def _named_by(portals: Sequence[Portal], text: str) -> list[tuple[Portal, str]]:
    """The portals that have a name for the kind of a message, and which."""
    return [(portal, kind) for portal in portals if (kind := kind_of(text, portal)) != OTHER]


def _code_in(text: str, portals: Sequence[Portal]) -> str:
    return next((code for portal in portals if (code := find_code(text, portal))), "")


def _may_have_sent(portals: Portals, lent: Sequence[str], sender: str) -> list[Portal]:
    """Of the portals for which a number was lent those that write from this sender; those that surely do, if any."""
    possible = [portals[name] for name in lent if name in portals and portals[name].writes_from(sender)]
    return [portal for portal in possible if portal.is_sender(sender)] or possible


def _windows(session: Session, number: str) -> Sequence[CodeWindow]:
    """The windows on a number that are open or quiet."""
    live = select(CodeWindow).where(CodeWindow.number == number, CodeWindow.state != "ended")
    return session.exec(live.order_by(col(CodeWindow.id))).all()


def _first_of(session: Session, code_index: bytes | None) -> PortalMessage | None:
    same = select(PortalMessage).where(PortalMessage.code_index == code_index)
    return session.exec(same.order_by(col(PortalMessage.id)).limit(1)).one_or_none()
