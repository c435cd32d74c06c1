"""Quotas of questionnaires, counted a wave: limit and complete responses stand in one row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012_quotas"
down_revision = "0011_chance"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "quota_cell",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quota", sa.String(length=32), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= most", name=op.f("ck_quota_cell_taken")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_quota_cell_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "quota", name=op.f("pk_quota_cell")),
    )
    op.drop_column("wave", "quota_limits")


def downgrade() -> None:
    op.add_column("wave", sa.Column("quota_limits", JSON, nullable=True))
    op.drop_table("quota_cell")
