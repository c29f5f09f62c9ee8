"""What a deployment keeps, looked at from outside with the passphrase of one of its people."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from api.answers import Contact, unpack, unpack_contact
from api.commands.opened import deployed
from api.keys import locks
from api.keys.locks import PersonLock
from api.keys.vault import TeamKey, Vault
from api.staff import people
from api.staff.access import id_of, lock_of
from api.tables import CaseRow, Item, ReplyRow, Unhandled, metadata
from flows.model import Answer
from tests.server.running import Founded


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with its seals broken."""

    row: CaseRow
    answers: dict[str, Answer]
    contact: Contact

    @property
    def values(self) -> dict[str, object]:
        """What was understood of each answer."""
        return {name: answer.value for name, answer in self.answers.items()}


def open_cases(founded: Founded, name: str = "Amal") -> list[OpenedCase]:
    """Every case of a deployment that is not forgotten, oldest first."""
    with deployed(founded.settings) as opened:
        return opened.db.read_now(lambda session: _open_cases(session, opened.vault, founded.passphrases[name], name))


def team_key(session: Session, name: str, passphrase: str) -> TeamKey:
    """The team key, with the passphrase of one of the people."""
    person = people.named(session, name)
    assert person is not None
    assert person.team_box is not None
    private = locks.open_person(passphrase, PersonLock(person.public_key, person.salt, person.private_box))
    assert private is not None
    return locks.open_team(private, person.team_box)


def _open_cases(session: Session, vault: Vault, passphrase: str, name: str) -> list[OpenedCase]:
    team = team_key(session, name, passphrase)
    rows = session.exec(select(CaseRow).where(CaseRow.state != "forgotten").order_by(col(CaseRow.id))).all()
    return [_open(session, vault, team, row) for row in rows]


def _open(session: Session, vault: Vault, team: TeamKey, row: CaseRow) -> OpenedCase:
    key, case_id = vault.open_case(team, lock_of(row)), id_of(row)
    items = session.exec(select(Item).where(Item.case_id == case_id, col(Item.kind).in_(("answers", "address")))).all()
    inside = {item.kind: key.open(vault.item_context(case_id, item.kind), item.box) for item in items}
    assert len(inside) == len(items) == 2
    return OpenedCase(row, unpack(inside["answers"]), unpack_contact(inside["address"]))


def row_counts(founded: Founded) -> dict[str, int]:
    """How many rows each table has: equal before and after what must change nothing.

    But for lanes: the runner takes them up at some moment after the server began to answer.
    """
    with deployed(founded.settings) as opened:
        return opened.db.read_now(
            lambda session: {
                name: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in metadata.tables.items()
                if name != "lane"
            }
        )


def replies_that_wait(founded: Founded) -> int:
    """How many replies are still to be sent."""
    with deployed(founded.settings) as opened:
        waiting = select(func.count()).where(ReplyRow.state == "waiting")
        return opened.db.read_now(lambda session: session.exec(waiting).one())


def unhandled(founded: Founded) -> list[str]:
    """The kinds of exception for which messages were kept as unhandled."""
    with deployed(founded.settings) as opened:
        return opened.db.read_now(lambda session: list(session.exec(select(Unhandled.error))))
