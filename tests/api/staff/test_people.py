"""Whoever is removed or given another role, and however many do it at once, a coordinator stays."""

from collections.abc import Callable
from time import sleep

import pytest
from sqlmodel import Session

from api.errors import Refused
from api.keys.vault import TeamKey
from api.staff import people
from api.staff.facts import Facts
from api.staff.people import COORDINATOR, VOLUNTEER, Viewer
from api.store.db import Database
from tests.factories import NOW, make_coordinator
from tests.together import at_once

Ends = Callable[[Session, int, int], object]
ENDS: dict[str, Ends] = {
    "demoted": lambda session, whom, by: people.describe(session, whom, VOLUNTEER, Facts(), by, NOW),
    "removed": lambda session, whom, by: people.shut_out(session, whom, by, NOW),
}


@pytest.mark.parametrize("how", ENDS)
def test_of_two_coordinators_who_end_each_other_at_once_one_stays(db: Database, team: TeamKey, how: str) -> None:
    amal, selam = make_coordinator(db, team, "Amal"), make_coordinator(db, team, "Selam")

    def end(whom: Viewer, by: Viewer) -> None:
        def use_case(session: Session) -> None:
            ENDS[how](session, whom.person_id, by.person_id)
            session.flush()
            sleep(0.3)  # so that the other one begins before this is committed

        db.write_now(use_case)

    outcomes = at_once([lambda: end(amal, selam), lambda: end(selam, amal)])

    assert [str(one) for one in outcomes if isinstance(one, Refused)] == ["409 last_coordinator"]
    left = db.read_now(lambda session: people.everyone(session, NOW))
    assert [one.role for one in left].count(COORDINATOR) == 1
