"""A login code reaches the one case that expects it; everything else waits, sealed, for a person."""

import pytest
from nacl.exceptions import CryptoError

from api.desk import cases, queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import proxies
from api.staff import audit
from api.store.db import Database
from tests.factories import MINISTRY, NOW, make_coordinator, make_numbers, make_viewer
from tests.mornings import APPOINTMENT, CODE, EMBASSY, HIDDEN_CODE, OTHER_CODE, Morning
from tests.together import at_once


def test_a_code_goes_to_the_case_that_expects_it_and_is_sealed(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    assert morning.arrives(CODE, 3) == (morning.one,)
    (row,) = morning.rows()
    assert row.kind == "code"
    assert b"482913" not in row.box
    (message,) = morning.read(morning.one, 4)
    assert (message.code, message.text, message.sender) == ("482913", CODE, "MOPH")
    assert message.wipe_at == morning.at(3) + MINISTRY.lifetime
    assert morning.read(morning.other) == []


def test_who_read_a_code_first_is_written_down(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    morning.read(morning.one, 2)
    morning.read(morning.one, 3)
    (row,) = morning.rows()
    assert (row.read_by, row.read_at) == (morning.amal.person_id, morning.at(2))
    actions = [entry.action for entry in morning.db.read_now(audit.recent)]
    assert actions.count("code.read") == 1


def test_the_same_delivery_twice_changes_nothing(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    assert morning.arrives(CODE, 2, again=True) == ()
    assert len(morning.rows()) == 1


def test_the_same_delivery_at_the_same_moment_is_stored_once(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    outcomes = at_once(lambda: morning.arrives(CODE, 1, again=True) for _ in range(6))
    assert sorted(outcomes, key=repr) == [(morning.one,), (), (), (), (), ()]
    assert len(morning.rows()) == 1


def test_the_same_code_sent_again_goes_where_it_went_first(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    assert morning.arrives("Reminder. " + CODE, 11) == (morning.one,)  # its window is over: the number is quiet
    assert [message.code for message in morning.read(morning.one)] == ["482913", "482913"]


def test_a_late_code_reaches_nobody_by_itself(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    assert morning.arrives(CODE, 12) == ()
    assert morning.read(morning.one) == []
    assert morning.waiting() == [HIDDEN_CODE]


def test_without_a_window_a_code_reaches_nobody(morning: Morning) -> None:
    assert morning.arrives(CODE, 1) == ()
    assert morning.waiting() == [HIDDEN_CODE]


@pytest.mark.parametrize("text", [APPOINTMENT, "Welcome!", "موعدك في ٢٠٢٦/١٢/١٢ رمز ٤٨٢٩", "", "Call 1214"])
def test_what_is_no_login_code_is_left_to_a_person_even_in_a_window(morning: Morning, text: str) -> None:
    morning.expect(morning.one, 0)
    assert morning.arrives(text, 1) == ()
    assert morning.waiting() == [text]
    assert morning.rows()[0].wipe_at is None


def test_a_code_of_somebody_else_is_no_code_of_this_portal(morning: Morning) -> None:
    embassy = morning.case(EMBASSY)
    morning.expect(embassy, 0, EMBASSY)
    assert morning.arrives(CODE, 1, sender="+96170999999") == ()
    assert morning.arrives(OTHER_CODE, 1, sender="embassy") == (embassy,)


def test_a_code_that_could_be_anothers_late_one_goes_to_nobody(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    embassy = morning.case(EMBASSY)
    morning.expect(embassy, 11, EMBASSY)  # the ministry's window is quiet now
    assert morning.arrives(OTHER_CODE, 12, sender="Ministry") == (), "both write from this sender"
    assert morning.waiting() == [HIDDEN_CODE]
    assert morning.arrives("Your login code is 555111", 13, sender="Embassy") == (embassy,)


def test_the_next_case_gets_its_own_code_after_the_quiet(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    morning.expect(morning.other, 20)
    assert morning.arrives(OTHER_CODE, 21) == (morning.other,)
    assert [message.code for message in morning.read(morning.one)] == ["482913"]
    assert [message.code for message in morning.read(morning.other)] == ["771144"]


def test_a_code_is_wiped_when_its_lifetime_is_over(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    morning.keep_house(10.9)
    assert morning.rows()[0].box
    morning.keep_house(11)
    (row,) = morning.rows()
    assert (row.box, row.code_index, row.kind) == (b"", None, "code")
    (message,) = morning.read(morning.one)
    assert (message.code, message.text) == ("", "")


def test_a_late_code_that_nobody_claimed_is_wiped_too(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 12)
    morning.keep_house(22)
    assert morning.waiting() == []


def test_an_appointment_is_kept(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 1)
    morning.keep_house(60 * 24 * 90)
    assert morning.waiting() == [APPOINTMENT]


def test_a_code_that_was_used_is_wiped_at_once_by_whose_case_it_is(morning: Morning, team: TeamKey) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    (row,) = morning.rows()
    rana = make_viewer(morning.db, team, "Rana")
    with pytest.raises(Refused, match="404 no_such_message"):
        morning.db.write_now(lambda session: proxies.wipe_code(session, rana, row.id, NOW))
    morning.db.write_now(lambda session: proxies.wipe_code(session, morning.amal, row.id, NOW))
    assert morning.rows()[0].box == b""


def test_closing_a_case_wipes_its_codes_and_nothing_else(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1)
    morning.db.write_now(lambda session: queue.close(session, morning.amal, morning.other, "done", NOW))
    assert morning.rows()[0].box
    morning.db.write_now(lambda session: queue.close(session, morning.amal, morning.one, "done", NOW))
    assert (morning.rows()[0].box, morning.rows()[0].code_index) == (b"", None)
    assert [message.code for message in morning.read(morning.one)] == [""]


def test_a_code_for_a_case_that_was_forgotten_meanwhile_waits_sealed(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.db.write_now(lambda session: cases.forget(session, morning.vault, morning.one, morning.at(1)))
    assert morning.arrives(CODE, 2) == ()
    assert morning.waiting() == [HIDDEN_CODE]


def test_what_waits_for_a_person_is_sealed_to_the_team_and_to_its_number(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 1)
    (row,) = morning.rows()
    with pytest.raises(CryptoError):
        morning.amal.team.open(proxies.team_context("+1"), row.box)
    with pytest.raises(CryptoError):
        TeamKey.generate().open(proxies.team_context(row.number), row.box)


def test_a_morning_of_late_repeated_and_mixed_codes_shows_none_on_a_wrong_case(
    db: Database, vault: Vault, team: TeamKey
) -> None:
    """Each of four women asks in turn; her code comes late, twice, between others, in Arabic digits."""
    morning = Morning(db, vault, make_coordinator(db, team))
    (morning.number,) = make_numbers(db, morning.amal, 1)
    women = [morning.case() for _ in range(4)]
    start = 0.0
    for place, reference in enumerate(women):
        morning.expect(reference, start)
        code = str(482913 + place * 1111)
        arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        morning.arrives(APPOINTMENT, start + 1)
        assert morning.arrives(f"رمزك{arabic}", start + 2 * place) == (reference,)
        assert morning.arrives(f"Your code is {code[:3]}-{code[3:]}", start + 9.5) == (reference,)
        assert morning.arrives(f"Your code is {code}", start + 10.5) == (reference,)
        for woman in women:
            shown = {message.code for message in morning.read(woman, start + 11)} - {""}
            assert shown == ({code} if woman == reference else set())
        start += 20
        morning.keep_house(start)
    assert morning.waiting() == [APPOINTMENT] * 4
