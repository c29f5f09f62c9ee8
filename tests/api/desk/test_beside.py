"""Beside a case: cards that are sent, notes that name nobody, the way to the desk, her debrief."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from api.answers import Contact
from api.desk import afterwards, cards, cases, caseview, conversation, joining, nameless, queue, reminding
from api.desk.tasks import tasks
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.outbound.replies import unpack_reply
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import ReplyRow, Team
from flows.loader import Library
from flows.model import Answer
from tests.factories import NOW, make_viewer

CHAT = Contact("phone", "phone:", "h1", "chat", "sq")
LATER = NOW + timedelta(hours=5)


def opened(db: Database, vault: Vault, viewer: Viewer, service: str, contact: Contact = CHAT, **said: str) -> str:
    def store(session: Session) -> str:
        answers = {name: Answer(value) for name, value in said.items()}
        route = {"side": said["side"], "place": "shanghai/shanghai/putuo"} if "side" in said else {}
        more = {"contact": contact, "answers": answers, "route": route, "now": NOW}
        found = cases.open_case(session, vault, service=service, **more).reference  # type: ignore[arg-type]
        queue.claim(session, viewer, found, NOW)
        return found

    return db.write_now(store)


def send(db: Database, vault: Vault, library: Library, viewer: Viewer, reference: str, card: str) -> None:
    db.write_now(lambda s: cards.send_card(s, vault, library, viewer, reference, card, Ways(), LATER))


def test_a_card_goes_to_the_worker_in_her_language_and_stands_in_the_history(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = opened(db, vault, volunteer, "helpline", about="sleep", phone_safe="always")
    seen = db.write_now(lambda s: caseview.see(s, vault, library, volunteer, case, NOW))
    sendable = cards.cards_for(library, seen, "en")
    assert sendable[0].card == "night"
    assert [one.offered for one in sendable].count(True) == [one.card for one in seen.offers].count("night") == 1
    send(db, vault, library, volunteer, case, "night")
    (row,) = db.read_now(lambda s: list(s.exec(select(ReplyRow))))
    words = library.services["helpline"].rules.cards["night"]
    assert words.titles["sq"] in unpack_reply(vault.unlock(row.box))[1].text
    after = db.write_now(lambda s: caseview.see(s, vault, library, volunteer, case, LATER))
    assert [words.titles["sq"] in line.text for line in after.talk] == [True]
    assert after.work.timeline[0].action == "case.card"
    with pytest.raises(Refused, match="no_such_card"):
        send(db, vault, library, volunteer, case, "rights")


def test_no_card_goes_to_who_never_wants_to_be_written_to_or_by_who_has_not_the_case(
    db: Database, vault: Vault, team: TeamKey, library: Library, volunteer: Viewer
) -> None:
    case = opened(db, vault, volunteer, "helpline", phone_safe="never")
    with pytest.raises(Refused, match="never_write"):
        send(db, vault, library, volunteer, case, "night")
    with pytest.raises(Refused, match="no_such_case"):
        send(db, vault, library, make_viewer(db, team, "Rana"), case, "night")


def test_a_note_that_names_somebody_is_asked_about_only_where_the_service_wants_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    helpline = opened(db, vault, volunteer, "helpline", called="Zana")
    other = opened(db, vault, volunteer, "vaccination", name="Zana")

    def asks(reference: str, text: str) -> bool:
        return db.read_now(lambda s: nameless.asks_first(s, vault, library, volunteer, reference, text))

    assert [asks(helpline, "Zana is better"), asks(helpline, "Better today"), asks(other, "Zana is better")] == [
        True,
        False,
        False,
    ]
    db.write_now(lambda s: conversation.note(s, vault, volunteer, helpline, "Zana is better", NOW))


def test_who_offered_it_is_invited_to_the_desk_with_what_was_said(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    said = {"side": "help", "desk": "yes", "name": "赵", "reach": "home"}
    hao = opened(db, vault, volunteer, "mutual_aid", Contact("phone", "phone:", "h2", "chat", "zh"), **said)
    not_yet = opened(db, vault, volunteer, "mutual_aid", **{**said, "desk": "no"})

    def whom(viewer: Viewer, reference: str) -> object:
        return db.read_now(lambda s: joining.newcomer(s, vault, library, viewer, reference, NOW))

    found = db.read_now(lambda s: joining.the_newcomer(s, vault, library, coordinator, hao, NOW))
    assert (found.name, found.languages, found.skills) == ("赵", ("zh",), ("from_home",))
    assert found.areas == ("shanghai/shanghai/putuo",)
    assert (whom(volunteer, hao), whom(coordinator, not_yet)) == (None, None)
    with pytest.raises(Refused):
        db.read_now(lambda s: joining.the_newcomer(s, vault, library, coordinator, not_yet, NOW))
    ours = Team(public_key=coordinator.team.public, recovery_public=b"", recovery_box=b"", trial=True)
    db.write_now(lambda s: s.add(ours))
    db.write_now(lambda s: joining.invite(s, coordinator, found, hao, NOW))
    done = [(one.action, one.object) for one in db.read_now(audit.recent)]
    assert ("case.invite", hao) in done


def test_the_debrief_belongs_to_whoever_closed_the_case(
    db: Database, vault: Vault, team: TeamKey, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    hers = opened(db, vault, volunteer, "helpline", phone_safe="never")
    others = opened(db, vault, volunteer, "helpline", phone_safe="never")
    for reference, who in ((hers, volunteer), (others, coordinator)):
        db.write_now(lambda s, who=who, case=reference: afterwards.close(s, vault, library, who, case, "done", NOW))
    soon = NOW + timedelta(hours=2)
    db.write_now(lambda s: reminding.run_due(s, vault, library, Ways(), soon))

    def owners(viewer: Viewer) -> set[tuple[str, int | None]]:
        found = db.read_now(lambda s: tasks(s, viewer, soon))
        return {(one.reference, one.person_id) for one in found if one.name == "debrief"}

    assert owners(coordinator) == {(hers, volunteer.person_id), (others, coordinator.person_id)}
    assert (hers, volunteer.person_id) in owners(volunteer)
