"""No questionnaire says when it was archived: nothing ever set that day, and nothing read it."""

import sqlalchemy as sa
from alembic import op

revision = "0031_archived"
down_revision = "0030_pilot_people"


def upgrade() -> None:
    op.drop_column("questionnaire", "archived_at")


def downgrade() -> None:
    op.add_column("questionnaire", sa.Column("archived_at", sa.DateTime(timezone=True)))
