"""Reviews of drafts, and warnings accepted with a reason; versions say who submitted and approved them."""

import sqlalchemy as sa
from alembic import op

revision = "0016_reviews"
down_revision = "0015_trail"

OPEN = "decision IS NULL OR decision = 'approved'"
NAMES = ("submitted_by", "approved_by")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.String(length=254), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=254), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_review_draft_id_draft"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_draft_id"), "review", ["draft_id"])
    op.create_index(
        "uq_review_open",
        "review",
        ["draft_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "accepted_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_accepted_finding_questionnaire_id_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_finding")),
        sa.UniqueConstraint(
            "questionnaire_id",
            "code",
            "place",
            "content",
            name=op.f("uq_accepted_finding_questionnaire_id_code_place_content"),
        ),
    )
    for name in NAMES:
        op.add_column("version", sa.Column(name, sa.String(length=254), nullable=True))
    op.add_column("version", sa.Column("change", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in (*NAMES, "change"):
        op.drop_column("version", name)
    op.drop_table("accepted_finding")
    op.drop_table("review")
