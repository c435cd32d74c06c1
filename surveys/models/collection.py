"""Collection: waves, invitations, responses, and the one link between the last two."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, JsonType, Packed, UTCDateTime
from surveys.models.documents import Version
from surveys.models.marks import random_id
from surveys.models.organisation import Customer, Segment, one_of

# Before the code of a full quota in `ended_by`; nothing follows where a segment of the wave was full.
OF_QUOTA: Final = "quota:"
GRACE: Final = timedelta(hours=48)
KIOSK: Final = "kiosk"  # the mode of answers from a tablet for many people; others have their wave's
NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Purpose(StrEnum):
    """What a wave is for; a pilot enters no official index, one of a draft (`surveys.piloting`) nothing."""

    PILOT = "pilot"
    OFFICIAL = "official"
    DRAFT = "draft"


class Mode(StrEnum):
    """How answers are taken."""

    WEB = "web"
    PHONE = "phone"
    FACE = "face"
    PAPER = "paper"
    MIXED = "mixed"


class Access(StrEnum):
    """Who may answer: whoever has the public link, or only holders of a single-use token."""

    PUBLIC = "public"
    INVITED = "invited"


class WaveState(StrEnum):
    """The life of a wave."""

    PLANNED = "planned"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


# Those of whom there may be answers under way.
RUNNING: Final = (WaveState.OPEN, WaveState.PAUSED)


class InvitationState(StrEnum):
    """The outcome of an invitation; `used` is final."""

    ISSUED = "issued"
    SENT = "sent"
    STARTED = "started"
    USED = "used"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"


class ResponseState(StrEnum):
    """The life of a response."""

    OPEN = "open"
    COMPLETE = "complete"
    SCREENED = "screened"


def _bound(column: str) -> tuple[CheckConstraint, CheckConstraint]:
    """Refuse a time of day in an anonymous row, in the words of either database."""
    name, free = f"anonymous_{column}", f"NOT anonymous OR {column} IS NULL"
    sqlite = CheckConstraint(f"{free} OR substr({column}, 12) = '00:00:00.000000'", name=name)
    postgres = CheckConstraint(
        f"{free} OR date_trunc('day', {column} AT TIME ZONE 'UTC') = {column} AT TIME ZONE 'UTC'", name=name
    )
    return sqlite.ddl_if(dialect="sqlite"), postgres.ddl_if(dialect="postgresql")


class Wave(Base):
    """One round of collection with one version of the questionnaire.

    `anonymous` is fixed for life: responses, invitations and links refer to (id, anonymous).
    """

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("id", "anonymous"),
        CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR opens_at < closes_at", name="window"),
        CheckConstraint(one_of("purpose", Purpose), name="purpose"),
        CheckConstraint(one_of("mode", Mode), name="mode"),
        CheckConstraint(one_of("access", Access), name="access"),
        CheckConstraint(one_of("state", WaveState), name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JsonType)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The day on which a paused wave is to go on, as respondents are told; somebody lets it go on.
    resumes_on: Mapped[date | None]
    purpose: Mapped[str] = mapped_column(String(16))
    mode: Mapped[str] = mapped_column(String(16))
    access: Mapped[str] = mapped_column(String(16))
    anonymous: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16), default=WaveState.PLANNED)
    quotas: Mapped[list[dict[str, Any]]] = mapped_column(JsonType, default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonType, default=dict)
    public_key: Mapped[str] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Of an anonymous wave: the number of the key that leads from links to answers, 0 when it is gone; the
    # last settling and how many responses had ended then; when its rows were written into new files.
    key_number: Mapped[int] = mapped_column(default=1)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    n_settled: Mapped[int] = mapped_column(default=0)
    rewritten_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    version: Mapped[Version] = relationship()

    def has_begun(self, now: datetime) -> bool:
        """Tell whether an open or paused wave is past its first moment."""
        return self.state in RUNNING and (self.opens_at is None or self.opens_at <= now)

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody may begin at this moment."""
        return self.state == WaveState.OPEN and self.has_begun(now) and now < (self.closes_at or NEVER)

    def is_paused(self, now: datetime) -> bool:
        """Tell whether nobody begins and no page is shown for a time; after the last day nothing pauses."""
        return self.state == WaveState.PAUSED and (self.closes_at is None or now < self.closes_at)

    def takes_on(self, now: datetime) -> bool:
        """Tell whether pages of who has begun are saved: until the grace after the last day is over."""
        return self.has_begun(now) and now < self.ends_at

    @property
    def ends_at(self) -> datetime:
        """When those who have begun may finish no more; of a wave without a last day never."""
        return NEVER if self.closes_at is None else self.closes_at + GRACE

    def moment(self, now: datetime) -> datetime:
        """Give the time that may be stored with an answer: midnight UTC of the day where it is anonymous."""
        now = now.astimezone(UTC)
        return now.replace(hour=0, minute=0, second=0, microsecond=0) if self.anonymous else now


class QuotaCell(Base):
    """How many complete responses a quota of the questionnaire may have in a wave, and how many it has.

    Of a quota without a row here there may be any number.
    """

    __tablename__ = "quota_cell"
    __table_args__ = (CheckConstraint("taken >= 0 AND taken <= most", name="taken"),)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True, autoincrement=False)
    quota: Mapped[str] = mapped_column(String(32), primary_key=True)
    most: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)


class Invitation(Base):
    """One single-use token, of which only the hash is kept.

    In an anonymous wave it names no customer and keeps no time of use; a segment of it is shared by ten links
    or more. On PostgreSQL: partitioned by wave.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "anonymous"], ["wave.id", "wave.anonymous"]),
        UniqueConstraint("wave_id", "customer_id"),
        CheckConstraint("NOT anonymous OR customer_id IS NULL", name="anonymous_customer"),
        CheckConstraint("NOT anonymous OR changed_at IS NULL", name="anonymous_changed_at"),
        CheckConstraint("NOT anonymous OR state <> 'started'", name="anonymous_started"),
        CheckConstraint("anonymous OR segment_id IS NULL", name="confidential_segment"),
        CheckConstraint("NOT anonymous OR disposition IS NULL", name="anonymous_disposition"),
        CheckConstraint(one_of("state", InvitationState), name="state"),
        Index("ix_invitation_wave_id_state", "wave_id", "state"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "LIST (wave_id)"},
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    anonymous: Mapped[bool]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16), default="main")
    state: Mapped[str] = mapped_column(String(16), default=InvitationState.ISSUED)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))
    # What its response counted as, where the time is over in which it was kept which one that was.
    disposition: Mapped[str | None] = mapped_column(String(16))

    wave: Mapped[Wave] = relationship(
        primaryjoin="Invitation.wave_id == Wave.id", foreign_keys="Invitation.wave_id"
    )
    customer: Mapped[Customer | None] = relationship()
    segment: Mapped[Segment | None] = relationship()

    @property
    def known(self) -> Customer | Segment | None:
        """What the customer file says behind the link."""
        return self.segment if self.anonymous else self.customer


class Response(Base):
    """One respondent's answers, packed in the slot order of the wave's version.

    Random identifiers, on SQLite the rows' places, tell no order. On PostgreSQL: partitioned by wave.
    """

    __tablename__ = "response"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "anonymous"], ["wave.id", "wave.anonymous"]),
        UniqueConstraint("wave_id", "client_key"),
        CheckConstraint(one_of("state", ResponseState), name="state"),
        CheckConstraint("(state = 'complete') = (completed_at IS NOT NULL)", name="complete"),
        *_bound("started_at"),
        *_bound("completed_at"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "LIST (wave_id)"},
    )

    wave_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_id)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    anonymous: Mapped[bool]
    client_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    mode: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=ResponseState.OPEN)
    revision: Mapped[int] = mapped_column(default=0)
    section: Mapped[str] = mapped_column(String(64), default="")
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receipt: Mapped[str | None] = mapped_column(String(24))
    # What the answers counted by when they were completed, proved by a key outside (`surveys.seals`).
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(20))
    answers: Mapped[NDArray[np.int16]] = mapped_column(Packed(np.int16))
    timings: Mapped[NDArray[np.uint16]] = mapped_column(Packed(np.uint16))
    texts: Mapped[dict[str, str]] = mapped_column(JsonType, default=dict)
    # What random orders and lots come from: 32 bits, drawn for the response alone.
    seed: Mapped[int | None] = mapped_column(BigInteger)
    # The day of the last page where the installation is, to which conditions hold dates.
    day: Mapped[date | None]
    # The code of the stop by which the interview ended, or `quota:` and the code of the full quota.
    ended_by: Mapped[str | None] = mapped_column(String(64))
    # None: nothing was saved since dispositions are kept.
    disposition: Mapped[str | None] = mapped_column(String(16))

    wave: Mapped[Wave] = relationship(
        primaryjoin="Response.wave_id == Wave.id", foreign_keys="Response.wave_id"
    )
    segment: Mapped[Segment | None] = relationship()


class Participation(Base):
    """Which invitation led to which response: confidential waves only, read by fieldwork only.

    The primary key allows one response a token; the foreign key on (wave, anonymous) together with the
    check keeps anonymous waves out.
    """

    __tablename__ = "participation"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "anonymous"], ["wave.id", "wave.anonymous"]),
        ForeignKeyConstraint(["wave_id", "response_id"], ["response.wave_id", "response.id"]),
        ForeignKeyConstraint(["token_hash", "wave_id"], ["invitation.token_hash", "invitation.wave_id"]),
        UniqueConstraint("wave_id", "response_id"),
        CheckConstraint("NOT anonymous", name="confidential"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[int]
    anonymous: Mapped[bool] = mapped_column(default=False)
    response_id: Mapped[int] = mapped_column(BigInteger)
