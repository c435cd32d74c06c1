"""Collection: waves, segments, invitations, responses, participation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_collection"
down_revision = "0002_questionnaires"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def whole_days(column: str) -> tuple[sa.CheckConstraint, sa.CheckConstraint]:
    """Refuse a time of day in an anonymous row, in the words of either database."""
    name, free = op.f(f"ck_response_anonymous_{column}"), f"NOT anonymous OR {column} IS NULL"
    sqlite = f"{free} OR substr({column}, 12) = '00:00:00.000000'"
    postgres = f"{free} OR date_trunc('day', {column} AT TIME ZONE 'UTC') = {column} AT TIME ZONE 'UTC'"
    return (
        sa.CheckConstraint(sqlite, name=name).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(postgres, name=name).ddl_if(dialect="postgresql"),
    )


def upgrade() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("access", sa.String(length=16), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("quotas", JSON, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("public_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("access IN ('public', 'invited')", name=op.f("ck_wave_access")),
        sa.CheckConstraint("mode IN ('web', 'phone', 'face', 'paper', 'mixed')", name=op.f("ck_wave_mode")),
        sa.CheckConstraint("purpose IN ('pilot', 'official')", name=op.f("ck_wave_purpose")),
        sa.CheckConstraint("state IN ('planned', 'open', 'closed')", name=op.f("ck_wave_state")),
        sa.CheckConstraint(
            "closes_at IS NULL OR opens_at IS NULL OR opens_at < closes_at", name=op.f("ck_wave_window")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_wave_version_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("code", name=op.f("uq_wave_code")),
        sa.UniqueConstraint("id", "anonymous", name=op.f("uq_wave_id_anonymous")),
        sa.UniqueConstraint("public_key", name=op.f("uq_wave_public_key")),
    )
    op.create_index("ix_wave_version_id", "wave", ["version_id"])
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("customer_class", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("account_type", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "customer_class IN ('', 'residential', 'commercial', 'industrial', 'other')",
            name=op.f("ck_segment_customer_class"),
        ),
        sa.CheckConstraint(
            "tier IN ('', 'important', 'key', 'base', 'resident')", name=op.f("ck_segment_tier")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_segment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("label", name=op.f("uq_segment_label")),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "NOT anonymous OR state <> 'started'", name=op.f("ck_invitation_anonymous_started")
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'sent', 'started', 'used', 'refused', "
            "'unreachable', 'ineligible', 'withdrawn')",
            name=op.f("ck_invitation_state"),
        ),
        sa.CheckConstraint(
            "NOT anonymous OR changed_at IS NULL", name=op.f("ck_invitation_anonymous_changed_at")
        ),
        sa.CheckConstraint(
            "NOT anonymous OR customer_id IS NULL", name=op.f("ck_invitation_anonymous_customer")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invitation_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id", "anonymous"],
            ["wave.id", "wave.anonymous"],
            name=op.f("fk_invitation_wave_id_anonymous_wave"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
        sa.UniqueConstraint("wave_id", "customer_id", name=op.f("uq_invitation_wave_id_customer_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invitation_customer_id", "invitation", ["customer_id"])
    op.create_index("ix_invitation_wave_id_state", "invitation", ["wave_id", "state"])
    op.create_table(
        "response",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("client_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=64), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=24), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("timings", sa.LargeBinary(), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.CheckConstraint(
            "(state = 'complete') = (completed_at IS NOT NULL)", name=op.f("ck_response_complete")
        ),
        sa.CheckConstraint("state IN ('open', 'complete', 'screened')", name=op.f("ck_response_state")),
        *whole_days("started_at"),
        *whole_days("completed_at"),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_response_segment_id_segment")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_response_version_id_version")),
        sa.ForeignKeyConstraint(
            ["wave_id", "anonymous"],
            ["wave.id", "wave.anonymous"],
            name=op.f("fk_response_wave_id_anonymous_wave"),
        ),
        sa.PrimaryKeyConstraint("wave_id", "id", name=op.f("pk_response")),
        sa.UniqueConstraint("wave_id", "client_key", name=op.f("uq_response_wave_id_client_key")),
        postgresql_partition_by="LIST (wave_id)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "participation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("NOT anonymous", name=op.f("ck_participation_confidential")),
        sa.ForeignKeyConstraint(
            ["token_hash"], ["invitation.token_hash"], name=op.f("fk_participation_token_hash_invitation")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id", "anonymous"],
            ["wave.id", "wave.anonymous"],
            name=op.f("fk_participation_wave_id_anonymous_wave"),
        ),
        sa.ForeignKeyConstraint(
            ["wave_id", "response_id"],
            ["response.wave_id", "response.id"],
            name=op.f("fk_participation_wave_id_response_id_response"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_participation")),
        sa.UniqueConstraint("wave_id", "response_id", name=op.f("uq_participation_wave_id_response_id")),
    )


def downgrade() -> None:
    op.drop_table("participation")
    op.drop_table("response")
    op.drop_table("invitation")
    op.drop_table("segment")
    op.drop_table("wave")
