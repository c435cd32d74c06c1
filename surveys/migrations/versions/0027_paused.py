"""Waves may pause, and say on which day they are to go on."""

import sqlalchemy as sa
from alembic import op

revision = "0027_paused"
down_revision = "0026_series"

STATE = "ck_wave_state"
BEFORE, SINCE = (
    f"CHECK (state IN ({listed}))"
    for listed in ("'planned', 'open', 'closed'", "'planned', 'open', 'paused', 'closed'")
)


def upgrade() -> None:
    op.add_column("wave", sa.Column("resumes_on", sa.Date()))
    _replace(BEFORE, SINCE)


def downgrade() -> None:
    op.execute("UPDATE wave SET state = 'open' WHERE state = 'paused'")
    _replace(SINCE, BEFORE)
    op.drop_column("wave", "resumes_on")


def _replace(old: str, new: str) -> None:
    """Put a rule of states in the place of another; SQLite makes the table anew, all else as it was."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE wave DROP CONSTRAINT {STATE}, ADD CONSTRAINT {STATE} {new}")
        return
    query = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'wave' AND sql IS NOT NULL")
    parts = bind.execute(query).all()
    [made] = [part.sql for part in parts if part.type == "table"]
    before = f"CONSTRAINT {STATE} {old}"
    assert before in made, f"wave has no {before}"
    bind.exec_driver_sql(
        f"CREATE TABLE wave_anew {made[made.index('(') :].replace(before, f'CONSTRAINT {STATE} {new}')}"
    )
    bind.exec_driver_sql("INSERT INTO wave_anew SELECT * FROM wave")
    op.drop_table("wave")
    op.rename_table("wave_anew", "wave")
    for kind, statement in parts:
        if kind != "table":
            bind.exec_driver_sql(statement)
