"""The units that people belong to, and what these let them see; the caller commits."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.collecting.lineage import Lineage, lineage_of
from surveys.models import AuditEntry, Unit, UnitLevel
from web.accounts.models import Role, Staff, StaffUnit
from web.accounts.roles import ADMINISTRATOR, ANALYST, OF_UNITS
from web.accounts.staff import StaffError

MIGRATION: Final = "migration"  # gave the whole organisation to those who had seen it before
SET_UNITS: Final = "staff.set_units"
OF_FIGURES: Final = frozenset({ADMINISTRATOR, ANALYST})  # see the figures of every unit
# Kinds of groups whose labels are codes of units.
LEVELS: Final = frozenset({"unit", *(level.name.lower() for level in UnitLevel)})


class Scope(NamedTuple):
    """What somebody may see of the figures of a run: all, or what belongs to units of theirs."""

    is_everything: bool
    lineage: Lineage

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to see, not even the whole."""
        return not self.is_everything and not self.lineage.below

    def sees(self, part: str) -> bool:
        """Tell whether a group of a run may be seen: own units and what is under them, and their parents.

        The whole (an empty name) is above every unit. Groups of another kind, such as customer classes, are
        of the whole organisation and of no unit: who has all of it sees them.
        """
        if self.is_everything:
            return True
        if not part:
            return not self.is_nothing
        kind, _colon, code = part.partition(":")
        if kind in LEVELS:
            return code in self.lineage.below or code in self.lineage.above
        return self.lineage.is_whole


def scope_of(session: Session, person: Staff, free: Collection[str] = OF_FIGURES) -> Scope:
    """Give what a person may see; the roles `free` see everything, other roles what their units allow."""
    units = [each.unit_id for each in person.units] if person.role_names & set(OF_UNITS) else []
    return Scope(bool(person.role_names & set(free)), lineage_of(session, units))


def set_units(session: Session, person: Staff, codes: Iterable[str], *, by: str) -> bool:
    """Let a person belong to exactly the units of these codes, given by somebody.

    Returns
    -------
    bool
        Whether that decides anything: units that somebody had given already stay as they are.

    Raises
    ------
    StaffError
        `unit`: there is no unit of such a code; nobody's units have changed then.
    """
    wanted = set(codes)
    found = list(session.scalars(select(Unit).where(Unit.code.in_(wanted)).order_by(Unit.code)))
    if len(found) < len(wanted):
        raise StaffError("unit", sorted(wanted - {unit.code for unit in found}))
    held = {each.unit_id: each for each in person.units}
    if set(held) == {unit.id for unit in found} and all(each.given_by != MIGRATION for each in person.units):
        return False
    person.units = [held.get(unit.id) or StaffUnit(unit=unit, unit_id=unit.id) for unit in found]
    for each in person.units:
        each.given_by = by
    session.flush()
    return True


def codes_of(person: Staff) -> list[str]:
    """Give the codes of the units of a person."""
    return sorted(each.unit.code for each in person.units)


def without_units(session: Session) -> list[Staff]:
    """Give the active people whose roles see what their units allow, and who belong to no unit."""
    of_units = Staff.roles.any(Role.name.in_(OF_UNITS))
    found = session.scalars(select(Staff).where(Staff.active, of_units, ~Staff.units.any()))
    return [person for person in found if not person.role_names & OF_FIGURES]


def undecided(session: Session) -> list[Staff]:
    """Give the people who have their units by the upgrade alone."""
    return list(session.scalars(select(Staff).where(Staff.units.any(StaffUnit.given_by == MIGRATION))))


def note_upgrade(session: Session, now: datetime) -> None:
    """Let the trail say which units the upgrade gave to whom, once."""
    for person in undecided(session):
        target = f"staff:{person.id}"
        named = (AuditEntry.actor == MIGRATION, AuditEntry.action == SET_UNITS, AuditEntry.target == target)
        if not session.scalar(select(exists().where(*named))):
            detail = {"before": [], "after": codes_of(person)}
            audit.record(session, actor=MIGRATION, action=SET_UNITS, target=target, now=now, detail=detail)
