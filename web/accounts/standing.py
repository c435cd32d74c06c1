"""What accounts may do, as it is, and as the trail says that it was given."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import Checked
from surveys.proving.findings import Finding, Kind
from surveys.proving.said import BEGIN
from web.accounts.models import Staff
from web.accounts.units import SET_UNITS, codes_of

Standing = dict[str, Any]  # the roles, the units, and whether the account lets in


def standings(session: Session) -> dict[str, Standing]:
    """Give what each account may do, by its number."""
    people = session.scalars(select(Staff).order_by(Staff.id))
    return {
        str(each.id): {
            "roles": sorted(each.role_names),
            "units": codes_of(each),
            "active": bool(each.active),
        }
        for each in people
    }


def unaccounted(session: Session, entries: Iterable[Checked]) -> Iterator[Finding]:
    """Find accounts that may do something else than the trail says, or of which it knows nothing."""
    said = _said(entries)
    if said is None:
        return
    for number, now in standings(session).items():
        if said.get(number) != now:
            held = ", ".join([*now["roles"], *now["units"]])
            yield Finding(Kind.ROLES, {"staff": number, "roles": held or "–"})


def _said(entries: Iterable[Checked]) -> dict[str, Standing] | None:
    """Follow the trail; None where it does not begin with the accounts as they were."""
    said: dict[str, Standing] | None = None
    for each in entries:
        if each.is_whole is False:
            continue
        entry, detail = each.entry, each.entry.detail
        if entry.action == BEGIN:
            said = dict(detail.get("staff", {}))
        kind, _, number = entry.target.partition(":")
        if said is None or kind != "staff":
            continue
        before = said.get(number, {"roles": [], "units": [], "active": True})
        if entry.action == "staff.add":
            said[number] = before | {
                "roles": sorted(detail.get("roles", ())),
                "units": sorted(detail.get("units", ())),
            }
        elif entry.action == "staff.set_roles":
            said[number] = before | {"roles": sorted(detail.get("after", ()))}
        elif entry.action == SET_UNITS:
            said[number] = before | {"units": sorted(detail.get("after", ()))}
        elif entry.action in {"staff.activate", "staff.deactivate"}:
            said[number] = before | {"active": entry.action == "staff.activate"}
    return said
