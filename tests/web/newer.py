"""Newer runs of a wave with the same figures, without the time that estimating takes."""

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import inspect

from surveys.analysing import official
from surveys.models import Analysis
from web.insight import results
from web.runs import series

_copies = count(1)


def newer_run(session, wave_code: str) -> Analysis:
    """Store one more finished run of a wave: a copy of its newest."""
    found = results.series_of(session, wave_code=wave_code, is_official=False).up_to(wave_code).last
    return copy_of(session, found.run_id)


def published(session, wave_code: str) -> Analysis:
    """Store one more finished run of a wave, and let two people make it the official one."""
    return make_official(session, newer_run(session, wave_code))


def make_official(session, run: Analysis) -> Analysis:
    """Let two people make a finished run of a closed wave the official one."""
    named = {"reason": "newer", "now": datetime.now(UTC)}
    official.propose(session, run, actor="one@example.org", **named)
    official.approve(session, run, actor="two@example.org", **named)
    session.commit()
    return run


def copy_of(session, run_id: int, **other) -> Analysis:
    """Store one more finished run like that one, but for what is given.

    No two copies end at the same time: a process keeps what it read of a run by its number and its end, and
    each test's database numbers its runs anew.
    """
    old = session.get(Analysis, run_id)
    columns = {name.key: getattr(old, name.key) for name in inspect(Analysis).columns if name.key != "id"}
    columns["finished_at"] += timedelta(microseconds=next(_copies))
    newer = Analysis(**columns | other)
    session.add(newer)
    session.commit()
    return newer


def estimate_again(session, wave_code: str) -> None:
    """Store a newer official run, and let the worker follow the series."""
    published(session, wave_code)
    assert series.refresh(session)
