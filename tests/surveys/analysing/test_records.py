"""Stored runs and the audit trail."""

import threading

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing import runs
from surveys.errors import SurveyError
from surveys.models import Analysis
from surveys.proving.proof import prove
from tests.surveys.worlds import NOW, make_wave


def queue(session) -> Analysis:
    run = runs.create(
        session, title="First", waves=[make_wave(session)], specification={"index": "SAT"},
        options={"bootstrap": 100}, seed=7, code_version="0.1.0", staff_name="Ann", now=NOW,
    )  # fmt: skip
    session.commit()
    return run


def refused(call, *arguments, **named):
    with pytest.raises(SurveyError) as caught:
        call(*arguments, **named)
    assert caught.value.code == "ANALYSIS_STATE"


def test_a_run_is_queued_run_and_done(session):
    run = queue(session)
    refused(runs.report_progress, session, run, 0.5)
    runs.start(session, run, now=NOW)
    refused(runs.start, session, run, now=NOW)
    runs.report_progress(session, run, 0.25)
    assert (run.state, run.progress) == ("running", 0.25)
    result = {"index": {"points": 71.123456789012345}, "empty": None}
    runs.finish(session, run, result=result, data_fingerprint="f" * 64, n_respondents=3, now=NOW)
    session.commit()
    session.expire_all()
    assert (run.state, run.progress, run.result, run.finished_at) == ("done", 1.0, result, NOW)
    for call, named in [
        (runs.start, {"now": NOW}),
        (runs.fail, {"message": "x", "now": NOW}),
        (runs.finish, {"result": {}, "data_fingerprint": "", "n_respondents": 0, "now": NOW}),
    ]:
        refused(call, session, run, **named)


def test_a_failed_run_says_why(session):
    run = queue(session)
    runs.fail(session, run, message="too few answers", now=NOW)
    assert (run.state, run.message, run.result) == ("failed", "too few answers", None)


def test_a_result_that_json_cannot_hold_is_refused(session):
    run = queue(session)
    runs.start(session, run, now=NOW)
    with pytest.raises(ValueError, match="JSON"):
        runs.finish(session, run, result={"a": np.nan}, data_fingerprint="", n_respondents=1, now=NOW)
    assert run.state == "running"
    with pytest.raises(SurveyError):
        runs.create(
            session, title="t", waves=[], specification={}, options={}, seed=1, code_version="1",
            staff_name="a", now=NOW,
        )  # fmt: skip


def test_the_chain_verifies_and_names_what_was_altered(session):
    for number in range(5):
        audit.record(
            session, actor="Ann", action="wave.open", target=f"wave:{number}", detail={"满": number}, now=NOW
        )
    session.commit()
    assert prove(session).findings == ()
    drop = "DROP TRIGGER keep_audit_entry_update"
    if session.connection().dialect.name == "postgresql":
        drop += " ON audit_entry"
    session.execute(text(drop))
    session.execute(text("UPDATE audit_entry SET actor = 'Bob' WHERE id = 3"))
    session.commit()
    session.expire_all()
    assert prove(session).broken == {3}


def test_a_missing_entry_breaks_the_chain(session):
    for number in range(4):
        audit.record(session, actor="Ann", action="a", target=str(number), now=NOW)
    drop = "DROP TRIGGER keep_audit_entry_delete"
    if session.connection().dialect.name == "postgresql":
        drop += " ON audit_entry"
    session.execute(text(drop))
    session.execute(text("DELETE FROM audit_entry WHERE id = 2"))
    session.expire_all()
    assert prove(session).broken == {3}


def test_entries_of_several_writers_make_one_chain(engine, session):
    failures = []

    def write(name: str) -> None:
        try:
            for number in range(5):
                with Session(engine) as own:
                    audit.record(own, actor=name, action="a", target=str(number), now=NOW)
                    own.commit()
        except Exception as error:  # noqa: BLE001 - a thread must hand its failure over
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 20
    assert prove(session).findings == ()
