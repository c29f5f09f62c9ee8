"""Rafiqa as it is served, with one service: the registration. Its pace is lifted, all else is as in production."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import Session, col, select

from api.answers import unpack, unpack_contact
from api.app import create_app
from api.inbound.gathering import Gathering
from api.inbound.intake import Intake
from api.keys import deployment
from api.keys.keyring import Keyring
from api.keys.locks import RecoveryKey
from api.keys.vault import CaseLock, TeamKey, Vault
from api.serving import server
from api.settings import Settings
from api.store import migrate
from api.store.db import Database
from api.tables import CaseRow, Item
from bot.channel import Pace
from flows.model import Answer
from tests.benchmarks.memory import library

INDEX_KEY = bytes(32)
NO_PACE = Pace(0, 0)
TEAM_KEY = "team.key"
"""Where the team's private key lies, to look into the cases afterwards; a deployment keeps it nowhere."""


def settings(folder: Path, **more: object) -> Settings:
    """The settings of a deployment in this folder."""
    return Settings(data_dir=folder, index_key=SecretStr(INDEX_KEY.hex()), **more)  # type: ignore[arg-type]


def prepare(folder: Path) -> None:
    """Make a deployment as `rafiqa setup` does, without people."""
    ours = settings(folder)
    migrate.upgrade(ours.database_url)
    db = Database(ours.database_url, Keyring(ours.keyring_path))
    team = db.write_now(lambda session: deployment.found(session, RecoveryKey.generate().public, trial=True))
    db.close()
    (folder / TEAM_KEY).write_bytes(team.to_bytes())


def main(port: int, api_port: int, folder: Path, token: str, secret: str) -> None:
    """Serve until told to stop."""
    ours = settings(
        folder,
        port=port,
        telegram_token=SecretStr(token),
        telegram_secret=SecretStr(secret),
        telegram_api_url=f"http://127.0.0.1:{api_port}",
        telegram_pace=NO_PACE,
        log_level="warning",
    )
    app = create_app(ours)
    app.state.shell = replace(app.state.shell, written=library())
    app.state.shell.offering.allowed = None
    app.state.intake = Intake(app.state.shell, Gathering(app.state.shell))
    server(ours, app).run()


def kept(folder: Path) -> dict[int, list[dict[str, str]]]:
    """The registrations in the sealed cases, by chat, opened with the team key."""
    ours = settings(folder)
    keyring = Keyring(ours.keyring_path)
    db, team = Database(ours.database_url, keyring), TeamKey.from_bytes((folder / TEAM_KEY).read_bytes())
    vault = Vault(keyring, INDEX_KEY, team.public)
    found: dict[int, list[dict[str, str]]] = {}
    for chat, answers in db.read_now(lambda session: _opened(session, vault, team)):
        found.setdefault(chat, []).append(answers)
    db.close()
    return found


def _opened(session: Session, vault: Vault, team: TeamKey) -> list[tuple[int, dict[str, str]]]:
    return [_registration(session, vault, team, case) for case in session.exec(select(CaseRow))]


def _registration(session: Session, vault: Vault, team: TeamKey, case: CaseRow) -> tuple[int, dict[str, str]]:
    key = vault.open_case(team, CaseLock(case.public_key, case.sealed_key, case.secret_id))
    assert case.id is not None
    items: Sequence[Item] = session.exec(select(Item).where(col(Item.case_id) == case.id)).all()
    opened = {item.kind: key.open(vault.item_context(case.id, item.kind), item.box) for item in items}
    answers: dict[str, Answer] = unpack(opened["answers"])
    values = {name: str(answer.value) for name, answer in answers.items()}
    return int(unpack_contact(opened["address"]).address), {"language": case.language, **values}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5])
