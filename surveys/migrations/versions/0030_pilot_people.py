"""Which customers were asked to try a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0030_pilot_people"
down_revision = "0029_library"


def upgrade() -> None:
    op.create_table(
        "pilot_person",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_pilot_person_customer_id_customer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_pilot_person_version_id_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "customer_id", name=op.f("pk_pilot_person")),
    )
    op.create_index(op.f("ix_pilot_person_customer_id"), "pilot_person", ["customer_id"])


def downgrade() -> None:
    op.drop_table("pilot_person")
