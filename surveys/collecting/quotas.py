"""Quotas of a wave: how many complete responses a segment may have, and whether it is full."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.collecting.segments import check_values
from surveys.errors import Problem, SurveyError, wrong_state
from surveys.models import Response, Segment, Unit, Wave
from surveys.models.collection import WaveState
from surveys.models.dispositions import Disposition

MOST = 2**31  # what a database's integer holds


def full_quota(session: Session, wave: Wave, segment: Segment | None) -> Mapping[str, Any] | None:
    """Give the first quota that this segment belongs to and that is full, or None."""
    for quota in wave.quotas:
        where = quota["where"]
        if segment is None or any(_segment_value(segment, name) != value for name, value in where.items()):
            continue
        if count_complete(session, wave, where) >= quota["limit"]:
            return dict(quota)
    return None


def count_complete(session: Session, wave: Wave, where: Mapping[str, str]) -> int:
    """Count a wave's complete responses of the segments that `where` describes."""
    query = (
        select(func.count())
        .select_from(Response)
        .join(Segment, Response.segment_id == Segment.id)
        .outerjoin(Unit, Segment.unit_id == Unit.id)
        .where(Response.wave_id == wave.id, Response.disposition == Disposition.COMPLETE)
    )
    for name, value in where.items():
        query = query.where((Unit.code if name == "unit" else getattr(Segment, name)) == value)
    return session.scalars(query).one()


def set_quotas(session: Session, wave: Wave, quotas: Sequence[Mapping[str, Any]]) -> None:
    """Replace the quotas of a wave that is not closed; whoever has answered stays."""
    if wave.state == WaveState.CLOSED:
        raise wrong_state(wave.code, wave.state)
    for quota in quotas:
        _check_quota(session, quota)
    wave.quotas = [dict(quota) for quota in quotas]
    session.flush()


def _check_quota(session: Session, quota: Mapping[str, Any]) -> None:
    where, limit = quota.get("where"), quota.get("limit")
    if not isinstance(where, Mapping) or not where or not is_limit(limit):
        raise SurveyError(Problem.WAVE_QUOTA, quota=dict(quota))
    check_values(session, where)


def is_limit(most: object) -> bool:
    """Tell whether a quota can have this number of complete responses."""
    return isinstance(most, int) and not isinstance(most, bool) and 0 <= most < MOST


def _segment_value(segment: Segment, name: str) -> str:
    if name == "unit":
        return segment.unit.code if segment.unit is not None else ""
    return str(getattr(segment, name))
