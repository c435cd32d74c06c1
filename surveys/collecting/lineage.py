"""Where units stand in the organisation: what lies under them, and the chain of units above them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from surveys.models import Unit


class Lineage(NamedTuple):
    """Units, as the tree is now: `below` are they and all under them, `above` the parents up to the top.

    `ids` are the numbers of those below; `is_whole` where nothing of the organisation lies outside.
    """

    below: frozenset[str]
    above: frozenset[str]
    ids: frozenset[int]
    is_whole: bool


def lineage_of(session: Session, unit_ids: Collection[int]) -> Lineage:
    """Find what lies under units and above them; without a unit nothing does."""
    if not unit_ids:
        return Lineage(frozenset(), frozenset(), frozenset(), is_whole=False)
    begun = select(Unit.id, Unit.code, Unit.parent_id).where(Unit.id.in_(unit_ids))
    unit = aliased(Unit)
    columns = (unit.id, unit.code, unit.parent_id)
    under = begun.cte("under", recursive=True)
    under = under.union(select(*columns).join(under, unit.parent_id == under.c.id))
    over = begun.cte("over", recursive=True)
    over = over.union(select(*columns).join(over, unit.id == over.c.parent_id))
    below = session.execute(select(under.c.id, under.c.code)).all()
    codes, ids = frozenset(row.code for row in below), frozenset(row.id for row in below)
    above = frozenset(session.scalars(select(over.c.code))) - codes
    tops = session.scalars(select(Unit.id).where(Unit.parent_id.is_(None)))
    return Lineage(codes, above, ids, is_whole=ids.issuperset(tops))
