"""A case as its volunteer sees it: opened for one request, and every opening in the trail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import unpack_contact
from api.desk.answered import fold
from api.desk.casework import Casework, work_of
from api.desk.happened import catch_up
from api.desk.labels import in_words, prompt_in
from api.desk.lines import Line, lines_of
from api.desk.naming import record_asked
from api.desk.rules import check_opens
from api.desk.told import Told, told_of
from api.keys.vault import CaseKey, Vault
from api.mail.reading import MailboxView, mailbox_of
from api.media.opening import Files, FileView, files_of
from api.numbers.appointments import Appointment, appointments_of
from api.numbers.leases import LeaseView, leases_of
from api.numbers.proxies import PortalMessageView, messages_of
from api.numbers.windows import WindowView, windows_of
from api.staff import audit
from api.staff.access import case_to_read, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Item, Person
from flows.loader import Asked, Library, Service
from flows.model import Answer, Value
from flows.rules import OUTCOME

_NEEDS = ("phone", "email", "company")


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer: `title` and `label` are the question, `value` the answer in words, `raw` as she put it.

    `sensitive` is `identity`, `health` or nothing; `recorded` says that it is a voice note which nobody typed in yet.
    `wording` is what a consent said. `hidden`: there is an answer, and nobody asked for it; then it is not here either.
    """

    name: str
    title: str
    label: str
    value: str
    raw: str
    precision: str
    calendar: str
    sensitive: str
    recorded: bool
    wording: str
    file: FileView | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to offer now, in words, and the name of the card that goes with it, if any."""

    text: str
    card: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, opened.

    `named` says that names, numbers and health were asked for, and are here. `call_at` is then the number of somebody
    who asked to be called, else empty. `code` is the newest login code that still
    lives (hidden from who has not claimed the case), `lease` and `window` are of its portal.
    """

    reference: str
    service: str
    title: str
    language: str
    channel: str
    manner: str
    state: str
    urgency: str
    escalated: str
    rests_until: datetime | None
    call: bool
    route: Mapping[str, str]
    opened_at: datetime
    closing_reason: str
    claimed_by: str
    mine: bool
    portal: str
    named: bool
    call_at: str
    needs: tuple[str, ...]
    offers: tuple[Offered, ...]
    answers: tuple[AnswerView, ...]
    talk: tuple[Line, ...]
    work: Casework
    lease: LeaseView | None
    leases: tuple[LeaseView, ...]
    window: WindowView | None
    code: PortalMessageView | None
    portal_messages: tuple[PortalMessageView, ...]
    appointments: tuple[Appointment, ...]
    told: Told
    mail: MailboxView

    @property
    def calls_by_number(self) -> bool:
        """Whether there is a number at which she asked to be called."""
        return self.call and self.manner == "sms"


def see(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    now: datetime,
    *,
    named_since: datetime | None = None,
) -> CaseView:
    """Open a case for whoever claimed it, a coordinator, or a trainee with whom it is shared.

    For her who claimed it, everything is read then. Names, numbers and health are left out; with `named_since` (the
    beginning of her day) she asks for them, and that is written down, once for a case since then.

    Refused(404, "no_such_case") for anybody else, and when there is none.
    """
    case = case_to_read(session, viewer, reference)
    check_opens(session, viewer, reference, now)
    key = open_key(vault, viewer, case)
    audit.record_visit(session, viewer.person_id, "case.see", reference, now)
    if named := named_since is not None:
        record_asked(session, viewer, reference, named_since, now)
    if case.claimed_by in (None, viewer.person_id):
        case.unread = 0
    return _View(session, vault, library, viewer, case, key, now, files_of(session, vault, case), named).whole()


@dataclass(frozen=True, slots=True)
class _View:
    """What the parts of a view are made from."""

    session: Session
    vault: Vault
    library: Library
    viewer: Viewer
    case: CaseRow
    key: CaseKey
    now: datetime
    files: Files
    named: bool

    def whole(self) -> CaseView:
        case, service = self.case, self.library.services.get(self.case.service)
        names, answers = self._names(), self._answers()
        values = {OUTCOME: case.route.get(OUTCOME), **{name: answer.value for name, answer in answers.items()}}
        portal, leases, messages = _portal(service), leases_of(self.session, id_of(case)), self._portal_messages()
        told = told_of(self.session, case, self.key, self.library.words(self.viewer.language), names, self.now)
        return CaseView(
            reference=case.reference,
            service=case.service,
            title=_title(service, self.viewer.language),
            language=case.language,
            channel=case.channel,
            manner=case.manner,
            state=case.state,
            urgency=case.urgency,
            escalated=case.escalated,
            rests_until=case.snoozed_until if case.snoozed_until and case.snoozed_until > self.now else None,
            call=case.call,
            route=case.route,
            opened_at=case.opened_at,
            closing_reason=case.closing_reason,
            claimed_by=names.get(case.claimed_by or 0, ""),
            mine=case.claimed_by == self.viewer.person_id,
            portal=portal,
            named=self.named,
            call_at=self._call_at(),
            needs=tuple(what for what in _NEEDS if service and _holds(service, what, values, self.now)),
            offers=tuple(self._offers(service, values)) if service else (),
            answers=tuple(self._shown(service, answers)),
            talk=lines_of(self.session, self.viewer, case, self.key, names, told, self.files, self.now),
            work=work_of(self.session, self.library, self.viewer, case, names, answers, self.now),
            lease=next((lease for lease in leases if lease.portal == portal and lease.state == "active"), None),
            leases=tuple(leases),
            window=next((one for one in windows_of(self.session, id_of(case)) if one.portal == portal), None),
            code=next((message for message in reversed(messages) if message.code or message.hidden), None),
            portal_messages=tuple(messages),
            appointments=tuple(appointments_of(self.session, case, self.key)),
            told=told,
            mail=mailbox_of(self.session, self.viewer, case, self.key, portal, self.now),
        )

    def _portal_messages(self) -> list[PortalMessageView]:
        """Who only reads along is not shown a login code: it would be she who read it."""
        if self.viewer.trainee:
            return []
        return messages_of(self.session, self.viewer, self.case, self.key, self.now)

    def _names(self) -> dict[int, str]:
        return dict(self.session.exec(select(Person.id, Person.name)).all())  # type: ignore[arg-type]

    def _open(self, item: Item) -> bytes:
        return self.key.open(Vault.item_context(id_of(self.case), item.kind), item.box)

    def _items(self, *kinds: str) -> list[Item]:
        hers = select(Item).where(Item.case_id == self.case.id, col(Item.kind).in_(kinds)).order_by(col(Item.id))
        return list(self.session.exec(hers))

    def _call_at(self) -> str:
        """Only who asked to be called, and wrote by SMS, is shown by her number: it is what she asked us to use."""
        if not (self.named and self.case.call and self.case.manner == "sms"):
            return ""
        audit.record_visit(self.session, self.viewer.person_id, "case.number", self.case.reference, self.now)
        return unpack_contact(self._open(self._items("address")[-1])).address

    def _answers(self) -> dict[str, Answer]:
        """The answers as they are now, and everything that follows from them."""
        answers = fold(self.session, self.vault, self.library, self.key, self.case, self.now)
        catch_up(self.session, self.vault, self.library, self.case, self.key, answers, self.now)
        return answers

    def _shown(self, service: Service | None, answers: Mapping[str, Answer]) -> Iterator[AnswerView]:
        """In the order of the form; last, what an older form asked."""
        known = service.by_name if service else {}
        for name in (*(name for name in known if name in answers), *(name for name in answers if name not in known)):
            yield self._answer(name, known.get(name), answers[name])

    def _answer(self, name: str, asked: Asked | None, answer: Answer) -> AnswerView:
        language = self.viewer.language
        prompt = prompt_in(asked, language) if asked else None
        value = in_words(self.library, asked, answer.value, language) if asked else _plain(answer.value)
        sensitive = asked.question.sensitive if asked else "identity"
        hidden = bool(sensitive and value and not self.named)
        return AnswerView(
            name,
            prompt.title if prompt else name,
            prompt.label if prompt else "",
            "" if hidden else value,
            "" if hidden else answer.raw,
            "" if hidden else answer.precision,
            "" if hidden else answer.calendar,
            sensitive,
            answer.media is not None,
            answer.wording,
            self.files.of(self.case.address_index, answer.media),
            hidden,
        )

    def _offers(self, service: Service, values: Mapping[str, Value]) -> Iterator[Offered]:
        words = self.library.words(self.viewer.language)
        for number, (when, say) in enumerate(service.offers, start=1):
            if when.truth(values, now=self.now):
                text = words.of(f"{service.name}:offer:{number}", say)
                yield Offered(text, service.file.case.offer[number - 1].card)


def _portal(service: Service | None) -> str:
    return service.file.case.portal if service else ""


def _title(service: Service | None, language: str) -> str:
    return service.titles.get(language, service.file.title) if service else ""


def _holds(service: Service, what: str, values: Mapping[str, Value], now: datetime) -> bool:
    expression = service.accompany if what == "company" else service.lend.get(what)
    return expression is not None and expression.truth(values, now=now)


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value or ())
