"""What people and rules decided: which answers are doubtful or left out, which run is official."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, JsonType, UTCDateTime
from surveys.models.organisation import one_of


class DecisionKind(StrEnum):
    """What is decided of a response; `asked` is the first of the two people whom a return takes."""

    FLAG = "flag"
    EXCLUDED = "excluded"
    ASKED = "asked"
    RETURNED = "returned"


class Decision(Base):
    """One decision about one response; rows are only ever added, so the last one holds.

    `what` names the flags, or the burst, that it rests on. There is no reference to the response: a
    decision outlives an erasure.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(one_of("kind", DecisionKind), name="kind"),
        Index("ix_decision_wave_id_response_id", "wave_id", "response_id"),
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(200), default="")
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Burst(Base):
    """Answers that came far closer together than is usual for an office, a range of addresses or a tablet.

    `n_alike` of the `n` were all at the good end of every scale, or copies of one another; such a burst
    `excludes` those.
    """

    __tablename__ = "burst"
    __table_args__ = (
        CheckConstraint("kind IN ('office', 'range', 'kiosk')", name="kind"),
        UniqueConstraint("wave_id", "kind", "place", "began"),
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(64))  # a unit's code, or a range such as 81.2.69.0/24
    began: Mapped[str] = mapped_column(String(13))  # the hour, 2026-03-05 14, or the day, in UTC
    n: Mapped[int]
    n_alike: Mapped[int]
    usual: Mapped[float]
    excludes: Mapped[bool]


class QualityCheck(Base):
    """When the answers of a wave were looked at last, how many there were, and how many carry each flag."""

    __tablename__ = "quality_check"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_final: Mapped[bool]  # the wave was closed
    n_responses: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JsonType)


class RunState(StrEnum):
    """What was decided of a finished run; the last decision holds."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class RunDecision(Base):
    """One decision about a finished run, which itself never changes; rows are only ever added.

    The database refuses an approval by whoever asked for the run or proposed it, and a second published
    run of a wave.
    """

    __tablename__ = "run_decision"
    __table_args__ = (
        CheckConstraint(one_of("kind", RunState), name="kind"),
        Index("ix_run_decision_run_id", "run_id"),
        Index("ix_run_decision_wave_id", "wave_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
