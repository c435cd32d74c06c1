"""The frame: organisation units, customers and the segments that responses carry."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.collecting.naming import find_unit_code
from surveys.database import insert_if_new
from surveys.errors import Problem, SurveyError
from surveys.models import Customer, Segment, Unit
from surveys.models.organisation import CustomerClass, Tier

SEGMENT_NAMES = ("unit", "customer_class", "tier", "account_type", "area")
LIMITS = {"code": 64, "account_type": 32, "area": 32, "name": 200, "phone": 40, "email": 254, "address": 500}


def segment_of(session: Session, customer: Customer) -> Segment:
    """Give the segment of a customer."""
    return find_segment(session, values_of(customer))


def values_of(known: Customer | Segment) -> dict[str, str]:
    """Give what the frame knows of a customer, or what a segment says; empty where it is nothing."""
    values = {name: getattr(known, name) for name in SEGMENT_NAMES if name != "unit"}
    return {"unit": known.unit.code if known.unit is not None else "", **values}


def find_segment(session: Session, values: Mapping[str, str]) -> Segment:
    """Find or make the segment with these values: unit code, customer_class, tier, account_type, area.

    Two transactions that make the same segment at once both get the one row.
    """
    _check_words(values)
    row = {name: values.get(name) or "" for name in SEGMENT_NAMES}
    # Escaped, so that segments with other values have other labels.
    label = "|".join(row[name].replace("\\", r"\\").replace("|", r"\|") for name in SEGMENT_NAMES)
    wanted = select(Segment).where(Segment.label == label)
    segment = session.scalar(wanted)
    if segment is not None:
        return segment
    unit_id = _unit_id(session, row.pop("unit"))
    session.execute(insert_if_new(session, Segment, label=label, unit_id=unit_id, **row))
    return session.scalars(wanted).one()


def check_values(session: Session, values: Mapping[str, str]) -> None:
    """Refuse what no segment can say: a name that is none, a class, tier or unit that there is not."""
    _check_words(values)
    _unit_id(session, values.get("unit", ""))


def _check_words(values: Mapping[str, str]) -> None:
    unknown = sorted(set(values) - set(SEGMENT_NAMES))
    if unknown:
        raise SurveyError(Problem.SEGMENT_NAME, name=unknown[0])
    _check_member("customer_class", values.get("customer_class") or "", {"", *CustomerClass})
    _check_member("tier", values.get("tier") or "", {"", *Tier})


def _unit_id(session: Session, code: str) -> int | None:
    found = session.scalar(select(Unit.id).where(Unit.code == code)) if code else None
    if code and found is None:
        raise SurveyError(Problem.UNIT_UNKNOWN, code=code)
    return found


def usable_values(session: Session, values: Mapping[str, str]) -> dict[str, str]:
    """Keep of a respondent's own statements what a segment can hold.

    A unit that is found neither by code nor by name says nothing here; its words stay with the answers.
    """
    kept = {name: value for name, value in values.items() if name in SEGMENT_NAMES and value}
    for name, allowed in (("customer_class", set(CustomerClass)), ("tier", set(Tier))):
        if kept.get(name) not in allowed:
            kept.pop(name, None)
    for name in ("account_type", "area"):
        if len(kept.get(name, "")) > LIMITS[name]:
            del kept[name]
    if "unit" in kept:
        code = find_unit_code(session, kept.pop("unit"))
        kept |= {"unit": code} if code else {}
    return kept


def _check_member(name: str, value: str, allowed: set[str]) -> None:
    if value not in allowed:
        raise SurveyError(Problem.SEGMENT_VALUE, name=name, value=value)
