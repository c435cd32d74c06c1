"""Units of staff; whoever read dashboards before goes on reading all of them, until somebody decides."""

import sqlalchemy as sa
from alembic import op

revision = "0013_scope"
down_revision = "0012_quotas"


def upgrade() -> None:
    op.create_table(
        "staff_unit",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_unit_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_staff_unit_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "unit_id", name=op.f("pk_staff_unit")),
    )
    op.create_index("ix_staff_unit_unit_id", "staff_unit", ["unit_id"])
    op.execute(
        "INSERT INTO staff_unit (staff_id, unit_id, given_by) "
        "SELECT staff_role.staff_id, unit.id, 'migration' FROM staff_role "
        "JOIN role ON role.id = staff_role.role_id CROSS JOIN unit "
        "WHERE role.name = 'viewer' AND unit.parent_id IS NULL"
    )


def downgrade() -> None:
    op.drop_table("staff_unit")
