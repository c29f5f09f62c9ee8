"""Which SIM in which telephone is which number of ours."""

from datetime import timedelta

import pytest

from api.errors import Refused
from api.numbers import phones, pool, sims
from api.staff.people import Viewer
from api.store.db import Database
from bot.gateway import Sim
from tests.factories import NOW
from tests.libraries import the_countries

ONE, TWO, SOME = (Sim("smsgate", "PyDmBQZZ", slot) for slot in (1, 2, 0))
PROXY, CHANNEL = "+96181000100", "+96181000021"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def amal(db: Database, coordinator: Viewer) -> Viewer:
    """A coordinator with a proxy number and one that workers write to."""
    db.write_now(lambda session: pool.add_number(session, coordinator, PROXY, NOW, gateway="typed"))
    db.write_now(lambda session: sims.add_channel(session, coordinator, CHANNEL, "smsgate", NOW))
    return coordinator


def hears(db: Database, sim: Sim) -> str:
    return db.write_now(lambda session: sims.hear(session, sim, LATER))


def listed(db: Database, viewer: Viewer) -> list[tuple[Sim, str]]:
    return [(one.sim, one.number) for one in db.read_now(lambda session: sims.sims(session, viewer))]


def assign(db: Database, viewer: Viewer, sim: Sim, number: str) -> None:
    (found,) = [one for one in db.read_now(lambda session: sims.sims(session, viewer)) if one.sim == sim]
    db.write_now(lambda session: sims.assign(session, viewer, found.id, number, NOW))


def test_a_sim_that_nobody_knows_is_listed_once_until_a_coordinator_says_what_it_is(db: Database, amal: Viewer) -> None:
    assert [hears(db, ONE), hears(db, ONE)] == ["", ""]
    assert listed(db, amal) == [(ONE, "")]
    assign(db, amal, ONE, PROXY)
    assert hears(db, ONE) == PROXY
    assert listed(db, amal) == [(ONE, PROXY)]
    view = db.read_now(lambda session: pool.proxy_numbers(session, amal))
    assert [one.gateway for one in view] == ["smsgate"], "now it is known how its messages come"


def test_two_sims_of_one_telephone_are_two_numbers(db: Database, amal: Viewer) -> None:
    for sim, number in ((ONE, PROXY), (TWO, CHANNEL)):
        hears(db, sim)
        assign(db, amal, sim, number)
    assert (hears(db, ONE), hears(db, TWO)) == (PROXY, CHANNEL)
    lines = db.read_now(sims.lines)
    assert [(line.number, line.sim.slot) for line in lines] == [(PROXY, 1), (CHANNEL, 2)]
    assert db.read_now(lambda session: sims.numbers_of(session, "smsgate", "PyDmBQZZ")) == [PROXY, CHANNEL]


def test_without_a_slot_it_is_the_telephones_only_sim_and_never_a_guess(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    assign(db, amal, ONE, PROXY)
    assert hears(db, SOME) == PROXY
    hears(db, TWO)
    assert hears(db, SOME) == "", "it could be the other one now"
    assert hears(db, ONE) == PROXY


def test_a_sim_that_moved_to_another_telephone_is_not_where_it_was(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    assign(db, amal, ONE, PROXY)
    other = Sim("smsgate", "another", 1)
    hears(db, other)
    assign(db, amal, other, PROXY)
    assert listed(db, amal) == [(other, PROXY)]
    assert hears(db, ONE) == ""


def test_httpsms_calls_a_sim_by_its_number_so_nobody_need_say_more(db: Database, amal: Viewer) -> None:
    number = "+96181000031"
    db.write_now(lambda session: sims.add_channel(session, amal, number, "httpsms", NOW))
    assert hears(db, Sim("httpsms", number, 0)) == number


def test_a_sim_that_is_dropped_is_unknown_again(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    assign(db, amal, ONE, PROXY)
    (row,) = db.read_now(lambda session: sims.sims(session, amal))
    db.write_now(lambda session: sims.drop(session, amal, row.id, NOW))
    assert listed(db, amal) == []
    assert hears(db, ONE) == ""


def test_a_number_is_a_channel_or_a_proxy_and_a_channel_can_end(db: Database, amal: Viewer) -> None:
    with pytest.raises(Refused, match="number_is_proxy"):
        db.write_now(lambda session: sims.add_channel(session, amal, PROXY, "smsgate", NOW))
    with pytest.raises(Refused, match="incomplete"):
        db.write_now(lambda session: sims.add_channel(session, amal, "+96181000022", "typed", NOW))
    with pytest.raises(Refused, match="no_such_number"):
        db.write_now(lambda session: sims.end_channel(session, amal, PROXY, NOW))
    hears(db, ONE)
    assign(db, amal, ONE, CHANNEL)
    db.write_now(lambda session: sims.end_channel(session, amal, CHANNEL, NOW))
    assert db.read_now(sims.lines) == []
    assert db.read_now(lambda session: pool.use_of(session, CHANNEL)) == ""


def test_what_is_not_there_cannot_be_assigned(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    (row,) = db.read_now(lambda session: sims.sims(session, amal))
    for sim_id, number, code in ((row.id, "+961999999", "no_such_number"), (row.id + 1, PROXY, "no_such_sim")):
        with pytest.raises(Refused, match=code):
            db.write_now(lambda session, i=sim_id, n=number: sims.assign(session, amal, i, n, NOW))
    db.write_now(lambda session: sims.assign(session, amal, row.id, PROXY, NOW))
    with pytest.raises(Refused, match="no_such_sim"):
        db.write_now(lambda session: sims.assign(session, amal, row.id, CHANNEL, NOW))


def test_a_sign_of_life_is_remembered(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    assign(db, amal, ONE, PROXY)
    much_later = NOW + timedelta(days=2)
    assert db.write_now(lambda session: sims.alive(session, "smsgate", "PyDmBQZZ", much_later)) == [PROXY]
    assert [one.seen_at for one in db.read_now(lambda session: sims.sims(session, amal))] == [much_later]


def test_a_number_of_twilio_is_a_line_beside_the_sims_as_a_channel_and_as_a_proxy(db: Database, amal: Viewer) -> None:
    hears(db, ONE)
    assign(db, amal, ONE, CHANNEL)
    db.write_now(lambda s: sims.add_channel(s, amal, "+14155550100", "twilio", NOW))
    db.write_now(lambda s: pool.add_number(s, amal, "+14155550101", NOW, gateway="twilio"))
    db.write_now(lambda s: pool.add_number(s, amal, "+14155550102", NOW, gateway="typed"))
    by_sim = [one.number for one in db.read_now(sims.lines)]
    assert by_sim == [CHANNEL]
    both = db.read_now(lambda s: sims.lines(s, ("smsgate", "twilio")))
    assert [one.number for one in both] == [CHANNEL, "+14155550100", "+14155550101"]
    assert db.read_now(lambda s: sims.lines(s, ("twilio",)))[0].sim == Sim("twilio", "+14155550100", 0)
    view = db.read_now(lambda s: phones.phones(s, amal, the_countries(), fixed=("+14155550100",), twilio=True))
    assert [(one.number, one.fixed) for one in view.channels] == [("+14155550100", True), (CHANNEL, False)]
    assert "twilio" in view.gateways
    db.write_now(lambda s: sims.end_channel(s, amal, "+14155550100", NOW))
    assert [one.number for one in db.read_now(lambda s: sims.lines(s, ("twilio",)))] == ["+14155550101"]


def test_for_a_volunteer_there_are_no_telephones(db: Database, volunteer: Viewer) -> None:
    for act in (
        lambda session: sims.sims(session, volunteer),
        lambda session: sims.channels(session, volunteer),
        lambda session: sims.assign(session, volunteer, 1, PROXY, NOW),
        lambda session: sims.drop(session, volunteer, 1, NOW),
        lambda session: sims.add_channel(session, volunteer, CHANNEL, "smsgate", NOW),
        lambda session: sims.end_channel(session, volunteer, CHANNEL, NOW),
    ):
        with pytest.raises(Refused, match="404 not_found"):
            db.write_now(act)


def test_a_twilio_number_of_lebanon_is_named_as_one_that_cannot_work(db: Database, amal: Viewer) -> None:
    db.write_now(lambda session: pool.add_number(session, amal, "+96181000300", NOW, gateway="twilio"))
    db.write_now(lambda session: pool.add_number(session, amal, "+4915112345678", NOW, gateway="twilio"))
    db.write_now(lambda session: pool.claim_channel(session, "+251911234567"))
    view = db.read_now(lambda session: phones.phones(session, amal, the_countries()))
    assert [(one.number, one.country) for one in view.one_way] == [
        ("+251911234567", "ET"),
        ("+96181000300", "LB"),
    ]


def test_the_numbers_that_a_sim_can_be_are_those_that_no_telephone_has(db: Database, amal: Viewer) -> None:
    view = db.read_now(lambda session: phones.phones(session, amal, the_countries()))
    assert view.free == (CHANNEL, PROXY)
    hears(db, ONE)
    assign(db, amal, ONE, CHANNEL)
    view = db.read_now(lambda session: phones.phones(session, amal, the_countries()))
    assert view.free == (PROXY,)
    assert view.channels == (phones.Channel(CHANNEL, "smsgate", fixed=False),)
