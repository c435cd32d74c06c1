"""Rules that the database keeps: what is final stays; one partition a wave; answers as rows on PostgreSQL."""

from alembic import op

revision = "0006_rules"
down_revision = "0005_staff"

# table: (operation, condition on the old row, what the refusal says)
FINAL = [
    ("version", "UPDATE", "TRUE", "a published version cannot be changed"),
    ("version", "DELETE", "TRUE", "a published version cannot be deleted"),
    ("audit_entry", "UPDATE", "TRUE", "the audit trail cannot be changed"),
    ("audit_entry", "DELETE", "TRUE", "the audit trail cannot be deleted"),
    ("analysis", "UPDATE", "OLD.state = 'done'", "a finished analysis cannot be changed"),
    ("analysis", "DELETE", "OLD.state = 'done'", "a finished analysis cannot be deleted"),
    ("invitation", "UPDATE", "OLD.state = 'used'", "a used token stays used"),
    ("participation", "UPDATE", "TRUE", "a token keeps the response it led to"),
]

PARTITION = """
CREATE FUNCTION make_response_partition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE response_wave_%s PARTITION OF response FOR VALUES IN (%s)', NEW.id, NEW.id);
    RETURN NULL;
END $$
"""

# Little-endian int16: the low byte, then the high one; 32768 and above are the negatives.
ANSWER_VIEW = """
CREATE VIEW answer AS
SELECT r.wave_id, r.id AS response_id, s.slot ->> 'code' AS code,
       CASE WHEN s.word < 32768 THEN s.word ELSE s.word - 65536 END AS value
FROM response r
JOIN version v ON v.id = r.version_id
CROSS JOIN LATERAL (
    SELECT slot,
           get_byte(r.answers, 2 * (place - 1)::int) + 256 * get_byte(r.answers, 2 * place::int - 1) AS word
    FROM jsonb_array_elements(v.slots) WITH ORDINALITY AS listed (slot, place)
) s
"""


def trigger_name(table: str, operation: str) -> str:
    return f"keep_{table}_{operation.lower()}"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, operation, condition, message in FINAL:
            op.execute(
                f"CREATE TRIGGER {trigger_name(table, operation)} BEFORE {operation} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table, operation, condition, message in FINAL:
        op.execute(
            f"CREATE TRIGGER {trigger_name(table, operation)} BEFORE {operation} ON {table} "
            f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse('{message}')"
        )
    for table in ("version", "audit_entry", "analysis"):
        op.execute(
            f"CREATE TRIGGER {trigger_name(table, 'TRUNCATE')} BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse('{table} cannot be emptied')"
        )
    op.execute(PARTITION)
    op.execute(
        "CREATE TRIGGER wave_partition AFTER INSERT ON wave "
        "FOR EACH ROW EXECUTE FUNCTION make_response_partition()"
    )
    op.execute(ANSWER_VIEW)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("DROP VIEW answer")
        op.execute("DROP TRIGGER wave_partition ON wave")
        op.execute("DROP FUNCTION make_response_partition")
        for table in ("version", "audit_entry", "analysis"):
            op.execute(f"DROP TRIGGER {trigger_name(table, 'TRUNCATE')} ON {table}")
    for table, operation, *_ in FINAL:
        op.execute(f"DROP TRIGGER {trigger_name(table, operation)}" + (f" ON {table}" if postgres else ""))
    if postgres:
        op.execute("DROP FUNCTION refuse")
