"""What she has answered: the newest answers of a case, and those that came one by one since and lie beside them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import pack, unpack
from api.desk.cases import put_in
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.staff.access import id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Item
from flows.amending import Amended, Whose, amend
from flows.loader import Library
from flows.model import Answer, Manner

MANNERS: tuple[Manner, ...] = ("chat", "sms", "assisted")


def answers_in(session: Session, key: CaseKey, case: CaseRow) -> dict[str, Answer]:
    """The answers of a case as they are now."""
    answers, late = _both(session, key, case)
    return answers | late


def whose(case: CaseRow, answers: dict[str, Answer]) -> Whose:
    """The same as `flows` wants it."""
    return Whose(case.service, case.language, manner_of(case), answers)


def manner_of(case: CaseRow) -> Manner:
    """How she wrote."""
    return next((one for one in MANNERS if one == case.manner), "chat")


def fold(
    session: Session, vault: Vault, library: Library, key: CaseKey, case: CaseRow, now: datetime
) -> dict[str, Answer]:
    """Write what came one by one into the answers; gives them. The case must be locked."""
    answers, late = _both(session, key, case)
    service = library.services.get(case.service)
    known = {name: answer for name, answer in late.items() if service and name in service.by_name}
    if not known:
        return answers
    amended = amend(library, whose(case, answers), known, now)
    keep(session, vault, case, amended, now)
    return amended.answers


def keep(
    session: Session, vault: Vault, case: CaseRow, amended: Amended, now: datetime, person_id: int | None = None
) -> None:
    """Seal changed answers into a case, whole; the ones before stay sealed beneath them. Its facts follow."""
    put_in(session, vault, id_of(case), case.public_key, "answers", pack(amended.answers), now, person_id)
    if case.route != amended.route:
        case.route = amended.route
        session.add(case)


def _both(session: Session, key: CaseKey, case: CaseRow) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The newest answers, and what was answered after them."""
    kinds = select(Item).where(Item.case_id == case.id, col(Item.kind).in_(("answers", "amended")))
    return _newest(key, case, session.exec(kinds.order_by(col(Item.id).desc())))


def _newest(key: CaseKey, case: CaseRow, items: Iterable[Item]) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The same of items that are there, the newest first."""
    late: dict[str, Answer] = {}
    for item in items:
        content = unpack(key.open(Vault.item_context(id_of(case), item.kind), item.box))
        if item.kind == "answers":
            return content, late
        late = content | late
    return {}, late


def opened(
    session: Session, vault: Vault, viewer: Viewer, cases: Sequence[CaseRow]
) -> Iterator[tuple[CaseRow, dict[str, Answer]]]:
    """Several cases with their answers, in the same order; one whose key is gone is left out."""
    kinds = col(Item.case_id).in_([case.id for case in cases]), col(Item.kind).in_(("answers", "amended"))
    items: dict[int, list[Item]] = defaultdict(list)
    for item in session.exec(select(Item).where(*kinds).order_by(col(Item.id).desc())):
        items[item.case_id].append(item)
    for case in cases:
        try:
            key = open_key(vault, viewer, case)
        except Refused:
            continue
        answers, late = _newest(key, case, items[id_of(case)])
        yield case, answers | late
