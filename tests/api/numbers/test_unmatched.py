"""What found no case waits in the inbox: proposed where one case is clear, decided by a person, told when unread."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.desk import queue, tasks
from api.desk.cases import forget
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import appointments, aside, leases, pool, unmatched
from api.numbers.appointments import Corrected
from api.numbers.proxies import PortalText
from api.numbers.quiet import expire_windows
from api.staff import audit
from api.staff.alerts import unseen
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, CodeWindow, PortalMessage
from tests.factories import MINISTRY, NOW, make_case, make_viewer
from tests.mornings import APPOINTMENT, CODE, HERS, HIDDEN_CODE, RAHIMA, Morning

TO_BOTH = "Dear Almaz, it is your turn."
OFFER = "MOPH: a place is free for Rahima Khatun on 12/12/2026 at 09:30. Reply YES within 48 h."


@pytest.fixture
def rahima(morning: Morning) -> str:
    """Her case, on the same number as two women who are both called Almaz Tesfaye."""
    return morning.case(answers=RAHIMA)


def test_one_clear_hit_is_proposed_with_its_reasons_and_given_with_one_tap(morning: Morning, rahima: str) -> None:
    assert morning.arrives(HERS, 1) == ()
    (message,) = morning.inbox(2).messages
    assert (message.kind, message.portal) == ("appointment", "model_ministry")
    assert message.proposed is not None
    assert (message.proposed.key, message.proposed.reasons) == (rahima, ("name",))
    assert morning.read(rahima) == []
    morning.assign(message.id, rahima, 3)
    assert [one.text for one in morning.read(rahima)] == [HERS]
    assert morning.inbox(4).messages == ()


@pytest.mark.parametrize("text", ["ID ending 8871", "Passport BX0098871", "رحيمة خاتون، حان دورك"])
def test_a_document_or_a_name_in_another_script_names_her_too(morning: Morning, rahima: str, text: str) -> None:
    morning.arrives(text, 1)
    (message,) = morning.inbox().messages
    assert message.proposed is not None
    assert message.proposed.key == rahima


def test_a_reference_that_the_portal_gave_her_once_names_her_from_then_on(morning: Morning, rahima: str) -> None:
    morning.arrives("Rahima Khatun is registered. Registration LB-204418", 1)
    morning.assign(morning.inbox().messages[0].id, rahima)
    morning.arrives("Registration LB-204418: it is your turn", 2)
    (message,) = morning.inbox().messages
    assert message.proposed is not None
    assert (message.proposed.key, message.proposed.reasons) == (rahima, ("reference",))


def test_two_who_are_similarly_likely_are_listed_and_nobody_is_proposed(morning: Morning) -> None:
    morning.arrives(TO_BOTH, 1)
    (message,) = morning.inbox().messages
    assert message.proposed is None
    assert {one.key for one in message.likely} == {morning.one, morning.other}


def test_a_case_that_gave_its_number_back_long_ago_is_still_among_them(morning: Morning, rahima: str) -> None:
    morning.db.write_now(lambda s: leases.end_lease(s, morning.amal, rahima, MINISTRY.portal, NOW))
    morning.keep_house(60 * 24 * (MINISTRY.cooling_days + 1))
    morning.arrives(HERS, 60 * 24 * 40)
    (message,) = morning.inbox(60 * 24 * 40).messages
    assert message.proposed is not None
    assert message.proposed.key == rahima


def test_a_coordinator_can_say_another_case_that_had_the_number_and_no_other(morning: Morning, rahima: str) -> None:
    morning.arrives(APPOINTMENT, 1)
    (message,) = morning.inbox().messages
    assert message.candidates == (rahima, morning.other, morning.one)
    stranger = make_case(morning.db, morning.vault, claimed_by=morning.amal).reference
    with pytest.raises(Refused, match="never_lent"):
        morning.assign(message.id, stranger)
    with pytest.raises(Refused, match="no_such_case"):
        morning.assign(message.id, "K7-4QF")
    morning.assign(message.id, morning.one)
    with pytest.raises(Refused, match="no_such_message"):
        morning.assign(message.id, morning.other)


def test_a_volunteer_sees_what_seems_to_be_hers_and_how_much_else_waits(morning: Morning, volunteer: Viewer) -> None:
    mine = morning.case(answers=RAHIMA, by=volunteer)
    morning.arrives(HERS, 1)
    morning.arrives(APPOINTMENT, 2)
    inbox = morning.inbox(3, volunteer)
    assert [one.proposed.key for one in inbox.messages if one.proposed] == [mine]
    assert (inbox.others, inbox.messages[0].candidates) == (1, (mine,))
    assert morning.db.read_now(lambda s: unmatched.count(s, volunteer, morning.at(3))) == 2
    morning.assign(inbox.messages[0].id, mine, viewer=volunteer)
    assert morning.inbox(4, volunteer).others == 1


def test_what_is_anothers_does_not_exist_for_a_volunteer(morning: Morning, rahima: str, team: TeamKey) -> None:
    rana = make_viewer(morning.db, team, "Rana")
    mine = morning.case(by=rana)  # the third Almaz on this number
    morning.arrives(HERS, 1)
    morning.arrives(TO_BOTH, 2)
    assert (morning.inbox(3, rana).messages, morning.inbox(3, rana).others) == ((), 2)
    for message in morning.inbox(4).messages:
        for reference in (mine, rahima):
            with pytest.raises(Refused, match="404 no_such_message"):
                morning.assign(message.id, reference, viewer=rana)
    with pytest.raises(Refused, match="404 not_found"):
        morning.db.write_now(lambda s: aside.nobodys(s, rana, 1, NOW))


def test_a_namesake_whom_she_may_not_open_keeps_a_message_from_being_proposed(
    morning: Morning, rahima: str, team: TeamKey
) -> None:
    rana = make_viewer(morning.db, team, "Rana")
    morning.case(answers=RAHIMA, by=rana)
    morning.arrives(HERS, 1)
    assert morning.inbox(2, rana).messages == ()


def test_what_is_nobodys_is_put_aside_taken_back_and_at_last_emptied(morning: Morning) -> None:
    morning.arrives("Win a telephone!", 1)
    (message,) = morning.inbox().messages
    db, amal = morning.db, morning.amal
    db.write_now(lambda s: aside.nobodys(s, amal, message.id, NOW))
    assert [one.settled for one in morning.inbox().messages] == [True]
    assert db.read_now(lambda s: unmatched.count(s, amal, NOW)) == 0
    db.write_now(lambda s: aside.bring_back(s, amal, message.id, NOW))
    assert [one.settled for one in morning.inbox().messages] == [False]
    db.write_now(lambda s: aside.nobodys(s, amal, message.id, NOW))
    morning.keep_house(unmatched.KEPT / timedelta(minutes=1))
    assert morning.rows()[0].box == b""
    with pytest.raises(Refused, match="no_such_message"):
        db.write_now(lambda s: aside.bring_back(s, amal, message.id, NOW))


def test_a_message_that_was_given_to_the_wrong_case_can_be_taken_back(morning: Morning, rahima: str) -> None:
    morning.arrives(HERS, 1)
    (message,) = morning.inbox().messages
    morning.assign(message.id, morning.one)
    back = morning.db.write_now(lambda s: unmatched.give_back(s, morning.known, morning.amal, message.id, NOW))
    assert back == morning.one
    assert morning.read(morning.one) == []
    assert morning.waiting() == [HERS]


def test_one_that_an_appointment_was_made_of_stays(morning: Morning, rahima: str) -> None:
    morning.arrives(HERS, 1)
    (message,) = morning.inbox().messages
    morning.assign(message.id, rahima)
    said = Corrected(NOW + timedelta(days=3))
    morning.db.write_now(
        lambda s: appointments.confirm_appointment(s, morning.vault, morning.amal, message.id, said, NOW)
    )
    with pytest.raises(Refused, match="has_appointment"):
        morning.db.write_now(lambda s: unmatched.give_back(s, morning.known, morning.amal, message.id, NOW))


def open_tasks(morning: Morning) -> list[tuple[str, str]]:
    found = morning.db.read_now(lambda s: tasks.tasks(s, morning.amal, NOW))
    return [(task.kind, task.reference) for task in found]


def test_to_read_it_and_then_to_check_the_appointment_are_tasks(morning: Morning, rahima: str) -> None:
    morning.arrives(HERS, 1)
    assert open_tasks(morning) == [("read_message", "")]
    (message,) = morning.inbox().messages
    morning.assign(message.id, rahima)
    assert open_tasks(morning) == [("read_appointment", rahima)]
    said = Corrected(NOW + timedelta(days=3))
    morning.db.write_now(
        lambda s: appointments.confirm_appointment(s, morning.vault, morning.amal, message.id, said, NOW)
    )
    assert open_tasks(morning) == []


def test_to_answer_the_portal_is_a_task_until_its_deadline(morning: Morning, rahima: str) -> None:
    morning.arrives(OFFER, 1)
    (message,) = morning.inbox().messages
    assert message.kind == "answer"
    morning.assign(message.id, rahima, 30)
    (task,) = morning.db.read_now(lambda s: tasks.tasks(s, morning.amal, NOW))
    assert (task.kind, task.reference, task.due_at) == ("answer_portal", rahima, morning.at(1) + timedelta(hours=48))


def test_a_message_that_nobody_read_for_an_hour_is_told_to_those_on_duty_once(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 0)
    tell = lambda minutes: morning.db.write_now(  # noqa: E731
        lambda s: unmatched.alert_unread(s, morning.vault, morning.at(minutes))
    )
    assert [tell(59), tell(60), tell(61)] == [0, 1, 0]
    assert morning.db.read_now(lambda s: unseen(s, morning.amal.person_id, morning.at(62))) == ("message",)


def test_one_that_somebody_read_is_not(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 0)
    morning.inbox(30)
    assert morning.db.write_now(lambda s: unmatched.alert_unread(s, morning.vault, morning.at(90))) == 0
    (row,) = morning.rows()
    assert (row.read_by, row.read_at) == (morning.amal.person_id, morning.at(30))
    assert "message.list" in [entry.action for entry in morning.db.read_now(audit.recent)]


def test_a_late_code_is_proposed_to_who_waited_for_it_without_being_shown(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    assert morning.arrives(CODE, 12) == ()
    (message,) = morning.inbox(13).messages
    assert (message.content, message.kind) == (PortalText("MOPH", HIDDEN_CODE), "code")
    assert message.proposed is not None
    assert (message.proposed.key, message.proposed.reasons) == (morning.one, ("window",))
    morning.assign(message.id, morning.one, 13)
    assert [one.code for one in morning.read(morning.one, 14)] == ["482913"]


def test_a_late_code_on_a_number_that_nobody_else_ever_had_can_only_be_hers(
    db: Database, vault: Vault, coordinator: Viewer, morning: Morning
) -> None:
    second = db.write_now(lambda s: pool.add_number(s, coordinator, "+96181000199", NOW))
    db.write_now(lambda s: pool.retire_number(s, coordinator, morning.number, NOW))
    alone = Morning(db, vault, coordinator, second)
    alone.one = alone.case()
    alone.expect(alone.one, 0)
    assert alone.arrives(CODE, 12) == (alone.one,)
    assert [one.code for one in alone.read(alone.one, 13)] == ["482913"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Your code is 482-913.", "Your code is ••••••."),
        ("رمزك٤٨٢٩١٣", "رمزك••••••"),
        ("Your code: 4 8 2 9 1 3", "Your code: ••••••"),
        ("Your code is secret", "••••••"),
    ],
)
def test_a_login_code_is_hidden_however_it_is_written(text: str, shown: str) -> None:
    assert unmatched.hide_code(PortalText("MOPH", text, "482913")).text == shown


def test_a_case_that_was_forgotten_is_no_candidate(morning: Morning, rahima: str) -> None:
    morning.arrives(HERS, 1)
    morning.db.write_now(lambda s: forget(s, morning.vault, rahima, NOW))
    (message,) = morning.inbox().messages
    assert message.proposed is None
    assert rahima not in message.candidates


def test_what_arrives_for_a_closed_case_is_proposed_to_it_all_the_same(morning: Morning, rahima: str) -> None:
    morning.db.write_now(lambda s: queue.close(s, morning.amal, rahima, "done", NOW))
    morning.arrives(HERS, 1)
    (message,) = morning.inbox().messages
    assert message.proposed is not None
    assert message.proposed.key == rahima


letters = st.text(st.characters(blacklist_categories=["Nd", "Cs"]), max_size=60)
PLAYED = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def begin_again(session: Session) -> None:
    for table in (CodeWindow, PortalMessage):
        session.connection().execute(delete(table))


@PLAYED
@given(st.lists(letters, min_size=1, max_size=4))
def test_what_has_no_digits_never_enters_a_window(morning: Morning, texts: list[str]) -> None:
    morning.db.write_now(begin_again)
    morning.expect(morning.one, 0)
    for text in texts:
        assert morning.arrives(f"code {text}", 1) == ()
    assert all(row.case_id is None for row in morning.rows())


codes = st.from_regex("[0-9]{6}", fullmatch=True)


@PLAYED
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 25), codes), min_size=1, max_size=6))
def test_a_code_is_only_ever_shown_on_the_case_whose_window_was_open(
    morning: Morning, steps: list[tuple[int, int, str]]
) -> None:
    """Windows open in any order, and codes come at any time after: each is on the case that waited, or in the inbox."""
    morning.db.write_now(begin_again)
    references, minutes, waited = (morning.one, morning.other), 0.0, {}
    for which, later, code in steps:
        if which < 2:
            with suppress(Refused):
                morning.expect(references[which], minutes)
        minutes += later
        open_now = morning.db.write_now(lambda s: _open_case(s, morning, minutes))  # noqa: B023
        went = morning.arrives(f"Your code is {code}", minutes)
        if went:
            assert set(went) <= {open_now, waited.get(code)}
            waited.setdefault(code, went[0])
    for reference in references:
        for message in morning.read(reference, minutes):
            assert not message.code or waited[message.code] == reference


def _open_case(session: Session, morning: Morning, minutes: float) -> str | None:
    expire_windows(session, morning.at(minutes))
    open_window = select(CaseRow.reference).join(CodeWindow, CodeWindow.case_id == CaseRow.id)
    return session.exec(open_window.where(CodeWindow.state == "open")).one_or_none()


@PLAYED
@given(st.sampled_from([HERS, TO_BOTH, APPOINTMENT, "ID ending 8871", "Sara Haddad"]))
def test_no_case_that_never_had_the_number_is_ever_named(morning: Morning, text: str) -> None:
    morning.db.write_now(begin_again)
    stranger = make_case(morning.db, morning.vault, RAHIMA, claimed_by=morning.amal).reference
    morning.arrives(text, 1)
    for message in morning.inbox().messages:
        named = {one.key for one in (*message.likely, *([message.proposed] if message.proposed else []))}
        assert stranger not in named | set(message.candidates)
