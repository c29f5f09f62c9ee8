"""Who fits whom is proposed with reasons, and one button brings two together: both cases say so."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlmodel import select

from api.answers import Contact
from api.desk import cases, pairing, queue
from api.desk.pairing import Proposals
from api.desk.tasks import tasks
from api.errors import Refused
from api.going import outings
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import PairRow
from flows.loader import Library
from flows.model import Answer
from tests.factories import NOW, make_viewer

PUTUO, YANGPU, FAR = "shanghai/shanghai/putuo", "shanghai/shanghai/yangpu", "shanghai/jiangsu"


class Desk:
    """Cases of the two services that bring people together, opened as the bot opens them."""

    def __init__(self, db: Database, vault: Vault, library: Library, viewer: Viewer) -> None:
        self.db, self.vault, self.library, self.viewer, self.opened = db, vault, library, viewer, 0

    def open(self, service: str, answers: Mapping[str, str | tuple[str, ...]], place: str, *needs: str) -> str:
        self.opened += 1
        contact = Contact("phone", "phone:", f"h{self.opened}", "chat", "zh")
        route = {name: str(answers[name]) for name in ("side", "through", "city") if name in answers}
        said = {name: Answer(value) for name, value in answers.items()}
        more = {"route": {**route, "place": place}, "needs": needs, "now": NOW}
        return self.db.write_now(
            lambda s: cases.open_case(s, self.vault, service=service, contact=contact, answers=said, **more)  # type: ignore[arg-type]
        ).reference

    def needs(self, place: str, *skills: str) -> str:
        reference = self.open("mutual_aid", {"side": "need", "needs": ("food", "ride")}, place, *skills)
        self.db.write_now(lambda s: queue.claim(s, self.viewer, reference, NOW))
        return reference

    def helps(self, place: str, *abilities: str, hours: str = "10", **more: str) -> str:
        return self.open("mutual_aid", {"side": "help", "abilities": abilities, "hours": hours, **more}, place)

    def proposed(self, reference: str, viewer: Viewer | None = None) -> Proposals:
        who = viewer or self.viewer
        return self.db.read_now(lambda s: pairing.proposals(s, self.vault, self.library, who, reference, NOW))

    def together(self, one: str, other: str) -> None:
        self.db.write_now(lambda s: pairing.bring_together(s, self.vault, self.library, self.viewer, one, other, NOW))


@pytest.fixture
def desk(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> Desk:
    return Desk(db, vault, library, volunteer)


def test_who_can_do_it_comes_first_the_nearest_of_them_before_the_others_and_who_has_no_hours_last(desk: Desk) -> None:
    almaz = desk.needs(PUTUO, "errands", "driving")
    tired = desk.helps(PUTUO, "fetch", "drive", load="much")
    cannot = desk.helps(PUTUO, "talk")
    far = desk.helps(FAR, "fetch", "drive")
    beside = desk.helps(YANGPU, "fetch", "drive")
    near = desk.helps(PUTUO, "fetch", "drive")
    found = desk.proposed(almaz).cases
    assert [one.reference for one in found] == [near, beside, far, cannot, tired]
    assert [one.fit.levels for one in found] == [2, 1, 0, 2, 2]
    assert found[0].fit.near == PUTUO
    assert (found[3].fit.lacks, found[4].fit.full) == (("errands", "driving"), True)
    assert not any(one.opens for one in found), "they are proposed, and nobody's case is opened for it"


def test_one_button_brings_two_together_and_both_cases_say_so(desk: Desk, coordinator: Viewer) -> None:
    almaz, hao = desk.needs(PUTUO, "errands"), desk.helps(PUTUO, "fetch", hours="3")
    for _ in range(2):
        desk.together(almaz, hao)
    said = desk.db.read_now(
        lambda s: [(one.object, one.detail) for one in audit.recent(s) if one.action == "case.pair"]
    )
    assert sorted(said, key=str) == sorted([(almaz, {"to": hao}), (hao, {"to": almaz})], key=str)
    todo = desk.db.read_now(lambda s: [one.name for one in tasks(s, desk.viewer, NOW)])
    assert todo == ["match"]
    (proposal,) = desk.proposed(almaz).cases
    assert (proposal.together, proposal.fit.full) == (True, True), "of his three hours two are given"
    (hers,) = desk.proposed(hao, coordinator).cases
    assert (hers.reference, hers.together, hers.opens) == (almaz, True, True)
    desk.db.write_now(lambda s: pairing.take_apart(s, desk.library, desk.viewer, almaz, hao, NOW))
    assert not desk.proposed(almaz).cases[0].together


def test_only_the_two_sides_of_one_service_are_brought_together_by_whoever_has_one_of_them(
    desk: Desk, team: TeamKey
) -> None:
    almaz, sara = desk.needs(PUTUO), desk.needs(PUTUO)
    hao = desk.helps(PUTUO, "fetch")
    julio = desk.open("volunteering", {"through": "own", "city": "lima"}, "peru/lima/lima")
    for one, other in ((almaz, sara), (almaz, julio), (almaz, "K0-000")):
        with pytest.raises(Refused, match="no_such_case"):
            desk.together(one, other)
    stranger = Desk(desk.db, desk.vault, desk.library, make_viewer(desk.db, team, "Rana"))
    with pytest.raises(Refused, match="no_such_case"):
        stranger.together(almaz, hao)
    with pytest.raises(Refused, match="no_such_case"):
        stranger.proposed(almaz)


def test_a_match_is_forgotten_with_either_case(desk: Desk) -> None:
    almaz, hao = desk.needs(PUTUO), desk.helps(PUTUO, "fetch")
    desk.together(almaz, hao)
    desk.db.write_now(lambda s: cases.forget(s, desk.vault, hao, NOW))
    assert desk.db.read_now(lambda s: list(s.exec(select(PairRow)))) == []


def test_a_call_is_proposed_to_who_fits_it_and_who_fits_it_to_the_call(desk: Desk, coordinator: Viewer) -> None:
    def plan(*needs: str, area: str = "") -> int:
        return desk.db.write_now(
            lambda s: outings.plan(
                s, desk.vault, coordinator, NOW + timedelta(days=9), "School", 1, None, NOW,
                service="volunteering", needs=needs, area=area,
            )
        )  # fmt: skip

    said = {"through": "own", "city": "lima", "kinds": ("there",), "skills": ("teach",), "hours": "4"}
    said |= {"phone": "this", "phone_safe": "always"}
    rosa = desk.open("volunteering", said, "peru/lima/lima")
    carmen = desk.open("volunteering", {**said, "skills": ("listen",), "city": "cusco"}, "peru/cusco/cusco")
    driving, here = plan("driving"), plan("teaching", area="peru/lima")
    desk.db.write_now(lambda s: queue.claim(s, desk.viewer, rosa, NOW))
    calls = desk.proposed(rosa).calls
    assert [(one.outing_id, one.fit.can, one.fit.near) for one in calls] == [
        (here, ("teaching",), "peru/lima"),
        (driving, (), ""),
    ]
    fits = desk.db.read_now(
        lambda s: pairing.for_outing(s, desk.vault, desk.library, coordinator, here, [carmen, rosa], NOW)
    )
    assert list(fits) == [rosa, carmen]
    desk.db.write_now(lambda s: pairing.put_on_call(s, desk.vault, desk.library, desk.viewer, rosa, here, NOW))
    assert [one.outing_id for one in desk.proposed(rosa).calls] == [driving]
    with pytest.raises(Refused, match="no_such_outing"):
        desk.db.write_now(lambda s: pairing.put_on_call(s, desk.vault, desk.library, desk.viewer, rosa, 999, NOW))
