"""Quality flags of complete responses, computed for a whole wave at once; nothing is ever deleted.

A response with two or more flags is excluded from the official index and listed. The rules stand in the
questionnaire under `quality`; what it does not say is taken from :data:`DEFAULTS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from surveys import audit, logic
from surveys.answers import LOWEST_ANSWER, NOT_ASKED
from surveys.errors import Problem, SurveyError
from surveys.layout import layout_of
from surveys.matrix import read_rows
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState
from surveys.publishing import load_document
from surveys.questionnaire import Slot

Mask = NDArray[np.bool_]

DEFAULTS: dict[str, Any] = {
    "speeder": {"median_divisor": 3, "seconds_per_item": 2},
    "straightline": {"constructs": []},
    "contradiction": [],
    "attention": {},
    "item_missing": {"share": 0.4},
    "burst": {"times_usual": 5, "least": 10, "top_sd": 3},
    "flags_to_exclude": 2,
}
LISTED_IN_AUDIT = 1000


class Flag(IntFlag):
    """What is doubtful about a response."""

    SPEEDER = 1
    STRAIGHTLINE = 2
    CONTRADICTION = 4
    ATTENTION = 8
    ITEM_MISSING = 16
    BURST = 32

    @property
    def names(self) -> list[str]:
        """The single flags in it, in lower case."""
        return [str(flag.name).lower() for flag in self]


class QualityReport(NamedTuple):
    """What a check of a wave found: how many responses carry each flag, and which are excluded."""

    n_responses: int
    counts: dict[str, int]
    excluded: dict[int, list[str]]


@dataclass(frozen=True)
class _Wave:
    """The arrays that the rules look at; one row a response."""

    answers: NDArray[np.int16]
    position: Mapping[str, int]
    seconds: NDArray[np.float64]
    unit: NDArray[np.int64]
    period: NDArray[np.str_]
    scored: NDArray[np.intp]
    top: NDArray[np.int64]

    def column(self, code: str, rule: str) -> NDArray[np.int16]:
        if code not in self.position:
            raise SurveyError(Problem.QUALITY_RULE, rule=rule, reason=f"this version has no {code}")
        return self.answers[:, self.position[code]]


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
        Flag.SPEEDER: _speeding(data, rules["speeder"]),
        Flag.STRAIGHTLINE: _same_answer(data, alike or scored),
        Flag.CONTRADICTION: _contradicting(data, rules["contradiction"]),
        Flag.ATTENTION: _inattentive(data, rules["attention"]),
        Flag.ITEM_MISSING: _mostly_missing(data, rules["item_missing"]),
        Flag.BURST: _bursting(data, rules["burst"]),
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
) -> tuple[NDArray[np.int64], NDArray[np.int64], _Wave]:
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
    data = _Wave(
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


def _speeding(data: _Wave, rule: Mapping[str, Any]) -> Mask:
    """Faster than a third of the median, or than two seconds an answered item; unknown times pass."""
    timed = data.seconds > 0
    if not timed.any():
        return timed
    answered = (data.answers[:, data.scored] >= LOWEST_ANSWER).sum(axis=1)
    usual = np.median(data.seconds[timed]) / rule["median_divisor"]
    return np.asarray(timed & (data.seconds < np.maximum(usual, rule["seconds_per_item"] * answered)))


def _same_answer(data: _Wave, codes: list[str]) -> Mask:
    """One and the same answer to every question, of which at least five were answered."""
    block = np.column_stack([data.column(code, "straightline") for code in codes])
    real = block >= LOWEST_ANSWER
    low = np.where(real, block, np.int16(32767)).min(axis=1)
    high = np.where(real, block, np.int16(LOWEST_ANSWER)).max(axis=1)
    return np.asarray((real.sum(axis=1) >= 5) & (low == high))


def _contradicting(data: _Wave, conditions: list[str]) -> Mask:
    found = np.zeros(len(data.answers), dtype=bool)
    for condition in conditions:
        found |= _holds(logic.parse(condition), data)
    return found


def _holds(expression: logic.Expression, data: _Wave) -> Mask:
    """Evaluate a condition for all rows; as in `logic`, comparing a missing answer is false."""
    match expression:
        case logic.Junction(word=word, parts=parts):
            each = [_holds(part, data) for part in parts]
            return np.asarray(np.logical_and.reduce(each) if word == "and" else np.logical_or.reduce(each))
        case logic.Not(part=part):
            return ~_holds(part, data)
        case logic.Answered(reference=reference):
            return np.asarray(data.column(reference.name, "contradiction") >= LOWEST_ANSWER)
        case logic.Comparison(reference=reference, relation=relation, constant=constant):
            numeric = isinstance(constant, int | float) or (
                isinstance(constant, tuple) and all(isinstance(item, int | float) for item in constant)
            )
            if reference.account or not numeric or relation in {"in", "not in"}:
                text = logic.to_text(expression)
                reason = f"“{text}” must compare an answer with a number"
                raise SurveyError(Problem.QUALITY_RULE, rule="contradiction", reason=reason)
            column = data.column(reference.name, "contradiction")
            return np.asarray((column >= LOWEST_ANSWER) & _compare(column, relation, constant))


def _compare(column: NDArray[np.int16], relation: str, constant: Any) -> Mask:
    if relation.endswith("list"):
        return np.asarray(np.isin(column, constant) != relation.startswith("not"))
    compare = {
        "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
        ">=": np.greater_equal,
    }[relation]  # fmt: skip
    return np.asarray(compare(column, constant))


def _inattentive(data: _Wave, rule: Mapping[str, Any]) -> Mask:
    """The control question answered otherwise than it asks; not answering it is no flag."""
    if not rule:
        return np.zeros(len(data.answers), dtype=bool)
    column = data.column(rule["code"], "attention")
    return np.asarray((column >= LOWEST_ANSWER) & (column != rule["correct"]))


def _mostly_missing(data: _Wave, rule: Mapping[str, Any]) -> Mask:
    """More than the given share of the scored questions that were asked carry no real answer."""
    block = data.answers[:, data.scored]
    asked = (block != NOT_ASKED).sum(axis=1)
    missing = asked - (block >= LOWEST_ANSWER).sum(axis=1)
    return np.asarray(missing > rule["share"] * asked)


def _bursting(data: _Wave, rule: Mapping[str, Any]) -> Mask:
    """A unit's hour (anonymous: day) far above its usual one, or far too many all-top answers in a unit."""
    flagged = np.zeros(len(data.answers), dtype=bool)
    block = data.answers[:, data.scored]
    real = block >= LOWEST_ANSWER
    praising = np.asarray((real.sum(axis=1) >= 5) & ((block == data.top) | ~real).all(axis=1))
    overall = praising.mean() if len(praising) else 0.0
    for unit in np.unique(data.unit[data.unit >= 0]):
        rows = np.flatnonzero(data.unit == unit)
        _, place, counts = np.unique(data.period[rows], return_inverse=True, return_counts=True)
        many = (counts >= rule["least"]) & (counts > rule["times_usual"] * np.median(counts))
        flagged[rows] |= many[place]
        if len(rows) >= rule["least"]:
            limit = overall + rule["top_sd"] * np.sqrt(overall * (1 - overall) / len(rows))
            if praising[rows].mean() > limit:
                flagged[rows] |= praising[rows]
    return flagged


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
