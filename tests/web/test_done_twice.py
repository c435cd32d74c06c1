"""The same button pressed twice at once: done once, noted once, and never a fault; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from surveys.document import loading
from surveys.editing import publishing
from surveys.models import AuditEntry, DraftChange, LibraryEntry, SeriesDecision, StoredTrial, Wave
from surveys.proving.proof import prove
from tests.surveys.drafts import DOCUMENT, NOW
from tests.web.answering import make_wave
from tests.web.conftest import PASSWORD
from tests.web.drafts import DRAFT, begin
from tests.web.piloting import PILOT, TRIED
from tests.web.visiting import Visitor, fields_of

SOUND = {name: value for name, value in DOCUMENT.items() if name != "indicators"}


@pytest.fixture
def site_url(database_url):
    return database_url


@pytest.fixture
def twice(app):
    """Send one form from two windows of one person at the same moment; gives the statuses."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    windows = [Visitor(app) for _ in range(2)]
    for each in windows:
        each.log_in("administrator@example.org", PASSWORD)
    marks = [each.mark() for each in windows]

    def press(path, **fields):
        start = Barrier(2)

        def one(pair):
            visitor, mark = pair
            start.wait(10)
            return visitor.client.post(path, data=fields | {"csrf_token": mark}).status_code

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(one, zip(windows, marks, strict=True)))

    return press


def sent(visitor, path, form="main form[method=post]", **fields):
    """Give what a page's form sends, and where."""
    found = visitor.browse(path).select_one(form)
    return found.get("action") or path, fields_of(found) | fields


def count(session, action):
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEntry.action == action))


def test_days_ends_and_pauses_of_a_wave(twice, administrator, session):
    code = make_wave(session).code
    session.commit()
    days = {"dates-closes_on": "2098-03-01", "dates-reason": "longer"}
    assert twice(f"/waves/{code}/dates", **days) == [303, 303]
    assert count(session, "wave.change_dates") == 1, "the second moved nothing"
    assert twice(f"/waves/{code}/pause", **{"pause-reason": "storm"}) == [303, 422]
    assert twice(f"/waves/{code}/resume") == [303, 422]
    assert twice(f"/waves/{code}/end", **{"end-reason": "enough"}) == [303, 422]
    assert prove(session).findings == ()


def test_a_block_is_put_and_copied_once(twice, administrator, session, nodes):
    begin(administrator, TRIED)
    path, fields = sent(administrator, f"{DRAFT}/library/put?part={nodes()['A'].id}", name="Block", about="")
    assert twice(path, **fields) == [303, 303]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LibraryEntry)) == 1
    assert count(session, "library.put") == 1
    take = administrator.browse(f"{DRAFT}/library").select_one("[aria-labelledby=own] a[href*='/bring']")
    path, fields = sent(administrator, take["href"])
    assert twice(path, **fields) == [303, 303]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(DraftChange)) == 1
    assert count(session, "draft.copy") == 1
    assert administrator.client.post(path, data=fields).status_code == 303, "the same form again, later"
    assert count(session, "draft.copy") == 1


def test_a_trial_is_asked_for_once_and_both_are_led_to_it(twice, administrator, session):
    begin(administrator, TRIED)
    trial = f"{DRAFT}/trial"
    assert twice(trial, people="40", seed="7") == [303, 303]
    assert count(session, "questionnaire.try") == 1
    [waiting] = session.scalars(select(StoredTrial))
    assert (waiting.people, waiting.seed, waiting.state) == (40, 7, "queued")
    assert administrator.submit(trial, 303, people="40", seed="7").location == trial
    assert "was asked for before" in administrator.browse(trial).get_text()
    assert len(session.scalars(select(StoredTrial)).all()) == 1
    administrator.submit(trial, 303, people="40", seed="8")
    session.rollback()
    assert len(session.scalars(select(StoredTrial)).all()) == 2, "another seed is another trial"


def test_a_pilot_is_frozen_emptied_and_deleted_once(twice, administrator, session):
    begin(administrator, TRIED)
    path, fields = sent(administrator, PILOT)
    assert twice(path, **fields) == [303, 303]
    assert count(session, "pilot.freeze") == 1
    assert twice(f"{PILOT}/1/close") == [303, 303]
    assert count(session, "pilot.close") == 1
    assert max(twice(f"{PILOT}/1/empty")) == 303
    assert twice(f"{PILOT}/1/delete") == [303, 404]
    assert count(session, "pilot.delete") == 1
    assert session.scalar(select(func.count()).select_from(Wave)) == 0


def test_what_goes_on_is_decided_once(twice, administrator, session, nodes):
    publishing.publish(session, loading.load(SOUND), "somebody", NOW)
    session.commit()
    administrator.submit("/questionnaires/new", 303, source="version:small/1")
    part = nodes()["S1"].id
    administrator.submit(f"{DRAFT}/{part}", 303, form="#part", **{"v:text/en": "How content are you?"})
    path, fields = sent(administrator, f"{DRAFT}/review", "form[action$='/series']")
    fields |= {name: "same" for name in fields if name.startswith("series:")}
    assert twice(path, **fields) == [303, 303]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(SeriesDecision)) == 1


def test_staff_are_added_once(twice, session):
    added = twice("/admin/staff/new", email="ana@example.org", roles="viewer")
    assert added == [200, 422]
    assert count(session, "staff.add") == 1
    person = session.scalar(select(AuditEntry.target).where(AuditEntry.action == "staff.add"))
    assert twice(f"/admin/staff/{person.removeprefix('staff:')}/password") == [200, 200]
    assert prove(session).findings == ()
