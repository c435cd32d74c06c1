"""The frame: units and customers, and their import from a list."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from surveys import words
from surveys.collecting.segments import LIMITS
from surveys.errors import Problem, SurveyError
from surveys.models import Contact, Customer, Unit, UnitLevel
from surveys.models.organisation import CustomerClass, Tier

CONTACT_NAMES = ("name", "phone", "email", "address")


class ImportReport(NamedTuple):
    """What an import did: how many customers it made and changed, and the rows it refused."""

    created: int
    changed: int
    problems: tuple[str, ...]


def add_unit(
    session: Session,
    *,
    code: str,
    name: Mapping[str, str] | str,
    level: UnitLevel,
    parent: Unit | None = None,
) -> Unit:
    """Add a unit under its parent; the parent must stand on a higher level."""
    code = code.strip()
    if not code or len(code) > LIMITS["code"] or not code.isprintable():
        raise SurveyError(Problem.UNIT_CODE, code=code)
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise SurveyError(Problem.UNIT_EXISTS, code=code)
    if parent is not None and parent.level >= level:
        raise SurveyError(Problem.UNIT_LEVEL, code=code, parent=parent.code)
    names = words.in_all(name) if isinstance(name, str) else dict(name)
    unit = Unit(code=code, name=names, level=int(level), parent=parent)
    session.add(unit)
    session.flush()
    return unit


def find_customer(session: Session, code: str) -> Customer:
    """Find a customer by account code, or refuse."""
    customer = session.scalar(select(Customer).where(Customer.code == code.strip()))
    if customer is None:
        raise SurveyError(Problem.CUSTOMER_UNKNOWN, code=code)
    return customer


def under(session: Session, code: str) -> Select[tuple[int]]:
    """Select a unit and all units under it; an unknown one is refused."""
    top = session.scalar(select(Unit.id).where(Unit.code == code)) if "\x00" not in code else None
    if top is None:
        raise SurveyError(Problem.UNIT_UNKNOWN, code=code)
    found = select(Unit.id).where(Unit.id == top).cte(recursive=True)
    found = found.union_all(select(Unit.id).join(found, Unit.parent_id == found.c.id))
    return select(found.c.id)


def customers_under(session: Session, code: str) -> list[Customer]:
    """Give the customers of a unit and of all units under it, by their codes; an unknown unit is refused."""
    query = select(Customer).where(Customer.unit_id.in_(under(session, code))).order_by(Customer.code)
    return list(session.scalars(query.options(joinedload(Customer.unit))))


def import_customers(session: Session, rows: Iterable[Mapping[str, str]], *, today: date) -> ImportReport:
    """Add or change customers from rows of text, all or nothing.

    A row has code, unit (a unit's code), customer_class, tier and optionally account_type, area, name,
    phone, email, address; contacts are kept as of `today`. A row that cannot be
    used is named with its number and the reason; when there is one, no row is stored.
    """
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    problems: list[str] = []
    seen: dict[str, int] = {}
    good: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=1):
        clean = {name: str(value or "").strip() for name, value in row.items() if name}
        reason = _refusal(clean, units, seen)
        if reason:
            problems.append(f"row {number}: {reason}")
        else:
            seen[clean["code"]] = number
            good.append(clean)
    if problems:
        return ImportReport(0, 0, tuple(problems))
    known = _known_customers(session, list(seen))
    created = 0
    for clean in good:
        customer = known.get(clean["code"])
        if customer is None:
            customer = Customer(code=clean["code"])
            session.add(customer)
            created += 1
        customer.unit_id = units[clean["unit"]]
        customer.customer_class, customer.tier = clean["customer_class"], clean["tier"]
        customer.account_type, customer.area = clean.get("account_type", ""), clean.get("area", "")
        contact = {name: clean[name] for name in CONTACT_NAMES if clean.get(name)}
        if contact:
            customer.contact = customer.contact or Contact()
            for name, value in contact.items():
                setattr(customer.contact, name, value)
            customer.contact.seen_on = today
    session.flush()
    return ImportReport(created, len(good) - created, ())


def _known_customers(session: Session, codes: list[str]) -> dict[str, Customer]:
    known: dict[str, Customer] = {}
    for start in range(0, len(codes), 500):
        part = select(Customer).where(Customer.code.in_(codes[start : start + 500]))
        known |= {customer.code: customer for customer in session.scalars(part)}
    return known


def _refusal(row: Mapping[str, str], units: Mapping[str, int], seen: Mapping[str, int]) -> str:
    """Say why a row cannot be used; empty when it can."""
    code, unit = row.get("code", ""), row.get("unit", "")
    too_long = next((name for name, limit in LIMITS.items() if len(row.get(name, "")) > limit), None)
    if not code:
        reason = "the customer code is missing"
    elif too_long:
        reason = f"{too_long} is longer than {LIMITS[too_long]} characters"
    elif any(ord(character) < 32 for value in row.values() for character in value):
        reason = "a value holds control characters"
    elif code in seen:
        reason = f"customer {code} stands already in row {seen[code]}"
    elif unit not in units:
        reason = f"unit {unit!r} is unknown; add it first"
    elif row.get("customer_class", "") not in set(CustomerClass):
        reason = f"customer_class must be one of {', '.join(CustomerClass)}"
    elif row.get("tier", "") not in set(Tier):
        reason = f"tier must be one of {', '.join(Tier)}"
    else:
        reason = ""
    return reason
