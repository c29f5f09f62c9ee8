"""What a claim costs, on SQLite, beside the bare conditional UPDATE that it cannot do without."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, update

from api.desk import queue
from api.keys.keyring import Keyring
from api.keys.vault import TeamKey, Vault
from api.staff.people import COORDINATOR
from api.store import migrate
from api.store.db import Database
from api.tables import CaseRow
from tests.factories import NOW, make_case, make_viewer

CLAIMS, WARM_UP = 300, 20


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds, from the press until it is committed."""

    median: float
    p99: float

    @classmethod
    def of(cls, milliseconds: list[float]) -> "Cost":
        """The cost of many."""
        return cls(median(milliseconds), quantiles(milliseconds, n=100)[98])


def measure(share: float = 1.0) -> tuple[Cost, Cost]:
    """A claim as the desk does it, and the bare update; they take turns, on one database."""
    count = max(50, int(CLAIMS * share))
    with TemporaryDirectory() as folder:
        url, keyring = f"sqlite:///{Path(folder) / 'main.db'}", Keyring(Path(folder) / "keyring.db")
        migrate.upgrade(url)
        db, team = Database(url, keyring), TeamKey.generate()
        vault, hana = Vault(keyring, b"i" * 32, team.public), make_viewer(db, team, "Hana", COORDINATOR)
        references = [make_case(db, vault).reference for _ in range(2 * (count + WARM_UP))]
        ours, bare = [], []
        for first, second in zip(references[::2], references[1::2], strict=True):
            ours.append(_timed(db, lambda session, one=first: queue.claim(session, hana, one, NOW)))  # type: ignore[misc]
            bare.append(_timed(db, lambda session, one=second: _bare(session, one, hana.person_id)))  # type: ignore[misc]
        db.close()
        keyring.close()
    return Cost.of(ours[WARM_UP:]), Cost.of(bare[WARM_UP:])


def table(ours: Cost, bare: Cost) -> str:
    """Both, and the ratio of the medians and of the worst."""
    return "\n".join(
        (
            "a claim               p50 ms   p99 ms",
            f"Rafiqa              {ours.median:8.2f} {ours.p99:8.2f}",
            f"a bare UPDATE       {bare.median:8.2f} {bare.p99:8.2f}",
            f"ratio               {ours.median / bare.median:8.2f} {ours.p99 / bare.p99:8.2f}",
        )
    )


def _timed(db: Database, use_case: Callable[[Session], None]) -> float:
    begun = time.perf_counter()
    db.write_now(use_case)
    return (time.perf_counter() - begun) * 1000


def _bare(session: Session, reference: str, person_id: int) -> None:
    free = update(CaseRow).where(col(CaseRow.reference) == reference, col(CaseRow.state) == "open")
    session.connection().execute(free.values(state="claimed", claimed_by=person_id, claimed_at=NOW))


if __name__ == "__main__":
    print(table(*measure()))
