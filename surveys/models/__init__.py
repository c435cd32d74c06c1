"""All tables, by domain; import this package to have the whole metadata."""

from surveys.models.collection import Invitation, Participation, QuotaCell, Response, Wave
from surveys.models.decisions import Burst, Decision, QualityCheck, RunDecision
from surveys.models.documents import StoredQuestionnaire, Version
from surveys.models.drafts import Draft, DraftChange, DraftNode, DraftPresence, DraftSnapshot
from surveys.models.library import LibraryEntry
from surveys.models.organisation import Contact, Customer, Segment, Unit, UnitLevel
from surveys.models.pilots import PilotComment, PilotPerson
from surveys.models.records import Analysis, AuditEntry
from surveys.models.reviews import AcceptedFinding, Review, SeriesDecision
from surveys.models.trials import StoredTrial

__all__ = [
    "AcceptedFinding",
    "Analysis",
    "AuditEntry",
    "Burst",
    "Contact",
    "Customer",
    "Decision",
    "Draft",
    "DraftChange",
    "DraftNode",
    "DraftPresence",
    "DraftSnapshot",
    "Invitation",
    "LibraryEntry",
    "Participation",
    "PilotComment",
    "PilotPerson",
    "QualityCheck",
    "QuotaCell",
    "Response",
    "Review",
    "RunDecision",
    "Segment",
    "SeriesDecision",
    "StoredQuestionnaire",
    "StoredTrial",
    "Unit",
    "UnitLevel",
    "Version",
    "Wave",
]
