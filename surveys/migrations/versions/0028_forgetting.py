"""Links of confidential waves are forgotten after their time, and contacts that no import names any more."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0028_forgetting"
down_revision = "0027_paused"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE invitation ADD COLUMN disposition VARCHAR(16) "
        "CONSTRAINT ck_invitation_anonymous_disposition CHECK (NOT anonymous OR disposition IS NULL)"
    )
    op.add_column("contact", sa.Column("seen_on", sa.Date()))
    contact = sa.table("contact", sa.column("seen_on", sa.Date()))
    op.execute(contact.update().values(seen_on=datetime.now(UTC).date()))


def downgrade() -> None:
    op.drop_column("contact", "seen_on")
    op.drop_column("invitation", "disposition")
