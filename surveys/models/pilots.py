"""What people said about the questions of a draft that a few of them tried."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, String, Text
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
