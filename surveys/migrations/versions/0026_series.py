"""Series of reworded questions: what people said goes on; versions say what goes on and what begins anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026_series"
down_revision = "0025_pruning"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "series_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("staff_name", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_series_decision_questionnaire_id_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_decision")),
        sa.UniqueConstraint(
            "questionnaire_id", "content", name=op.f("uq_series_decision_questionnaire_id_content")
        ),
    )
    op.add_column("version", sa.Column("series", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("version", "series")
    op.drop_table("series_decision")
