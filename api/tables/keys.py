"""How the keys and indexes of all tables are named and counted."""

from sqlalchemy import BigInteger, Integer, MetaData
from sqlmodel import SQLModel

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite counts rows by itself only for INTEGER; PostgreSQL wants room for more than two thousand million.
RowId = BigInteger().with_variant(Integer, "sqlite")
