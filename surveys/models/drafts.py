"""The draft of a questionnaire: its parts as nodes, and every change that was ever made to them."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, JsonType, UTCDateTime
from surveys.models.documents import StoredQuestionnaire, Version

State = Literal["editing", "submitted", "approved"]


class Draft(Base):
    """A questionnaire that is being edited; `number` is that of its last change.

    It began as a copy of `base_version`, or of no version. Who began it is of those who edited it.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), unique=True)
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    number: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="editing")
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    begun_by: Mapped[str] = mapped_column(String(254))

    questionnaire: Mapped[StoredQuestionnaire] = relationship()
    base_version: Mapped[Version | None] = relationship()


class DraftNode(Base):
    """One part of a draft: its id is given once; who is dropped stays, with all below it.

    `fields` are the values by path (`text/zh`); `touched` the last change by path, by `@place`, by `@drop`.
    """

    __tablename__ = "draft_node"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    parent: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(200))
    dropped: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[dict[str, Any]] = mapped_column(JsonType)
    touched: Mapped[dict[str, int]] = mapped_column(JsonType)


class DraftChange(Base):
    """One change, never rewritten: its operations, each with what was there before.

    `base` is the change that its author had seen, `tab` the window in which it was made, `client` the
    author's own mark for it, `gesture` what it belongs to with others, `undoes` the change it takes back.
    """

    __tablename__ = "draft_change"
    __table_args__ = (
        UniqueConstraint("draft_id", "client"),
        CheckConstraint(text("number > 0"), name="number"),
    )

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_name: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    base: Mapped[int]
    tab: Mapped[bytes] = mapped_column(LargeBinary(16))
    client: Mapped[bytes] = mapped_column(LargeBinary(16))
    gesture: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    undoes: Mapped[int | None]
    operations: Mapped[list[dict[str, Any]]] = mapped_column(JsonType)


class DraftSnapshot(Base):
    """All nodes as they stood after a change, packed; `why` says what it was taken for."""

    __tablename__ = "draft_snapshot"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[str] = mapped_column(String(16))
    nodes: Mapped[bytes] = mapped_column(LargeBinary)


class DraftPresence(Base):
    """Who has a draft open, at which part, and when their page said so last: a row a person."""

    __tablename__ = "draft_presence"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    staff_name: Mapped[str] = mapped_column(String(254), primary_key=True)
    node: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
