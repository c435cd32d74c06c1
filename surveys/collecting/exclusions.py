"""Which responses are left out now: the last decision about each holds."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from surveys.models import Decision, Response, Wave
from surveys.models.decisions import DecisionKind


def excluded_ids(wave: Wave) -> Select[Any]:
    """Select the responses of a wave that are left out of the index."""

    def last(kind: DecisionKind) -> ColumnElement[int]:
        return func.max(case((Decision.kind == kind, Decision.number), else_=0))

    return (
        select(Decision.response_id)
        .where(Decision.wave_id == wave.id)
        .group_by(Decision.response_id)
        .having(last(DecisionKind.EXCLUDED) > last(DecisionKind.RETURNED))
    )


def is_kept(wave: Wave) -> ColumnElement[bool]:
    """Give the condition that a response of a wave is not left out."""
    return Response.id.not_in(excluded_ids(wave))
