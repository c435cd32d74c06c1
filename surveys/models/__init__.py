"""All tables, by domain; import this package to have the whole metadata."""

from surveys.models.collection import Invitation, Participation, Response, Segment, Wave
from surveys.models.documents import StoredQuestionnaire, Version
from surveys.models.drafts import Draft, DraftChange, DraftNode, DraftSnapshot
from surveys.models.organisation import Contact, Customer, Unit, UnitLevel
from surveys.models.records import Analysis, AuditEntry

__all__ = [
    "Analysis",
    "AuditEntry",
    "Contact",
    "Customer",
    "Draft",
    "DraftChange",
    "DraftNode",
    "DraftSnapshot",
    "Invitation",
    "Participation",
    "Response",
    "Segment",
    "StoredQuestionnaire",
    "Unit",
    "UnitLevel",
    "Version",
    "Wave",
]
