"""Entries of the trail name their number and the key that proves them."""

import sqlalchemy as sa
from alembic import op

revision = "0015_trail"
down_revision = "0014_refusals"


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("audit_entry", sa.Column("key", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_entry", "key")
    op.drop_column("audit_entry", "number")
