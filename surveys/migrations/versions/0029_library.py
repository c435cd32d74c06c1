"""Blocks that staff share with colleagues."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029_library"
down_revision = "0028_forgetting"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "library_entry",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doing", sa.String(length=16), nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=110), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("document", JSON, nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_library_entry_number")),
        sa.PrimaryKeyConstraint("block", "number", name=op.f("pk_library_entry")),
    )


def downgrade() -> None:
    op.drop_table("library_entry")
