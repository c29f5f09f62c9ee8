"""A desk with something of every kind on it, so that every page has something to show.

What is made has a word in braces, which the paths of `tests.browser.pages` carry: `{outing}` is an outing's number.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta

from pyotp import TOTP
from sqlmodel import Session, col, select

from api.answers import Contact, pack_message
from api.desk import amending, cases, many, moves, queue, reaching, training
from api.desk.many import Audience
from api.desk.phrases import add_phrase
from api.exports import results
from api.going import offers, outings
from api.going.offers import Company
from api.keys import locks
from api.mail import lending, receiving
from api.media import keeping
from api.staff import access, duty, factor, invitations, people
from api.staff.people import TRAINEE, Newcomer
from api.tables import Batch, BatchCase, CaseRow, OfferRow, Person, TaskRow
from bot import mail
from flows.model import Answer, Media, Message
from flows.notices import Notice
from flows.sheet import Typed
from tests.desks import passphrase_of
from tests.factories import CHEAP
from tests.fakes import mails
from tests.scenes import ANSWERS, ROUTE, Scene

MAIL = "mail.example.org"
"""The domain of this desk's addresses; set it as `mail_domain`."""
LATER = timedelta(days=2)
BAKERY = "Dora, in front of the bakery"


def furnish(session: Session, scene: Scene) -> Mapping[str, str]:
    """Put something of every kind on the desk of a scene; gives what the words of paths stand for."""
    hers = scene.fill(session)
    _team(session, scene, hers)
    alike = _chats(session, scene)
    _talk(session, scene, hers)
    _mail(session, scene, hers)
    rows = session.exec(select(CaseRow).order_by(col(CaseRow.id))).all()
    waiting = next(one.reference for one in rows if one.state == "open")
    found = {
        "case": hers,
        "waiting": waiting,
        "other": alike,
        "closed": next(one.reference for one in rows if one.state == "closed"),
        "outing": _outing(session, scene, hers, alike),
        "offer": _company(session, scene, hers),
        "batch": _answered_batch(session, scene),
        "task": _task(session, scene, hers),
        "person": scene.hana.person_id,
    }
    _notice(session, scene)
    return {name: str(value) for name, value in found.items()}


def _team(session: Session, scene: Scene, reference: str) -> None:
    """A trainee who reads along, one who must set up a second factor, one who has it, a guest, and a roster."""
    now, amal = scene.now, scene.amal
    newcomers = (
        Newcomer("Tala", TRAINEE, "en", ("am", "en")),
        Newcomer("Noor", language="en", languages=("ar",)),
        Newcomer("Yara", language="en", languages=("bn",)),
    )
    ids = [
        people.add(session, amal.team, one, locks.new_person(passphrase_of(one.name), CHEAP), None, now)
        for one in newcomers
    ]
    access.share(session, scene.hana, reference, ids[0], now)
    factor.demand(session, ids[1], amal.person_id, now, demanded=True)
    secret = factor.new_secret()
    factor.set_up(session, ids[2], secret, TOTP(secret).at(now), now)
    invitations.invite(session, amal, Newcomer("Selam", language="en", languages=("am", "ti")), now)
    for who, day in ((scene.hana.person_id, 0), (amal.person_id, 1), (ids[1], 1)):
        starts = now + timedelta(days=day, minutes=-30)
        duty.add(session, amal, who, starts, starts + timedelta(hours=4), (), now)
    right = {one.ask: one.right for one in scene.shell.library.services["vaccination"].file.training.quiz}
    training.answer_quiz(session, scene.shell.library, scene.hana, "vaccination", right, now)
    session.exec(select(Person).where(Person.name == "Rima")).one().expires_at = now + timedelta(days=5)


def _chats(session: Session, scene: Scene) -> str:
    """One who chats on a phone of her own and may be written to, and who looks like somebody else; her reference."""
    answers = {**ANSWERS, "phone": Answer("this", "1"), "phone_safe": Answer("always", "1")}
    contact = Contact("telegram", "telegram:8123", "4711", "chat", "am")
    more = {"service": "vaccination", "contact": contact, "answers": answers, "route": ROUTE}
    opened = cases.open_case(session, scene.shell.vault, now=scene.now - timedelta(minutes=40), **more)  # type: ignore[arg-type]
    queue.claim(session, scene.hana, opened.reference, scene.now)
    return opened.reference


def _talk(session: Session, scene: Scene, reference: str) -> None:
    """A phrase, a voice note, an answer that was changed, and a coordinator who is asked for help."""
    vault, library, now = scene.shell.vault, scene.shell.library, scene.now
    add_phrase(session, scene.amal, {"en": "We call you back today.", "am": "ዛሬ መልሰን እንደውላለን።"}, now)
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
    media = Media("voice", "v1")
    spoken = Message("telegram", "telegram:8123", "4711", "m9", media=media)
    cases.deliver(session, vault, case.id or 0, "in", pack_message(spoken), now)
    keeping.expect_in_case(session, vault, case.id or 0, case.address_index, "telegram:8123", [media], now)
    amending.edit(session, vault, library, scene.hana, reference, "district", Typed("Baabda"), "She moved.", now)
    moves.escalate(session, vault, scene.hana, reference, "legal", now)


def _mail(session: Session, scene: Scene, reference: str) -> None:
    """An address of her own, and an e-mail with a file."""
    portal = scene.shell.portals["model_ministry"]
    address = lending.lend(session, scene.hana, reference, portal, MAIL, b"sixteen of chance"[:16], scene.now)
    raw = mails.plain("Dear Almaz, you are registered.\nBring nothing.", to=address, subject="You are registered")
    receiving.receive(session, scene.shell.vault, scene.shell.portals, mail.parse(raw), scene.now)


def _company(session: Session, scene: Scene, reference: str) -> int:
    """Two offers to go along; Hana takes the first. Gives its number."""
    vault, library, now = scene.shell.vault, scene.shell.library, scene.now
    for days in (1, 3):
        starts = now + timedelta(days=days)
        said = Company(starts, starts + timedelta(hours=3), BAKERY)
        offers.offer(session, vault, library, scene.hana, reference, said, now)
    first = session.exec(select(OfferRow).order_by(col(OfferRow.id))).first()
    assert first is not None
    offers.take(session, scene.hana, first.id or 0, now)
    return first.id or 0


def _outing(session: Session, scene: Scene, *references: str) -> int:
    """An outing that Hana leads; one of its people came."""
    vault, amal, now = scene.shell.vault, scene.amal, scene.now
    number = outings.plan(session, vault, amal, now + LATER, BAKERY, 9, scene.hana.person_id, now)
    outings.add(session, amal, number, references, now)
    outings.tick(session, amal, number, references, references[:1], now)
    return number


def _answered_batch(session: Session, scene: Scene) -> int:
    """The batch of the scene, of which one case was refused and one got an appointment."""
    number = session.exec(select(Batch.id).order_by(col(Batch.id))).first() or 0
    sent = (
        select(CaseRow.reference)
        .join(BatchCase, col(BatchCase.case_id) == CaseRow.id)
        .where(BatchCase.batch_id == number)
    )
    first, second = session.exec(sent.order_by(CaseRow.reference)).all()[:2]
    vault, library, amal, now = scene.shell.vault, scene.shell.library, scene.amal, scene.now
    results.mark_refused(session, vault, amal, number, [first], "The copy of the passport cannot be read.", now)
    on = Notice("appointment", (now + LATER).date(), time(9, 30), "Rafik Hariri University Hospital")
    results.mark_appointment(session, vault, library, amal, number, [second], on, scene.shell.ways, now)
    return number


def _task(session: Session, scene: Scene, reference: str) -> int:
    """She has no phone, so somebody must tell her of her appointment: the number of that task."""
    day: date = (scene.now + timedelta(days=12)).date()
    on = Notice("appointment", day, time(9, 30), "Rafik Hariri University Hospital")
    shell = scene.shell
    reaching.reach(session, shell.vault, shell.library, scene.hana, reference, on, shell.ways, scene.now)
    hers = select(TaskRow.id).join(CaseRow, col(TaskRow.case_id) == CaseRow.id).where(CaseRow.reference == reference)
    return session.exec(hers.order_by(col(TaskRow.id).desc())).first() or 0


def _notice(session: Session, scene: Scene) -> None:
    """A notice to all whom one may write to."""
    shell, audience = scene.shell, Audience("vaccination")
    many.send(session, shell.vault, shell.library, scene.amal, audience, {}, shell.ways, scene.now)
