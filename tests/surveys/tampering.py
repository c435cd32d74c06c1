"""What somebody with the database in hands does to it: rules are taken away first, then rows are changed."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.proving.proof import Proof, prove


def without_rules(session: Session, table: str) -> None:
    """Drop what keeps the rows of a table."""
    if session.connection().dialect.name == "sqlite":
        wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
        for name in session.scalars(text(wanted), {"table": table}).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def tamper(session: Session, table: str, *statements: str) -> None:
    """Carry out statements on a table behind the product's back; each changes something."""
    without_rules(session, table)
    for statement in statements:
        assert session.execute(text(statement)).rowcount > 0, statement
    session.commit()
    session.expire_all()


def kinds(session: Session, *outside) -> list[str]:
    """Name what a proof finds, and what it cannot check."""
    proof: Proof = prove(session, outside)
    return sorted({str(each.kind) for each in (*proof.findings, *proof.unknown)})
