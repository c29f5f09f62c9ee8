"""What is to be destroyed is written down with what lets go of it, so that a crash in between changes neither.

The keyring is a file of its own and cannot commit together with the database. So a secret is destroyed only when the
database has committed that nothing needs it any more; what is written here says which, until it is done
(docs/decisions/0021).
"""

from sqlmodel import Session, select

from api.keys.keyring import Keyring
from api.store.once import insert_once
from api.tables import Shredding, metadata

AT_ONCE = 1000
"""How many secrets are looked after in one go."""
_shredding = metadata.tables["shredding"]


def write(session: Session, keyring: Keyring) -> None:
    """Write down which secrets a use case wants destroyed; they are when it is committed."""
    for secret_id in keyring.destroyed:
        insert_once(session, _shredding, {"secret_id": secret_id})


def finish(session: Session, keyring: Keyring) -> None:
    """Destroy what a crash, or a full disk, kept from being destroyed, and strike out what is done."""
    written = session.exec(select(Shredding.secret_id).limit(AT_ONCE)).all()
    left = keyring.living(written)
    for secret_id in left:
        keyring.destroy(secret_id)
    done = [secret_id for secret_id in written if secret_id not in left]
    if done:
        session.connection().execute(_shredding.delete().where(_shredding.c.secret_id.in_(done)))
