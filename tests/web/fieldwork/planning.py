"""What a planner fills in, and what the audit trail holds then."""

from datetime import UTC, datetime

from sqlalchemy import select

from surveys.models import AuditEntry
from surveys.proving.proof import prove

SOON = datetime.now(UTC).date()


GOOD = {
    "code": "2026Q1",
    "title_zh": "一季度",
    "title_en": "First quarter",
    "access": "public",
    "purpose": "official",
    "mode": "web",
}


def actions(session):
    assert prove(session).findings == ()
    return [(entry.action, entry.target) for entry in session.scalars(select(AuditEntry).order_by("id"))]
