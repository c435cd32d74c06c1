"""The seal of a closed wave, kept in the trail: its answers, version, window and invitations as they stood.

Order-free: it tells nothing of who answered when. What may change afterwards (an erasure, the end of texts'
time, an invitation's outcome) is a further entry with the seal before and after it, made only where the wave
was what its last seal says.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from surveys import audit, seals
from surveys.collecting.packing import layout_of
from surveys.database import lock_for_writing
from surveys.errors import Problem, SurveyError
from surveys.keys import Key, keys_of
from surveys.models import AuditEntry, Invitation, Response, Segment, Wave
from surveys.models.collection import ResponseState


def hold(session: Session, response: Response) -> None:
    """Let nobody close the wave or change the response until this transaction ends; read both anew."""
    session.flush()
    if session.connection().dialect.name == "sqlite":
        lock_for_writing(session, Response)
    else:
        # The whole before its part, as whoever settles or closes a wave does.
        session.execute(text("LOCK TABLE ONLY response IN ROW EXCLUSIVE MODE"))
        session.execute(text(f"LOCK TABLE {_partition(response.wave_id)} IN ROW EXCLUSIVE MODE"))
    session.refresh(response, with_for_update=True)
    session.refresh(response.wave, ["state", "opens_at", "closes_at"])


def lock_answers(session: Session, wave: Wave) -> None:
    """Let nobody write answers of the wave until this transaction ends, and read the wave anew.

    Whoever completes a response holds the same table first (`hold`), and the wave's row after it.
    """
    session.flush()
    if session.connection().dialect.name == "sqlite":
        lock_for_writing(session, Response)
    else:
        session.execute(text(f"LOCK TABLE {_partition(wave.id)} IN SHARE ROW EXCLUSIVE MODE"))
    session.refresh(wave)


def seal_of(
    session: Session,
    key: Key,
    response: Response,
    segment_id: int | None,
    completed_at: datetime,
    disposition: str | None,
) -> bytes:
    """Give the seal of a response that is completed, or was changed lawfully."""
    return seals.make(key, _sealed(session, response, segment_id, completed_at, disposition))


def is_whole(session: Session, response: Response) -> bool:
    """Tell whether a complete response is what its seal says."""
    key = keys_of(session).by_mark(seals.mark_of(response.seal)) if response.seal else None
    if key is None or response.seal is None or response.completed_at is None:
        return False
    own = _sealed(session, response, response.segment_id, response.completed_at, response.disposition)
    return seals.holds(key, own, response.seal)


def standing(session: Session, wave: Wave) -> dict[str, Any]:
    """Give what a seal of the wave says of it as it is now."""
    complete = select(Response.seal).where(
        Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE
    )
    found = sorted(seal or b"" for seal in session.scalars(complete))
    used = select(Response.segment_id).where(Response.wave_id == wave.id, Response.segment_id.is_not(None))
    rows = session.execute(
        select(
            Segment.id, Segment.label, Segment.unit_id, Segment.customer_class, Segment.tier,
            Segment.account_type, Segment.area,
        ).where(Segment.id.in_(used)).order_by(Segment.id)
    )  # fmt: skip
    by_state = select(Invitation.state, func.count()).where(Invitation.wave_id == wave.id)
    invitations = session.execute(by_state.group_by(Invitation.state)).all()
    return {
        "id": wave.id,
        "version": wave.version.content_hash,
        "slots": _digest(wave.version.slots),
        "anonymous": wave.anonymous,
        "access": wave.access,
        "purpose": wave.purpose,
        "opens_at": _moment(wave.opens_at),
        "closes_at": _moment(wave.closes_at),
        "n": len(found),
        "answers": hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in found)).hexdigest(),
        "segments": _digest([list(row) for row in rows]),
        "invitations": dict(sorted((state, number) for state, number in invitations)),
    }


def seal(session: Session, wave: Wave, *, now: datetime) -> None:
    """Seal a wave that was closed; `lock_answers` comes before."""
    session.flush()
    detail = {"seal": standing(session, wave)}
    audit.record(session, actor="system", action="wave.seal", target=target_of(wave), now=now, detail=detail)


def last_seal(session: Session, wave: Wave) -> dict[str, Any] | None:
    """Give the last seal of a wave; None where it was never sealed."""
    entries = select(AuditEntry.detail).where(AuditEntry.target == target_of(wave))
    for detail in session.scalars(entries.order_by(AuditEntry.id.desc())):
        if "seal" in detail:
            found: dict[str, Any] = detail["seal"]
            return found
    return None


@contextmanager
def lawfully(
    session: Session,
    wave: Wave,
    *,
    actor: str,
    action: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Change a wave, sealed or not, and note it in the trail, with the seal before and after it.

    Raises
    ------
    SurveyError
        The wave is not what its last seal says: that must be looked into first, nothing is changed.
    """
    lock_answers(session, wave)
    before = last_seal(session, wave)
    if before is not None and not holds(before, standing(session, wave)):
        raise SurveyError(Problem.SEAL_BROKEN, code=wave.code)
    yield
    session.flush()
    sealed = {} if before is None else {"before": mark_of(before), "seal": standing(session, wave)}
    audit.record(
        session,
        actor=actor,
        action=action,
        target=target_of(wave),
        now=now,
        detail={**(detail or {}), **sealed},
    )


def holds(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a wave is what was sealed; seals of former releases hold less."""
    return sealed.items() <= now.items()


def mark_of(sealed: Mapping[str, Any] | None) -> str:
    """Give a short mark of a seal; empty where there is none."""
    return "" if sealed is None else _digest(sealed)[:32]


def target_of(wave: Wave) -> str:
    """Name a wave as the trail does."""
    return f"wave:{wave.code}"


def _sealed(
    session: Session, response: Response, segment_id: int | None, at: datetime, disposition: str | None
) -> seals.Sealed:
    return seals.Sealed(
        wave_id=response.wave_id,
        version=layout_of(session, response.version_id).content_hash,
        response_id=response.id,
        segment_id=segment_id,
        completed_at=at,
        mode=response.mode,
        language=response.language,
        disposition=disposition,
        answers=response.answers.tobytes(),
        texts=response.texts,
        timings=response.timings.tobytes(),
    )


def _partition(wave_id: int) -> str:
    return f"response_wave_{int(wave_id)}"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
