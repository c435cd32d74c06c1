"""Review: a draft that was submitted, what was decided, warnings accepted, series that go on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, UTCDateTime
from surveys.models.drafts import Draft


class Review(Base):
    """One submission: the draft as it stood after change `number`, which is what is decided about.

    `decision` is `approved`, `refused` (with its `reason`), `withdrawn` or `published`; without one it waits.
    Of a draft one at a time is open: neither refused, withdrawn nor published.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_open",
            "draft_id",
            unique=True,
            sqlite_where=text("decision IS NULL OR decision = 'approved'"),
            postgresql_where=text("decision IS NULL OR decision = 'approved'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    submitted_by: Mapped[str] = mapped_column(String(254))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(254))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    draft: Mapped[Draft] = relationship()


class AcceptedFinding(Base):
    """A warning that somebody accepted, and why; it is looked at again when what it is about changes.

    `content` is a hash of the part at which it stands and of what the warning says.
    """

    __tablename__ = "accepted_finding"
    __table_args__ = (UniqueConstraint("questionnaire_id", "code", "place", "content"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    code: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    staff_name: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SeriesDecision(Base):
    """That answers to a question go on although it is worded anew, and who said so.

    `content` is a hash of both wordings: once one of them changes, it is asked again.
    """

    __tablename__ = "series_decision"
    __table_args__ = (UniqueConstraint("questionnaire_id", "content"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    code: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(String(64))
    staff_name: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
