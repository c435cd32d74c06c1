"""Scope: every route of the site, every role, an object that is theirs and one that is not.

The reader belongs to district D1 of the demo utility. D2's figures must not be found by any address, in any
form: not on a page, in a chart's data, a tooltip or a file.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from surveys.collecting.lineage import lineage_of
from surveys.models import Analysis, AuditEntry, Unit
from surveys.proving.proof import prove
from tests.databases import migrated_sqlite  # noqa: F401
from tests.web.accounts.test_access import TABLE, addresses
from tests.web.conftest import PASSWORD
from tests.web.demo_site import SECOND, demo_file, site_url  # noqa: F401
from tests.web.visiting import Visitor
from web.accounts import staff as accounts
from web.accounts import units
from web.accounts.models import Staff, StaffUnit
from web.accounts.roles import OF_UNITS, ROLES
from web.accounts.staff import find_staff
from web.extensions import db

OWN, FOREIGN, TOP = "D1", "D2", "DEMO"
# Roles that see what their units allow, and those whose work is the whole organisation.
EVERYTHING = {"administrator", "analyst"}
# What the arguments of addresses stand for, here of things that exist. What is not in this table has no
# object; a new argument fails the test.
OBJECTS = {
    "source": "instrument", "code": SECOND, "part": "full", "section": "NOWHERE", "filename": "css/site.css",
    "wave_code": SECOND, "construct": "PQV", "staff_id": None, "run_id": None, "token": "nothing",
    "node_id": 1, "language": "zh", "field": "show_if", "number": 1,
    "block": 1, "doing": "begin",
}  # fmt: skip
WITHOUT_OBJECTS = {"static", "bootstrap.static", "security.logout"}
# Addresses whose objects belong to units, and how a request names one.
OF_A_UNIT = {
    "insight.index": "?wave={wave}&part=county:{unit}",
    "insight.construct": "?part=county:{unit}",
    "insight.download": "?part=county:{unit}",
}


@pytest.fixture
def district(app):
    """Let unit roles belong to the district alone."""
    with app.app_context():
        for role in OF_UNITS:
            person = find_staff(db.session, f"{role}@example.org")
            units.set_units(db.session, person, [OWN], by="test")
        db.session.commit()


def figures_of(session, part: str) -> set[str]:
    """Give the figures of a group as pages write them, of the newest published run."""
    found = session.scalars(select(Analysis).where(Analysis.state == "done")).all()
    run = next(each for each in found if each.wave_codes == [SECOND])
    own = run.result["groups"][part]
    return {f"{node['points']:.1f}" for node in own["constructs"].values() if node["points"] is not None}


def paths(app, session):
    """Give every address with GET, made with objects that exist."""
    person = find_staff(session, "viewer@example.org").id
    run = session.scalars(select(Analysis.id).where(Analysis.state == "done")).first()
    values = OBJECTS | {"staff_id": person, "run_id": run}
    for rule in app.url_map.iter_rules():
        missing = rule.arguments - set(values)
        assert not missing, f"give OBJECTS something for {missing}, of which there is one"
        if "GET" in rule.methods and rule.endpoint not in WITHOUT_OBJECTS:
            given = {name: values[name] for name in rule.arguments}
            yield rule.endpoint, rule.build(given, append_unknown=False)[1]


def test_every_route_has_a_rule_for_every_role(app):
    assert {endpoint for endpoint, _method, _path in addresses(app)} - set(TABLE) <= {
        rule for rule in app.view_functions if rule.startswith("security.")
    }


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_an_object_of_a_unit_is_there_for_whom_it_is_and_unknown_to_others(app, sign_in, district, role):
    visitor = sign_in(role)
    with_units = {rule.endpoint: rule for rule in app.url_map.iter_rules() if rule.endpoint in OF_A_UNIT}
    assert set(with_units) == set(OF_A_UNIT)
    for endpoint, rule in with_units.items():
        given = {name: OBJECTS[name] for name in rule.arguments}
        base = rule.build(given, append_unknown=False)[1]
        for unit in (OWN, FOREIGN, TOP, "NOWHERE"):
            kind = "city" if unit == TOP else "county"
            named = OF_A_UNIT[endpoint].format(wave=SECOND, unit=unit).replace("county", kind)
            status = visitor.client.get(base + named).status_code
            where = f"{role}: {base}{named}: {status}"
            if role == "stranger":
                assert status == 302, where
            elif role not in TABLE[endpoint]:
                assert status == 403, where
            elif unit == OWN or (unit == FOREIGN and role in EVERYTHING):
                assert status == 200, where
            else:  # groups by city are not in the run: as unknown as what does not exist
                assert status == 404, where


@pytest.mark.parametrize("role", OF_UNITS)
def test_no_address_tells_a_foreign_unit_from_one_that_does_not_exist(app, sign_in, session, district, role):
    visitor = sign_in(role)
    foreign = figures_of(session, f"county:{FOREIGN}")
    known = figures_of(session, f"county:{OWN}") | figures_of_whole(session)
    secret = foreign - known
    assert len(secret) > 3, "nothing to be found: the test could not fail"
    unit = session.scalars(select(Unit).where(Unit.code == FOREIGN)).one()
    names = set(unit.name.values())
    seen = 0
    for endpoint, path in paths(app, session):
        for suffix in ("", f"?part=county:{FOREIGN}", f"?wave={SECOND}&lang=en", "?as=leaders&lang=en"):
            response = visitor.client.get(path + suffix, headers={"Accept-Language": "en"})
            if response.status_code != 200:
                continue
            text = response.get_data(as_text=True)
            assert not [name for name in names if name in text], f"{path}{suffix} names {names}"
            assert f"county:{FOREIGN}" not in text, f"{path}{suffix}"
            if endpoint.startswith("insight."):
                seen += 1
                told = {number for number in secret if re.search(rf"(?<![\d.]){number}(?!\d)", text)}
                # A figure of its own may be the same by chance; a page of the unit has them all.
                assert len(told) < len(secret) / 2, f"{path}{suffix} tells {told}"
    assert seen > 4


def figures_of_whole(session) -> set[str]:
    found = session.scalars(select(Analysis).where(Analysis.state == "done")).all()
    run = next(each for each in found if each.wave_codes == [SECOND])
    return {f"{node['points']:.1f}" for node in run.result["constructs"].values() if node["points"]}


def test_who_has_the_whole_organisation_reads_all_of_it(viewer):
    shown = str(viewer.browse("/insight/?lang=en"))
    assert "county:D2" in shown
    assert "customer_class:" in shown
    viewer.browse(f"/insight/?wave={SECOND}&part=county:{FOREIGN}")


def test_classes_are_figures_of_the_whole_organisation(viewer, district):
    assert "customer_class:" not in str(viewer.browse("/insight/?lang=en"))
    viewer.browse(f"/insight/?wave={SECOND}&part=customer_class:residential", 404)


@pytest.mark.parametrize("role", OF_UNITS)
def test_without_a_unit_there_is_nothing_and_it_is_said(app, sign_in, session, role):
    with app.app_context():
        units.set_units(db.session, find_staff(db.session, f"{role}@example.org"), [], by="test")
        db.session.commit()
    visitor = sign_in(role)
    page = visitor.browse("/insight/?lang=en")
    assert "You belong to no unit yet" in page.h1.get_text()
    assert not page.select("[data-figure], .score, select")
    assert "没有" in visitor.browse("/insight/?lang=zh").h1.get_text()
    visitor.browse(f"/insight/{SECOND}/constructs/PQV", 404)
    visitor.browse(f"/insight/{SECOND}/index.csv", 404)


def test_another_role_beside_lets_see_more_and_never_less(app, session, sign_in):
    with app.app_context():
        person = find_staff(db.session, "viewer@example.org")
        units.set_units(db.session, person, [], by="test")
        accounts.set_roles(db.session, person, ["viewer", "analyst"])
        db.session.commit()
    sign_in("viewer").browse(f"/insight/?wave={SECOND}&part=county:{FOREIGN}")


def test_scope_follows_the_unit_that_moves_and_ends_with_it(session):
    found = {unit.code: unit for unit in session.scalars(select(Unit))}
    office = next(unit for unit in found.values() if unit.parent is found[FOREIGN])
    own = lineage_of(session, [found[OWN].id])
    assert office.code not in own.below
    assert own.above == {TOP}
    assert found[OWN].children[0].code in own.below
    office.parent = found[OWN]
    session.flush()
    assert office.code in lineage_of(session, [found[OWN].id]).below
    assert office.code not in lineage_of(session, [found[FOREIGN].id]).below
    assert lineage_of(session, [office.id]).above == {TOP, OWN}
    assert lineage_of(session, [found[TOP].id]).is_whole
    assert not lineage_of(session, []).is_whole
    person = find_staff(session, "viewer@example.org")
    units.set_units(session, person, [office.code], by="test")
    session.flush()
    session.execute(StaffUnit.__table__.delete())
    session.expire_all()
    assert units.scope_of(session, find_staff(session, "viewer@example.org")).is_nothing


def test_unit_managers_read_the_counts_of_their_units_in_fives(app, sign_in, session, district):
    page = sign_in("unit_manager").browse("/waves?lang=en")
    counts = [int(node.get_text().replace(",", "")) for node in page.select(".figures dd")]
    whole = [
        int(node.get_text().replace(",", ""))
        for node in sign_in("designer").browse("/waves?lang=en").select(".figures dd")
    ]
    assert any(counts)
    assert all(own % 5 == 0 for own in counts)
    assert sum(counts) < sum(whole) / 2
    assert not page.select("main h2 a")
    sign_in("unit_manager").browse(f"/waves/{SECOND}", 403)


def test_interviewers_find_the_waves_and_no_figures(sign_in):
    interviewer = sign_in("interviewer")
    interviewer.browse("/waves")
    page = interviewer.browse(f"/waves/{SECOND}")
    assert not page.select("main form")
    assert not page.select("main a[href^='/questionnaires']")
    interviewer.browse("/insight/", 403)


def test_an_administrator_gives_and_takes_units(administrator, sign_in, session):
    person = find_staff(session, "viewer@example.org")
    path = f"/admin/staff/{person.id}"
    form = f"form[action='{path}/units']:has(input[name=unit])"
    administrator.submit(path, 303, form=form, unit=OWN)
    administrator.send(f"{path}/units", 303, take=TOP)
    administrator.send(f"{path}/units", 303, unit=OWN)  # which stands so already: no entry
    session.expire_all()
    assert units.codes_of(find_staff(session, "viewer@example.org")) == [OWN]
    sign_in("viewer").browse(f"/insight/?wave={SECOND}&part=county:{FOREIGN}", 404)
    told = [
        entry.detail
        for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        if entry.action == units.SET_UNITS
    ]
    assert told == [{"before": [TOP], "after": [OWN, TOP]}, {"before": [OWN, TOP], "after": [OWN]}]
    assert prove(session).findings == ()


@pytest.mark.parametrize("code", ["NOWHERE", "x" * 65, "a\x07b", "' OR 1=1"])
def test_a_unit_that_is_none_is_refused(administrator, session, code):
    person = find_staff(session, "viewer@example.org")
    answer = administrator.send(f"/admin/staff/{person.id}/units", 422, unit=code)
    assert 'href="#unit"' in answer.text
    added = administrator.submit("/admin/staff/new", 422, email="b@example.org", roles=["viewer"], unit=code)
    assert 'href="#unit"' in added.text
    session.expire_all()
    assert units.codes_of(find_staff(session, "viewer@example.org")) == [TOP]
    assert find_staff(session, "b@example.org") is None


def test_a_new_viewer_gets_the_unit_that_is_named(app, administrator):
    answer = administrator.submit("/admin/staff/new", 200, email="b@example.org", roles=["viewer"], unit=OWN)
    link = answer.text.split('<code class="secret">')[1].split("</code>")[0]
    visitor, password = Visitor(app), "a new unusual phrase"
    visitor.submit(urlsplit(link).path, 302, password=password, password_confirm=password)
    visitor.log_in("b@example.org", password)
    visitor.browse(f"/insight/?wave={SECOND}&part=county:{OWN}")
    visitor.browse(f"/insight/?wave={SECOND}&part=county:{FOREIGN}", 404)


def test_administrators_are_told_who_is_undecided_and_who_sees_nothing(app, administrator, session):
    page = administrator.browse("/admin/staff?lang=en")
    assert "only administrator" in page.get_text()
    assert "The upgrade" not in page.get_text()
    with app.app_context():
        person = find_staff(db.session, "viewer@example.org")
        person.units[0].given_by = units.MIGRATION
        units.set_units(db.session, find_staff(db.session, "unit_manager@example.org"), [], by="test")
        accounts.add_staff(db.session, email="second@example.org", roles=["administrator"], password=PASSWORD)
        units.note_upgrade(db.session, datetime.now(UTC))
        units.note_upgrade(db.session, datetime.now(UTC))
        db.session.commit()
    page = administrator.browse("/admin/staff?lang=en")
    assert "only administrator" not in page.get_text()
    notices = [node.get_text(" ", strip=True) for node in page.select(".notice")]
    assert [note.rpartition(": ")[2] for note in notices] == ["Viewer", "Unit_Manager"]
    entries = [entry for entry in session.scalars(select(AuditEntry)) if entry.actor == units.MIGRATION]
    assert [entry.detail for entry in entries] == [{"before": [], "after": [TOP]}]
    person = session.scalars(select(Staff).where(Staff.email == "viewer@example.org")).one()
    administrator.send(f"/admin/staff/{person.id}/units", 303, unit=TOP)
    assert "The upgrade" not in administrator.browse("/admin/staff?lang=en").get_text()


def test_one_ends_sessions_of_ones_own_only(sign_in):
    viewer, analyst = sign_in("viewer"), sign_in("analyst")
    own = viewer.browse("/account/sessions").select_one("form [name=key]")
    foreign = analyst.browse("/account/sessions")
    assert own is None or own["value"] not in str(foreign)
    viewer.send("/account/sessions", 404, key="0" * 64)
