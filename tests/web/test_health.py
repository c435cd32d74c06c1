"""What a supervisor is told: each part by what was measured, and 503 when one is not well."""

import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest

from surveys.database import normalise_url
from surveys.models import Analysis
from surveys.models.records import AnalysisState
from web.runs import heartbeat
from web.runs.queue import queue


@pytest.fixture
def waiting(app):
    with app.app_context():
        yield queue(normalise_url(app.config["DATABASE_URL"]), app.config["MANYI"]["INSTANCE"])[0]


def told(app):
    answer = app.test_client().get("/healthz")
    return answer.status_code, answer.get_json()


def test_all_is_well_with_a_worker_at_work(app, waiting):
    with heartbeat.Heartbeat(waiting):
        status, parts = told(app)
    assert status == 200, parts
    assert parts["status"] == "ok"
    assert parts["database"] == {"ok": True}
    assert parts["worker"] == {"ok": True, "silent_seconds": 0}
    assert parts["runs"] == {"ok": True, "oldest_waits_seconds": None}
    assert parts["disk"]["free_mib"] > 0


def test_a_worker_that_gives_no_sign_is_told(app, waiting):
    status, parts = told(app)
    assert (status, parts["status"], parts["worker"]) == (503, "ill", {"ok": False, "silent_seconds": None})
    waiting.put(heartbeat.KEY, time.time() - 100)
    status, parts = told(app)
    assert (status, parts["worker"]["ok"]) == (503, False)
    assert 99 <= parts["worker"]["silent_seconds"] <= 130


def test_the_sign_is_given_again_and_again(waiting, monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.05)
    with heartbeat.Heartbeat(waiting):
        first = waiting.get(heartbeat.KEY, peek=True)
        time.sleep(0.5)
        assert waiting.get(heartbeat.KEY, peek=True) > first


def test_a_disk_that_is_nearly_full_is_told(app, waiting, monkeypatch):
    full = shutil._ntuple_diskusage(10**12, 10**12 - 10**8, 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with heartbeat.Heartbeat(waiting):
        status, parts = told(app)
    assert (status, parts["disk"]) == (503, {"ok": False, "free_mib": 95})


def test_a_run_that_waits_for_hours_is_told(app, session, waiting):
    session.add(
        Analysis(
            title="", wave_codes=["W1"], specification={}, options={}, seed=1, code_version="1",
            state=AnalysisState.QUEUED, created_by="analyst@example.org",
            created_at=datetime.now(UTC) - timedelta(hours=2),
        )
    )  # fmt: skip
    session.commit()
    with heartbeat.Heartbeat(waiting):
        status, parts = told(app)
    assert (status, parts["runs"]["ok"]) == (503, False)
    assert 7190 <= parts["runs"]["oldest_waits_seconds"] <= 7300


def test_a_queue_that_cannot_be_asked_is_told_without_its_words(app, waiting, monkeypatch):
    def refuse(*_arguments, **_named):
        raise RuntimeError("secret of the queue")

    monkeypatch.setattr(type(waiting), "get", refuse)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()["worker"]) == (503, {"ok": False})
    assert "secret" not in answer.text
