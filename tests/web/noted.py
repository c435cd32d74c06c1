"""What stands in the trail beside log-ins, with which most tests begin."""

from sqlalchemy import select

from surveys.models import AuditEntry
from surveys.proving.proof import prove

LOGGED_IN = "staff.log_in"
entries_but_log_ins = select(AuditEntry).where(AuditEntry.action != LOGGED_IN).order_by(AuditEntry.id)


def entries(session):
    """Give what was done to what, by a trail that is intact."""
    assert prove(session).findings == ()
    return [(entry.action, entry.target) for entry in session.scalars(entries_but_log_ins)]
