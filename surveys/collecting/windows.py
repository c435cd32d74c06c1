"""The window of a wave in a statement: what is stored when it has its turn, whatever was read before."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from surveys.models import Wave
from surveys.models.collection import GRACE, RUNNING, WaveState


def is_open_at(now: datetime) -> ColumnElement[bool]:
    """Say the same as `Wave.is_open`."""
    return _within((WaveState.OPEN,), now, now)


def takes_on_at(now: datetime) -> ColumnElement[bool]:
    """Say the same as `Wave.takes_on`."""
    return _within(RUNNING, now, now - GRACE)


def _within(states: Collection[WaveState], now: datetime, end: datetime) -> ColumnElement[bool]:
    has_begun = or_(Wave.opens_at.is_(None), Wave.opens_at <= now)
    return and_(Wave.state.in_(states), has_begun, or_(Wave.closes_at.is_(None), Wave.closes_at > end))
