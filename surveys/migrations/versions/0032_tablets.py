"""Bursts of answers may be those of a tablet for many people."""

import sqlalchemy as sa
from alembic import op

revision = "0032_tablets"
down_revision = "0031_archived"

KIND = "ck_burst_kind"
BEFORE, SINCE = (
    f"CHECK (kind IN ({listed}))" for listed in ("'office', 'range'", "'office', 'range', 'kiosk'")
)


def upgrade() -> None:
    _replace(BEFORE, SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM burst WHERE kind = 'kiosk'")
    _replace(SINCE, BEFORE)


def _replace(old: str, new: str) -> None:
    """Put a rule of kinds in the place of another; SQLite makes the table anew, all else as it was."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE burst DROP CONSTRAINT {KIND}, ADD CONSTRAINT {KIND} {new}")
        return
    query = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'burst' AND sql IS NOT NULL")
    parts = bind.execute(query).all()
    [made] = [part.sql for part in parts if part.type == "table"]
    before = f"CONSTRAINT {KIND} {old}"
    assert before in made, f"burst has no {before}"
    bind.exec_driver_sql(
        f"CREATE TABLE burst_anew {made[made.index('(') :].replace(before, f'CONSTRAINT {KIND} {new}')}"
    )
    bind.exec_driver_sql("INSERT INTO burst_anew SELECT * FROM burst")
    op.drop_table("burst")
    op.rename_table("burst_anew", "burst")
    for kind, statement in parts:
        if kind != "table":
            bind.exec_driver_sql(statement)
