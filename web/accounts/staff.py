"""Making and changing staff accounts; the caller commits."""

import secrets
import unicodedata
import uuid
from collections.abc import Iterable, Sequence

from email_validator import EmailNotValidError
from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web import i18n
from web.accounts.mail import normalise
from web.accounts.models import Role, Staff
from web.accounts.passwords import SHORTEST, is_common
from web.accounts.roles import ADMINISTRATOR, NEWCOMER, ROLES


class StaffError(ValueError):
    """An account that cannot be made or changed; `code` says why, `about` what it is about."""

    def __init__(self, code: str, about: Sequence[str] = ()) -> None:
        self.code, self.about = code, tuple(about)
        super().__init__(code)


def ensure_roles(session: Session) -> dict[str, Role]:
    """Give the roles by name; missing ones are made."""
    known = {role.name: role for role in session.scalars(select(Role))}
    for name in ROLES:
        if name not in known:
            known[name] = Role(name=name)
            session.add(known[name])
    session.flush()
    return known


def find_staff(session: Session, email: str) -> Staff | None:
    """Find an account by its address, whatever the case of its letters."""
    return session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))


def add_staff(
    session: Session,
    *,
    email: str,
    name: str = "",
    roles: Iterable[str] = (NEWCOMER,),
    password: str | None = None,
    language: str | None = None,
) -> tuple[Staff, str]:
    """Make an account; give it and its password in clear, which is not kept.

    Mails to it speak its language, by default the site's own.

    Raises
    ------
    StaffError
        `email`: no address; `taken`: the address has an account; `roles`: an unknown role or none;
        `password`: shorter than ten characters, or among the first that are tried.
    """
    try:
        address = normalise(email)
    except EmailNotValidError:
        raise StaffError("email") from None
    if find_staff(session, address) is not None:
        raise StaffError("taken")
    if password is not None and (len(password) < SHORTEST or is_common(password, address, name)):
        raise StaffError("password")
    clear = password or new_password()
    staff = Staff(
        email=address,
        name=name.strip()[:200],
        language=language or i18n.own(),
        password=hash_password(unicodedata.normalize("NFKD", clear)),
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
    )
    session.add(staff)
    set_roles(session, staff, roles)
    return staff, clear


def set_roles(session: Session, staff: Staff, names: Iterable[str]) -> None:
    """Give an account exactly these roles; at least one administrator stays able to log in."""
    wanted = set(names)
    if not wanted or not wanted <= set(ROLES):
        raise StaffError("roles")
    known = ensure_roles(session)
    if ADMINISTRATOR in staff.role_names and ADMINISTRATOR not in wanted:
        _keep_one_administrator(session, staff)
    staff.roles = [known[name] for name in ROLES if name in wanted]
    session.flush()


def set_active(session: Session, staff: Staff, *, active: bool) -> None:
    """Let an account log in or not; switching off ends its sessions at once."""
    if not active and ADMINISTRATOR in staff.role_names:
        _keep_one_administrator(session, staff)
    staff.active = active
    staff.fs_uniquifier = uuid.uuid4().hex
    session.flush()


def end_password(session: Session, staff: Staff) -> None:
    """Let the password, links made beside it and all sessions of the account end; nobody knows another."""
    staff.password = hash_password(new_password())
    staff.fs_uniquifier = uuid.uuid4().hex
    session.flush()


def new_password() -> str:
    """Make a random password of 16 letters and digits without look-alikes."""
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(alphabet) for _ in range(16))


def _keep_one_administrator(session: Session, staff: Staff) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Staff)
        .where(Staff.active, Staff.id != staff.id, Staff.roles.any(Role.name == ADMINISTRATOR))
    )
    if not others:
        raise StaffError("last_administrator")
