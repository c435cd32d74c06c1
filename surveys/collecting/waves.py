"""Waves: planned, opened, paused, ended, closed."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from surveys import words
from surveys.collecting import sealing, settling
from surveys.errors import Problem, SurveyError, wrong_state
from surveys.models import Version, Wave
from surveys.models.collection import GRACE, RUNNING, Access, Mode, Purpose, WaveState

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


# Waves that fieldwork, files and figures know: what people said of a frozen draft is none of theirs.
IN_THE_FIELD = Wave.purpose != Purpose.DRAFT

# Built once, because every request of a respondent asks it.
BY_PUBLIC_KEY = select(Wave).where(Wave.public_key == bindparam("key"))


def create_wave(
    session: Session,
    version: Version,
    *,
    code: str,
    title: Mapping[str, str] | str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    purpose: str = Purpose.OFFICIAL,
    mode: str = Mode.WEB,
    access: str = Access.PUBLIC,
    anonymous: bool = True,
    settings: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Wave:
    """Plan a wave of a published version; :func:`open_wave` lets answers in.

    `mode` is how answers are taken (web, phone, face, paper, mixed), `access` who may answer (public,
    invited), `anonymous` whether answers may ever be tied to a person; it cannot be changed later.
    """
    if not CODE.fullmatch(code):
        raise SurveyError(Problem.WAVE_CODE, code=code)
    if session.scalar(select(Wave.id).where(Wave.code == code)) is not None:
        raise SurveyError(Problem.WAVE_EXISTS, code=code)
    for name, value, allowed in (
        ("purpose", purpose, Purpose),
        ("mode", mode, Mode),
        ("access", access, Access),
    ):
        if value not in set(allowed):
            raise SurveyError(Problem.WAVE_SETTING, name=name, value=value, allowed=", ".join(allowed))
    if (purpose == Purpose.DRAFT) != (version.kind == "pilot"):
        raise SurveyError(Problem.PILOT_OF_DRAFT)
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise SurveyError(Problem.WAVE_WINDOW)
    wave = Wave(
        code=code,
        title=words.in_all(title) if isinstance(title, str) else dict(title),
        version=version,
        opens_at=opens_at,
        closes_at=closes_at,
        purpose=str(purpose),
        mode=str(mode),
        access=str(access),
        anonymous=anonymous,
        quotas=[],
        settings=dict(settings or {}),
        public_key=secrets.token_urlsafe(12),
        created_at=now or datetime.now(UTC),
    )
    session.add(wave)
    session.flush()
    return wave


def open_wave(session: Session, wave: Wave, now: datetime) -> None:
    """Let answers in, from now or from the start of the window."""
    if wave.state != WaveState.PLANNED:
        raise wrong_state(wave.code, wave.state)
    if wave.closes_at is not None and wave.closes_at <= now:
        raise SurveyError(Problem.WAVE_WINDOW)
    wave.state = WaveState.OPEN
    wave.opens_at = wave.opens_at or now
    session.flush()


def pause_wave(session: Session, wave: Wave, now: datetime, *, resumes_on: date | None = None) -> None:
    """Let nobody begin for a time; open pages are saved when sent. `resumes_on` is what people are told.

    Raises
    ------
    SurveyError
        Nobody can begin as it is, or the day is not one on which the wave can go on.
    """
    if not wave.is_open(now):
        raise wrong_state(wave.code, wave.state)
    if resumes_on is not None and (
        resumes_on < now.date() or (wave.closes_at is not None and wave.closes_at.date() < resumes_on)
    ):
        raise SurveyError(Problem.WAVE_RESUMES)
    wave.state, wave.resumes_on = WaveState.PAUSED, resumes_on
    session.flush()


def resume_wave(session: Session, wave: Wave, now: datetime) -> None:
    """Let a paused wave go on, everybody where they were."""
    if not wave.is_paused(now):
        raise wrong_state(wave.code, wave.state)
    wave.state, wave.resumes_on = WaveState.OPEN, None
    session.flush()


def change_dates(
    session: Session, wave: Wave, now: datetime, *, opens_at: datetime | None, closes_at: datetime | None
) -> None:
    """Move the first and the last moment of a wave whose window is not over.

    Who has begun is asked on: by the new end, and the grace after it.

    Raises
    ------
    SurveyError
        The wave is closed, its window is over, it has begun and the first day would move, or no day is left.
    """
    if wave.state == WaveState.CLOSED:
        raise wrong_state(wave.code, wave.state)
    if wave.state != WaveState.PLANNED:
        if wave.closes_at is not None and wave.closes_at <= now:
            raise SurveyError(Problem.WAVE_OVER, code=wave.code)
        if wave.opens_at is not None and wave.opens_at <= now:
            if opens_at != wave.opens_at:
                raise SurveyError(Problem.WAVE_BEGUN, code=wave.code)
        else:
            opens_at = now if opens_at is None else max(opens_at, now)
    if closes_at is not None and closes_at <= now:
        raise SurveyError(Problem.WAVE_ENDED)
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise SurveyError(Problem.WAVE_WINDOW)
    if wave.resumes_on is not None and closes_at is not None and closes_at.date() < wave.resumes_on:
        raise SurveyError(Problem.WAVE_ENDS_PAUSED, day=wave.resumes_on.isoformat())
    wave.opens_at, wave.closes_at = opens_at, closes_at
    session.flush()


def end_wave(session: Session, wave: Wave, now: datetime) -> None:
    """End the window of an open or paused wave now: nobody begins, who has begun may finish in the grace."""
    if not wave.is_open(now) and not wave.is_paused(now):
        raise wrong_state(wave.code, wave.state)
    wave.state, wave.resumes_on, wave.closes_at = WaveState.OPEN, None, now
    session.flush()


def close_wave(session: Session, wave: Wave, now: datetime) -> None:
    """End the wave for good and seal it; what was answered but not submitted stays and does not count.

    Whoever submits meanwhile waits, and is then told that the wave is closed. The links of an anonymous wave
    are used up; the worker writes its rows into new files (`rewriting`).
    """
    settling.lock(session)
    sealing.lock_answers(session, wave)
    if wave.state not in RUNNING:
        raise wrong_state(wave.code, wave.state)
    wave.state = WaveState.CLOSED
    if wave.opens_at is None or wave.opens_at < now:
        wave.closes_at = min(wave.closes_at or now, now)
    session.flush()
    settling.finish(session, wave, now)
    sealing.seal(session, wave, now=now)


def ended(session: Session, now: datetime) -> list[Wave]:
    """Give the open and paused waves whose window has ended, and the grace after it."""
    query = select(Wave).where(Wave.state.in_(RUNNING), Wave.closes_at <= now - GRACE, IN_THE_FIELD)
    return list(session.scalars(query.order_by(Wave.id)))


def find_wave(session: Session, public_key: str) -> Wave | None:
    """Find the wave of a public link; None when there is none."""
    if "\x00" in public_key:
        return None
    return session.scalar(BY_PUBLIC_KEY, {"key": public_key})


def wave_by_code(session: Session, code: str) -> Wave:
    """Give the wave of a code, or refuse and name the known ones."""
    known_wave = select(Wave).where(Wave.code == code, IN_THE_FIELD)
    wave = session.scalar(known_wave) if "\x00" not in code else None
    if wave is None:
        newest = select(Wave.code).where(IN_THE_FIELD).order_by(Wave.id.desc()).limit(20)
        known = ", ".join(session.scalars(newest)) or "–"
        raise SurveyError(Problem.WAVE_UNKNOWN, code=code, known=known)
    return wave
