"""Who may open a case: the rules in one place, without a page around them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from api.desk import conversation, queue
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys import deployment
from api.keys.locks import RecoveryKey
from api.keys.vault import TeamKey, Vault
from api.staff import access, duty, people
from api.staff.facts import HOURS, Facts, helps_in, usually_there
from api.staff.people import TRAINEE, Viewer
from api.store.db import Database
from api.tables import CaseRow, Person
from tests.factories import NOW, make_case, make_coordinator, make_viewer


@pytest.fixture
def trainee(db: Database, team: TeamKey) -> Viewer:
    return make_viewer(db, team, "Tala", TRAINEE)


def refused(db: Database, attempt: object) -> str:
    with pytest.raises(Refused) as caught:
        db.write_now(attempt)  # type: ignore[arg-type]
    return caught.value.code


def share(db: Database, mentor: Viewer, reference: str, trainee: Viewer) -> None:
    db.write_now(lambda session: access.share(session, mentor, reference, trainee.person_id, NOW))


def readable(db: Database, viewer: Viewer, reference: str) -> bool:
    try:
        db.write_now(lambda session: access.case_to_read(session, viewer, reference).reference)
    except Refused:
        return False
    return True


def test_a_trainee_reads_along_while_the_case_is_her_mentors(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer, trainee: Viewer
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    assert not readable(db, trainee, reference)
    share(db, volunteer, reference, trainee)
    assert readable(db, trainee, reference)
    assert [one.reference for one in db.read_now(lambda s: queue.queue(s, trainee, NOW))] == [reference]
    db.write_now(lambda session: queue.release(session, volunteer, reference, NOW))
    db.write_now(lambda session: queue.claim(session, coordinator, reference, NOW))
    assert not readable(db, trainee, reference), "it is another's now"


def test_a_trainee_keeps_notes_and_does_nothing_else(
    db: Database, vault: Vault, volunteer: Viewer, trainee: Viewer
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    share(db, volunteer, reference, trainee)
    db.write_now(lambda session: conversation.note(session, vault, trainee, reference, "I learn", NOW))
    assert (
        refused(db, lambda s: conversation.write(s, vault, trainee, reference, "hello", Ways(), NOW)) == "no_such_case"
    )
    assert refused(db, lambda s: queue.release(s, trainee, reference, NOW)) == "no_such_case"
    assert refused(db, lambda s: queue.claim(s, trainee, reference, NOW)) == "no_such_case"
    assert refused(db, lambda s: queue.next_case(s, trainee, NOW)) == "no_such_case"


def test_only_the_mentor_shares_and_only_with_a_trainee(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer, trainee: Viewer
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    another = make_viewer(db, team, "Rima")
    tala = trainee.person_id
    assert refused(db, lambda s: access.share(s, another, reference, tala, NOW)) == "no_such_case"
    assert refused(db, lambda s: access.share(s, coordinator, reference, tala, NOW)) == "not_yours"
    assert refused(db, lambda s: access.share(s, volunteer, reference, another.person_id, NOW)) == "no_such_person"
    share(db, volunteer, reference, trainee)
    share(db, volunteer, reference, trainee)
    assert db.read_now(lambda s: access.learning(s, volunteer, reference, NOW)) == {tala: ("Tala", True)}
    db.write_now(lambda session: access.unshare(session, volunteer, reference, tala, NOW))
    assert db.read_now(lambda s: access.learning(s, volunteer, reference, NOW)) == {tala: ("Tala", False)}
    assert not readable(db, trainee, reference)


def test_the_first_case_of_a_live_desk_waits_for_the_second_coordinator(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    db.write_now(lambda session: deployment.found(session, RecoveryKey.generate().public, trial=False))
    first, second = make_case(db, vault).reference, make_case(db, vault).reference
    assert refused(db, lambda s: queue.claim(s, volunteer, first, NOW)) == "second_coordinator"
    assert refused(db, lambda s: queue.next_case(s, volunteer, NOW)) == "second_coordinator"
    basma = make_coordinator(db, team, "Basma")
    assert not db.read_now(access.lacks_coordinators)
    db.write_now(lambda session: queue.claim(session, volunteer, first, NOW))
    db.write_now(lambda session: people.shut_out(session, basma.person_id, coordinator.person_id, NOW))
    db.write_now(lambda session: queue.claim(session, volunteer, second, NOW)), "who is being helped goes on"


def test_a_trial_may_be_played_by_one_alone(db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer) -> None:
    db.write_now(lambda session: deployment.found(session, RecoveryKey.generate().public, trial=True))
    reference = make_case(db, vault).reference
    db.write_now(lambda session: queue.claim(session, volunteer, reference, NOW))


def test_who_becomes_a_trainee_gives_her_cases_back(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_case(db, vault, claimed_by=volunteer)
    db.write_now(lambda s: people.describe(s, volunteer.person_id, TRAINEE, Facts(("am",)), coordinator.person_id, NOW))
    assert db.read_now(lambda session: session.exec(select(CaseRow.state)).one()) == "open"
    last = coordinator.person_id
    assert refused(db, lambda s: people.describe(s, last, "volunteer", Facts(), last, NOW)) == "last_coordinator"


def test_a_volunteer_enters_only_herself_and_an_ended_account_is_not_on_duty(
    db: Database, volunteer: Viewer, coordinator: Viewer
) -> None:
    def enter(session: Session, viewer: Viewer, whom: Viewer) -> None:
        duty.add(session, viewer, whom.person_id, NOW, NOW + timedelta(hours=4), (), NOW)

    assert refused(db, lambda s: enter(s, volunteer, coordinator)) == "no_such_person"
    db.write_now(lambda session: enter(session, volunteer, volunteer))
    assert [one.name for one in db.read_now(lambda s: duty.on_duty(s, NOW))] == ["Hana"]

    def end(session: Session) -> None:
        session.get_one(Person, volunteer.person_id).expires_at = NOW

    db.write_now(end)
    assert [one.name for one in db.read_now(lambda s: duty.on_duty(s, NOW))] == ["Amal"]


def test_what_somebody_can_do_is_compared_with_place_and_time() -> None:
    facts = Facts(areas=("lebanon/beirut", "lebanon/mount_lebanon/aley"), hours=("2m",))
    assert helps_in(facts, "lebanon/beirut/beirut")
    assert helps_in(facts, "lebanon/mount_lebanon/aley")
    assert not helps_in(facts, "lebanon/mount_lebanon/el_meten")
    assert not helps_in(facts, "lebanon/mount_lebanon")
    assert not helps_in(facts, "elsewhere/beirut")
    assert helps_in(Facts(), "lebanon/south/sour")
    assert NOW.isoweekday() == 2
    assert usually_there(facts, NOW)
    assert not usually_there(facts, NOW + timedelta(hours=3))
    assert not usually_there(facts, NOW.replace(hour=2))
    assert usually_there(Facts(), NOW)
    assert len(HOURS) == 21
