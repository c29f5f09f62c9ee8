"""Every road beside this file still comes out as it was written, on both databases."""

from pathlib import Path

import pytest

from api.keys.vault import TeamKey, Vault
from api.store.db import Database
from flows.loader import Library
from tests.roads.play import play

ROADS = sorted(Path(__file__).parent.glob("*/*.txt"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def url(request: pytest.FixtureRequest) -> str:
    """Every road on SQLite; on PostgreSQL they take minutes, so those are among the drills."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.mark.parametrize("path", ROADS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_road_comes_out_as_it_was_written(
    path: Path, db: Database, vault: Vault, team: TeamKey, library: Library
) -> None:
    written = path.read_text("utf-8")

    assert play(db, vault, team, library, path.parent.name, written) == written
