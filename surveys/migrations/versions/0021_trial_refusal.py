"""Why a trial was refused, by code, so that its page says it in either language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021_trial_refusal"
down_revision = "0020_settling"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("trial", sa.Column("refusal", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("trial", "refusal")
