"""Decisions about answers and runs as rows that are only ever added; bursts, and their counters."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_decisions"
down_revision = "0009_drafts"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
FLAGS = {1: "speeder", 2: "straightline", 4: "contradiction", 8: "attention", 16: "item_missing", 32: "burst"}
KEPT = {
    "decision": "a decision cannot be changed",
    "run_decision": "a decision about a run cannot be changed",
}

# Refusals of a new row of run_decision: condition on NEW, what is said. `LAST` is the run's last decision.
LAST = "(SELECT kind FROM run_decision WHERE run_id = NEW.run_id ORDER BY id DESC LIMIT 1)"
ASKER = "(SELECT created_by FROM analysis WHERE id = NEW.run_id)"
PROPOSER = (
    "(SELECT actor FROM run_decision WHERE run_id = NEW.run_id AND kind = 'proposed'"
    " ORDER BY id DESC LIMIT 1)"
)
OTHER = (
    "SELECT 1 FROM run_decision d WHERE d.wave_id = NEW.wave_id AND d.run_id <> NEW.run_id"
    " AND d.kind = 'published' AND d.id = (SELECT max(id) FROM run_decision WHERE run_id = d.run_id)"
)
REFUSED = [
    (
        "NOT EXISTS (SELECT 1 FROM analysis WHERE id = NEW.run_id AND state = 'done')",
        "only a finished run can be decided about",
    ),
    (
        f"NEW.kind IN ('approved', 'published') AND NEW.actor IN ({ASKER}, {PROPOSER})",
        "a run is approved by a second person",
    ),
    (
        f"NEW.kind = 'approved' AND COALESCE({LAST}, '') <> 'proposed'",
        "only a proposed run can be approved",
    ),
    (
        f"NEW.kind = 'published' AND NEW.actor <> 'migration' AND COALESCE({LAST}, '') <> 'approved'",
        "only an approved run can be published",
    ),
    (
        f"NEW.kind = 'published' AND EXISTS ({OTHER})",
        "a wave has one published run",
    ),
]


def upgrade() -> None:
    wave = sa.ForeignKeyConstraint
    op.create_table(
        "decision",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('flag', 'excluded', 'asked', 'returned')", name=op.f("ck_decision_kind")
        ),
        wave(["wave_id"], ["wave.id"], name=op.f("fk_decision_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "number", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_wave_id_response_id", "decision", ["wave_id", "response_id"])
    op.create_table(
        "burst",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("began", sa.String(length=13), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_alike", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("excludes", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('office', 'range')", name=op.f("ck_burst_kind")),
        wave(["wave_id"], ["wave.id"], name=op.f("fk_burst_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "number", name=op.f("pk_burst")),
        sa.UniqueConstraint(
            "wave_id", "kind", "place", "began", name=op.f("uq_burst_wave_id_kind_place_began")
        ),
    )
    op.create_table(
        "quality_check",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("n_responses", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        wave(["wave_id"], ["wave.id"], name=op.f("fk_quality_check_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_quality_check")),
    )
    op.create_table(
        "run_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('proposed', 'approved', 'published', 'replaced', 'withdrawn')",
            name=op.f("ck_run_decision_kind"),
        ),
        wave(["run_id"], ["analysis.id"], name=op.f("fk_run_decision_run_id_analysis")),
        wave(["wave_id"], ["wave.id"], name=op.f("fk_run_decision_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_decision")),
    )
    op.create_index("ix_run_decision_run_id", "run_decision", ["run_id"])
    op.create_index("ix_run_decision_wave_id", "run_decision", ["wave_id"])
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        # Without a log and beside the answers' own transactions: what is counted must tell no order.
        op.execute(
            "CREATE UNLOGGED TABLE burst_counter (wave_id integer, began varchar(13), kind varchar(16), "
            "place varchar(64), n integer NOT NULL, n_best integer NOT NULL, n_same integer NOT NULL, "
            "PRIMARY KEY (wave_id, began, kind, place))"
        )
    _move_flags()
    _publish_newest()
    (_guard_postgres if is_postgres else _guard_sqlite)()


def _move_flags() -> None:
    """Make decisions of the flags and exclusions that stood at the responses themselves."""
    bind, now = op.get_bind(), datetime.now(UTC)
    response = sa.table(
        "response",
        *(sa.column(name) for name in ("wave_id", "id", "flags")),
        sa.column("excluded", sa.Boolean),
    )
    decision = sa.table(
        "decision",
        *(
            sa.column(name)
            for name in ("wave_id", "number", "response_id", "kind", "what", "actor", "reason")
        ),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    flagged = sa.select(response).where(sa.or_(response.c.flags != 0, response.c.excluded))
    number: dict[int, int] = {}
    rows = []
    for row in bind.execute(flagged.order_by(response.c.wave_id, response.c.id)).all():
        what = "+".join(name for bit, name in FLAGS.items() if row.flags & bit)
        for kind in ("flag", "excluded") if row.excluded else ("flag",):
            number[row.wave_id] = number.get(row.wave_id, 0) + 1
            rows.append(
                {"wave_id": row.wave_id, "number": number[row.wave_id], "response_id": row.id, "kind": kind,
                 "what": what, "actor": "rules", "reason": "", "at": now}
            )  # fmt: skip
    if rows:
        bind.execute(sa.insert(decision), rows)
    op.drop_column("response", "flags")
    op.drop_column("response", "excluded")


def _publish_newest() -> None:
    """Let leaders see what they have seen: the newest finished run of each closed official wave."""
    bind, now = op.get_bind(), datetime.now(UTC)
    analysis = sa.table(
        "analysis",
        sa.column("id"),
        sa.column("wave_codes", JSON),
        sa.column("options", JSON),
        sa.column("state"),
    )
    wave = sa.table("wave", *(sa.column(name) for name in ("id", "code", "state", "purpose")))
    decided = sa.table(
        "run_decision",
        *(sa.column(name) for name in ("run_id", "wave_id", "kind", "actor", "reason")),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    closed = sa.select(wave.c.code, wave.c.id).where(wave.c.state == "closed", wave.c.purpose == "official")
    ids = {row.code: row.id for row in bind.execute(closed)}
    newest: dict[int, int] = {}
    done = sa.select(analysis).where(analysis.c.state == "done").order_by(analysis.c.id)
    for run in bind.execute(done):
        if len(run.wave_codes) == 1 and run.wave_codes[0] in ids and run.options.get("kind") != "series":
            newest[ids[run.wave_codes[0]]] = run.id
    for wave_id, run_id in newest.items():
        bind.execute(
            sa.insert(decided).values(
                run_id=run_id, wave_id=wave_id, kind="published", actor="migration", reason="", at=now
            )
        )


def _guard_sqlite() -> None:
    for table, said in KEPT.items():
        for operation in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{table}_{operation.lower()} BEFORE {operation} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
    for place, (condition, said) in enumerate(REFUSED):
        op.execute(
            f"CREATE TRIGGER check_run_decision_{place} BEFORE INSERT ON run_decision "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )


def _guard_postgres() -> None:
    for table, said in KEPT.items():
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse('{said}')"
        )
        op.execute(
            f"CREATE TRIGGER keep_{table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse('{table} cannot be emptied')"
        )
    checks = "".join(
        f"IF {condition} THEN "
        f"RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        for condition, said in REFUSED
    )
    op.execute(
        "CREATE FUNCTION check_run_decision() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {checks} RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER check_run_decision BEFORE INSERT ON run_decision "
        "FOR EACH ROW EXECUTE FUNCTION check_run_decision()"
    )


def downgrade() -> None:
    flags = sa.Column("flags", sa.SmallInteger(), server_default="0", nullable=False)
    excluded: sa.Column[bool] = sa.Column("excluded", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("response", flags)
    op.add_column("response", excluded)
    op.execute(
        "UPDATE response SET excluded = (1 = 1) WHERE (wave_id, id) IN "
        "(SELECT wave_id, response_id FROM decision WHERE kind IN ('excluded', 'returned') "
        "GROUP BY wave_id, response_id HAVING "
        "max(CASE kind WHEN 'excluded' THEN number ELSE 0 END) > "
        "max(CASE kind WHEN 'returned' THEN number ELSE 0 END))"
    )
    for table in ("run_decision", "quality_check", "burst", "decision"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE burst_counter")
        op.execute("DROP FUNCTION check_run_decision")
