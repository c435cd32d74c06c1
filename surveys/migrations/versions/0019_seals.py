"""Seals of complete responses, and of what a run has read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019_seals"
down_revision = "0018_trials"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("response", sa.Column("seal", sa.LargeBinary(length=20), nullable=True))
    op.add_column("analysis", sa.Column("sealed", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("analysis", "sealed")
    op.drop_column("response", "seal")
