"""Drafts as nodes and changes; the tables before held whole documents and had no caller."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_drafts"
down_revision = "0008_publication"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.drop_table("draft_operation")
    op.drop_table("draft")
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("base_version_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_draft_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["version.id"], name=op.f("fk_draft_base_version_id_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("questionnaire_id", name=op.f("uq_draft_questionnaire_id")),
    )
    op.create_table(
        "draft_node",
        _draft(),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("touched", JSON, nullable=False),
        _of_draft("draft_node"),
        sa.PrimaryKeyConstraint("draft_id", "id", name=op.f("pk_draft_node")),
    )
    op.create_table(
        "draft_change",
        _draft(),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("tab", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client", sa.LargeBinary(length=16), nullable=False),
        sa.Column("gesture", sa.LargeBinary(length=16), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("operations", JSON, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_draft_change_number")),
        _of_draft("draft_change"),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_change")),
        sa.UniqueConstraint("draft_id", "client", name=op.f("uq_draft_change_draft_id_client")),
    )
    op.create_table(
        "draft_snapshot",
        _draft(),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
        _of_draft("draft_snapshot"),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_snapshot")),
    )


def _draft() -> sa.Column[int]:
    return sa.Column("draft_id", sa.Integer(), nullable=False)


def _of_draft(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["draft_id"], ["draft.id"], name=op.f(f"fk_{table}_draft_id_draft"), ondelete="CASCADE"
    )


def downgrade() -> None:
    for name in ("draft_snapshot", "draft_change", "draft_node", "draft"):
        op.drop_table(name)
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_draft_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("questionnaire_id", name=op.f("uq_draft_questionnaire_id")),
    )
    op.create_table(
        "draft_operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("forward", JSON, nullable=False),
        sa.Column("backward", JSON, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_draft_operation_number")),
        _of_draft("draft_operation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_operation")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_draft_operation_draft_id_number")),
    )
