"""Why a run has no result is kept as codes and signs too, so that pages tell it in any language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014_refusals"
down_revision = "0013_scope"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("analysis", sa.Column("refusal", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("analysis", "refusal")
