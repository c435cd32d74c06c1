"""Quality of complete responses: flags of a whole wave at once, stored as decisions; nothing is ever deleted.

A response with flags of two families, or one of a burst of alike answers, is left out of the official index
and listed. The rules stand in the questionnaire under `quality`; what it does not say is taken from
:data:`DEFAULTS`. Looked at by the worker when a wave closes and before every run.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing import bursts, decisions
from surveys.analysing.decisions import RULES, Made, Standing
from surveys.analysing.matrix import read_rows
from surveys.analysing.quality_rules import (
    DEFAULTS,
    Flag,
    WaveAnswers,
    contradicting,
    excluding,
    inattentive,
    mostly_missing,
    overpraising,
    same_answer,
    speeding,
)
from surveys.collecting import counting
from surveys.collecting.alike import scored
from surveys.collecting.dispositions import ANSWERED
from surveys.collecting.packing import layout_of
from surveys.collecting.waves import IN_THE_FIELD
from surveys.document.questionnaire import Questionnaire
from surveys.editing.publishing import load_document
from surveys.models import Burst, QualityCheck, Response, Segment, Unit, Wave
from surveys.models.collection import KIOSK, Access, ResponseState, WaveState
from surveys.models.decisions import DecisionKind

LISTED_IN_AUDIT = 1000
FEWEST_NEW = 20
BETWEEN_CHECKS = timedelta(hours=1)
COUNTERS_KEPT = timedelta(days=1)  # after the wave has closed


class QualityReport(NamedTuple):
    """What a check of a wave found: how many responses carry each flag, and which are excluded."""

    n_responses: int
    counts: dict[str, int]
    excluded: dict[int, list[str]]


def assess(session: Session, wave: Wave, *, now: datetime, staff_name: str = RULES) -> QualityReport:
    """Flag a wave's complete responses, and decide which are left out; note it where anything is new.

    The same answers give the same flags, so looking again changes nothing. What people decided stays. Once a
    wave is closed, flags are only added. In an anonymous wave times are days; counters apart know hours.
    """
    document = load_document(wave.version)
    rules = DEFAULTS | dict(document.quality)
    ids, data = _read(session, wave, document)
    engine = session.get_bind().engine
    counted = counting.read(engine, wave.id)
    found = bursts.find(data, counted, rules["burst"], is_public=wave.access == Access.PUBLIC)
    flags = _flags(document, data, rules)
    for each in found:
        flags[each.all] |= int(Flag.BURST)
        flags[each.alike] |= int(Flag.ALIKE)
    decisions.lock(session)
    was = {"decisions": decisions.head(session, wave), "quality": decisions.looked(session, wave)}
    numbers = _store_bursts(session, wave, found)
    of_burst = {int(ids[row]): numbers[at] for at, each in enumerate(found) for row in each.alike}
    stand = decisions.standings(session, wave)
    is_closed = wave.state == WaveState.CLOSED
    if is_closed:
        flags |= np.array([int(Flag.read(stand.get(int(each), Standing()).flags)) for each in ids], np.int64)
    out = excluding(flags, rules["flags_to_exclude"])
    made = _made(ids, flags, out, stand, of_burst, may_return=not is_closed)
    decisions.add(session, wave, made, actor=RULES, now=now)
    report = _report(session, wave, flags)
    looked = _keep(session, wave, report, was["quality"], is_final=is_closed, now=now)
    if made or looked != was["quality"]:
        detail = {
            "n_responses": len(ids),
            "counts": report.counts,
            "n_excluded": len(report.excluded),
            "excluded": dict(list(report.excluded.items())[:LISTED_IN_AUDIT]),
            "decisions": decisions.head(session, wave),
            "quality": looked,
            "was": was,
        }
        audit.record(
            session,
            actor=staff_name,
            action="quality.assess",
            target=f"wave:{wave.code}",
            detail=detail,
            now=now,
        )
    if is_closed and wave.closes_at is not None and wave.closes_at < now - COUNTERS_KEPT and counted:
        counting.forget(engine, wave.id)
    return report


def due(session: Session, now: datetime) -> list[Wave]:
    """Give the waves to look at: those closed since the last time, and those in the field now and then.

    While people answer only batches are looked at: single ones would tell when somebody answered.
    """
    checks = {each.wave_id: each for each in session.scalars(select(QualityCheck))}
    complete = (
        select(Response.wave_id, func.count())
        .where(Response.state == ResponseState.COMPLETE, Response.disposition.in_(ANSWERED))
        .group_by(Response.wave_id)
    )
    numbers = {wave_id: number for wave_id, number in session.execute(complete)}  # noqa: C416
    found = []
    for wave in session.scalars(select(Wave).where(Wave.id.in_(numbers), IN_THE_FIELD).order_by(Wave.id)):
        check = checks.get(wave.id)
        if wave.state == WaveState.CLOSED:
            is_due = check is None or not check.is_final
        else:
            more = numbers[wave.id] - (check.n_responses if check else 0)
            is_due = more >= FEWEST_NEW and (check is None or check.at < now - BETWEEN_CHECKS)
        if is_due:
            found.append(wave)
    return found


def excluded_responses(session: Session, wave: Wave) -> dict[int, list[str]]:
    """List the excluded responses of a wave with their flags."""
    return {
        ident: each.flags.split("+") if each.flags else []
        for ident, each in decisions.standings(session, wave).items()
        if each.is_excluded
    }


def bursts_of(session: Session, wave: Wave) -> list[Burst]:
    """List the bursts of a wave."""
    return list(session.scalars(select(Burst).where(Burst.wave_id == wave.id).order_by(Burst.number)))


def _flags(document: Questionnaire, data: WaveAnswers, rules: dict[str, Any]) -> NDArray[np.int64]:
    system = document.indicators
    constructs = {part.id: part.indicators for part in system.constructs} if system is not None else {}
    named = rules["straightline"].get("constructs", [])
    alike = [code for name in named for code in constructs.get(name, ())]
    found = {
        Flag.SPEEDER: speeding(data, rules["speeder"]),
        Flag.STRAIGHTLINE: same_answer(data, alike or list(data.asked.codes)),
        Flag.CONTRADICTION: contradicting(data, rules["contradiction"]),
        Flag.ATTENTION: inattentive(data, rules["attention"]),
        Flag.ITEM_MISSING: mostly_missing(data, rules["item_missing"]),
        Flag.PRAISE: overpraising(data, rules["burst"]),
    }
    flags = np.zeros(len(data.answers), dtype=np.int64)
    for flag, mask in found.items():
        flags[mask] |= int(flag)
    return flags


def _made(
    ids: NDArray[np.int64],
    flags: NDArray[np.int64],
    out: NDArray[np.bool_],
    stand: dict[int, Standing],
    of_burst: dict[int, int],
    *,
    may_return: bool,
) -> list[Made]:
    """Say what is new: flags that changed, and exclusions where no person has decided otherwise."""
    made = []
    for row in np.flatnonzero((flags != 0) | np.isin(ids, list(stand))):
        ident = int(ids[row])
        before, what = stand.get(ident, Standing()), "+".join(Flag(int(flags[row])).names)
        reason = f"burst {of_burst[ident]}" if ident in of_burst else ""
        if what != before.flags:
            made.append(Made(ident, DecisionKind.FLAG, what, reason))
        by_people = before.returned is not None and before.returned.actor != RULES
        if out[row] and not before.is_excluded and not by_people:
            made.append(Made(ident, DecisionKind.EXCLUDED, what, reason))
        elif not out[row] and may_return and before.is_excluded and before.excluded.actor == RULES:  # type: ignore[union-attr]
            made.append(Made(ident, DecisionKind.RETURNED, what))
    return made


def _store_bursts(session: Session, wave: Wave, found: list[bursts.Found]) -> list[int]:
    """Keep what was found; a burst that is known grows. Give the number of each."""
    known = {(each.kind, each.place, each.began): each for each in bursts_of(session, wave)}
    numbers = []
    for each in found:
        key = (each.kind, each.place, each.began)
        if key not in known:
            number = max((other.number for other in known.values()), default=0) + 1
            known[key] = Burst(wave_id=wave.id, number=number, kind=key[0], place=key[1], began=key[2])
            session.add(known[key])
        stored = known[key]
        stored.n, stored.n_alike, stored.usual = each.n, each.n_alike, each.usual
        stored.excludes = each.excludes
        numbers.append(stored.number)
    session.flush()
    return numbers


def _keep(
    session: Session, wave: Wave, report: QualityReport, was: str, *, is_final: bool, now: datetime
) -> str:
    """Keep what a look found, with its time where it is new; give its digest."""
    check = session.get(QualityCheck, wave.id, populate_existing=True) or QualityCheck(
        wave_id=wave.id, at=now
    )
    check.is_final, check.n_responses, check.counts = is_final, report.n_responses, report.counts
    session.add(check)
    session.flush()
    if decisions.looked(session, wave) != was:
        check.at = now
        session.flush()
    return decisions.looked(session, wave)


def _report(session: Session, wave: Wave, flags: NDArray[np.int64]) -> QualityReport:
    counts = {str(flag.name).lower(): int(((flags & int(flag)) != 0).sum()) for flag in Flag}
    return QualityReport(len(flags), counts, excluded_responses(session, wave))


def _read(session: Session, wave: Wave, document: Questionnaire) -> tuple[NDArray[np.int64], WaveAnswers]:
    """Read ids and the arrays for the rules."""
    layout = layout_of(session, wave.version_id, check=True)
    table = Response.__table__.c
    if session.connection().dialect.name == "sqlite":
        period: Any = func.substr(table.completed_at, 1, 13)
    else:
        period = func.to_char(func.timezone("UTC", table.completed_at), "YYYY-MM-DD HH24")
    query = (
        select(
            table.id, table.answers, table.timings, func.coalesce(table.segment_id, -1), period, table.mode
        )
        .where(
            Response.wave_id == wave.id,
            Response.state == ResponseState.COMPLETE,
            Response.disposition.in_(ANSWERED),
        )
        .order_by(Response.id)
    )
    rows = [row for part in read_rows(session, query) for row in part]
    ids, answers, timings, segments, periods, modes = zip(*rows, strict=True) if rows else ((),) * 6
    count = len(ids)
    wanted = select(Segment.id, Unit.code).join(Segment.unit)
    units = {ident: code for ident, code in session.execute(wanted)}  # noqa: C416  rows are no pairs
    hours = np.array(periods, dtype="U13")
    days = hours.astype("U10")
    return np.array(ids, dtype=np.int64), WaveAnswers(
        answers=np.frombuffer(b"".join(answers), dtype="<i2").reshape(count, len(layout.codes)),
        position=layout.position,
        seconds=np.fromiter((np.frombuffer(part, dtype="<u2").sum() for part in timings), float, count) / 10,
        unit=np.array([units.get(each, "") for each in segments], dtype=np.str_),
        period=days if wave.anonymous else hours,
        day=days,
        at_kiosk=np.array([mode == KIOSK for mode in modes], dtype=bool),
        is_anonymous=wave.anonymous,
        asked=scored(document, layout),
    )
