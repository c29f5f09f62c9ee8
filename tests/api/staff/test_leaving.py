"""Who has left can open nothing any more: the team key is replaced, and what was sealed to it sealed anew."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from nacl.exceptions import CryptoError
from sqlmodel import Session, select

from api.keys import deployment
from api.keys.deployment import PAGE
from api.keys.locks import RecoveryKey
from api.keys.vault import KEY_BYTES, CaseLock, TeamKey, Vault
from api.staff import invitations, people, signin
from api.staff.gate import Gate
from api.staff.people import COORDINATOR, Newcomer, Viewer
from api.store.db import Database
from api.tables import CaseRow, Item, Number, PortalMessage, Unhandled
from tests.api.staff.test_gate import PAPER, add_hana, amal, gate, looking, refusal, team
from tests.factories import NOW, make_case

__all__ = ["amal", "gate", "team"]
SELAM = Newcomer("Selam", COORDINATOR)


async def test_the_last_coordinator_stays(db: Database, gate: Gate, amal: Viewer) -> None:
    hana, _, _ = await add_hana(db, gate, amal)
    assert await refusal(gate.remove(amal, amal.person_id, NOW)) == (409, "last_coordinator")
    await gate.add(amal, Newcomer("Selam", COORDINATOR), NOW)
    assert await gate.remove(amal, amal.person_id, NOW) == "Amal"
    assert hana.name in [entry.name for entry in await db.read(lambda s: people.everyone(s, NOW))]


async def test_who_is_removed_opens_nothing_any_more_and_the_others_everything(
    db: Database, gate: Gate, vault: Vault, amal: Viewer
) -> None:
    hana, _, token = await add_hana(db, gate, amal)
    await gate.add(amal, Newcomer("Selam", COORDINATOR), NOW)
    opened = make_case(db, vault, claimed_by=hana)
    await db.write(lambda session: store_for_team(session, vault))

    await gate.remove(amal, hana.person_id, NOW)

    still = (await looking(db, await gate.sign_in("Amal", "amal's words", NOW))).team
    case, item = await db.read(lambda s: (s.get_one(CaseRow, opened.id), s.exec(select(Item).limit(1)).one()))
    assert (case.state, case.claimed_by) == ("open", None)
    key = vault.open_case(still, CaseLock(case.public_key, case.sealed_key, case.secret_id))
    assert key.open(vault.item_context(opened.id, item.kind), item.box)
    unhandled, portal = await db.read(lambda s: (s.exec(select(Unhandled)).one().box, orphan(s)))
    assert still.open("unhandled", unhandled) == b"help"
    assert still.open("portal:+96170000001", portal) == b"Your appointment"
    for box in (case.sealed_key, unhandled, portal, vault.seal_to_team("unhandled", b"new")):
        with pytest.raises(CryptoError):
            hana.team.unseal(box)
    assert await db.read(lambda session: signin.viewer_of(session, token, NOW)) is None


async def test_the_paper_still_opens_the_team_key_after_people_left(
    db: Database, gate: Gate, vault: Vault, amal: Viewer
) -> None:
    hana, _, _ = await add_hana(db, gate, amal)
    await gate.remove(amal, hana.person_id, NOW)
    team = await db.read(lambda session: deployment.recover(session, RecoveryKey.from_paper(PAPER.on_paper())))
    assert team.open("unhandled", vault.seal_to_team("unhandled", b"after")) == b"after"
    assert vault.team_public == await db.read(deployment.team_public) == team.public


async def test_of_two_who_remove_somebody_at_once_the_second_is_asked_to_try_again(
    db: Database, gate: Gate, amal: Viewer, vault: Vault
) -> None:
    """She still has the team key that the first one has just replaced, and could open nothing of what is there."""
    selam = await looking(db, await gate.sign_in("Selam", await gate.add(amal, SELAM, NOW), NOW))
    hana, _, _ = await add_hana(db, gate, amal)
    rima = await looking(db, await gate.sign_in("Rima", await gate.add(amal, Newcomer("Rima"), NOW), NOW))
    await db.write(lambda session: store_for_team(session, vault))

    leave = [gate.remove(amal, hana.person_id, NOW), gate.remove(selam, rima.person_id, NOW)]
    outcomes = await asyncio.gather(*leave, return_exceptions=True)

    assert [str(one) for one in outcomes if isinstance(one, Exception)] == ["409 locks_changed"]
    here = await db.read(lambda session: [one.name for one in people.everyone(session, NOW)])
    assert sorted({"Hana", "Rima"} - set(here)) == [one for one in outcomes if isinstance(one, str)]
    still = (await looking(db, await gate.sign_in("Amal", "amal's words", NOW))).team
    assert still.open("unhandled", (await db.read(lambda s: s.exec(select(Unhandled)).one().box))) == b"help"


HANDS_ON: dict[str, Callable[[Database, Gate, Viewer, int], Awaitable[object]]] = {
    "adds": lambda _db, gate, selam, _: gate.add(selam, Newcomer("Zeina"), NOW),
    "renews": lambda _db, gate, selam, hana: gate.renew(selam, hana, NOW),
    "invites": lambda db, _, selam, _hana: db.write(lambda one: invitations.invite(one, selam, Newcomer("Zeina"), NOW)),
}


@pytest.mark.parametrize("what", HANDS_ON)
async def test_a_team_key_that_was_just_replaced_is_handed_to_nobody(
    db: Database, gate: Gate, amal: Viewer, what: str
) -> None:
    """Selam's page began before Amal removed somebody: whoever got her key could open nothing."""
    selam = await looking(db, await gate.sign_in("Selam", await gate.add(amal, SELAM, NOW), NOW))
    hana, _, _ = await add_hana(db, gate, amal)
    rima = await looking(db, await gate.sign_in("Rima", await gate.add(amal, Newcomer("Rima"), NOW), NOW))
    await gate.remove(amal, rima.person_id, NOW)
    assert await refusal(HANDS_ON[what](db, gate, selam, hana.person_id)) == (409, "locks_changed")


async def test_many_boxes_are_resealed_however_many_there_are(db: Database, amal: Viewer, vault: Vault) -> None:
    def make_many(session: Session) -> None:
        box = vault.seal_to_team("unhandled", b"help")
        session.add_all(Unhandled(lane="sms:", error="KeyError", box=box, at=NOW) for _ in range(2 * PAGE + 1))

    await db.write(make_many)
    told: list[tuple[int, int]] = []
    new = await db.write(
        lambda session: deployment.rotate(session, amal.team, lambda behind, whole: told.append((behind, whole)))
    )
    whole = 2 * PAGE + 1
    assert told == [(PAGE, whole), (2 * PAGE, whole), (whole, whole)], "somebody may be shown how far it is"
    newest = TeamKey(new.to_bytes()[:KEY_BYTES])
    boxes = await db.read(lambda session: [row.box for row in session.exec(select(Unhandled))])
    assert {newest.open("unhandled", box) for box in boxes} == {b"help"}
    assert len(boxes) == 2 * PAGE + 1


def store_for_team(session: Session, vault: Vault) -> None:
    session.add(Unhandled(lane="sms:", error="KeyError", box=vault.seal_to_team("unhandled", b"help"), at=NOW))
    text = vault.seal_to_team("portal:+96170000001", b"Your appointment")
    session.merge(Number(number="+96170000001", use="proxy"))
    session.add(PortalMessage(number="+96170000001", kind="other", box=text, received_at=NOW))


def orphan(session: Session) -> bytes:
    return session.exec(select(PortalMessage)).one().box
