"""A PostgreSQL that cannot be heard any more, behind a firewall that drops what is sent, holds nobody up for ever."""

from api.store.engines import PATIENCE, database_url, writing_engine


def test_every_connection_gives_up_in_time(postgres_url: str) -> None:
    engine = writing_engine(postgres_url, 1)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        known = driver.info.get_parameters()
    engine.dispose()
    assert {name: known.get(name) for name in PATIENCE} == PATIENCE


def test_what_an_operator_sets_in_the_address_stands() -> None:
    url = database_url("postgresql://rafiqa:secret@database/rafiqa?connect_timeout=3&sslmode=require")
    assert url.query == {**PATIENCE, "connect_timeout": "3", "sslmode": "require"}
    assert not database_url("sqlite:////var/lib/rafiqa/main.db").query
