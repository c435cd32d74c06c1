"""Trials of questionnaires by synthetic people, as they were asked for and what came of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, JsonType, UTCDateTime
from surveys.models.organisation import one_of
from surveys.models.records import AnalysisState


class StoredTrial(Base):
    """One trial of a document as it stood; `source` names it, `change` is the last change of a draft."""

    __tablename__ = "trial"
    __table_args__ = (
        CheckConstraint(one_of("state", AnalysisState), name="state"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        Index("ix_trial_source", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(120))
    change: Mapped[int] = mapped_column(default=0)
    document: Mapped[dict[str, Any]] = mapped_column(JsonType)
    people: Mapped[int]
    seed: Mapped[int]
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(16), default=AnalysisState.QUEUED)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JsonType)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonType)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(254))
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
