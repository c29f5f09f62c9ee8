"""The access matrix: who may do what to which object, by every route there is. Each cell is really asked.

A route that has no line in `MATRIX` fails the first test. To add one, say who may come in and what it is about.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi.responses import PlainTextResponse
from httpx import AsyncClient, Response
from sqlmodel import Session, func, select, update

from api.desk import many, reaching, tasks
from api.desk.phrases import add_phrase
from api.desk.rules import PERSONAL, set_rule
from api.going import offers, outings
from api.going.offers import Company
from api.inbound import inbox
from api.inbound.assisted import message_of
from api.keys import locks
from api.mail import lending, receiving
from api.media import keeping
from api.numbers import aside as put_aside
from api.numbers.proxies import PortalText, Sms, receive, seal_to_case
from api.progress import Work, Works
from api.routes.forms import TOKEN_HEADER
from api.staff import access, audit, invitations, people
from api.staff.people import TRAINEE, Newcomer, Viewer
from api.tables import (
    Batch,
    BatchCase,
    CaseRow,
    CodeWindow,
    Duty,
    MailFileRow,
    MailMessage,
    MediaRow,
    NoticeRow,
    NoticeToMany,
    OfferRow,
    Person,
    Phrase,
    PortalMessage,
    TaskRow,
    Unhandled,
)
from bot import mail
from flows.model import Media, Message
from flows.notices import Notice
from tests.desks import NUMBER, TestDesk, passphrase_of, running_desk, sign_in
from tests.factories import CHEAP, NOW
from tests.fakes import mails
from tests.scenes import Scene

Actor = Literal["anonymous", "removed", "expired", "trainee", "stranger", "volunteer", "coordinator"]
About = Literal[
    "",
    "case",
    "person",
    "shift",
    "invitation",
    "message",
    "unhandled",
    "code",
    "strange code",
    "number",
    "media",
    "offer",
    "taken",
    "outing",
    "notice",
    "phrase",
    "work",
    "batch",
    "intake",
    "assisted",
    "letter",
    "aside",
    "mail",
    "told",
    "task",
]
OUTSIDE: tuple[Actor, ...] = ("anonymous", "removed", "expired")
"""Who is not signed in, or no longer: for them everything is the sign-in page."""
INSIDE: tuple[Actor, ...] = ("trainee", "stranger", "volunteer", "coordinator")
"""A trainee reads along in the volunteer's case; to a stranger, a volunteer as well, nobody gave it."""
NAMES: Mapping[Actor, str] = {
    "removed": "Zeina",
    "expired": "Yara",
    "trainee": "Tala",
    "stranger": "Rima",
    "volunteer": "Hana",
    "coordinator": "Amal",
}
PARTS = 4
"""Into how many tests the matrix is cut, so that several processes ask at once."""
NOWHERE = "/there/is/no/such/page"


@dataclass(frozen=True)
class Line:
    """One route: who comes in (`open`: without signing in), what it is about, and a form that it understands."""

    who: tuple[Actor, ...] = ()
    about: About = ""
    form: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    refuses: tuple[Actor, ...] = ()  # comes in as far as to be told why not: the object is no secret to her


ALL, TAKERS, COORDINATORS = INSIDE, ("stranger", "volunteer", "coordinator"), ("coordinator",)
OPEN, TEAM, TAKER, COORDINATOR = Line(open=True), Line(ALL), Line(TAKERS), Line(COORDINATORS)
READ = Line(("trainee", "volunteer", "coordinator"), "case")
ACT = Line(("volunteer", "coordinator"), "case")
GOES: tuple[Actor, ...] = ("volunteer", "coordinator")
PERSON = Line(COORDINATORS, "person")
WORK = Line(COORDINATORS, "work")
BATCH = Line(COORDINATORS, "batch")


def act(**form: str) -> Line:
    return Line(ACT.who, "case", form)


MATRIX: Mapping[str, Line] = {
    "GET /health": OPEN,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "GET /sign-in/code": OPEN,
    "POST /sign-in/code": OPEN,
    "GET /sign-in/enrol": OPEN,
    "POST /sign-in/enrol": OPEN,
    "POST /sign-out": OPEN,
    "POST /language": OPEN,
    "GET /join": OPEN,
    "POST /join": OPEN,
    "POST /join/enter": OPEN,
    "GET /phone": OPEN,
    "GET /phone/{number}/{manner}": OPEN,
    "GET /phone/{number}/{manner}/live": OPEN,
    "GET /phone/{number}/{manner}/events": OPEN,
    "POST /phone/{number}/{manner}": OPEN,
    "GET /portal": OPEN,
    "POST /portal": OPEN,
    "POST /webhooks/twilio/voice/taken": OPEN,
    "POST /webhooks/twilio/voice/connect": OPEN,
    "POST /webhooks/twilio/voice/ended": OPEN,
    "POST /webhooks/twilio/voice/over": OPEN,
    "POST /webhooks/twilio/voice": OPEN,
    "POST /webhooks/mail": OPEN,
    "GET /": OPEN,
    "GET /passphrase": TEAM,
    "POST /passphrase": TEAM,
    "GET /me": TEAM,
    "POST /me/address/code": TEAM,
    "POST /me/address/number": Line(ALL, form={"number": "+96170123456"}),
    "POST /me/address/confirm": Line(ALL, form={"code": "123456"}),
    "POST /me/address/test": TEAM,
    "POST /me/address/remove": TEAM,
    "POST /alerts/seen": TEAM,
    "GET /me/factor": TEAM,
    "POST /me/factor": TEAM,
    "GET /queue": TEAM,
    "GET /queue/live": TEAM,
    "GET /queue/events": TEAM,
    "POST /queue/next": TAKER,
    "GET /cases/{reference}": READ,
    "POST /cases/{reference}/names": READ,
    "GET /cases/{reference}/live": READ,
    "GET /cases/{reference}/events": READ,
    "POST /cases/{reference}/note": Line(READ.who, "case", {"text": "a note"}),
    "POST /cases/{reference}/claim": Line(ACT.who, "case", refuses=("stranger",)),  # everybody sees what waits
    "POST /cases/{reference}/release": ACT,
    "POST /cases/{reference}/close": act(reason="done"),
    "POST /cases/{reference}/reopen": ACT,
    "POST /cases/{reference}/lend": act(portal="model_ministry"),
    "POST /cases/{reference}/end-lease": act(portal="model_ministry"),
    "POST /cases/{reference}/expect": act(portal="model_ministry"),
    "POST /cases/{reference}/stop": act(portal="model_ministry"),
    "POST /cases/{reference}/codes/{message_id}/wipe": Line(ACT.who, "code"),
    "POST /cases/{reference}/write": act(text="hello"),
    "GET /cases/{reference}/answers/{name}": ACT,
    "POST /cases/{reference}/answers/{name}": act(text="Almaz Tesfaye", reason="she said so"),
    "POST /cases/{reference}/answers/{name}/ask": ACT,
    "GET /cases/{reference}/beside/{other}": ACT,
    "POST /cases/{reference}/beside/{other}/names": ACT,
    "POST /cases/{reference}/beside/{other}/same": ACT,
    "POST /cases/{reference}/beside/{other}/apart": ACT,
    "POST /cases/{reference}/pair": Line((), "case", {"other": "K0-000"}),  # it has nobody to be brought together with
    "POST /cases/{reference}/unpair": Line((), "case", {"other": "K0-000"}),
    "POST /cases/{reference}/outing": Line((), "case", {"outing_id": "999"}),
    "POST /cases/{reference}/card": act(card="rights"),
    "GET /cases/{reference}/invite": Line((), "case"),  # nobody offered to help at the desk in it
    "GET /search": TAKER,
    "POST /search": Line(TAKERS, form={"who": "Almaz 1992"}),
    "GET /phrases": COORDINATOR,
    "POST /phrases": Line(COORDINATORS, form={"text-en": "Hello."}),
    "POST /phrases/{phrase_id}/remove": Line(COORDINATORS, "phrase"),
    "POST /cases/{reference}/share": act(person="{trainee}"),
    "POST /cases/{reference}/unshare": act(person="{trainee}"),
    "POST /cases/{reference}/call": Line((), "case", {"number": "+96170123456"}),  # there is no line in a trial
    "POST /cases/{reference}/hand-over": act(to="{trainee}", text=""),
    "POST /cases/{reference}/escalate": act(reason="danger"),
    "POST /cases/{reference}/calm": ACT,
    "POST /cases/{reference}/snooze": act(day=""),
    "GET /training": TEAM,
    "GET /training/{service}": TEAM,
    "POST /training/{service}": TEAM,
    "GET /settings": COORDINATOR,
    "POST /settings": Line(COORDINATORS, form={"name": "The Cedar House", "phrase": "It rains", "emergency": "112"}),
    "POST /services/{service}/switch": Line(COORDINATORS, form={"on": "yes"}),
    "GET /services": COORDINATOR,
    "GET /services/{service}/try": COORDINATOR,
    "POST /services/{service}/try": COORDINATOR,
    "GET /services/{service}/{language}": COORDINATOR,
    "POST /services/{service}/{language}": Line(COORDINATORS, form={"reviewer": "Selam", "texts": "old"}),
    "POST /services/{service}/{language}/take-back": COORDINATOR,
    "GET /cases/{reference}/media/{media_id}": Line(READ.who, "media"),
    "POST /cases/{reference}/company": act(day="2099-01-05", start="09:00", end="12:00", place="There"),
    "POST /cases/{reference}/company/{offer_id}/withdraw": Line(ACT.who, "offer"),
    "GET /going": TAKER,
    "GET /going/live": TAKER,
    "GET /going/{offer_id}": Line(GOES, "taken"),
    "GET /going/{offer_id}/calendar.ics": Line(GOES, "taken"),
    "POST /going/{offer_id}/take": Line(TAKERS, "offer"),
    "POST /going/{offer_id}/give-back": Line(GOES, "taken"),
    "POST /going/{offer_id}/home": Line(GOES, "taken"),
    "POST /going/{offer_id}/call": Line((), "taken", {"number": "+96170123456"}),  # there is no line in a trial
    "GET /outings": TAKER,
    "POST /outings": Line(COORDINATORS, form={"day": "2099-01-05", "start": "09:00", "place": "There", "places": "9"}),
    "GET /outings/{outing_id}": Line(GOES, "outing"),
    "POST /outings/{outing_id}/add": Line(COORDINATORS, "outing"),
    "POST /outings/{outing_id}/drop": Line(COORDINATORS, "outing", {"reference": "{case}"}),
    "POST /outings/{outing_id}/ticks": Line(GOES, "outing"),
    "GET /notices": COORDINATOR,
    "POST /notices": Line(COORDINATORS, form={"service": "vaccination"}),
    "POST /notices/preview": Line(COORDINATORS, form={"service": "vaccination"}),
    "POST /notices/{notice_id}/stop": Line(COORDINATORS, "notice"),
    "GET /rules": COORDINATOR,
    "POST /rules": COORDINATOR,
    "GET /overview": COORDINATOR,
    "GET /calls": TAKER,
    "POST /calls": Line(TAKERS, form={"number": "+96170123456", "hours": "1"}),
    "POST /calls/stop": TAKER,
    "GET /duty": TEAM,
    "POST /duty": Line(TAKERS, form={"days": "2099-01-05", "start": "09:00", "end": "13:00"}),
    "POST /duty/{shift_id}/remove": Line(("volunteer", "coordinator"), "shift"),
    "GET /numbers": COORDINATOR,
    "POST /numbers": COORDINATOR,
    "GET /webhooks/cht": OPEN,
    "POST /cases/{reference}/keep": act(portal="model_ministry"),
    "POST /cases/{reference}/leave-line": act(portal="model_ministry"),
    "POST /cases/{reference}/queue-up": act(portal="model_ministry"),
    "POST /cases/{reference}/refused": act(portal="model_ministry"),
    "POST /cases/{reference}/told": act(portal="model_ministry"),
    "POST /cases/{reference}/unwait": act(portal="model_ministry"),
    "GET /numbers/health": COORDINATOR,
    "GET /typed-in": TAKER,
    "POST /typed-in": TAKER,
    "GET /numbers/{number}": Line(COORDINATORS, "number"),
    "POST /numbers/channels": COORDINATOR,
    "POST /numbers/channels/end": COORDINATOR,
    "POST /numbers/sims/{sim_id}/assign": COORDINATOR,
    "POST /numbers/sims/{sim_id}/drop": Line(()),  # no phone has announced a SIM here
    "POST /numbers/{number}/again": Line(COORDINATORS, "number", {"portal": "model_ministry"}),
    "POST /numbers/{number}/details": Line(COORDINATORS, "number"),
    "POST /numbers/{number}/lost": Line(COORDINATORS, "number"),
    "POST /numbers/{number}/state": Line(COORDINATORS, "number", {"state": "active"}),
    "GET /inbox": TEAM,  # of a volunteer what seems to be for a case of hers
    "GET /inbox/live": TEAM,
    "GET /inbox/events": TEAM,
    "POST /inbox/{message_id}/assign": Line(COORDINATORS, "message", {"reference": "{case}"}),
    "POST /inbox/{message_id}/nobody": Line(COORDINATORS, "message"),
    "POST /inbox/{message_id}/back": Line(COORDINATORS, "aside"),
    "POST /cases/{reference}/codes/{message_id}/show": Line(ACT.who, "code"),
    "POST /cases/{reference}/codes/{message_id}/take": Line(ACT.who, "strange code"),
    "POST /cases/{reference}/messages/{message_id}/back": Line(ACT.who, "letter"),
    "POST /cases/{reference}/messages/{message_id}/answer": Line(ACT.who, "letter", {"answer": "by_hand"}),
    "POST /cases/{reference}/messages/{message_id}/appointment": Line(ACT.who, "letter", {"day": "2099-01-05"}),
    "POST /cases/{reference}/appointments": act(day="2099-01-05"),
    "POST /cases/{reference}/mail/lend": act(portal="model_ministry"),
    "POST /cases/{reference}/mail/expect": Line(ACT.who, "mail", {"portal": "model_ministry"}),
    "POST /cases/{reference}/mail/end": Line(ACT.who, "mail", {"portal": "model_ministry"}),
    "POST /cases/{reference}/mail/{message_id}/wipe": Line(ACT.who, "mail"),
    "POST /cases/{reference}/mail/{message_id}/back": Line((), "mail"),  # it came to the case's own address
    "GET /cases/{reference}/mail/files/{file_id}": Line(ACT.who, "mail"),
    "POST /cases/{reference}/tell/preview": act(kind="news"),
    "POST /cases/{reference}/tell": act(kind="news"),
    "POST /cases/{reference}/tell-by-voice": act(text="there is news"),
    "POST /cases/{reference}/untell": Line(ACT.who, "told", {"notice_id": "{notice_id}"}),
    "POST /cases/{reference}/slip": ACT,
    "GET /slips/print": TEAM,  # of her own cases
    "POST /slips/print": Line(ACT.who, "case", {"reference": "{case}"}),
    "POST /tasks/{task_id}/state": Line(GOES, "task", {"state": "doing"}),
    "POST /tasks/{task_id}/ready": Line(GOES, "task"),
    "GET /codes": COORDINATOR,
    # The services that ship for this desk hand out nothing by code and have no report: then nobody finds the page.
    "GET /codes/{service}/{task}": Line(),
    "POST /codes/{service}/{task}": Line(),
    "GET /codes/{service}/{task}/file": Line(),
    "GET /reports": COORDINATOR,
    "GET /reports/{service}/{name}": Line(),
    "GET /reports/{service}/{name}/file": Line(),
    "POST /outings/{outing_id}/hours": Line(GOES, "outing"),
    "GET /tasks": TEAM,
    "GET /tasks/live": TEAM,
    "GET /tasks/events": TEAM,
    "GET /tasks/count": TEAM,
    "GET /tasks/{task_id}": Line(GOES, "task"),
    "POST /tasks/{task_id}/done": Line(GOES, "task"),
    "POST /tasks/{task_id}/could-not": Line(GOES, "task"),
    "POST /tasks/{task_id}/hand": Line(GOES, "task", {"person_id": "{coordinator}"}),
    "GET /intake": TAKER,
    "POST /intake": Line(TAKERS, form={"service": "vaccination", "language": "am"}),
    "GET /intake/paper": TAKER,
    "POST /intake/paper": Line(TAKERS, form={"service": "vaccination", "language": "am", "once": "x" * 22}),
    "POST /intake/slips": Line(TAKERS, "assisted", {"reference": "{case}"}),
    "GET /intake/{key}": Line(("volunteer",), "intake"),  # only who began it goes on, so that nobody reads along
    "POST /intake/{key}": Line(("volunteer",), "intake", {"once": "y" * 22, "text": "1"}),
    "POST /inbox/{message_id}/apart": Line((), "message", {"reference": "{case}"}),  # that case never had the number
    "POST /inbox/{message_id}/together": Line(ACT.who, "message", {"reference": "{case}"}),
    "POST /inbox/{message_id}/sender": Line(COORDINATORS, "message", {"portal": "model_ministry"}),
    "POST /inbox/senders/drop": Line((), form={"portal": "model_ministry", "sender": "MOH"}),  # none is accepted here
    "POST /inbox/mail/{mail_id}/assign": Line((), form={"reference": "K7-4QF"}),  # no e-mail has strayed here
    "POST /inbox/mail/{mail_id}/nobody": Line(()),
    "POST /inbox/mail/{mail_id}/apart": Line((), form={"reference": "K7-4QF"}),
    "POST /inbox/mail/{mail_id}/together": Line((), form={"reference": "K7-4QF"}),
    "POST /inbox/mail/{mail_id}/back": Line(()),
    "GET /unhandled": COORDINATOR,
    "POST /unhandled/{message_id}/settle": Line(COORDINATORS, "unhandled"),
    "GET /export": COORDINATOR,
    "GET /export/live": COORDINATOR,
    "GET /export/events": COORDINATOR,
    "POST /export": Line(COORDINATORS, form={"service": "vaccination", "export": "ministry", "form": "csv"}),
    "GET /audit": COORDINATOR,
    "GET /month": COORDINATOR,
    "GET /month/file": COORDINATOR,
    "GET /work/{key}": WORK,
    "GET /work/{key}/live": WORK,
    "GET /work/{key}/events": WORK,
    "GET /work/{key}/result": WORK,
    "GET /batches/{batch_id}": BATCH,
    "POST /batches/{batch_id}/names": BATCH,
    "POST /batches/{batch_id}/answer": Line(
        COORDINATORS, "batch", {"answer": "refused", "reason": "No paper", "reference": "{sent}"}
    ),
    "GET /retention": COORDINATOR,
    "POST /retention": Line(COORDINATORS, form={"service": "vaccination", "group": "closed", "days": "30"}),
    "POST /cases/{reference}/keep-longer": Line(
        COORDINATORS, "case", {"until": "2027-06-01", "reason": "A court asks"}
    ),
    "GET /cases/{reference}/forget": Line(COORDINATORS, "case"),
    "POST /cases/{reference}/forget": Line(COORDINATORS, "case", {"typed": "{reference}"}),
    "GET /people": COORDINATOR,
    "POST /people": COORDINATOR,
    "POST /people/invite": COORDINATOR,
    "POST /invitations/{invitation_id}/take-back": Line(COORDINATORS, "invitation"),
    "GET /people/{person_id}": PERSON,
    "POST /people/{person_id}": Line(COORDINATORS, "person", {"role": "volunteer"}),
    "POST /people/{person_id}/prolong": PERSON,
    "POST /people/{person_id}/passphrase": PERSON,
    "POST /people/{person_id}/factor": Line(COORDINATORS, "person", {"demanded": "yes"}),
    "POST /people/{person_id}/factor/reset": PERSON,
    "POST /people/{person_id}/remove": PERSON,
}
FILES = {"/static"}


def routes(found: Iterable[Any]) -> Iterator[str]:
    """Every route of an application, as `METHOD /path`; FastAPI keeps a router that was included as it is."""
    for route in found:
        if not hasattr(route, "path"):
            yield from routes(route.original_router.routes)
        elif route.path not in FILES:
            yield from (f"{method} {route.path}" for method in sorted(route.methods - {"HEAD"}))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    async with running_desk(tmp_path, clock=lambda: NOW, mail_domain="mail.example.org") as desk:
        yield desk


async def test_every_route_is_in_the_matrix_and_no_other(desk: TestDesk) -> None:
    assert sorted(routes(desk.app.routes)) == sorted(MATRIX)


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_cell_of_the_matrix_is_as_it_says(desk: TestDesk, part: int) -> None:
    """An actor who may not finds the very page of what does not exist; who is not signed in, the sign-in page."""
    async with AsyncExitStack() as stack:
        matrix = Matrix(desk, await Objects.of(desk))
        for actor in (*OUTSIDE, *INSIDE):
            matrix.browsers[actor] = await stack.enter_async_context(desk.browser())
            matrix.browsers[actor].follow_redirects = False
        await matrix.sign_all_in()
        wrong = [cell async for cell in matrix.wrong(list(MATRIX)[part::PARTS])]
    assert not wrong, "\n".join(wrong)
    assert matrix.asked > 1400 / PARTS


@dataclass
class Objects:
    """Makes a fresh object of each kind for each cell, so that no cell depends on the one before."""

    desk: TestDesk
    scene: Scene
    trainee: int
    made: int = 0

    @classmethod
    async def of(cls, desk: TestDesk) -> "Objects":
        scene = await Scene.of(desk.shell, desk.app.state.gate)
        for rule in PERSONAL:  # she gets more cases here than hands can hold
            await desk.shell.db.write(lambda session, rule=rule: set_rule(session, scene.amal, rule, 0, NOW))  # type: ignore[misc]
        ids = [await desk.shell.db.write(_adding(scene.amal, NAMES[one], one)) for one in _OTHERS]
        return cls(desk, scene, ids[_OTHERS.index("trainee")])

    async def fresh(self, about: About) -> dict[str, str]:
        """What the path's names stand for, with a new object of this kind."""
        self.made += 1
        works: Works = self.desk.app.state.works
        work = works.begin("export", self.scene.amal.person_id, 1, _nothing) if about == "work" else None
        named = await self.desk.shell.db.write(lambda session: self._make(session, about))
        await asyncio.sleep(0)  # the work is done before anybody looks
        if about == "intake":
            named["key"] = await self._intake()
        return named | ({"key": work.key} if work else {})

    async def _intake(self) -> str:
        """Somebody is beside Hana, and was greeted."""
        key = f"{self.made:022}"
        await self.desk.app.state.intake.message(message_of(self.scene.hana, key, "hello", text="hello"))
        return key

    def _make(self, session: Session, about: About) -> dict[str, str]:
        shell, scene = self.desk.shell, self.scene
        named: dict[str, Any] = {
            "number": "1",
            "manner": "chat",
            "reference": "K7-4QF",
            "other": "M3-TRX",
            "name": "name",
            "task": "parcel",
            "sim_id": 1,
            "mail_id": 1,
            "service": "vaccination",
            "language": "am",
            "trainee": self.trainee,
            "coordinator": scene.amal.person_id,
            "key": "x" * 22,
        }
        if about in _IN_A_CASE:
            named["reference"] = named["case"] = self._case(session, scene)
        if about == "case":
            self.made += 1
            named["other"] = self._case(session, scene)
        if about == "code":
            named["message_id"] = self._code(session, named["reference"])
        if about == "strange code":
            named["message_id"] = self._strange_code(session, named["reference"])
        if about in ("message", "aside"):
            named["message_id"] = self._portal_message(session)
        if about == "aside":
            put_aside.nobodys(session, scene.amal, named["message_id"], NOW)
        if about == "letter":
            named["message_id"] = self._letter(session, named["reference"])
        if about == "mail":
            named["message_id"], named["file_id"] = self._mail(session, named["reference"])
        if about == "told":
            said, ways = Notice("news"), self.desk.shell.ways
            vault, library = self.desk.shell.vault, self.desk.shell.library
            reaching.reach(session, vault, library, scene.hana, named["reference"], said, ways, NOW)
            named["notice_id"] = _newest(session, NoticeRow)
        if about == "task":
            case_id = _id_of(session, named["reference"])
            tasks.open_task(session, "call_back", NOW, due_at=NOW + timedelta(hours=1), case_id=case_id)
            named["task_id"] = _newest(session, TaskRow)
        if about == "assisted":
            audit.record(session, scene.hana.person_id, "case.assist", named["reference"], NOW)
        if about == "unhandled":
            message = Message("phone", "phone:chat", "x", f"m{self.made}", "help")
            inbox.store_unhandled(session, shell.vault, message, "KeyError", NOW)
            named["message_id"] = _newest(session, Unhandled)
        if about == "outing":
            named["outing_id"] = self._outing(session, named["reference"])
        if about == "notice":
            nothing = {"service": "vaccination", "area": "", "language": "", "told": 0, "segments": 0}
            box = shell.vault.seal_to_team(many.ITEM, b"{}")
            times = {"created_at": NOW, "last_at": NOW + timedelta(hours=1)}
            session.add(NoticeToMany(**nothing, box=box, person_id=scene.amal.person_id, **times))
            session.flush()
            named["notice_id"] = _newest(session, NoticeToMany)
        if about == "media":
            named["media_id"] = self._media(session, named["reference"])
        if about in ("offer", "taken"):
            named["offer_id"] = self._offer(session, named["reference"], taken=about == "taken")
        if about == "shift":
            session.add(Duty(person_id=scene.hana.person_id, starts_at=NOW, ends_at=NOW + timedelta(hours=1)))
            session.flush()
            named["shift_id"] = _newest(session, Duty)
        if about == "invitation":
            invitations.invite(session, scene.amal, Newcomer(f"Guest {self.made}"), NOW)
            session.flush()
            named["invitation_id"] = invitations.open_ones(session, NOW)[0].id
        if about == "phrase":
            add_phrase(session, scene.amal, {"en": "Hello."}, NOW)
            session.flush()
            named["phrase_id"] = _newest(session, Phrase)
        if about == "number":
            named["number"] = NUMBER
        if about == "person":
            named["person_id"] = _add(session, scene.amal, f"Person {self.made}")
        if about == "batch":
            named["batch_id"], named["sent"] = self._batch(session)
        return {name: str(value) for name, value in named.items()}

    def _case(self, session: Session, scene: Scene) -> str:
        reference = scene.open(session, 1 + self.made / 100)
        case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
        case.state, case.claimed_by, case.claimed_at = "claimed", scene.hana.person_id, NOW
        session.flush()
        access.share(session, scene.hana, reference, self.trainee, NOW)
        return reference

    def _batch(self, session: Session) -> tuple[int, str]:
        amal, case = self.scene.amal.person_id, self._case(session, self.scene)
        sent = {"service": "vaccination", "export": "ministry", "form": "csv", "rows": 1, "sha256": ""}
        batch = Batch(**sent, person_id=amal, created_at=NOW)
        session.add(batch)
        session.flush()
        row = session.exec(select(CaseRow).where(CaseRow.reference == case)).one()
        session.add(BatchCase(batch_id=batch.id, case_id=row.id))
        session.flush()
        return batch.id or 0, case

    def _offer(self, session: Session, reference: str, *, taken: bool) -> int:
        shell, hana = self.desk.shell, self.scene.hana
        said = Company(NOW + timedelta(hours=5), NOW + timedelta(hours=7), "There")
        offers.offer(session, shell.vault, shell.library, hana, reference, said, NOW)
        number = _newest(session, OfferRow)
        if taken:
            offers.take(session, hana, number, NOW)
        return number

    def _outing(self, session: Session, reference: str) -> int:
        vault, amal, hana = self.desk.shell.vault, self.scene.amal, self.scene.hana
        number = outings.plan(session, vault, amal, NOW + timedelta(days=1), "There", 9, hana.person_id, NOW)
        outings.add(session, amal, number, [reference], NOW)
        return number

    def _media(self, session: Session, reference: str) -> int:
        shell = self.desk.shell
        case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
        media = [Media("voice", f"v{self.made}")]
        keeping.expect_in_case(session, shell.vault, case.id or 0, case.address_index, "telegram:1", media, NOW)
        session.flush()
        for wanted in keeping.next_wanted(session, shell.vault, ["telegram:1"], NOW):
            keeping.keep(session, shell.vault, wanted, b"OggS", NOW)
        return _newest(session, MediaRow)

    def _portal_message(self, session: Session) -> int:
        shell = self.desk.shell
        sms = Sms(NUMBER, "MOPH", f"Your appointment number {self.made}", f"p{self.made}")
        receive(session, shell.vault, shell.portals, sms, NOW)
        session.flush()
        return _newest(session, PortalMessage)

    def _letter(self, session: Session, reference: str) -> int:
        """A message of a portal that is in its case, and wants an answer."""
        content = PortalText("MOPH", f"Will you come? {self.made}")
        row = PortalMessage(number=NUMBER, kind="answer", portal="model_ministry", box=b"", received_at=NOW)
        seal_to_case(session, self.desk.shell.vault, row, content, _id_of(session, reference))
        session.add(row)
        session.flush()
        return row.id or 0

    def _mail(self, session: Session, reference: str) -> tuple[int, int]:
        """An e-mail with a login code and a file."""
        shell, hana = self.desk.shell, self.scene.hana
        portal, chance = shell.portals["model_ministry"], self.made.to_bytes(16, "big")
        address = lending.lend(session, hana, reference, portal, "mail.example.org", chance, NOW)
        lending.expect(session, hana, reference, portal, NOW)
        pdf = "appointment.pdf", "application/pdf", mails.PDF
        for raw in (mails.with_files(pdf, to=address), mails.plain("Your login code is 482913.", to=address)):
            receiving.receive(session, shell.vault, shell.portals, mail.parse(raw), NOW)
        return _newest(session, MailMessage), _newest(session, MailFileRow)

    def _code(self, session: Session, reference: str) -> int:
        number = self._portal_message(session)
        row = session.get_one(PortalMessage, number)
        row.case_id = _id_of(session, reference)
        row.kind = "code"
        session.flush()
        return number

    def _strange_code(self, session: Session, reference: str) -> int:
        """One that came in the open window of a case, from a sender that nobody knows."""
        session.exec(update(CodeWindow).values(state="ended"))
        row = session.get_one(PortalMessage, self._code(session, reference))
        row.case_id, row.wipe_at = None, NOW + timedelta(minutes=10)
        window = CodeWindow(number=row.number, portal=row.portal, case_id=_id_of(session, reference), opened_at=NOW)
        window.person_id = self.scene.hana.person_id
        window.closes_at = window.quiet_until = NOW + timedelta(minutes=10)
        session.add(window)
        session.flush()
        return row.id or 0


@dataclass
class Matrix:
    """Asks for every cell and gives those that are not as the table says."""

    desk: TestDesk
    objects: Objects
    browsers: dict[Actor, AsyncClient] = field(default_factory=dict)
    absent: dict[tuple[Actor, str, str], Response] = field(default_factory=dict)
    asked: int = 0

    async def sign_all_in(self) -> None:
        for actor, name in NAMES.items():
            assert (await sign_in(self.browsers[actor], name)).headers["location"] == "/queue", name
        await self.desk.shell.db.write(self._end_accounts)

    def _end_accounts(self, session: Session) -> None:
        rows = {one.name: one for one in session.exec(select(Person))}
        rows[NAMES["expired"]].expires_at = NOW
        people.shut_out(session, rows[NAMES["removed"]].id or 0, self.objects.scene.amal.person_id, NOW)

    async def wrong(self, routes: Iterable[str]) -> AsyncIterator[str]:
        """What is refused changes nothing, so all who may not ask for one object; who may gets one of her own.

        Who is not signed in never gets as far as to the object, so it is not asked whether an absent one is another.
        """
        for route in routes:
            line = MATRIX[route]
            names = await self.objects.fresh(line.about)
            for actor in (*OUTSIDE, *INSIDE):
                for there in (False, True) if line.about and actor in INSIDE else (True,):
                    mine = await self.objects.fresh(line.about) if there and actor in line.who else names
                    self.asked += 1
                    answer = await self._ask(route, line, actor, mine, there=there)
                    if found := await self._judge(line, actor, answer, there=there):
                        yield f"{actor}: {route}, {'there' if there else 'absent'}: {found}"

    async def _ask(self, route: str, line: Line, actor: Actor, names: Mapping[str, str], *, there: bool) -> Response:
        shown = names if there else {**names, **_ABSENT}
        method, path = route.split(" ")
        named = names if "{" in path else shown  # where only the form says what it is about, that is absent
        form = {key: value.format_map(named) for key, value in line.form.items()}
        if path.endswith("/events"):
            status = await knock(self.desk.app, path.format_map(shown), self.browsers[actor])
            return Response(status, headers={"location": "/sign-in"} if status == 303 else {})
        browser = self.browsers[actor]
        answer = await browser.request(method, path.format_map(shown), data=form if method == "POST" else None)
        if path == "/sign-out" and actor in INSIDE:
            await sign_in(browser, NAMES[actor])
        return answer

    async def _judge(self, line: Line, actor: Actor, answer: Response, *, there: bool) -> str:
        """What is wrong with an answer, if anything is."""
        to_sign_in = answer.status_code == 303 and answer.headers["location"] == "/sign-in"
        to_sign_in |= answer.status_code == 401 and 'action="/sign-in"' in answer.text  # with what was sent
        if line.open:
            return f"{answer.status_code}" if answer.status_code >= 500 else ""
        if actor in OUTSIDE:
            return "" if to_sign_in else f"{answer.status_code} and not the sign-in page"
        if there and actor in (*line.who, *line.refuses):
            denied = answer.status_code in (403, 404) or to_sign_in or answer.status_code >= 500
            told = actor in line.refuses and answer.status_code != 409
            return f"{answer.status_code} for who may" if denied or told else ""
        if answer.status_code != 404:
            return f"{answer.status_code} for who may not"
        return "" if await self._like_absent(actor, answer) else "it does not look like an absent page"

    async def _like_absent(self, actor: Actor, answer: Response) -> bool:
        if not answer.content:  # a stream, of which only the beginning was looked at
            return True
        path, method = answer.request.url.path, answer.request.method
        folder = f"/{path.split('/')[1]}"
        kept = self.absent.get((actor, method, folder))
        if kept and _alike(kept, folder, answer):
            return True
        absent = await self.browsers[actor].request(method, folder + NOWHERE)  # how many tasks she has is on it too
        self.absent[actor, method, folder] = absent
        return _alike(absent, folder, answer)


def _alike(absent: Response, folder: str, answer: Response) -> bool:
    path = answer.request.url.path
    return absent.status_code == 404 and absent.text.replace(folder + NOWHERE, path) == answer.text


async def knock(app: Callable[..., Any], path: str, browser: AsyncClient) -> int:
    """The status with which a stream begins; nobody listens to the rest."""
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    async def listen() -> dict[str, Any]:
        await begun
        return {"type": "http.disconnect"}

    async def take(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            begun.set_result(message["status"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", cookies.encode())],
    }
    task = asyncio.create_task(app(scope, listen, take))
    status = await asyncio.wait_for(begun, 60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return status


async def _nothing(_work: Work) -> PlainTextResponse:
    return PlainTextResponse("made")


_OTHERS: tuple[Actor, ...] = ("removed", "expired", "trainee")
_IN_A_CASE = (
    "case",
    "code",
    "strange code",
    "message",
    "media",
    "offer",
    "taken",
    "outing",
    "letter",
    "mail",
    "told",
    "task",
    "assisted",
)
_ABSENT = {
    "reference": "K7-4QF",
    "case": "K7-4QF",
    "phrase_id": "999999",
    "person_id": "999999",
    "shift_id": "999999",
    "invitation_id": "999999",
    "message_id": "999999",
    "mail_id": "999999",
    "task": "999999",
    "number": "+96179999999",
    "sim_id": "999999",
    "service": "elsewhere",
    "language": "xx",
    "key": "n" * 22,
    "file_id": "999999",
    "task_id": "999999",
    "batch_id": "999999",
    "media_id": "999999",
    "offer_id": "999999",
    "outing_id": "999999",
    "notice_id": "999999",
}


def _adding(amal: Viewer, name: str, actor: Actor) -> Callable[[Session], int]:
    return lambda session: _add(session, amal, name, TRAINEE if actor == "trainee" else "volunteer")


def _add(session: Session, amal: Viewer, name: str, role: str = "volunteer") -> int:
    lock = locks.new_person(passphrase_of(name), CHEAP)
    return people.add(session, amal.team, Newcomer(name, role), lock, None, NOW)


def _id_of(session: Session, reference: str) -> int:
    return session.exec(select(CaseRow.id).where(CaseRow.reference == reference)).one() or 0


def _newest(session: Session, table: Any) -> int:
    return int(session.exec(select(func.max(table.id))).one())


async def test_a_form_that_carries_no_token_is_not_sent_by_any_route(desk: TestDesk) -> None:
    posts = [route.split(" ")[1] for route in MATRIX if route.startswith("POST ")]
    async with desk.browser("Amal") as amal:
        for path in posts:
            if path == "/sign-in" or path.startswith("/webhooks/"):
                continue
            asked = path.format(**_ABSENT | {"number": "1", "name": "born", "other": "M3-TRX", "manner": "chat"})
            answer = await amal.post(asked, headers={TOKEN_HEADER: "guessed"})
            assert answer.status_code == 403, path
