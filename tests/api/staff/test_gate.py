"""People are added, sign in, and change passphrases; who leaves stands in `test_leaving.py`."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from api.errors import Refused
from api.keys import deployment, locks
from api.keys.locks import Cost, RecoveryKey
from api.keys.vault import TeamKey, Vault
from api.staff import people, signin
from api.staff.gate import TRIES, WAITING, Gate
from api.staff.people import COORDINATOR, Newcomer, Viewer
from api.store.db import Database
from api.tables import Audit, Person, SignIn
from tests.factories import CHEAP, NOW

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)
PAPER = RecoveryKey.generate()


@pytest.fixture
def team(db: Database) -> TeamKey:
    """The key of a deployment that was founded in this database."""
    return db.write_now(lambda session: deployment.found(session, PAPER.public, trial=False))


@pytest.fixture
def gate(db: Database, vault: Vault) -> Iterator[Gate]:
    gate = Gate(db, vault, idle=IDLE, longest=LONGEST, cost=CHEAP)
    yield gate
    gate.close()


@pytest.fixture
async def amal(db: Database, gate: Gate, team: TeamKey) -> Viewer:
    """A coordinator who has signed in."""
    lock = locks.new_person("amal's words", CHEAP)
    await db.write(lambda s: people.add(s, team, Newcomer("Amal", COORDINATOR, "ar"), lock, None, NOW))
    return await looking(db, await gate.sign_in("Amal", "amal's words", NOW))


async def looking(db: Database, token: str, now: datetime = NOW) -> Viewer:
    viewer = await db.read(lambda session: signin.viewer_of(session, token, now))
    assert viewer is not None
    return viewer


async def add_hana(db: Database, gate: Gate, amal: Viewer) -> tuple[Viewer, str, str]:
    """Add Hana and sign her in: as she looks, her passphrase, her token."""
    passphrase = await gate.add(amal, Newcomer("Hana", languages=("am",)), NOW)
    token = await gate.sign_in("Hana", passphrase, NOW)
    return await looking(db, token), passphrase, token


async def refusal(attempt: object) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        await attempt  # type: ignore[misc]
    return caught.value.status, caught.value.code


async def test_a_coordinator_signs_in_and_opens_what_is_sealed_to_the_team(
    amal: Viewer, vault: Vault, team: TeamKey
) -> None:
    assert (amal.name, amal.role, amal.language, amal.coordinator) == ("Amal", "coordinator", "ar", True)
    assert amal.team.open("unhandled", vault.seal_to_team("unhandled", b"salaam")) == b"salaam"


async def test_a_volunteer_whom_she_adds_signs_in_with_the_passphrase_that_is_shown_once(
    db: Database, gate: Gate, amal: Viewer
) -> None:
    hana, passphrase, _ = await add_hana(db, gate, amal)
    assert (hana.name, hana.coordinator, len(passphrase.split())) == ("Hana", False, 6)
    assert hana.team.public == amal.team.public
    assert [entry.name for entry in await db.read(lambda s: people.everyone(s, NOW))] == ["Amal", "Hana"]
    assert await gate.sign_in("  hANA ", passphrase.upper(), NOW)


async def test_a_wrong_passphrase_an_unknown_name_and_a_removed_person_are_refused_alike(
    db: Database, gate: Gate, amal: Viewer
) -> None:
    hana, passphrase, _ = await add_hana(db, gate, amal)
    await gate.remove(amal, hana.person_id, NOW)
    refused = {
        await refusal(gate.sign_in("Amal", "wrong", NOW)),
        await refusal(gate.sign_in("Nobody", "wrong", NOW)),
        await refusal(gate.sign_in("Hana", passphrase, NOW)),
    }
    assert refused == {(401, "wrong_passphrase")}


async def test_a_name_rests_after_too_many_wrong_passphrases_and_others_do_not(
    db: Database, gate: Gate, amal: Viewer
) -> None:
    _, passphrase, _ = await add_hana(db, gate, amal)
    for _ in range(TRIES):
        assert await refusal(gate.sign_in("Hana", "guess", NOW)) == (401, "wrong_passphrase")
    assert await refusal(gate.sign_in("hana", passphrase, NOW)) == (429, "too_many_tries")
    assert await gate.sign_in("Amal", "amal's words", NOW)
    assert await refusal(gate.sign_in("Hana", passphrase, NOW + timedelta(minutes=14, seconds=59)))
    assert await gate.sign_in("Hana", passphrase, NOW + timedelta(minutes=15))


async def test_a_right_passphrase_forgets_the_wrong_ones(gate: Gate, amal: Viewer) -> None:
    for _ in range(3):
        for _ in range(TRIES - 1):
            await refusal(gate.sign_in("Amal", "typo", NOW))
        assert await gate.sign_in("Amal", "amal's words", NOW)


async def test_a_crowd_is_sent_away_and_those_before_it_are_served(db: Database, vault: Vault) -> None:
    async def come(number: int) -> str:
        return (await refusal(gate.sign_in(f"Nobody {number}", "guess", NOW)))[1]

    gate = Gate(db, vault, idle=IDLE, longest=LONGEST, cost=Cost(passes=2, mebibytes=32))
    answers = await asyncio.gather(*(come(number) for number in range(3 * WAITING)))
    assert set(answers) == {"busy", "wrong_passphrase"}
    assert answers.count("wrong_passphrase") >= WAITING
    gate.close()


async def test_a_session_ends_when_it_is_idle_and_when_it_is_old(db: Database, gate: Gate, amal: Viewer) -> None:
    def viewer(at: datetime) -> Viewer | None:
        return db.read_now(lambda session: signin.viewer_of(session, token, at))

    token = await gate.sign_in("Amal", "amal's words", NOW)
    assert viewer(NOW + IDLE - timedelta(seconds=1))
    assert viewer(NOW + IDLE) is None
    at = NOW
    while at < NOW + LONGEST - timedelta(minutes=20):
        at += timedelta(minutes=20)
        assert await db.write(lambda session, at=at: signin.resume(session, token, at))  # type: ignore[misc]
    assert viewer(NOW + LONGEST - timedelta(seconds=1))
    assert viewer(NOW + LONGEST) is None


async def test_looking_without_asking_does_not_keep_a_session_alive(db: Database, gate: Gate, amal: Viewer) -> None:
    token = await gate.sign_in("Amal", "amal's words", NOW)
    await looking(db, token, NOW + timedelta(minutes=29))
    assert await db.read(lambda s: signin.viewer_of(s, token, NOW + IDLE)) is None


async def test_who_signs_out_is_signed_out(db: Database, gate: Gate, amal: Viewer) -> None:
    token, other = await gate.sign_in("Amal", "amal's words", NOW), await gate.sign_in("Amal", "amal's words", NOW)
    await db.write(lambda session: signin.end(session, token))
    assert await db.read(lambda session: signin.viewer_of(session, token, NOW)) is None
    assert await db.read(lambda session: signin.viewer_of(session, "nonsense", NOW)) is None
    assert await looking(db, other)


async def test_neither_token_nor_passphrase_nor_team_key_is_stored(
    db: Database, gate: Gate, amal: Viewer, team: TeamKey
) -> None:
    def everything(session: Session) -> str:
        rows = [*session.exec(select(Person)), *session.exec(select(SignIn)), *session.exec(select(Audit))]
        return repr([row.model_dump() for row in rows])

    _, passphrase, token = await add_hana(db, gate, amal)
    stored = await db.read(everything)
    assert passphrase not in stored
    assert token not in stored
    assert repr(team.to_bytes())[2:-1] not in stored


async def test_a_new_passphrase_from_the_coordinator_ends_the_old_one_and_its_sessions(
    db: Database, gate: Gate, amal: Viewer
) -> None:
    hana, old, token = await add_hana(db, gate, amal)
    name, new = await gate.renew(amal, hana.person_id, NOW)
    assert name == "Hana"
    assert await db.read(lambda session: signin.viewer_of(session, token, NOW)) is None
    assert await refusal(gate.sign_in("Hana", old, NOW)) == (401, "wrong_passphrase")
    assert (await looking(db, await gate.sign_in("Hana", new, NOW))).team.public == amal.team.public


async def test_somebody_changes_her_own_passphrase_and_only_this_session_goes_on(
    db: Database, gate: Gate, amal: Viewer
) -> None:
    hana, old, token = await add_hana(db, gate, amal)
    elsewhere = await gate.sign_in("Hana", old, NOW)
    assert await refusal(gate.change(hana, "wrong", token, NOW)) == (401, "not_her_passphrase")
    new = await gate.change(hana, old, token, NOW)
    assert await looking(db, token)
    assert await db.read(lambda session: signin.viewer_of(session, elsewhere, NOW)) is None
    assert await refusal(gate.sign_in("Hana", old, NOW)) == (401, "wrong_passphrase")
    assert await gate.sign_in("Hana", new, NOW)


async def test_names_and_roles_that_cannot_be_are_refused(gate: Gate, amal: Viewer) -> None:
    assert await refusal(gate.add(amal, Newcomer(" amal "), NOW)) == (409, "name_taken")
    assert await refusal(gate.add(amal, Newcomer("  "), NOW)) == (422, "name_missing")
    assert await refusal(gate.add(amal, Newcomer("x" * 61), NOW)) == (422, "name_missing")
    assert await refusal(gate.add(amal, Newcomer("Hana", "minister"), NOW)) == (422, "role_unknown")
    assert await refusal(gate.renew(amal, 999, NOW)) == (404, "no_such_person")
