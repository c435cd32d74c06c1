"""Official runs: leaders read what two people decided; another run replaces nothing by itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from surveys.analysing import official
from surveys.models import Analysis, AuditEntry, RunDecision
from surveys.proving.begin import begin
from surveys.proving.proof import prove
from tests.surveys.tampering import tamper
from tests.web.conftest import PASSWORD
from tests.web.demo_site import FIRST, LIVE, NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import newer_run
from tests.web.visiting import Visitor
from web.accounts.staff import find_staff
from web.extensions import db


def other(session, wave_code: str, points: float = 12.3) -> Analysis:
    """A newer run of a wave by the analyst, with another index: what somebody would rather show."""
    run = newer_run(session, wave_code)
    result = json.loads(json.dumps(run.result))
    result["index"]["points"] = points
    changed = Analysis(
        **{
            name: getattr(run, name)
            for name in inspect(Analysis).columns.keys()  # noqa: SIM118  no dictionary
            if name not in {"id", "result", "created_by"}
        },
        result=result,
        created_by="analyst@example.org",
    )
    session.add(changed)
    session.commit()
    return changed


def seen(visitor, wave_code: str = SECOND) -> str:
    return visitor.browse(f"/insight/?wave={wave_code}").select_one("#edition").get_text(" ", strip=True)


def figures(download):
    """All of a table but how the trail ended, to which each download adds."""
    return [line.rpartition(",")[0] for line in download.get_data(as_text=True).splitlines()]


def test_another_run_never_replaces_what_leaders_read_by_itself(viewer, analyst, session):
    before, csv = seen(viewer), viewer.client.get(f"/insight/{SECOND}/index.csv")
    run = other(session, SECOND)
    assert seen(viewer) == before
    after = viewer.client.get(f"/insight/{SECOND}/index.csv")
    assert figures(after) == figures(csv)
    assert (
        f"-run-{official.published(session)[wave_id(session)].run_id}" in after.headers["Content-Disposition"]
    )
    assert f"run {run.id} · not published" in seen(analyst), "analysts are told that nobody else sees it"
    assert "published on" in seen_as_leaders(analyst)
    assert f"run {run.id} " not in seen(viewer)


def seen_as_leaders(visitor) -> str:
    page = visitor.browse(f"/insight/?wave={SECOND}&as=leaders")
    return page.select_one("#edition").get_text(" ", strip=True)


def wave_id(session, code: str = SECOND) -> int:
    session.rollback()
    return session.scalars(text("SELECT id FROM wave WHERE code = :code").bindparams(code=code)).one()


def test_a_run_is_proposed_approved_by_a_second_person_and_published(viewer, analyst, second, session):
    run = proved_from_here(session)
    old = official.published(session)[wave_id(session)].run_id
    place = f"/runs/{run.id}"
    analyst.submit(place, 303, form="form[action$='/propose']", reason="the usual options")
    assert f"run {run.id} " not in seen(viewer)
    assert not analyst.browse(place).select("form[action$='/approve']"), (
        "whoever proposed is offered no approval"
    )
    assert "second person" in page_text(analyst.send(f"{place}/approve", 422))
    assert f"run {run.id} " not in seen(viewer)
    second.submit(place, 303, form="form[action$='/approve']", reason="checked")
    assert f"run {run.id} · published" in seen(viewer)
    session.rollback()
    kinds = [(row.kind, row.actor) for row in official.history(session, run.id)]
    assert kinds == [
        ("proposed", "analyst@example.org"),
        ("approved", "second@example.org"),
        ("published", "second@example.org"),
    ]
    assert official.history(session, old)[-1].kind == "replaced"
    assert session.get(Analysis, old).state == "done"
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert actions == ["run.approve", "run.propose"]
    assert prove(session).findings == ()
    assert f"Leaders see run {run.id}" in second.browse(f"/runs/{old}").get_text()


def proved_from_here(session) -> Analysis:
    run = other(session, SECOND)
    begin(session, now=NOW, staff={})
    session.commit()
    return run


def test_a_decision_about_a_run_changed_unseen_stays_found_when_another_follows(analyst, second, session):
    run = proved_from_here(session)
    analyst.send(f"/runs/{run.id}/propose", 303)
    assert prove(session).findings == ()
    of_wave = f"wave_id = {wave_id(session)}"
    tamper(
        session,
        "run_decision",
        f"UPDATE run_decision SET actor = 'Dan' WHERE {of_wave} AND run_id != {run.id}",
    )
    second.send(f"/runs/{run.id}/approve", 303)
    session.rollback()
    assert [each.kind for each in prove(session).findings] == ["published"]


def page_text(response) -> str:
    return response.get_data(as_text=True)


def test_who_asked_for_a_run_does_not_approve_it_though_another_proposed(analyst, second, session):
    run = other(session, SECOND)
    second.send(f"/runs/{run.id}/propose", 303)
    assert "second person" in page_text(analyst.send(f"/runs/{run.id}/approve", 422))
    assert "second person" in page_text(second.send(f"/runs/{run.id}/approve", 422))
    assert official.history(session, run.id)[-1].kind == "proposed"


def test_administrators_withdraw_with_a_reason_and_leaders_are_told(viewer, administrator, analyst, session):
    old = official.published(session)[wave_id(session)].run_id
    analyst.send(f"/runs/{old}/withdraw", 403, reason="never mind")
    assert "reason" in page_text(administrator.send(f"/runs/{old}/withdraw", 422, reason=" "))
    assert "published" in seen(viewer)
    administrator.submit(
        f"/runs/{old}", 303, form="form[action$='/withdraw']", reason="a fault in the sample"
    )
    page = viewer.browse(f"/insight/?wave={SECOND}")
    assert "a fault in the sample" in page.get_text()
    assert not page.select(".score, [data-figure]")
    assert "a fault in the sample" in viewer.browse("/insight/").get_text()
    assert FIRST in seen(viewer, FIRST)
    viewer.client.get(f"/insight/{SECOND}/index.csv")
    assert viewer.client.get(f"/insight/{SECOND}/index.csv").status_code == 404
    viewer.browse(f"/insight/{SECOND}/constructs/LOY", 404)
    assert "a fault in the sample" in viewer.browse(f"/insight/?wave={SECOND}&lang=zh").get_text()


def test_two_people_of_whom_one_made_the_other_a_few_days_ago_are_one(administrator, analyst, app, session):
    run = other(session, SECOND)
    administrator.submit("/admin/staff/new", 200, email="friend@example.org", roles=["analyst"])
    with app.app_context():
        find_staff(db.session, "friend@example.org").password = find_staff(
            db.session, "analyst@example.org"
        ).password
        db.session.commit()
    friend = Visitor(app)
    friend.log_in("friend@example.org", PASSWORD)
    friend.send(f"/runs/{run.id}/propose", 303)
    assert "30 days" in page_text(administrator.send(f"/runs/{run.id}/approve", 422))
    assert official.history(session, run.id)[-1].kind == "proposed"


@pytest.mark.parametrize("action", ["propose", "approve", "take-back", "withdraw"])
def test_what_does_not_fit_is_refused_and_nothing_changes(administrator, session, action):
    live = session.scalars(select(Analysis.id).where(Analysis.title == LIVE)).first()
    before = session.query(RunDecision).count()
    administrator.send(f"/runs/{live}/{action}", 422, reason="because it is so")
    administrator.send(f"/runs/99999/{action}", 404, reason="because")
    administrator.send(f"/runs/{live}/{action}", 422, reason="x" * 5000)
    assert administrator.client.post(f"/runs/{live}/{action}").status_code in {400, 403}, "without its mark"
    assert session.query(RunDecision).count() == before


def test_viewers_and_designers_decide_nothing(viewer, designer, session):
    run = other(session, SECOND)
    for visitor in (viewer, designer):
        for action in ("propose", "approve", "take-back", "withdraw", "cancel"):
            visitor.send(f"/runs/{run.id}/{action}", 403, reason="because")


def test_a_proposal_is_taken_back_or_refused_with_a_reason(analyst, second, session):
    run = other(session, SECOND)
    analyst.send(f"/runs/{run.id}/propose", 303)
    second.send(f"/runs/{run.id}/take-back", 422, reason="")
    second.send(f"/runs/{run.id}/take-back", 303, reason="other options than last time")
    assert official.history(session, run.id)[-1].reason == "other options than last time"
    assert "withdrawn" in seen(analyst)
    analyst.send(f"/runs/{run.id}/approve", 422)


def test_the_database_keeps_decisions_and_the_second_person_too(session):
    wave = wave_id(session)
    old = official.published(session)[wave].run_id
    run = newer_run(session, SECOND)
    row = {"wave_id": wave, "reason": "", "at": NOW}

    def refused(said: str, statement) -> None:
        with pytest.raises(IntegrityError, match=said):
            session.execute(statement)
        session.rollback()

    insert = RunDecision.__table__.insert()
    refused(
        "one published run|approved run",
        insert.values(run_id=run.id, kind="published", actor="x@example.org", **row),
    )
    refused("proposed run", insert.values(run_id=run.id, kind="approved", actor="x@example.org", **row))
    session.execute(insert.values(run_id=run.id, kind="proposed", actor="x@example.org", **row))
    session.commit()
    for actor in ("x@example.org", run.created_by):
        refused("second person", insert.values(run_id=run.id, kind="approved", actor=actor, **row))
    session.execute(insert.values(run_id=run.id, kind="approved", actor="y@example.org", **row))
    session.commit()
    refused("one published run", insert.values(run_id=run.id, kind="published", actor="y@example.org", **row))
    refused("cannot be changed", text("UPDATE run_decision SET actor = 'z'"))
    refused("cannot be changed", text("DELETE FROM run_decision"))
    refused("cannot be changed", text("UPDATE decision SET kind = 'returned'"))
    refused("finished", insert.values(run_id=10**6, kind="proposed", actor="x@example.org", **row))
    assert official.published(session)[wave].run_id == old


def at_once(*presses):
    """Press buttons of several people at the same moment; gives the statuses."""
    start = Barrier(len(presses))
    sent = [(visitor, path, visitor.mark()) for visitor, path in presses]

    def press(each):
        visitor, path, mark = each
        start.wait(10)
        return visitor.client.post(path, data={"csrf_token": mark}).status_code

    with ThreadPoolExecutor(len(presses)) as pool:
        return sorted(pool.map(press, sent))


def test_a_run_is_proposed_approved_and_published_once_by_whoever_presses_at_once(
    app, analyst, administrator, second, session
):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    run = other(session, SECOND)
    place = f"/runs/{run.id}"
    told = session.scalars(select(AuditEntry.action)).all()
    again = Visitor(app)
    again.log_in("analyst@example.org", PASSWORD)
    assert max(at_once((analyst, f"{place}/propose"), (again, f"{place}/propose"))) < 500
    assert max(at_once((second, f"{place}/approve"), (administrator, f"{place}/approve"))) < 500
    session.rollback()
    assert [row.kind for row in official.history(session, run.id)] == ["proposed", "approved", "published"]
    actions = session.scalars(select(AuditEntry.action)).all()
    done = [actions.count(each) - told.count(each) for each in ("run.propose", "run.approve")]
    assert done == [1, 1]
    assert prove(session).findings == ()
