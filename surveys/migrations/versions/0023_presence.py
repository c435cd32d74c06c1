"""Who has a draft open."""

import sqlalchemy as sa
from alembic import op

revision = "0023_presence"
down_revision = "0022_segments"


def upgrade() -> None:
    op.create_table(
        "draft_presence",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_presence_draft_id_draft"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "staff_name", name=op.f("pk_draft_presence")),
    )


def downgrade() -> None:
    op.drop_table("draft_presence")
