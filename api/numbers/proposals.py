"""Whose a portal message may be, among the cases that ever had its number: they are opened inside a signed-in session.

Every such case is compared, also those that the viewer may not open: else the only Almaz whom she knows would seem to
be the only one. What she may not open is never shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from sqlmodel import Session, col, select

from api.desk.answered import answers_in
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.numbers.proxies import PortalText, opened
from api.staff.access import FORGOTTEN, id_of, open_key
from api.staff.people import Viewer
from api.tables import AppointmentRow, CaseRow, CodeWindow, Lease, MessageApart, PortalMessage
from flows.loader import Library, Service
from flows.matching import Facts, Ranking, rank, references_in
from flows.model import Answer
from flows.portal import Portals
from flows.portal_messages import CODE


@dataclass(frozen=True, slots=True)
class Known:
    """What the shell knows besides the database: services, portals, and the deployment's time zone."""

    vault: Vault
    library: Library
    portals: Portals
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Proposals:
    """Ranks messages for one viewer, for the length of one request: each case is opened once."""

    session: Session
    known: Known
    viewer: Viewer
    _facts: dict[int, Facts | None] = field(default_factory=dict)

    def ranking(self, row: PortalMessage, content: PortalText) -> Ranking:
        """Whose a message may be."""
        expecting = self._expecting(row) if row.kind == CODE else set()
        apart = self.apart(row)
        facts = [
            replace(facts, expected=id_of(case) in expecting)
            for case in holders(self.session, row.number)
            if case.reference not in apart and (facts := self._of(case)) is not None
        ]
        today = row.received_at.astimezone(self.known.zone).date()
        return rank(content.text, facts, today=today, portal=self.known.portals.get(row.portal))

    def of_mail(
        self, text: str, portal: str, came: datetime, cases: Sequence[CaseRow], meant: Collection[int]
    ) -> Ranking:
        """Whose an e-mail may be, among these cases; `meant` are the ids of those whose address it seems to mean."""
        facts = [
            replace(facts, addressed=id_of(case) in meant) for case in cases if (facts := self._of(case)) is not None
        ]
        today = came.astimezone(self.known.zone).date()
        return rank(text, facts, today=today, portal=self.known.portals.get(portal))

    def apart(self, row: PortalMessage) -> Sequence[str]:
        """The references of the cases of which somebody said that it is not for them."""
        said = select(CaseRow.reference).join(MessageApart, col(MessageApart.case_id) == CaseRow.id)
        return self.session.exec(said.where(MessageApart.message_id == row.id)).all()

    def _of(self, case: CaseRow) -> Facts | None:
        """What is known of a case; None when its key is gone."""
        if id_of(case) not in self._facts:
            try:
                key = open_key(self.known.vault, self.viewer, case)
            except Refused:
                self._facts[id_of(case)] = None
            else:
                self._facts[id_of(case)] = self._read(case, key)
        return self._facts[id_of(case)]

    def _read(self, case: CaseRow, key: CaseKey) -> Facts:
        answers = self._answers(case, key)
        service = self.known.library.services.get(case.service)
        planned = self.session.exec(select(AppointmentRow.at).where(AppointmentRow.case_id == case.id))
        return Facts(
            case.reference,
            names=_texts(service, answers, ("name",), ("", "identity")),
            documents=_texts(service, answers, ("text", "number"), ("identity",)),
            births=_births(service, answers),
            references=tuple(self._references(case, key)),
            days=tuple(at.astimezone(self.known.zone).date() for at in planned),
        )

    def _answers(self, case: CaseRow, key: CaseKey) -> dict[str, Answer]:
        return answers_in(self.session, key, case)

    def _references(self, case: CaseRow, key: CaseKey) -> set[str]:
        """What earlier messages called this case by."""
        earlier = select(PortalMessage).where(PortalMessage.case_id == case.id, PortalMessage.kind != CODE)
        texts = (opened(key, id_of(case), row).text for row in self.session.exec(earlier))
        return {reference for text in texts for reference in references_in(text)}

    def _expecting(self, row: PortalMessage) -> set[int]:
        """The cases that waited for a code on this number when it came, or shortly before."""
        then = select(CodeWindow.case_id).where(
            CodeWindow.number == row.number,
            CodeWindow.portal == row.portal,
            CodeWindow.opened_at <= row.received_at,
            CodeWindow.quiet_until >= row.received_at,
        )
        return set(self.session.exec(then))


def holders(session: Session, number: str) -> Sequence[CaseRow]:
    """The cases that ever had a number and are not forgotten, the newest loan first."""
    ever = select(CaseRow).join(Lease, col(Lease.case_id) == CaseRow.id)
    found = session.exec(ever.where(Lease.number == number, CaseRow.state != FORGOTTEN).order_by(col(Lease.id).desc()))
    return list({case.id: case for case in found}.values())


def _texts(
    service: Service | None, answers: Mapping[str, Answer], types: tuple[str, ...], sensitive: tuple[str, ...]
) -> tuple[str, ...]:
    """The answers to questions of these types and sensitivities, as read and as written."""
    asked = service.by_name if service else {}
    wanted = {name for name, one in asked.items() if one.question.type in types and one.question.sensitive in sensitive}
    found = (text for name, answer in answers.items() if name in wanted for text in (answer.value, answer.raw))
    return tuple(dict.fromkeys(text for text in found if isinstance(text, str) and text))


def _births(service: Service | None, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    asked = service.by_name if service else {}
    return tuple(
        answer.value
        for name, answer in answers.items()
        if name in asked and asked[name].question.type == "date" and answer.precision == "day"
        if isinstance(answer.value, str)
    )
