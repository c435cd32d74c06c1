"""What random orders come from, the day of the last page, what ended a response, and limits of quotas."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011_chance"
down_revision = "0010_decisions"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("response", sa.Column("seed", sa.BigInteger(), nullable=True))
    op.add_column("response", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("response", sa.Column("ended_by", sa.String(length=64), nullable=True))
    op.add_column("wave", sa.Column("quota_limits", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("wave", "quota_limits")
    for name in ("ended_by", "day", "seed"):
        op.drop_column("response", name)
