"""`python -m tests.roads [FILE …]` writes roads anew, all when none is named: read the difference like a worker."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from api.keys.keyring import Keyring
from api.keys.vault import TeamKey, Vault
from api.store.db import Database
from api.store.migrate import upgrade
from tests.libraries import the_library
from tests.roads.play import played, set_up
from tests.roads.test_roads import ROADS


def renew(path: Path) -> None:
    """Play one road on a database of its own, and write down what came of it; what went before a mistake is shown."""
    team, road = TeamKey.generate(), path.read_text("utf-8")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/main.db"
        upgrade(url)
        keyring = Keyring(Path(folder) / "keyring.db")
        db = Database(url, keyring)
        vault, lines = Vault(keyring, b"i" * 32, team.public), []
        try:
            for line in played(set_up(db, vault, team, the_library(), path.parent.name, road), road):
                lines.append(line)
        except Exception:
            print(*lines, sep="\n")
            raise
        finally:
            db.close()
            keyring.close()
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(path.name)


for one in [Path(name) for name in sys.argv[1:]] or ROADS:
    renew(one)
