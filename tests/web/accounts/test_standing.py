"""What accounts may do, against the trail: what was given past the site is found, and stays found."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from surveys.models import Unit
from surveys.proving.begin import begin
from web.accounts.standing import standings


def begun(session):
    begin(session, now=datetime.now(UTC), staff=standings(session))
    session.commit()


def test_a_role_given_past_the_site_is_found_and_one_given_by_it_is_not(administrator, session, account):
    begun(session)
    viewer, designer = account("viewer"), account("designer")
    path = f"/admin/staff/{designer.id}"
    administrator.submit(path, 303, form="form[action$='/roles']", roles=["analyst"])
    assert "nothing was changed unseen" in administrator.browse("/admin/audit").get_text()
    given = "INSERT INTO staff_role SELECT :who, id FROM role WHERE name = 'administrator'"
    session.execute(text(given), {"who": viewer.id})
    session.commit()
    said = administrator.browse("/admin/audit?lang=zh").select_one(".notice-error").get_text()
    assert f"账号 {viewer.id} 的权限与审计记录不符：administrator, viewer" in said


UNSEEN = {
    "roles": "INSERT INTO staff_role SELECT :who, id FROM role WHERE name = 'administrator'",
    "units": "INSERT INTO staff_unit (staff_id, unit_id, given_by) SELECT :who, id, 'x' FROM unit",
    "active": "UPDATE staff SET active = (1 = 0) WHERE id = :who",
}


@pytest.mark.parametrize("part", UNSEEN)
def test_what_an_account_was_given_past_the_site_stays_found_when_it_is_changed_lawfully(
    administrator, session, account, part
):
    session.add(Unit(code="D1", name={"en": "First"}, level=0))
    begun(session)
    viewer = account("viewer")
    session.execute(text(UNSEEN[part]), {"who": viewer.id})
    session.commit()
    path = f"/admin/staff/{viewer.id}"
    if part == "roles":
        administrator.submit(path, 303, form="form[action$='/roles']", roles=["viewer"])
    elif part == "units":
        administrator.send(f"{path}/units", 303, take="D1")
    else:
        administrator.send(f"{path}/active", 303, active="yes")
    said = administrator.browse("/admin/audit?lang=en").select_one(".notice-error").get_text()
    assert f"{viewer.id}" in said


def test_lawful_changes_one_after_another_leave_accounts_as_the_trail_says(administrator, session, account):
    session.add(Unit(code="D1", name={"en": "First"}, level=0))
    begun(session)
    viewer = account("viewer")
    path = f"/admin/staff/{viewer.id}"
    for wanted in (["analyst"], ["viewer", "designer"], ["viewer"]):
        administrator.submit(path, 303, form="form[action$='/roles']", roles=wanted)
    administrator.send(f"{path}/units", 303, unit="D1")
    administrator.send(f"{path}/units", 303, take="D1")
    for active in ("no", "no", "yes"):
        administrator.send(f"{path}/active", 303, active=active)
    assert "nothing was changed unseen" in administrator.browse("/admin/audit").get_text()
