"""What stands in the trail beside log-ins, with which most tests begin."""

from sqlalchemy import select

from surveys.models import AuditEntry

LOGGED_IN = "staff.log_in"
entries_but_log_ins = select(AuditEntry).where(AuditEntry.action != LOGGED_IN).order_by(AuditEntry.id)
