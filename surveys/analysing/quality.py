"""Quality flags of complete responses, computed for a whole wave at once; nothing is ever deleted.

A response with two or more flags is excluded from the official index and listed. The rules stand in the
questionnaire under `quality`; what it does not say is taken from :data:`DEFAULTS`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing.matrix import read_rows
from surveys.analysing.quality_rules import (
    DEFAULTS,
    Flag,
    WaveAnswers,
    bursting,
    contradicting,
    inattentive,
    mostly_missing,
    same_answer,
    speeding,
)
from surveys.collecting.packing import layout_of
from surveys.editing.publishing import load_document
from surveys.logic.columns import Mask
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState
from surveys.questions.base import Slot

LISTED_IN_AUDIT = 1000


class QualityReport(NamedTuple):
    """What a check of a wave found: how many responses carry each flag, and which are excluded."""

    n_responses: int
    counts: dict[str, int]
    excluded: dict[int, list[str]]


def assess(
    session: Session, wave: Wave, *, now: datetime, staff_name: str = "system", exclude: bool = True
) -> QualityReport:
    """Flag a wave's complete responses anew, store the flags, and record what was excluded.

    In an anonymous wave times are days, so bursts are looked for by day; else by hour.
    """
    document = load_document(wave.version)
    rules = DEFAULTS | dict(document.quality)
    system = document.indicators
    constructs = {part.id: part.indicators for part in system.constructs} if system is not None else {}
    slots = {slot.code: slot for slot in document.slots}
    scored = [code for codes in constructs.values() for code in codes if code in slots]
    scored = scored or [slot.code for slot in document.slots if slot.kind == "rating"]
    layout = layout_of(session, wave.version_id, check=True)
    ids, stored, data = _read(session, wave, layout.position, [slots[code] for code in scored])
    alike = [
        code for name in rules["straightline"].get("constructs", []) for code in constructs.get(name, ())
    ]
    flags = np.zeros(len(ids), dtype=np.int64)
    found = {
        Flag.SPEEDER: speeding(data, rules["speeder"]),
        Flag.STRAIGHTLINE: same_answer(data, alike or scored),
        Flag.CONTRADICTION: contradicting(data, rules["contradiction"]),
        Flag.ATTENTION: inattentive(data, rules["attention"]),
        Flag.ITEM_MISSING: mostly_missing(data, rules["item_missing"]),
        Flag.BURST: bursting(data, rules["burst"]),
    }
    for flag, mask in found.items():
        flags[mask] |= int(flag)
    number = sum(mask.astype(np.int64) for mask in found.values())
    excluded = (number >= rules["flags_to_exclude"]) & exclude
    _store(session, wave, ids=ids, flags=flags, excluded=excluded, stored=stored)
    listed = {int(ids[row]): Flag(int(flags[row])).names for row in np.flatnonzero(excluded)}
    counts = {str(flag.name).lower(): int(mask.sum()) for flag, mask in found.items()}
    detail = {
        "n_responses": len(ids),
        "counts": counts,
        "n_excluded": len(listed),
        "excluded": dict(list(listed.items())[:LISTED_IN_AUDIT]),
    }
    audit.record(
        session, actor=staff_name, action="quality.assess", target=f"wave:{wave.code}", detail=detail, now=now
    )
    return QualityReport(len(ids), counts, listed)


def excluded_responses(session: Session, wave: Wave) -> dict[int, list[str]]:
    """List the excluded responses of a wave with their flags."""
    query = select(Response.id, Response.flags).where(Response.wave_id == wave.id, Response.excluded)
    return {ident: Flag(flags).names for ident, flags in session.execute(query.order_by(Response.id))}


def _read(
    session: Session, wave: Wave, position: Mapping[str, int], scored: list[Slot]
) -> tuple[NDArray[np.int64], NDArray[np.int64], WaveAnswers]:
    """Read ids, stored flags (negative when excluded) and the arrays for the rules."""
    table = Response.__table__.c
    if session.connection().dialect.name == "sqlite":
        period: Any = func.substr(table.completed_at, 1, 13)
    else:
        period = func.to_char(func.timezone("UTC", table.completed_at), "YYYY-MM-DD HH24")
    query = (
        select(table.id, table.answers, table.timings, table.segment_id, period, table.flags, table.excluded)
        .where(Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE)
        .order_by(Response.id)
    )
    rows = [row for part in read_rows(session, query) for row in part]
    ids, answers, timings, units, periods, flags, excluded = zip(*rows, strict=True) if rows else ((),) * 7
    count = len(ids)
    data = WaveAnswers(
        answers=np.frombuffer(b"".join(answers), dtype="<i2").reshape(count, len(position)),
        position=position,
        seconds=np.fromiter((np.frombuffer(part, dtype="<u2").sum() for part in timings), float, count) / 10,
        unit=np.fromiter((-1 if unit is None else unit for unit in units), np.int64, count),
        period=np.array(periods, dtype=np.str_),
        scored=np.array([position[slot.code] for slot in scored], dtype=np.intp),
        top=np.array([slot.high for slot in scored], dtype=np.int64),
    )
    stored = np.array(flags, dtype=np.int64)
    return np.array(ids, dtype=np.int64), np.where(np.array(excluded, dtype=bool), -1 - stored, stored), data


def _store(
    session: Session,
    wave: Wave,
    *,
    ids: NDArray[np.int64],
    flags: NDArray[np.int64],
    excluded: Mask,
    stored: NDArray[np.int64],
) -> None:
    """Write the rows whose flags changed."""
    changed = np.flatnonzero(np.where(excluded, -1 - flags, flags) != stored)
    if not len(changed):
        return
    table = Response.__table__
    statement = (
        update(Response)
        .where(table.c.wave_id == bindparam("of_wave"), table.c.id == bindparam("of_id"))
        .values(flags=bindparam("new_flags"), excluded=bindparam("new_excluded"))
    )
    rows = [
        {
            "of_wave": wave.id,
            "of_id": int(ids[row]),
            "new_flags": int(flags[row]),
            "new_excluded": bool(excluded[row]),
        }
        for row in changed
    ]
    session.connection().execute(statement, rows)
    session.expire_all()
