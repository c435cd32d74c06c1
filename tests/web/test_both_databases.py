"""The pages that read and lock tables by themselves, on SQLite and on PostgreSQL."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from surveys import instruments
from surveys.editing import publishing
from surveys.models import Draft, Invitation, Version
from surveys.proving.proof import prove
from tests.surveys.worlds import NOW, make_customers
from tests.web.conftest import PASSWORD
from tests.web.drafts import DRAFT, begin
from tests.web.fieldwork.planning import GOOD
from tests.web.noted import entries_but_log_ins
from tests.web.piloting import PILOT, TRIED
from tests.web.visiting import Visitor
from web.accounts.models import Staff

INSTRUMENT = "instrument:utility_csi/short"


@pytest.fixture
def site_url(database_url):
    return database_url


def publish(session) -> Version:
    version = publishing.publish(session, instruments.load("utility_csi", "short"), "operator", NOW)
    session.commit()
    return version


def test_from_an_instrument_to_answers_and_the_trail(administrator, stranger, session):
    publish(session)
    administrator.browse("/questionnaires")
    administrator.browse("/questionnaires/version/utility_csi_short/1")
    administrator.submit("/waves/new", 303, **GOOD | {"access": "invited"})
    administrator.send("/waves/2026Q1/open", 303)
    file = administrator.submit("/waves/2026Q1", 200, form="form[action$='/links']", number="3")
    links = [row["link"] for row in csv.DictReader(io.StringIO(file.text))]
    assert len(links) == 3
    stranger.browse(stranger.client.get(links[0].removeprefix("http://localhost")).location)
    administrator.browse("/waves")
    administrator.send("/waves/2026Q1/close", 303, **{"close-reason": "done"})
    administrator.submit("/admin/staff/new", 200, email="ana@example.org", roles=["viewer"])
    assert len(administrator.browse("/admin/audit").select("table.stacked tbody tr")) == 7
    for path in ("/waves/a%00b", "/questionnaires/version/a%00b/1", "/questionnaires/version/a/999999999"):
        administrator.browse(path, 404)
    assert prove(session).findings == ()


def test_a_block_is_found_where_it_is_used_and_customers_are_drawn(administrator, session):
    begin(administrator, TRIED)
    library = f"{DRAFT}/library/put"
    part = administrator.browse(library).select_one("[name=part]")["value"]
    administrator.submit(f"{library}?part={part}", 303, name="Block", about="")
    take = administrator.browse(f"{DRAFT}/library").select_one("[aria-labelledby=own] a[href*='/bring']")[
        "href"
    ]
    administrator.submit(take, 303)
    used = administrator.browse("/questionnaires/library/1").select_one("[aria-labelledby=used]")
    assert "Draft of small" in used.get_text()
    make_customers(session, 12)
    administrator.submit(PILOT, 303, who="draw", drawn="10", unit="G")
    file = administrator.submit(f"{PILOT}/1", 200, form="form[action$='/links']")
    assert len(file.text.splitlines()) == 11
    administrator.submit(f"{PILOT}/1/delete", 303)
    session.rollback()
    assert not session.scalar(select(func.count()).select_from(Invitation))


def test_buttons_pressed_at_the_same_moment_count_once(app, session):
    visitors = [Visitor(app) for _ in range(4)]
    for visitor in visitors:
        visitor.log_in("administrator@example.org", PASSWORD)
    marks = [visitor.mark() for visitor in visitors]

    def press(path, **fields):
        def one(pair):
            visitor, mark = pair
            return visitor.client.post(path, data={"csrf_token": mark} | fields).status_code

        with ThreadPoolExecutor(len(visitors)) as pool:
            return sorted(pool.map(one, zip(visitors, marks, strict=True)))

    assert press("/questionnaires/new", source=INSTRUMENT) == [303, 422, 422, 422]
    assert session.scalar(select(func.count()).select_from(Draft)) == 1
    version = publish(session).id
    session.commit()
    wave = GOOD | {"access": "invited", "version": str(version)}
    assert press("/waves/new", **wave) == [303, 422, 422, 422]
    assert press("/waves/2026Q1/open") == [303, 422, 422, 422]
    assert press("/waves/2026Q1/links", number="5", known="0") == [200, 409, 409, 409]
    assert press("/waves/2026Q1/close", **{"close-reason": "done"}) == [303, 422, 422, 422]
    assert session.scalar(select(func.count()).select_from(Invitation)) == 5
    done = [each.action for each in session.scalars(entries_but_log_ins)]
    assert done == [
        "draft.begin",
        "wave.create",
        "wave.open",
        "wave.issue_links",
        "wave.seal",
        "wave.close",
    ]
    assert prove(session).findings == ()


def test_two_administrators_cannot_demote_each_other_at_the_same_moment(app, administrator, session):
    ids = dict(session.execute(select(Staff.email, Staff.id)).all())
    session.commit()
    paths = [f"/admin/staff/{ids[f'{name}@example.org']}/roles" for name in ("designer", "administrator")]
    administrator.send(paths[0], 303, roles=["administrator"])
    second = Visitor(app)
    second.log_in("designer@example.org", PASSWORD)
    pairs = [(administrator, administrator.mark(), paths[0]), (second, second.mark(), paths[1])]

    def demote(pair):
        visitor, mark, path = pair
        return visitor.client.post(path, data={"csrf_token": mark, "roles": "viewer"}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(demote, pairs))
    assert statuses in ([303, 403], [303, 422])
    everybody = session.scalars(select(Staff)).all()
    assert sum("administrator" in person.role_names for person in everybody) == 1
