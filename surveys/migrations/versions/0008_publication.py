"""How a version was published, why, and with which warnings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_publication"
down_revision = "0007_sessions"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("version", sa.Column("way", sa.String(length=16), nullable=True))
    op.add_column("version", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("version", sa.Column("accepted", JSON, nullable=True))


def downgrade() -> None:
    for name in ("accepted", "reason", "way"):
        op.drop_column("version", name)
