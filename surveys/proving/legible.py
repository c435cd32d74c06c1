"""Cells that cannot be read as what their column holds: SQLite keeps whatever is written into it."""

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Select, Table, select, text
from sqlalchemy.orm import Session

from surveys.database import Base
from surveys.proving.findings import Finding, Kind

Anything = TypeVar("Anything")

AT_ONCE: Final = 1_000
LISTED: Final = 20  # rows by their keys; the rest is counted


def illegible(session: Session) -> Iterator[Finding]:
    """Find what stops a proof half-way: cells that hold nothing of their kind, rows without theirs.

    PostgreSQL lets neither in. All tables are read whole, so look only where something went wrong.
    """
    if session.connection().dialect.name != "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not _reads(session, select(column)):
                yield _finding(Kind.ILLEGIBLE, f"{table.name}.{column.name}", _rows(session, table, column))
    orphans: dict[str, list[str]] = {}
    for name, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        orphans.setdefault(f"{name} → {parent}", []).append(str(row or "?"))
    for where, rows in orphans.items():
        yield _finding(Kind.ORPHAN, where, rows)


def read(session: Session, query: Select[Anything]) -> list[Anything] | None:
    """Give what a query gives; None where a cell of it cannot be read."""
    try:
        return list(session.scalars(query))
    except Exception:
        if session.connection().dialect.name != "sqlite":
            raise
        return None


def _finding(kind: Kind, where: str, rows: list[str]) -> Finding:
    listed = ", ".join(rows[:LISTED]) + (" …" if len(rows) > LISTED else "")
    return Finding(kind, {"where": where, "n": len(rows), "rows": listed})


def _rows(session: Session, table: Table, column: Column[Any]) -> list[str]:
    """Name the rows in which a column cannot be read by their keys; one without a name where a key cannot."""
    keys = table.primary_key.columns
    if not all(_reads(session, select(key)) for key in keys):
        return ["?"]
    return [
        "/".join(map(str, found))
        for found in session.execute(select(*keys).order_by(*keys)).all()
        if not _reads(session, select(column).where(*map(Column.__eq__, keys, found)))
    ]


def _reads(session: Session, query: Select[Any]) -> bool:
    """Tell whether all that a query gives can be read."""
    try:
        for _ in session.execute(query, execution_options={"yield_per": AT_ONCE}):
            pass
    except Exception:  # noqa: BLE001  a driver's, a decoder's or a type's own
        return False
    return True
