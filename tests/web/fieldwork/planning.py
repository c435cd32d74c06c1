"""What a planner fills in, and what the audit trail holds then."""

from datetime import UTC, datetime

from surveys.proving.proof import prove
from tests.web.noted import entries_but_log_ins

SOON = datetime.now(UTC).date()


GOOD = {
    "code": "2026Q1",
    "title_zh": "一季度",
    "title_en": "First quarter",
    "access": "public",
    "privacy": "anonymous",
    "purpose": "official",
    "mode": "web",
}


def actions(session):
    assert prove(session).findings == ()
    return [(entry.action, entry.target) for entry in session.scalars(entries_but_log_ins)]
