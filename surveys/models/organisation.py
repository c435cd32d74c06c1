"""The frame: the organisation tree, its customers, and the combinations of values that answers carry."""

from datetime import date
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, JsonType


class UnitLevel(IntEnum):
    """The levels of the organisation tree, from the top."""

    GROUP = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    OFFICE = 4


class CustomerClass(StrEnum):
    """What the customer uses electricity for."""

    RESIDENTIAL = "residential"
    COMMERCIAL = "commercial"
    INDUSTRIAL = "industrial"
    OTHER = "other"


class Tier(StrEnum):
    """How closely the customer is looked after."""

    IMPORTANT = "important"
    KEY = "key"
    BASE = "base"
    RESIDENT = "resident"


def one_of(column: str, values: type[StrEnum], *, or_empty: bool = False) -> str:
    """Write the CHECK expression that a column holds one of the values."""
    allowed = ", ".join(f"'{value}'" for value in (*(("",) if or_empty else ()), *values))
    return f"{column} IN ({allowed})"


class Unit(Base):
    """One organisation unit.

    A parent stands on a level above its child's. The pair (parent, its level) is a foreign key, so the
    database itself refuses a cycle, and refuses to move a parent below its children.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("id", "level"),
        ForeignKeyConstraint(["parent_id", "parent_level"], ["unit.id", "unit.level"]),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("(parent_id IS NULL) = (parent_level IS NULL)", name="parent"),
        CheckConstraint("parent_level IS NULL OR parent_level < level", name="parent_above"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JsonType)
    level: Mapped[int]
    parent_id: Mapped[int | None]
    parent_level: Mapped[int | None]

    parent: Mapped["Unit | None"] = relationship(
        remote_side="[Unit.id, Unit.level]", back_populates="children"
    )
    children: Mapped[list["Unit"]] = relationship(back_populates="parent", order_by="Unit.code")


class Customer(Base):
    """One customer of the frame; how to reach them stands in :class:`Contact`."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint(one_of("customer_class", CustomerClass), name="customer_class"),
        CheckConstraint(one_of("tier", Tier), name="tier"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    customer_class: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(16))
    account_type: Mapped[str] = mapped_column(String(32), default="")
    area: Mapped[str] = mapped_column(String(32), default="")

    unit: Mapped[Unit] = relationship()
    contact: Mapped["Contact | None"] = relationship(back_populates="customer", cascade="all, delete-orphan")


class Contact(Base):
    """How to reach a customer, apart from the frame so that analysts never read it."""

    __tablename__ = "contact"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    # The day of the last import that named it.
    seen_on: Mapped[date | None]

    customer: Mapped[Customer] = relationship(back_populates="contact")


class Segment(Base):
    """One combination of frame values; many responses share it, so a response carries one number."""

    __tablename__ = "segment"
    __table_args__ = (
        UniqueConstraint("label"),
        CheckConstraint(one_of("customer_class", CustomerClass, or_empty=True), name="customer_class"),
        CheckConstraint(one_of("tier", Tier, or_empty=True), name="tier"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(300))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    customer_class: Mapped[str] = mapped_column(String(16), default="")
    tier: Mapped[str] = mapped_column(String(16), default="")
    account_type: Mapped[str] = mapped_column(String(32), default="")
    area: Mapped[str] = mapped_column(String(32), default="")

    unit: Mapped[Unit | None] = relationship()
