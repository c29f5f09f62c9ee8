"""One row of an export: the columns of the service file, over the answers that her consent names and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from api.answers import unpack_contact
from api.desk.answered import answers_in
from api.desk.labels import in_words
from api.keys.vault import Vault
from api.mail.lending import last_address
from api.staff.access import id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Item, Lease
from flows.asking import position
from flows.consent import covers
from flows.expressions import Result
from flows.expressions.convert import to_text
from flows.loader import Library, Service
from flows.model import Answer, Draft, Media, Value


@dataclass(frozen=True, slots=True)
class Sheet:
    """An export of a service (`export` is its name there), for a coordinator whose team key opens the cases."""

    session: Session
    vault: Vault
    library: Library
    viewer: Viewer
    service: Service
    export: str
    now: datetime

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return list(self.service.columns[self.export])

    def consented(self, case: CaseRow) -> Literal["yes", "no", "outdated"]:
        """Whether she said yes to this recipient; `outdated` when it was to fewer items than the consent has today."""
        answers = self._all_answers(case)
        if self._relevant(answers).get(self._consent) != "yes":
            return "no"
        return "yes" if covers(self.service, self._consent, answers[self._consent]) else "outdated"

    def row(self, case: CaseRow) -> list[str]:
        """The cells of a case, as text. A column cannot read an answer that the consent does not cover."""
        items = self.service.by_name[self._consent].question.items
        answers = self._relevant(self._all_answers(case))
        values = {name: value for name, value in answers.items() if name in items}
        functions = self._functions(case)
        columns = self.service.columns[self.export].values()
        return [to_text(one.evaluate(values, now=self.now, functions=functions)) for one in columns]

    def media(self, case: CaseRow) -> Mapping[str, Media]:
        """The pictures and files that are answers which the consent covers, by question."""
        items = self.service.by_name[self._consent].question.items
        answers = self._all_answers(case)
        counts = self._relevant(answers)
        return {name: one.media for name, one in answers.items() if name in items and name in counts and one.media}

    @property
    def _consent(self) -> str:
        return self.service.file.exports[self.export].consent

    def _all_answers(self, case: CaseRow) -> dict[str, Answer]:
        return answers_in(self.session, open_key(self.vault, self.viewer, case), case)

    def _newest(self, case: CaseRow, kind: str) -> bytes:
        """The newest item of this kind, opened."""
        sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == kind).order_by(col(Item.id).desc())
        box = self.session.exec(sealed.limit(1)).one()
        return open_key(self.vault, self.viewer, case).open(Vault.item_context(id_of(case), kind), box)

    def _relevant(self, answers: dict[str, Answer]) -> Mapping[str, Value]:
        """The answers that count: one whose question became irrelevant does not."""
        return position(self.service, Draft(answers=answers), self.now).relevant

    def _functions(self, case: CaseRow) -> Mapping[str, Callable[..., Result]]:
        """What only an export knows; `flows.loader.EXPORT_FUNCTIONS` are their names."""
        return {
            "reference": lambda: case.reference,
            "writes_from": lambda: self._writes_from(case),
            "lent_or": lambda own, what="phone": self._lent(case, what) or own,
            "jr:choice-name": self._label,
        }

    def _lent(self, case: CaseRow, what: str) -> str:
        """The number or `email` that the case had last: the portal goes on writing to it, also while it cools."""
        if what == "email":
            return last_address(self.session, id_of(case))
        held = select(Lease.number).where(Lease.case_id == case.id).order_by(col(Lease.id).desc())
        return self.session.exec(held.limit(1)).one_or_none() or ""

    def _writes_from(self, case: CaseRow) -> str:
        """The number that she writes from; nothing by chat, where we know none."""
        address = unpack_contact(self._newest(case, "address")).address
        return address if case.manner == "sms" and address.startswith("+") else ""

    def _label(self, value: str, question: str) -> str:
        """Chosen values (several separated by blanks) in the recipient's language."""
        asked = self.service.by_name.get(question)
        language = self.service.file.exports[self.export].language
        return in_words(self.library, asked, tuple(value.split()), language) if asked else value
