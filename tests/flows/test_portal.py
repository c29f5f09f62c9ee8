"""A portal file is right, or says where it is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.errors import ServiceError
from flows.portal import load_portal, load_portals

FOLDER = Path("flows/library/portals")
MODEL = (FOLDER / "model_ministry.yaml").read_text()


def test_the_library_loads_and_every_portal_is_found_by_its_name():
    portals = load_portals(FOLDER)
    assert portals["model_ministry"].lifetime == timedelta(minutes=10)
    assert all(name == portal.portal for name, portal in portals.items())


def test_what_we_ship_is_marked_as_a_model():
    assert all(portal.model and "model" in portal.name for portal in load_portals(FOLDER).values())


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("people_per_number: 4", "people_per_number: 0", 6),
        ("people_per_number: 4", "", 1),
        ('patterns: ["[0-9]{6}"', 'patterns: ["[0-9{6}"', 13),
        ("lifetime_minutes: 10", "lifetime_minutes: ten", 14),
        ("senders: [MOPH", "sender: [MOPH", 10),
        ("senders: [MOPH, Ministry]", "senders: [", 12),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path, right, wrong, line):
    file = tmp_path / "mine.yaml"
    file.write_text(MODEL.replace(right, wrong))
    with pytest.raises(ServiceError) as caught:
        load_portal(file)
    assert (caught.value.file, caught.value.line) == ("mine.yaml", line)


def test_a_cap_that_nobody_knows_is_null(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(MODEL.replace("people_per_number: 4", "people_per_number: null"))
    assert load_portal(file).people_per_number is None


def test_a_sender_is_known_by_its_name_in_any_case():
    portal = load_portals(FOLDER)["model_ministry"].model_copy(update={"senders": ("MoPH",)})
    assert portal.writes_from(" moph ")
    assert not portal.writes_from("+9611")
    assert portal.model_copy(update={"senders": ()}).writes_from("+9611")


SENDERS = load_portals(FOLDER)["model_ministry"].model_copy(
    update={"senders": ("*-NHPSMS",), "sender_numbers": ("+9611214", "+961 3".replace(" ", "") + "*", "1400-1499")}
)


@pytest.mark.parametrize("sender", ["VM-NHPSMS", "ad-nhpsms", "+9611214", "009611214", "+961 3 123456", "1450"])
def test_a_sender_is_known_by_its_name_its_number_or_a_range(sender):
    assert SENDERS.writes_from(sender)


@pytest.mark.parametrize(
    "sender", ["", "NHPSMS-X", "NHPSMS", "X1450", "+9611215", "+96211214", "1500", "14501", "MOPH"]
)
def test_nobody_else_is(sender):
    assert not SENDERS.writes_from(sender)


def test_of_a_portal_without_senders_anybody_may_be_it_but_nobody_surely_is():
    portal = load_portals(FOLDER)["model_ministry"].model_copy(update={"senders": ()})
    assert portal.writes_from("+9611214")
    assert not portal.is_sender("+9611214")
