"""Runs in a queue: limits, cancelling, workers that are lost, and what the site says of them."""

from sqlalchemy import select

from surveys.analysing import runs
from surveys.models import Analysis, AuditEntry, Wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.runs.test_runs import ask, n_runs, work  # noqa: F401
from web.runs import compute, heartbeat, queue


def test_a_person_has_five_runs_at_a_time_and_the_site_twenty(analyst, administrator, session):
    for seed in range(5):
        ask(analyst, seed=str(seed))
    before = n_runs(session)
    refused = ask(analyst, 429, seed="99")
    assert "5 runs that have not ended" in refused.get_data(as_text=True)
    assert n_runs(session) == before
    ask(administrator, seed="99")
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    for seed in range(100, 114):
        compute.plan(session, wave, staff_name=f"p{seed}@example.org", now=NOW, seed=seed)
    session.commit()
    assert "20 runs" in ask(administrator, 429, seed="98").get_data(as_text=True)


def test_a_run_is_cancelled_by_its_owner_or_an_administrator_while_it_waits(
    analyst,
    administrator,
    session,
    work,  # noqa: F811
):
    own, other = ask(analyst).location, ask(analyst, seed="6").location
    analyst.submit(own, form="form[action$='/cancel']")
    administrator.submit(other, form="form[action$='/cancel']")
    administrator_own = ask(administrator, seed="7").location
    assert not analyst.browse(administrator_own).select("form[action$='/cancel']")
    analyst.send(f"{administrator_own}/cancel", 403)
    for place in (own, other):
        assert "cancelled" in analyst.browse(place).select_one("#progress .tag").get_text()
    assert "已取消" in analyst.browse(f"{own}?lang=zh").get_text()
    work()
    session.rollback()
    states = [session.get(Analysis, int(place.rsplit("/", 1)[1])).state for place in (own, other)]
    assert states == ["failed", "failed"], "the worker leaves cancelled runs alone"
    analyst.send(f"{own}/cancel")
    analyst.send("/runs/99999/cancel", 404)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "run.cancel")).all()
    assert len(actions) == 2, "what has ended already is no entry"


def test_a_running_run_stops_soon_after_it_is_cancelled(analyst, session, site_url, monkeypatch):  # noqa: F811
    shown = ask(analyst).location
    run_id = int(shown.rsplit("/", 1)[1])
    seen, told = [], runs.report_progress

    def press(session, analysis, share):
        seen.append(share)
        if len(seen) == 1:
            analyst.send(f"{shown}/cancel")
        told(session, analysis, share)

    monkeypatch.setattr(runs, "report_progress", press)
    session.rollback()
    compute.execute(session, session.get(Analysis, run_id))
    session.rollback()
    run = session.get(Analysis, run_id)
    assert (run.state, run.message, run.result) == ("failed", "cancelled", None)
    assert len(seen) == 1


def test_the_site_says_when_no_worker_runs(analyst, app, site_url, tmp_path):  # noqa: F811
    shown = ask(analyst).location
    assert "No worker runs" in analyst.browse(shown).get_text()
    assert "No worker runs" in analyst.browse("/runs/").get_text()
    with heartbeat.Heartbeat(queue.queue(site_url, tmp_path).waiting):
        assert "No worker runs" not in analyst.browse(shown).get_text()
        assert "No worker runs" not in analyst.browse("/runs/").get_text()


def test_a_waiting_run_whose_job_was_lost_is_taken_up_again(analyst, session, site_url, tmp_path, work):  # noqa: F811
    shown = ask(analyst).location
    jobs = queue.queue(site_url, tmp_path)
    assert jobs.waiting.dequeue() is not None, "taken by a worker that died at once"
    assert work() == 0
    session.rollback()
    queue.take_up(session, jobs)
    queue.take_up(session, jobs)
    assert len(jobs.waiting.pending()) == 1, "put there once"
    work()
    assert "done" in analyst.browse(shown).select_one("#progress .tag").get_text()
