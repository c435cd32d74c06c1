"""The frame: organisation units, customers, contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_frame"
down_revision = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_level", sa.Integer(), nullable=True),
        sa.CheckConstraint("(parent_id IS NULL) = (parent_level IS NULL)", name=op.f("ck_unit_parent")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_unit_level")),
        sa.CheckConstraint("parent_level IS NULL OR parent_level < level", name=op.f("ck_unit_parent_above")),
        sa.ForeignKeyConstraint(
            ["parent_id", "parent_level"],
            ["unit.id", "unit.level"],
            name=op.f("fk_unit_parent_id_parent_level_unit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("id", "level", name=op.f("uq_unit_id_level")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("customer_class", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("account_type", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "customer_class IN ('residential', 'commercial', 'industrial', 'other')",
            name=op.f("ck_customer_customer_class"),
        ),
        sa.CheckConstraint("tier IN ('important', 'key', 'base', 'resident')", name=op.f("ck_customer_tier")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_customer_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_index("ix_customer_unit_id", "customer", ["unit_id"])
    op.create_table(
        "contact",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id_customer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_contact")),
    )


def downgrade() -> None:
    op.drop_table("contact")
    op.drop_table("customer")
    op.drop_table("unit")
