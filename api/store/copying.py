"""Copies all rows of one database into another, of the same kind or not: the heart of backup and restore."""

from collections.abc import Callable

from sqlalchemy import Connection, Table, func, select, text

from api.tables import metadata

PAGE = 500
"""How many rows are copied in one go."""


def count_rows(source: Connection) -> int:
    """How many rows `copy_rows` will copy."""
    return sum(source.execute(select(func.count()).select_from(table)).scalar_one() for table in _tables())


def copy_rows(source: Connection, target: Connection, copied: Callable[[int], None]) -> None:
    """Copy all rows into the empty tables of the same version; `copied` hears how many at a time."""
    for table in _tables():
        with source.execute(select(table).execution_options(yield_per=PAGE)) as rows:
            for page in rows.mappings().partitions():
                target.execute(table.insert(), [dict(row) for row in page])
                copied(len(page))
        _go_on_counting(target, table)


def _tables() -> list[Table]:
    return metadata.sorted_tables


def _go_on_counting(target: Connection, table: Table) -> None:
    """PostgreSQL counts rows apart from them, and would begin again at one."""
    counted = table.autoincrement_column
    if target.dialect.name != "postgresql" or counted is None:
        return
    name = target.dialect.identifier_preparer.format_table(table)
    last = target.execute(select(func.max(counted))).scalar()
    sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
    if last:
        target.execute(sequence, {"table": name, "column": counted.name, "last": last})
