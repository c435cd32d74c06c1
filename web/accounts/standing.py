"""What accounts may do, as it is, and as the trail says that it was given."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import Checked
from surveys.models import AuditEntry
from surveys.proving.findings import Finding, Kind
from surveys.proving.said import BEGIN
from web.accounts.models import Staff
from web.accounts.units import MIGRATION, SET_UNITS, codes_of

Standing = dict[str, Any]  # the roles, the units, and whether the account lets in
LISTS: Final = {"staff.set_roles": "roles", SET_UNITS: "units"}  # action → what it sets
SWITCHES: Final = {"staff.activate": True, "staff.deactivate": False}


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
        if not _stood(before, entry):
            before = before | {"unseen": True}  # as no account stands: it stays found when others follow
        if entry.action == "staff.add":
            said[number] = before | {part: sorted(detail.get(part, ())) for part in LISTS.values()}
        elif part := LISTS.get(entry.action):
            said[number] = before | {part: sorted(detail.get("after", ()))}
        elif entry.action in SWITCHES:
            said[number] = before | {"active": SWITCHES[entry.action]}
    return said


def _stood(said: Standing, entry: AuditEntry) -> bool:
    """Tell whether an account, when it was changed lawfully, stood as was said before."""
    if entry.action in SWITCHES:
        return bool(said["active"] != SWITCHES[entry.action])
    part = LISTS.get(entry.action)
    if part is None or entry.actor == MIGRATION or "before" not in entry.detail:
        return True
    return bool(said[part] == sorted(entry.detail["before"]))
