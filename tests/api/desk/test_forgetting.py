"""Closed cases are forgotten after the days that were set, a week after everybody was warned, and never by surprise."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from api.answers import Contact, encode
from api.desk import amending, cases, forgetting, queue, tasks
from api.desk.wishes import Ways
from api.errors import Refused
from api.inbound import inbox
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import address_index
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, CaseRow, DraftRow, Item, MailMessage, Number, PortalMessage
from flows.loader import Library
from flows.model import Answer, Draft
from tests.factories import ALMAZ, NOW, make_case
from tests.talking import Worker

DAY = timedelta(days=1)


def closed(db: Database, vault: Vault, viewer: Viewer, reason: str = "done") -> str:
    reference = make_case(db, vault, claimed_by=viewer).reference
    db.write_now(lambda session: queue.close(session, viewer, reference, reason, NOW))
    return reference


def set_days(db: Database, viewer: Viewer, days: int, group: str = "closed") -> None:
    db.write_now(lambda session: forgetting.set_days(session, viewer, "vaccination", group, days, NOW))


def run(db: Database, vault: Vault, day: int) -> None:
    db.write_now(lambda session: forgetting.keep_up(session, vault, NOW + day * DAY))


def state(db: Database, reference: str) -> str:
    return db.read_now(lambda session: session.exec(select(CaseRow.state).where(CaseRow.reference == reference)).one())


def test_nothing_is_forgotten_by_itself_until_a_coordinator_says_so(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference = closed(db, vault, coordinator)
    run(db, vault, 5000)
    run(db, vault, 5010)
    assert state(db, reference) == "closed"
    assert db.read_now(lambda session: forgetting.endings(session, coordinator, NOW)) == []


def test_a_case_is_forgotten_on_its_day_and_announced_a_week_before(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, 30)
    run(db, vault, 22)
    assert db.read_now(lambda session: session.exec(select(Alert.kind)).all()) == []
    (ending,) = db.read_now(lambda session: forgetting.endings(session, coordinator, NOW + 22 * DAY))
    assert (ending.reference, ending.ends_at, ending.held) == (reference, NOW + 30 * DAY, "")
    run(db, vault, 23)
    assert set(db.read_now(lambda session: session.exec(select(Alert.kind)).all())) == {"forgetting"}
    run(db, vault, 29)
    assert state(db, reference) == "closed"
    run(db, vault, 30)
    assert state(db, reference) == "forgotten"
    assert db.read_now(audit.recent)[0].action == "case.forget"


def test_a_rule_that_is_set_late_still_leaves_a_week(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, 1)
    run(db, vault, 100)
    run(db, vault, 106)
    assert state(db, reference) == "closed"
    run(db, vault, 107)
    assert state(db, reference) == "forgotten"


def test_a_rule_that_was_taken_back_and_set_again_warns_anew(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, 1)
    run(db, vault, 100)
    set_days(db, coordinator, 0)
    set_days(db, coordinator, 1)
    run(db, vault, 108)
    assert state(db, reference) == "closed"


def test_what_is_not_wanted_any_more_can_have_another_number_of_days(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    helped, withdrawn = closed(db, vault, coordinator), closed(db, vault, coordinator, "withdrawn")
    set_days(db, coordinator, 10, "withdrawn")
    run(db, vault, 10)
    run(db, vault, 17)
    assert (state(db, helped), state(db, withdrawn)) == ("closed", "forgotten")


def unread(session: Session, vault: Vault, case: CaseRow) -> None:
    case.unread = 1
    session.add(case)


def with_a_task(session: Session, vault: Vault, case: CaseRow) -> None:
    tasks.open_task(session, "call_back", NOW, due_at=NOW, case_id=case.id)


def with_something_fresh(session: Session, vault: Vault, case: CaseRow) -> None:
    cases.put_in(session, vault, case.id or 0, case.public_key, "in", encode("hello"), NOW + 36 * DAY)


def with_a_fresh_answer(session: Session, vault: Vault, case: CaseRow) -> None:
    cases.put_in(session, vault, case.id or 0, case.public_key, "amended", encode("hello"), NOW + 36 * DAY)


def with_a_fresh_sms(session: Session, vault: Vault, case: CaseRow) -> None:
    session.add(Number(number="+96181000100", use="proxy"))
    session.flush()
    at = NOW + 36 * DAY
    session.add(PortalMessage(number="+96181000100", case_id=case.id, kind="appointment", box=b"-", received_at=at))


def with_a_fresh_mail(session: Session, vault: Vault, case: CaseRow) -> None:
    session.add(MailMessage(address_id=1, case_id=case.id or 0, kind="other", box=b"-", received_at=NOW + 36 * DAY))


def open_again(session: Session, vault: Vault, case: CaseRow) -> None:
    case.state = "claimed"
    session.add(case)


HOLDS = [
    *(unread, with_a_task, with_something_fresh, with_a_fresh_answer, with_a_fresh_sms, with_a_fresh_mail),
    open_again,
]


@pytest.mark.parametrize("hold", HOLDS)
def test_it_is_not_forgotten_while_something_waits_in_it(
    db: Database, vault: Vault, coordinator: Viewer, hold: Callable[[Session, Vault, CaseRow], None]
) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, 30)
    run(db, vault, 29)
    db.write_now(lambda s: hold(s, vault, s.exec(select(CaseRow).where(CaseRow.reference == reference)).one()))
    run(db, vault, 40)
    assert state(db, reference) != "forgotten"


def test_a_case_is_kept_longer_for_a_reason_that_is_sealed_to_it(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer
) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, 30)
    run(db, vault, 25)
    now = NOW + 26 * DAY

    def keep(reason: str, until: datetime, viewer: Viewer = coordinator) -> None:
        db.write_now(lambda s: forgetting.keep_longer(s, vault, viewer, reference, until, reason, now))

    for reason, until, viewer, code in (
        (" ", NOW + 60 * DAY, coordinator, "reason_missing"),
        ("A court asks", NOW, coordinator, "bad_date"),
        ("A court asks", NOW + 60 * DAY, volunteer, "not_found"),
    ):
        with pytest.raises(Refused, match=code):
            keep(reason, until, viewer)
    keep("A court asks", NOW + 60 * DAY)
    run(db, vault, 59)
    (ending,) = db.read_now(lambda session: forgetting.endings(session, coordinator, NOW + 59 * DAY))
    assert (ending.kept, ending.ends_at) == (True, NOW + 67 * DAY)
    run(db, vault, 60)
    run(db, vault, 66)
    assert state(db, reference) == "closed"
    boxes = db.read_now(lambda session: session.exec(select(Item.box).where(Item.kind == "note")).all())
    assert len(boxes) == 1
    assert b"court" not in boxes[0]
    run(db, vault, 67)
    assert state(db, reference) == "forgotten"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, 60), looks=st.lists(st.integers(0, 90), max_size=12).map(sorted))
def test_whenever_the_runner_looks_nobody_is_forgotten_early_or_unwarned(
    db: Database, vault: Vault, coordinator: Viewer, number: int, looks: list[int]
) -> None:
    reference = closed(db, vault, coordinator)
    set_days(db, coordinator, number)
    warned = None
    for day in looks:
        run(db, vault, day)
        if state(db, reference) == "forgotten":
            assert day >= number
            assert warned is not None
            assert day - warned >= 7
            return
        if day >= number - 7 and warned is None:
            warned = day


def test_what_is_no_rule_is_refused(db: Database, volunteer: Viewer, coordinator: Viewer) -> None:
    for viewer, days, group, code in (
        (volunteer, 3, "closed", "not_found"),
        (coordinator, -1, "closed", "bad_rule"),
        (coordinator, 99999, "closed", "bad_rule"),
        (coordinator, 3, "open", "bad_rule"),
    ):
        with pytest.raises(Refused, match=code):
            set_days(db, viewer, days, group)


BY_CHAT = Contact("telegram", "telegram:1", "4711", "chat", "en")
HER_TOWN = {**ALMAZ, "governorate": Answer("mount_lebanon", "2")}
FORGETTERS: Mapping[str, Callable[[Session, Vault, Viewer, str], None]] = {
    "a coordinator": lambda session, vault, amal, one: forgetting.forget_now(session, vault, amal, one, one, NOW),
    "an operator": lambda session, vault, _, one: forgetting.forget(session, vault, one, NOW),
    "the rule": lambda session, vault, amal, _: [  # type: ignore[dict-item,return-value]
        forgetting.set_days(session, amal, "vaccination", "closed", 1, NOW),
        *(forgetting.keep_up(session, vault, NOW + day * DAY) for day in (2, 9)),
    ],
}


def ask_for_her_district(db: Database, vault: Vault, library: Library, coordinator: Viewer) -> str:
    """Amal has the bot ask Almaz in which district she lives, and closes the case."""
    reference = make_case(db, vault, HER_TOWN, claimed_by=coordinator, contact=BY_CHAT).reference
    db.write_now(lambda one: amending.ask(one, vault, library, coordinator, reference, "district", Ways(), NOW))
    db.write_now(lambda session: queue.close(session, coordinator, reference, "done", NOW))
    return reference


def kept_draft(db: Database, vault: Vault) -> tuple[Draft | None, list[tuple[bytes, bytes]]]:
    """What the draft of her chat holds, and its boxes as a copy of the database has them."""
    index = address_index(vault, BY_CHAT.lane, BY_CHAT.address)
    rows = db.read_now(lambda session: session.exec(select(DraftRow.secret_id, DraftRow.box)).all())
    return db.read_now(lambda session: inbox.draft_of(session, vault, index)), list(rows)


@pytest.mark.parametrize("who", FORGETTERS)
def test_what_the_bot_was_asking_goes_with_the_case_from_copies_too(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, who: str
) -> None:
    reference = ask_for_her_district(db, vault, library, coordinator)
    before, copies = kept_draft(db, vault)
    assert before is not None
    assert before.asking is not None
    assert before.asking.known["governorate"] == HER_TOWN["governorate"]
    db.write_now(lambda session: FORGETTERS[who](session, vault, coordinator, reference))
    assert state(db, reference) == "forgotten"
    after, _ = kept_draft(db, vault)
    assert after is not None
    assert (after.asking, after.cases, after.reply_to) == (None, (), "")
    for secret_id, box in copies:
        with pytest.raises(Gone):
            vault.unlock(box, secret_id=secret_id)
    assert "We have added it" not in Worker(db, vault, library).says("El Meten")[-1]


def test_what_she_was_being_asked_goes_from_copies_when_she_forgets_her_case_herself(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    reference = ask_for_her_district(db, vault, library, coordinator)
    _, copies = kept_draft(db, vault)
    almaz = Worker(db, vault, library)
    almaz.says("forget")
    assert almaz.says(reference)[-1] == "Done. It is gone."
    for secret_id, box in copies:
        with pytest.raises(Gone):
            vault.unlock(box, secret_id=secret_id)


def test_another_case_of_hers_goes_on_being_asked_about(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    other = make_case(db, vault, contact=BY_CHAT).reference
    reference = ask_for_her_district(db, vault, library, coordinator)
    db.write_now(lambda session: forgetting.forget_now(session, vault, coordinator, other, other, NOW))
    after, _ = kept_draft(db, vault)
    assert after is not None
    assert after.asking is not None
    assert (after.asking.reference, after.cases) == (reference, (reference,))
