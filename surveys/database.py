"""The declarative base, the column types, and engines for SQLite (WAL) and PostgreSQL (psycopg 3)."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sqlalchemy import (
    URL,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Insert,
    LargeBinary,
    MetaData,
    event,
    literal,
    make_url,
    select,
    text,
)
from sqlalchemy import create_engine as sqlalchemy_create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.types import JSON, TypeDecorator


def insert_if_new(
    session: Session, table: type[DeclarativeBase], *where: ColumnElement[bool], **values: object
) -> Insert:
    """Write an INSERT that does nothing where a unique value is already there, or `where` does not hold."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    statement = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    if where:
        columns = table.__table__.c
        row = select(*(literal(value, columns[name].type) for name, value in values.items())).where(*where)
        statement = statement.from_select(list(values), row)
    else:
        statement = statement.values(**values)
    return statement.on_conflict_do_nothing()


NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


BUSY_TIMEOUT_SECONDS = 15
AFTER_COMMIT = "after_commit"
DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}
JsonType = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The declarative base of every table; all constraints are named by one convention."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused instead of guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the driver UTC; SQLite has no zones, so it keeps the bare UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} carries no time zone; pass datetime.now(UTC)")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime on either database."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[NDArray[Any]]):
    """A one-dimensional NumPy array as its little-endian bytes, without header or parsing.

    Arrays that come back are read-only views of the bytes: copy, change, assign anew.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, dtype: DTypeLike) -> None:
        super().__init__()
        self.dtype = np.dtype(dtype).newbyteorder("<").str

    def process_bind_param(self, value: ArrayLike | None, dialect: Dialect) -> bytes | None:
        """Pack integers exactly; a number outside the type is an error, never wrapped round."""
        del dialect
        return None if value is None else pack(value, self.dtype)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> NDArray[Any] | None:
        """View the bytes as an array."""
        del dialect
        return None if value is None else np.frombuffer(value, dtype=self.dtype)

    @property
    def comparator_factory(self) -> Callable[..., Any]:  # type: ignore[override]
        """Compare as bytes do."""
        return self.impl_instance.comparator_factory

    def compare_values(self, x: Any, y: Any) -> bool:
        """Compare whole arrays, so that the session sees a change."""
        return x is y or (x is not None and y is not None and np.array_equal(x, y))


def pack(value: ArrayLike, dtype: str) -> bytes:
    """Pack integers into little-endian bytes.

    Raises
    ------
    ValueError
        When the array is not one-dimensional or a number does not fit the type.
    """
    array = np.asarray(value)
    if array.ndim != 1:
        raise ValueError(f"a packed column holds one dimension, not {array.ndim}")
    if array.dtype.str != dtype:
        packed = array.astype(dtype)
        if not np.array_equal(packed, array):
            raise ValueError(f"a value does not fit {np.dtype(dtype).name}")
        array = packed
    return array.tobytes()


def normalise_url(url: str | URL) -> URL:
    """Read a database URL; ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text itself may hold a password, so it is not repeated.
        raise ValueError(
            "the database URL cannot be parsed; write sqlite:///FILE or postgresql://…"
        ) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in DRIVERS:
        raise ValueError(f"{parsed.drivername}: use a sqlite:// or postgresql:// database URL")
    return parsed


def engine_options(url: str | URL) -> dict[str, Any]:
    """Give the keyword arguments of ``sqlalchemy.create_engine`` for this database.

    On SQLite a transaction begins with its first write and takes the write lock at once: reading costs
    no lock, and a writer waits its turn instead of failing because another wrote since it read.
    """
    parsed = normalise_url(url)
    if parsed.get_backend_name() == "sqlite":
        arguments = {"isolation_level": "IMMEDIATE", "timeout": BUSY_TIMEOUT_SECONDS}
        return {"url": parsed, "connect_args": arguments}
    return {"url": parsed, "pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}


def create_engine(url: str | URL, **options: Any) -> Engine:
    """Create an engine for a SQLite or PostgreSQL URL, set up as the product needs it."""
    return sqlalchemy_create_engine(**(engine_options(url) | options))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Set what SQLite forgets between connections; other databases pass untouched."""
    if not type(connection).__module__.startswith("sqlite3"):
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted or replaced leaves no bytes in the file
    cursor.execute("PRAGMA temp_store = MEMORY")  # rows that are written anew stand in no other file
    cursor.close()


def make_private(path: Path) -> Path:
    """Let its owner alone read a file, which is made if missing; SQLite's companions follow it."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
    return path


def lock_for_writing(session: Session, table: type[Base]) -> None:
    """Make other writers of a table wait until this transaction ends; readers go on.

    SQLite has one writer at a time: a write that touches no row takes its lock.
    """
    session.flush()
    name = table.__tablename__
    if session.connection().dialect.name == "sqlite":
        session.execute(text(f"DELETE FROM {name} WHERE 0"))  # noqa: S608 - a name of ours
    else:
        session.execute(text(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE"))


def lock_row(session: Session, row: Base) -> None:
    """Make others who lock this row wait until this transaction ends, and read it anew; readers go on."""
    if session.connection().dialect.name == "sqlite":
        lock_for_writing(session, type(row))
    session.refresh(row, with_for_update={"key_share": True})


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Carry something out when the session's transaction is through, and never if it is taken back.

    Of what a savepoint took back the action is told nothing: it looks for itself.
    """
    session.info.setdefault(AFTER_COMMIT, []).append(action)


@event.listens_for(Session, "after_commit")
def _carry_out(session: Session) -> None:
    if not session.in_nested_transaction():
        for action in session.info.pop(AFTER_COMMIT, ()):
            action()


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(AFTER_COMMIT, None)
