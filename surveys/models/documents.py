"""Questionnaires and their published versions; the draft of one is in `drafts`."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, JsonType, UTCDateTime

# How a version came to be: on a page, or from the command line, past any review.
Way = Literal["page", "command line"]
# A pilot is a draft that was frozen for a few people; nothing but its own pages knows it.
Kind = Literal["published", "pilot"]


class StoredQuestionnaire(Base):
    """One questionnaire through all its versions; the document itself is in its versions and its draft."""

    __tablename__ = "questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    versions: Mapped[list["Version"]] = relationship(
        primaryjoin="and_(Version.questionnaire_id == StoredQuestionnaire.id, Version.kind == 'published')",
        order_by="Version.number",
        viewonly=True,
    )


class Version(Base):
    """A frozen document, published or a pilot's. The database refuses to update or delete it.

    Numbers are counted by kind: beside version 2 there may be pilot 2.

    `slots` is the packing order of its answers, kept beside the document so that answers stay readable
    whatever later code derives from the same document. `way`, `reason` and `accepted` say how it was
    published and with which warnings, each with somebody's reason or none; `series` says of each question
    that was asked otherwise before whether its answers go on (`same`) or begin anew (`new`). Older versions
    do not know.
    """

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "kind", "number"),
        Index("ix_version_content_hash", "content_hash"),
        CheckConstraint(text("number > 0"), name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    kind: Mapped[str] = mapped_column(String(16), default="published")
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JsonType)
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JsonType)
    content_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(254))
    way: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    accepted: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonType)
    series: Mapped[dict[str, str] | None] = mapped_column(JsonType)
    submitted_by: Mapped[str | None] = mapped_column(String(254))
    approved_by: Mapped[str | None] = mapped_column(String(254))
    change: Mapped[int | None]  # of the draft, the last that is in it

    questionnaire: Mapped[StoredQuestionnaire] = relationship()

    @property
    def slot_codes(self) -> tuple[str, ...]:
        """The codes of the answers in packing order."""
        return tuple(slot["code"] for slot in self.slots)
