"""Sessions of staff, which the site can end; attempts to log in, which it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sessions"
down_revision = "0006_rules"


def upgrade() -> None:
    op.create_table(
        "staff_session",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_session")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"])
    # Counters of minutes need no log: what a crash of the server forgets is counted anew.
    lasting = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt")),
        prefixes=[] if lasting else ["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("attempt")
    op.drop_table("staff_session")
