"""Pilots: frozen drafts as versions of a kind of their own, their waves, and comments on questions."""

import sqlalchemy as sa
from alembic import op

revision = "0024_pilots"
down_revision = "0023_presence"

TOGETHER = "uq_version_questionnaire_id_number", "UNIQUE (questionnaire_id, number)"
BY_KIND = "uq_version_questionnaire_id_kind_number", "UNIQUE (questionnaire_id, kind, number)"
PURPOSE = "ck_wave_purpose"
BEFORE, SINCE = (
    f"CHECK (purpose IN ({listed}))" for listed in ("'pilot', 'official'", "'pilot', 'official', 'draft'")
)
OF_PILOTS = "SELECT id FROM wave WHERE purpose = 'draft'"


def upgrade() -> None:
    op.add_column(
        "version", sa.Column("kind", sa.String(length=16), server_default="published", nullable=False)
    )
    _replace("version", TOGETHER, BY_KIND)
    _replace("wave", (PURPOSE, BEFORE), (PURPOSE, SINCE))
    op.create_table(
        "pilot_comment",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id", "response_id"],
            ["response.wave_id", "response.id"],
            name=op.f("fk_pilot_comment_wave_id_response_id_response"),
        ),
        sa.PrimaryKeyConstraint("wave_id", "response_id", "place", name=op.f("pk_pilot_comment")),
    )


def downgrade() -> None:
    op.drop_table("pilot_comment")
    for table in ("response", "wave"):
        op.execute(f"DELETE FROM {table} WHERE {'wave_id' if table == 'response' else 'id'} IN ({OF_PILOTS})")  # noqa: S608
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE version DISABLE TRIGGER keep_version_delete")
        op.execute("DELETE FROM version WHERE kind = 'pilot'")
        op.execute("ALTER TABLE version ENABLE TRIGGER keep_version_delete")
    _replace("version", BY_KIND, TOGETHER, only="kind = 'published'")
    _replace("wave", (PURPOSE, SINCE), (PURPOSE, BEFORE))
    op.drop_column("version", "kind")


def _replace(table: str, old: tuple[str, str], new: tuple[str, str], only: str = "1 = 1") -> None:
    """Put a constraint in the place of another; SQLite makes the table anew, all else of it as it was."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {old[0]}, ADD CONSTRAINT {new[0]} {new[1]}")
        return
    query = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL")
    parts = bind.execute(query, {"table": table}).all()
    [(_, made)] = [part for part in parts if part.type == "table"]
    before, after = (f"CONSTRAINT {name} {rule}" for name, rule in (old, new))
    assert before in made, f"{table} has no {before}"
    body = made[made.index("(") :].replace(before, after)
    bind.exec_driver_sql(f"CREATE TABLE {table}_anew {body}")
    bind.exec_driver_sql(f"INSERT INTO {table}_anew SELECT * FROM {table} WHERE {only}")  # noqa: S608
    op.drop_table(table)
    op.rename_table(f"{table}_anew", table)
    for kind, statement in parts:
        if kind != "table":
            bind.exec_driver_sql(statement)
