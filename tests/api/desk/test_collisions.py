"""A real site's day: 160 volunteers, 93 cases, and everybody presses within the same seconds."""

from collections import Counter
from collections.abc import Callable
from random import Random

from api.desk import queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from tests.factories import NOW, make_case, make_coordinator, make_viewer
from tests.together import at_once

VOLUNTEERS, CASES, LOOKS = 160, 93, 16


def entries(db: Database, viewer: Viewer) -> list[queue.QueueEntry]:
    return db.read_now(lambda session: queue.queue(session, viewer, NOW))


def pressing(db: Database, viewer: Viewer, wanted: str) -> Callable[[], str | None]:
    """She presses on the case that she sees; when somebody was faster, on "the next case for me"."""

    def press() -> str | None:
        try:
            db.write_now(lambda session: queue.claim(session, viewer, wanted, NOW))
        except Refused as refused:
            assert refused.code == "already_claimed"  # noqa: PT017 - what is not refused is no collision
            return db.write_now(lambda session: queue.next_case(session, viewer, NOW))
        return wanted

    return press


def looking(db: Database, viewer: Viewer) -> Callable[[], None]:
    """She looks at the queue in the middle of it: no case is twice in it, or somebody's and waiting at once."""

    def look() -> None:
        shown = entries(db, viewer)
        assert len({one.reference for one in shown}) == len(shown)
        assert all((one.state == "open") == (one.claimed_by == "") for one in shown)
        assert all(one.mine for one in shown if one.state == "claimed")

    return look


def test_a_hundred_and_sixty_press_at_once_and_no_case_has_two_volunteers(
    url: str, vault: Vault, team: TeamKey
) -> None:
    db = Database(url, vault.keyring, threads=8)
    volunteers = [make_viewer(db, team, f"Volunteer {number}") for number in range(VOLUNTEERS)]
    references = [make_case(db, vault).reference for _ in range(CASES)]
    chance = Random(93)
    presses = [pressing(db, one, chance.choice(references)) for one in volunteers]
    looks = [looking(db, one) for one in volunteers[:LOOKS]]
    calls: list[Callable[[], str | None]] = [*presses, *looks]
    chance.shuffle(calls)
    outcomes = at_once(calls)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    taken = Counter(one for one in outcomes if one is not None)
    assert set(taken.values()) == {1}
    # Who asks while the last rows are locked may be told that nothing is open; she presses again.
    losers = [one for one, outcome in zip(calls, outcomes, strict=True) if one in presses and outcome is None]
    for press in losers[: CASES - len(taken) + 1]:
        press()
    amal = make_coordinator(db, team)
    whole = {one.reference: one.claimed_by for one in entries(db, amal)}
    assert whole.keys() == set(references)
    assert all(whole.values())
    for viewer in volunteers[:LOOKS]:
        shown = {one.reference for one in entries(db, viewer)}
        assert shown == {one for one, name in whole.items() if name == viewer.name}
    claims = [
        one for one in db.read_now(lambda session: audit.recent(session, limit=1000)) if one.action == "case.claim"
    ]
    assert sorted(one.object for one in claims) == sorted(references)
    db.close()
