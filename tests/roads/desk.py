"""What volunteers do on a road."""

from collections.abc import Iterator
from datetime import date, time

from sqlmodel import col, select

from api.desk import (
    afterwards,
    amending,
    caseview,
    collecting,
    conversation,
    moves,
    pairing,
    queue,
    reaching,
    slips,
    telling,
)
from api.desk.pairing import Proposals
from api.going import offers
from api.going.offers import Company
from api.mail import lending
from api.numbers import leases, windows
from api.numbers.appointments import Corrected
from api.staff import addresses
from api.tables import OfferRow, PortalMessage
from flows.notices import Notice
from flows.pairing import Fit
from flows.sheet import Typed
from tests.roads.acting import Act, Sentences
from tests.roads.stage import DOMAIN

DATE = r"(?P<day>\d{4}-\d\d-\d\d)(?: (?P<at>\d\d:\d\d))?(?: at (?P<place>.+))?"


def claims(act: Act) -> None:
    queue.claim(act.session, act.viewer, act.reference, act.now)


def gives_back(act: Act) -> None:
    queue.release(act.session, act.viewer, act.reference, act.now)


def takes_up(act: Act) -> None:
    queue.reopen(act.session, act.viewer, act.reference, act.now)


def looks(act: Act) -> Iterator[str]:
    """What the case needs, what may be offered, what it lacks."""
    view = caseview.see(act.session, act.stage.vault, act.library, act.viewer, act.reference, act.now)
    yield from (f"needs: {one}" for one in view.needs)
    yield from (f"offer: {one.text}" for one in view.offers)
    yield from (f"lacks: {one.title}, {one.what}" for one in view.work.lacking)
    yield from (f"the portal wrote: {one.text}" for one in view.portal_messages if one.text)


def reads(act: Act, names: str) -> Iterator[str]:
    """Some answers, as the page of the case shows them to who asks for names."""
    view = caseview.see(
        act.session, act.stage.vault, act.library, act.viewer, act.reference, act.now, named_since=act.now
    )
    for one in view.answers:
        if one.name in names.replace(",", " ").split():
            file = " (with a file)" if one.file else ""
            yield f"{one.title}: {one.value}{file}"


def writes(act: Act, text: str) -> None:
    conversation.write(act.session, act.stage.vault, act.viewer, act.reference, text, act.stage.ways, act.now)


def notes(act: Act, text: str) -> None:
    conversation.note(act.session, act.stage.vault, act.viewer, act.reference, text, act.now)


def asks(act: Act, question: str) -> None:
    amending.ask(
        act.session, act.stage.vault, act.library, act.viewer, act.reference, question, act.stage.ways, act.now
    )


def changes(act: Act, question: str, text: str, reason: str) -> Iterator[str]:
    wrong = amending.edit(
        act.session, act.stage.vault, act.library, act.viewer, act.reference, question, Typed(text), reason, act.now
    )
    if wrong is not None:
        yield f"not understood: {text}"


def lends_number(act: Act) -> Iterator[str]:
    portal = act.stage.portals[act.service.file.case.portal]
    yield f"lent: {leases.lend(act.session, act.viewer, act.reference, portal, act.now).number}"


def lends_email(act: Act) -> Iterator[str]:
    portal = act.stage.portals[act.service.file.case.portal]
    chance = act.stage.names.shown(act.reference).encode().ljust(16)
    lending.lend(act.session, act.viewer, act.reference, portal, DOMAIN, chance, act.now)
    yield f"lent: an address at {DOMAIN}"


def expects_code(act: Act) -> None:
    windows.expect_code(
        act.session, act.viewer, act.reference, act.stage.portals[act.service.file.case.portal], act.now
    )


def moves_task(act: Act, task: str, state: str) -> None:
    number = act.task(task)
    afterwards.move(act.session, act.stage.vault, act.library, act.viewer, number, state, act.now)


def makes_ready(act: Act, task: str, code: str) -> None:
    number, ways = act.task(task), act.stage.ways
    collecting.make_ready(act.session, act.stage.vault, act.library, act.viewer, number, int(code), ways, act.now)


def finishes(act: Act, task: str, day: str | None) -> None:
    """Be done with something to do; of a date, `day` is what the worker said back."""
    said = date.fromisoformat(day) if day else None
    telling.finish(act.session, act.stage.vault, act.viewer, act.task(task), said, act.now)


def opens_task(act: Act, task: str) -> Iterator[str]:
    found = telling.to_do(act.session, act.stage.vault, act.library, act.viewer, act.task(task), act.now)
    yield f"to be said: {found.shown}" if found.shown else "to be done"


def _corrected(act: Act, day: str, at: str | None, place: str | None) -> Corrected:
    return Corrected(act.moment(day, at or "00:00"), timed=at is not None, place=place or "")


def keeps_date(act: Act, day: str, at: str | None, place: str | None) -> None:
    """An appointment: of the portal message that came last, or of one that she read elsewhere."""
    said, vault, library = _corrected(act, day, at, place), act.stage.vault, act.library
    came = select(PortalMessage.id).where(PortalMessage.case_id == act.case.id, PortalMessage.kind == "appointment")
    message = act.session.exec(came.order_by(col(PortalMessage.id).desc()).limit(1)).first()
    if message is not None:
        afterwards.confirm_appointment(act.session, vault, library, act.viewer, message, said, act.now)
    else:
        afterwards.add_appointment(act.session, vault, library, act.viewer, act.reference, "", said, act.now)


def tells_date(act: Act, day: str, at: str | None, place: str | None) -> Iterator[str]:
    notice = Notice("appointment", date.fromisoformat(day), time.fromisoformat(at) if at else None, place or "")
    yield from _tell(act, notice)


def tells_news(act: Act) -> Iterator[str]:
    yield from _tell(act, Notice("news"))


def _tell(act: Act, notice: Notice) -> Iterator[str]:
    told = reaching.reach(
        act.session, act.stage.vault, act.library, act.viewer, act.reference, notice, act.stage.ways, act.now
    )
    yield f"told by {told.via}{', ' + told.why if told.why else ''}"


def offers_company(act: Act, day: str, begins: str, ends: str, place: str, wish: str | None) -> None:
    said = Company(act.moment(day, begins), act.moment(day, ends), place, wish or "")
    offers.offer(act.session, act.stage.vault, act.library, act.viewer, act.reference, said, act.now)


def _offer(act: Act) -> int:
    hers = select(OfferRow.id).where(OfferRow.case_id == act.case.id, OfferRow.state != "withdrawn")
    return act.session.exec(hers.order_by(col(OfferRow.id).desc()).limit(1)).first() or 0


def takes_company(act: Act) -> None:
    offers.take(act.session, act.viewer, _offer(act), act.now)


def says_home(act: Act) -> None:
    offers.say_home(act.session, act.viewer, _offer(act), act.now)


def links_phone(act: Act) -> None:
    """The bot knows from then on that her phone is one of ours."""
    code = addresses.begin_by_bot(act.session, act.viewer.person_id, act.now)
    act.session.flush()
    addresses.take_code(act.session, act.stage.vault, act.stage.message(act.viewer.name, code), act.now)


def rests(act: Act, day: str) -> None:
    moves.snooze(act.session, act.viewer, act.reference, act.moment(day), act.now)


def calls_for_help(act: Act, reason: str) -> None:
    moves.escalate(act.session, act.stage.vault, act.viewer, act.reference, reason, act.now)


def makes_slip(act: Act, code: str) -> Iterator[str]:
    made = slips.make(act.session, act.stage.vault, act.viewer, act.reference, int(code), act.now)
    yield f"a slip: {made.reference} {made.code}"


def closes(act: Act, reason: str) -> None:
    afterwards.close(act.session, act.stage.vault, act.library, act.viewer, act.reference, reason, act.now)


def sees_who_fits(act: Act) -> Iterator[str]:
    found = _proposals(act)
    for one in found.cases:
        yield f"fits: {one.reference}{', together' if one.together else ''}{_reasons(one.fit)}"
    for call in found.calls:
        yield f"fits: a call on {call.starts_at:%Y-%m-%d}, {call.free} free{_reasons(call.fit)}"


def _proposals(act: Act) -> Proposals:
    return pairing.proposals(act.session, act.stage.vault, act.library, act.viewer, act.reference, act.now)


def _reasons(fit: Fit) -> str:
    said = [*(f"can {one}" for one in fit.can), *(f"not {one}" for one in fit.lacks)]
    said += [f"both in {fit.near}"] if fit.near else []
    return "".join(f", {one}" for one in (*said, *(["no hours left"] if fit.full else [])))


def brings_together(act: Act) -> None:
    other = _proposals(act).cases[0].reference
    pairing.bring_together(act.session, act.stage.vault, act.library, act.viewer, act.reference, other, act.now)


def puts_on_call(act: Act) -> None:
    number = _proposals(act).calls[0].outing_id
    pairing.put_on_call(act.session, act.stage.vault, act.library, act.viewer, act.reference, number, act.now)


SENTENCES: Sentences = (
    ("sees who fits", sees_who_fits),
    ("brings it together with the first", brings_together),
    ("puts it on the first call", puts_on_call),
    ("claims", claims),
    ("gives it back", gives_back),
    ("takes it up again", takes_up),
    ("looks", looks),
    (r"reads (?P<names>[\w, ]+)", reads),
    (r'writes "(?P<text>.+)"', writes),
    (r'notes "(?P<text>.+)"', notes),
    (r"asks (?P<question>\w+)", asks),
    (r'changes (?P<question>\w+) to "(?P<text>.*)" because "(?P<reason>.+)"', changes),
    ("lends a number", lends_number),
    ("lends an e-mail", lends_email),
    ("expects a code", expects_code),
    (r"task (?P<task>\w+) (?P<state>doing|done|refused|dropped)", moves_task),
    (r"task (?P<task>\w+) ready, code (?P<code>\d{4})", makes_ready),
    (r"opens task (?P<task>\w+)", opens_task),
    (r"is done with (?P<task>\w+)(?:, she says (?P<day>[\d-]+))?", finishes),
    (f"keeps the date {DATE}", keeps_date),
    (f"tells the date {DATE}", tells_date),
    ("tells that there is news", tells_news),
    (
        r"offers company (?P<day>[\d-]+) (?P<begins>[\d:]+) to (?P<ends>[\d:]+) at (?P<place>[^,]+)"
        r"(?:, a (?P<wish>woman|man))?",
        offers_company,
    ),
    ("goes along", takes_company),
    ("says that the worker is home", says_home),
    ("links her phone", links_phone),
    (r"lets it rest until (?P<day>[\d-]+)", rests),
    (r"asks for help, (?P<reason>\w+)", calls_for_help),
    (r"makes a slip, code (?P<code>\d{4})", makes_slip),
    (r"closes it, (?P<reason>\w+)", closes),
)
