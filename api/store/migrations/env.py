"""What Alembic runs: on the connection that `api.store.migrate` hands over, or on `-x url=…` of its own command line.

A new revision, while a database in a scratch folder stands where the last one left it:

    alembic -x url=sqlite:////tmp/scratch.db upgrade head
    alembic -x url=sqlite:////tmp/scratch.db revision --autogenerate --rev-id 0002 -m "Say what changes"

One revision serves both databases; `tests/api/test_migrate.py` compares what it leads to with `api.tables`.
"""

from alembic import context
from sqlalchemy import Connection

from api.store.engines import migrating_engine
from api.tables import metadata


def migrate(connection: Connection) -> None:
    """Run what was asked for on this connection, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with migrating_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as opened:
        migrate(opened)
