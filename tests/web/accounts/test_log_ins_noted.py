"""Log-ins and log-outs stand in the trail; failed ones are counted by account and minute."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.models import AuditEntry
from surveys.proving.proof import prove
from tests.web.conftest import PASSWORD
from tests.web.visiting import HEADERS, Visitor
from web.accounts import noting
from web.accounts.models import Attempt, Staff
from web.runs import clearing, queue


def told(session):
    session.rollback()
    assert prove(session).findings == ()
    return [
        (each.action, each.actor, each.target, each.detail)
        for each in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]


def number_of(session, email):
    return session.scalars(select(Staff.id).where(Staff.email == email)).one()


def wrong(app, email, times=1):
    visitor = Visitor(app)
    for _ in range(times):
        data = {"email": email, "password": "wrong", "csrf_token": visitor.mark()}
        assert visitor.client.post("/login", data=data, headers=HEADERS).status_code == 200


def test_who_logs_in_and_out_is_noted(app, session):
    visitor = Visitor(app)
    visitor.log_in("viewer@example.org", PASSWORD)
    target = f"staff:{number_of(session, 'viewer@example.org')}"
    assert told(session) == [("staff.log_in", "viewer@example.org", target, {"by": ["password"]})]
    visitor.send("/logout", 302)
    assert told(session)[1:] == [("staff.log_out", "viewer@example.org", target, {})]
    assert visitor.client.post("/logout").status_code in {302, 400, 403}
    assert len(told(session)) == 2, "who is not logged in logs nobody out"


def test_the_worker_empties_log_ins_after_their_time(app, session):
    administrator = Visitor(app)
    administrator.log_in("administrator@example.org", PASSWORD)
    late = datetime.now(UTC) + timedelta(days=367)
    clearing.clear(session, late)
    clearing.clear(session, late)
    said = [(action, actor) for action, actor, *_ in told(session)]
    assert said == [("pruned", ""), ("trail.prune", "system")]
    page = administrator.browse("/admin/audit?lang=en")
    assert "A log-in, emptied after its time" in page.get_text()
    assert "Nothing was changed unseen" in page.get_text() or not page.select(".row-wrong")


def test_failures_are_counted_by_account_and_minute_and_name_no_stranger(app, session):
    wrong(app, "viewer@example.org", 3)
    wrong(app, "ann@else.example", 2)
    wrong(app, "b\x00b", 1)
    assert told(session) == [], "not before the minute is over"
    later = datetime.now(UTC) + timedelta(minutes=1)
    noting.note_failures(session, later)
    session.commit()
    noting.note_failures(session, later)
    session.commit()
    found = told(session)
    assert {(action, actor) for action, actor, *_ in found} == {("staff.log_in_failed", "system")}
    number = {}
    for _action, _actor, target, detail in found:  # perhaps a minute ended meanwhile
        number[target] = number.get(target, 0) + detail["n"]
        assert datetime.fromisoformat(detail["minute"]) <= later
    assert number == {f"staff:{number_of(session, 'viewer@example.org')}": 3, "staff:unknown": 3}
    assert "else.example" not in str(found)


def test_the_worker_and_the_next_who_tries_write_what_is_over(app, session, site_url, tmp_path):
    for write in (lambda: queue.tend(site_url, tmp_path), lambda: wrong(app, "ann@else.example")):
        wrong(app, "viewer@example.org")
        before = len(told(session))
        for row in session.scalars(select(Attempt).where(Attempt.key.startswith("failed:"))):
            row.until -= timedelta(minutes=1)
        session.commit()
        write()
        assert len(told(session)) > before


def test_failures_are_written_once_however_many_write_them(app, session, site_url):
    wrong(app, "viewer@example.org", 2)
    later = datetime.now(UTC) + timedelta(minutes=1)

    def write(_place):
        engine = create_engine(site_url)
        with Session(engine) as own:
            noting.note_failures(own, later)
            own.commit()
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert sum(detail["n"] for *_, detail in told(session)) == 2
