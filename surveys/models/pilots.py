"""Pilots of drafts: whom of the customer file they asked, and what people said about the questions."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base


class PilotComment(Base):
    """What one person wrote about one place of a frozen draft (`surveys.piloting.comments`)."""

    __tablename__ = "pilot_comment"
    __table_args__ = (ForeignKeyConstraint(["wave_id", "response_id"], ["response.wave_id", "response.id"]),)

    wave_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class PilotPerson(Base):
    """A customer who was asked to try a frozen draft, and the day; nothing leads from here to answers."""

    __tablename__ = "pilot_person"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asked_on: Mapped[date]
