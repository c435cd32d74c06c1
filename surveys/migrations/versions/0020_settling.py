"""Settling of anonymous waves; invitations partitioned by wave; what needs an owner as its functions."""

import sqlalchemy as sa
from alembic import op

revision = "0020_settling"
down_revision = "0019_seals"

STATES = "'issued', 'sent', 'started', 'used', 'refused', 'unreachable', 'ineligible', 'withdrawn'"
KEPT = {
    "invitation": ("OLD.state = 'used'", "a used token stays used"),
    "participation": ("TRUE", "a token keeps the response it led to"),
}

# They run as the owner of the tables, whoever calls them, and find nothing but this schema's names.
AS_OWNER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS"

PARTITIONS = """
CREATE OR REPLACE FUNCTION make_response_partition() RETURNS trigger {as_owner} $$
BEGIN
    EXECUTE format('CREATE TABLE response_wave_%s PARTITION OF response FOR VALUES IN (%s)', NEW.id, NEW.id);
    EXECUTE format(
        'CREATE TABLE invitation_wave_%s PARTITION OF invitation FOR VALUES IN (%s)', NEW.id, NEW.id);
    RETURN NULL;
END $$
"""

# A new table takes the place of each partition: CLUSTER and VACUUM FULL keep the transactions of rows, and
# DELETE leaves the rows. Both parents are locked at once, first: asked for later, it would be a deadlock.
REWRITE = """
CREATE FUNCTION rewrite_wave(wave integer) RETURNS void {as_owner} $$
DECLARE
    parent text;
    own text;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM wave w WHERE w.id = rewrite_wave.wave AND w.anonymous AND w.state = 'closed'
    ) THEN
        RAISE EXCEPTION 'only a closed anonymous wave is written anew'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SET LOCAL lock_timeout = '2s';
    LOCK TABLE response, invitation IN ACCESS EXCLUSIVE MODE;
    FOREACH parent IN ARRAY ARRAY['response', 'invitation'] LOOP
        own := format('%s_wave_%s', parent, wave);
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                       own || '_new', own);
        EXECUTE format('INSERT INTO %I SELECT * FROM %I ORDER BY %I', own || '_new', own,
                       CASE parent WHEN 'response' THEN 'id' ELSE 'token_hash' END);
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, own);
        EXECUTE format('DROP TABLE %I', own);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', own || '_new', own);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, own, wave);
    END LOOP;
END $$
"""

FORMER_PARTITION = """
CREATE OR REPLACE FUNCTION make_response_partition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE response_wave_%s PARTITION OF response FOR VALUES IN (%s)', NEW.id, NEW.id);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("wave", sa.Column("key_number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("wave", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("wave", sa.Column("n_settled", sa.Integer(), server_default="0", nullable=False))
    op.add_column("wave", sa.Column("rewritten_at", sa.DateTime(timezone=True), nullable=True))
    # Of the time before, tokens were marked with the answers: the file of a closed wave is written anew.
    op.execute("UPDATE wave SET key_number = 0 WHERE state = 'closed' AND anonymous")
    op.execute(
        "UPDATE wave SET n_settled = (SELECT count(*) FROM response r WHERE r.wave_id = wave.id "
        "AND r.state <> 'open') WHERE anonymous"
    )
    _make_anew(partitioned=True)
    if op.get_bind().dialect.name == "postgresql":
        schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
        as_owner = AS_OWNER.format(schema=schema)
        op.execute(PARTITIONS.format(as_owner=as_owner))
        op.execute(REWRITE.format(as_owner=as_owner))
        op.execute("REVOKE ALL ON FUNCTION rewrite_wave(integer) FROM PUBLIC")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION rewrite_wave")
        op.execute(FORMER_PARTITION)
    _make_anew(partitioned=False)
    for column in ("rewritten_at", "n_settled", "settled_at", "key_number"):
        op.drop_column("wave", column)


def _make_anew(*, partitioned: bool) -> None:
    """Make both tables anew with the key that partitions ask for, or without it, and put the rows back."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for table in ("participation", "invitation"):
        op.execute(f"CREATE TABLE {table}_kept AS SELECT * FROM {table}")  # noqa: S608
        op.drop_table(table)
    _invitation(partitioned=partitioned)
    if partitioned and is_postgres:
        for wave in op.get_bind().scalars(sa.text("SELECT id FROM wave")).all():
            op.execute(f"CREATE TABLE invitation_wave_{wave} PARTITION OF invitation FOR VALUES IN ({wave})")
    _participation(partitioned=partitioned)
    for table in ("invitation", "participation"):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_kept ORDER BY token_hash")  # noqa: S608
        op.drop_table(f"{table}_kept")
    for table, (condition, said) in KEPT.items():
        if is_postgres:
            op.execute(
                f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse('{said}')"
            )
        else:
            op.execute(
                f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )


def _invitation(*, partitioned: bool) -> None:
    key = ("token_hash", "wave_id") if partitioned else ("token_hash",)
    free = {
        "started": "state <> 'started'",
        "changed_at": "changed_at IS NULL",
        "customer": "customer_id IS NULL",
    }
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.CheckConstraint(f"NOT anonymous OR {rule}", name=op.f(f"ck_invitation_anonymous_{name}"))
            for name, rule in free.items()
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_invitation_state")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invitation_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id", "anonymous"],
            ["wave.id", "wave.anonymous"],
            name=op.f("fk_invitation_wave_id_anonymous_wave"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_invitation")),
        sa.UniqueConstraint("wave_id", "customer_id", name=op.f("uq_invitation_wave_id_customer_id")),
        sqlite_with_rowid=False,
        postgresql_partition_by="LIST (wave_id)" if partitioned else None,
    )
    op.create_index("ix_invitation_customer_id", "invitation", ["customer_id"])
    op.create_index("ix_invitation_wave_id_state", "invitation", ["wave_id", "state"])


def _participation(*, partitioned: bool) -> None:
    names = ["token_hash", "wave_id"] if partitioned else ["token_hash"]
    op.create_table(
        "participation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("NOT anonymous", name=op.f("ck_participation_confidential")),
        sa.ForeignKeyConstraint(
            names,
            [f"invitation.{name}" for name in names],
            name=op.f(f"fk_participation_{'_'.join(names)}_invitation"),
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
