"""Blocks that staff share with colleagues: each as a list of acts, of which none is ever rewritten."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, JsonType, UTCDateTime


class LibraryEntry(Base):
    """One act on a block, and how the block stands after it (`surveys.editing.library`).

    `doing` is `put`, `renew`, `rename`, `withdraw`, `restore` or `undo`; `edition` the number of the act that
    put the parts in which stand now, and `document` these parts at such an act, None at the others. `source`
    says which draft they are from, as `surveys.questions.parts.Origin` does.
    """

    __tablename__ = "library_entry"
    __table_args__ = (CheckConstraint(text("number > 0"), name="number"),)

    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doing: Mapped[str] = mapped_column(String(16))
    staff_name: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(110))
    edition: Mapped[int]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    document: Mapped[dict[str, Any] | None] = mapped_column(JsonType)
