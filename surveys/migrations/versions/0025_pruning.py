"""Entries of log-ins may be emptied after their time; what proves them stays."""

from alembic import op

revision = "0025_pruning"
down_revision = "0024_pilots"

SAID = "the audit trail cannot be changed"
KEEPS = ("id", "number", "key", "hash", "previous_hash")
LAWFUL = " AND ".join(
    (
        "OLD.action IN ('staff.log_in', 'staff.log_out', 'staff.log_in_failed')",
        "NEW.action = 'pruned' AND NEW.actor = '' AND NEW.target = ''",
        *(f"NEW.{name} = OLD.{name}" for name in KEEPS),
    )
)


def upgrade() -> None:
    _refuse(f"({LAWFUL}) IS NOT TRUE")


def downgrade() -> None:
    _refuse("TRUE")


def _refuse(condition: str) -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER keep_audit_entry_update" + (" ON audit_entry" if postgres else ""))
    if postgres:
        op.execute(
            "CREATE TRIGGER keep_audit_entry_update BEFORE UPDATE ON audit_entry "
            f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse('{SAID}')"
        )
    else:
        op.execute(
            "CREATE TRIGGER keep_audit_entry_update BEFORE UPDATE ON audit_entry "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )
