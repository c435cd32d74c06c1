"""Staff and roles in the columns that Flask-Security asks for, and the units that staff belong to."""

from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import Boolean, Column, ForeignKey, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Base, UTCDateTime
from surveys.models import Unit

staff_role = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Names(AsaList):
    """A list of names in a text, whose type says that queries with it may be kept."""

    cache_ok = True


class Role(Base, RoleMixin):
    """One of the roles; what each may do stands with the views (`allow`)."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(Names()))


class Staff(Base, UserMixin):
    """Someone who logs in. Respondents have no account."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    # Flask-Security declares the four marked below without the None of a person who never logged in.
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=staff_role, lazy="selectin"
    )
    units: Mapped[list["StaffUnit"]] = relationship(cascade="all, delete-orphan")

    @property
    def role_names(self) -> frozenset[str]:
        """The names of the roles."""
        return frozenset(role.name for role in self.roles)


class StaffUnit(Base):
    """A unit that somebody belongs to, and the address of who gave it; `MIGRATION` where nobody did."""

    __tablename__ = "staff_unit"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    given_by: Mapped[str] = mapped_column(String(254))

    unit: Mapped[Unit] = relationship()


class StaffSession(Base):
    """A log-in that lasts: whoever deletes the row ends it, whatever cookie comes."""

    __tablename__ = "staff_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of what the cookie holds
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")


class Attempt(Base):
    """How often something was tried; the key holds no address."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    until: Mapped[datetime] = mapped_column(UTCDateTime)
