"""Decisions about responses: flags and exclusions by the rules, exclusions and returns by people.

Rows are only ever added. A return takes two people: one asks for it with a reason, another one grants it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveys import reasons
from surveys.analysing.matrix import n_answered
from surveys.collecting.exclusions import excluded_ids
from surveys.database import lock_for_writing
from surveys.errors import Problem, SurveyError
from surveys.models import Burst, Decision, QualityCheck, Response, Wave
from surveys.models.collection import ResponseState
from surveys.models.decisions import DecisionKind

RULES = "rules"
AT_ONCE = 10_000
EMPTY = f"0:{hashlib.sha256().hexdigest()}"  # the head where nothing was decided


class Made(NamedTuple):
    """A decision that is to be added."""

    response_id: int
    kind: DecisionKind
    what: str = ""
    reason: str = ""


class Standing(NamedTuple):
    """How one response stands: its flags, who excluded it and why, and who asked for its return."""

    flags: str = ""
    excluded: Decision | None = None
    asked: Decision | None = None
    returned: Decision | None = None

    @property
    def is_excluded(self) -> bool:
        """Whether it is left out now."""
        return self.excluded is not None and (
            self.returned is None or self.returned.number < self.excluded.number
        )

    @property
    def is_asked_back(self) -> bool:
        """Whether somebody has asked for its return since it was excluded."""
        return self.is_excluded and self.asked is not None and self.asked.number > self.excluded.number  # type: ignore[union-attr]


def standings(session: Session, wave: Wave) -> dict[int, Standing]:
    """Give how each response stands about which anything was decided, in the order of their numbers."""
    found: dict[int, Standing] = {}
    wanted = select(Decision).where(Decision.wave_id == wave.id).order_by(Decision.number)
    for row in session.scalars(wanted):
        before = found.get(row.response_id, Standing())
        if row.kind == DecisionKind.FLAG:
            found[row.response_id] = before._replace(flags=row.what)
        else:
            changed: dict[str, Any] = {str(row.kind): row}
            found[row.response_id] = before._replace(**changed)
    return dict(sorted(found.items()))


def add(session: Session, wave: Wave, made: Iterable[Made], *, actor: str, now: datetime) -> int:
    """Add decisions with the next numbers; give how many. Lock the table first (`lock`)."""
    last = session.scalar(select(func.max(Decision.number)).where(Decision.wave_id == wave.id)) or 0
    rows = [
        each._asdict() | {"wave_id": wave.id, "number": number, "actor": actor, "at": now}
        for number, each in enumerate(made, start=last + 1)
    ]
    if rows:
        session.execute(insert(Decision), rows)
    return len(rows)


def lock(session: Session) -> None:
    """Let nobody else decide until this transaction ends."""
    lock_for_writing(session, Decision)


def exclude(
    session: Session, wave: Wave, responses: Sequence[int], *, actor: str, reason: str, now: datetime
) -> int:
    """Leave complete responses out, as one person decides; those that are out already stay so."""
    _require(responses, reason)
    lock(session)
    complete = select(Response.id).where(
        Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE
    )
    known: set[int] = set()
    for start in range(0, len(responses), AT_ONCE):  # no database takes any number of them in one question
        known |= set(session.scalars(complete.where(Response.id.in_(responses[start : start + AT_ONCE]))))
    if known != set(responses):
        raise SurveyError(Problem.RESPONSE_UNKNOWN, code=wave.code)
    stand = standings(session, wave)
    made = [
        Made(each, DecisionKind.EXCLUDED, stand.get(each, Standing()).flags, reason)
        for each in responses
        if not stand.get(each, Standing()).is_excluded
    ]
    return add(session, wave, made, actor=actor, now=now)


def ask_back(
    session: Session, wave: Wave, responses: Sequence[int], *, actor: str, reason: str, now: datetime
) -> int:
    """Ask that excluded responses be returned to the index; a second person decides.

    Whose return somebody has asked for already stays as it is.
    """
    _require(responses, reason)
    lock(session)
    stand = standings(session, wave)
    if not all(stand.get(each, Standing()).is_excluded for each in responses):
        raise SurveyError(Problem.RESPONSE_NOT_EXCLUDED, code=wave.code)
    made = [Made(each, DecisionKind.ASKED, "", reason) for each in responses if not stand[each].is_asked_back]
    return add(session, wave, made, actor=actor, now=now)


def give_back(
    session: Session, wave: Wave, responses: Sequence[int], *, actor: str, reason: str, now: datetime
) -> int:
    """Return excluded responses to the index, where somebody else has asked for it."""
    _require(responses, reason)
    lock(session)
    stand = standings(session, wave)
    for each in responses:
        own = stand.get(each, Standing())
        if not own.is_asked_back or own.asked is None:
            raise SurveyError(Problem.RESPONSE_NOT_ASKED, code=wave.code)
        if own.asked.actor == actor:
            raise SurveyError(Problem.SECOND_PERSON)
    made = [Made(each, DecisionKind.RETURNED, "", reason) for each in responses]
    return add(session, wave, made, actor=actor, now=now)


def counted(session: Session, wave: Wave, *, include_partial: bool = False) -> dict[str, Any]:
    """Give which answers of a wave a run counts: how many there are, and a mark of those left out."""
    ids = sorted(session.scalars(excluded_ids(wave)))
    return {
        "n_complete": n_answered(session, wave, include_partial=include_partial),
        "state": hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:16],
    }


def is_current(
    session: Session, wave: Wave, quality: Mapping[str, Any], *, include_partial: bool = False
) -> bool:
    """Tell whether a run has counted what counts now: nothing came, was erased, left out or returned since.

    `quality` is what its result says of the quality of the answers.
    """
    return counted(session, wave, include_partial=include_partial).items() <= quality.items()


def head(session: Session, wave: Wave) -> str:
    """Give how many decisions about responses of a wave there are, and a digest of all, for the trail."""
    digest, number = hashlib.sha256(), 0
    wanted = select(Decision).where(Decision.wave_id == wave.id).order_by(Decision.number)
    for row in session.scalars(wanted):
        moment = row.at.astimezone(UTC).isoformat()
        content = [row.number, row.response_id, row.kind, row.what, row.actor, row.reason, moment]
        digest.update(json.dumps(content).encode())
        number += 1
    return f"{number}:{digest.hexdigest()}"


def looked(session: Session, wave: Wave) -> str:
    """Give a digest of what the last look at a wave's answers found; empty where nobody looked."""
    check = select(QualityCheck.at, QualityCheck.is_final, QualityCheck.n_responses, QualityCheck.counts)
    bursts = select(
        Burst.number,
        Burst.kind,
        Burst.place,
        Burst.began,
        Burst.n,
        Burst.n_alike,
        Burst.usual,
        Burst.excludes,
    )
    content = [
        [at.astimezone(UTC).isoformat(), *found]
        for at, *found in session.execute(check.where(QualityCheck.wave_id == wave.id))
    ] + [
        list(each) for each in session.execute(bursts.where(Burst.wave_id == wave.id).order_by(Burst.number))
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() if content else ""


def _require(responses: Sequence[int], reason: str) -> None:
    if not responses:
        raise SurveyError(Problem.DECISION_NOTHING)
    reasons.require(reason)
