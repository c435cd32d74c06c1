"""Staff accounts and the audit trail."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from surveys import audit
from surveys.collecting import responses
from surveys.models import AuditEntry
from surveys.proving.begin import begin
from tests.surveys.tampering import tamper
from tests.surveys.worlds import make_wave
from tests.web.noted import entries, entries_but_log_ins
from tests.web.visiting import Visitor
from web.accounts.models import Staff
from web.accounts.roles import ROLES
from web.accounts.standing import standings
from web.admin import views

NEW = {"email": "ana@example.org", "name": "Ana Lin", "roles": ["designer", "analyst"]}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_speak_both_languages(administrator, account, language):
    administrator.browse(f"/admin/staff?lang={language}")
    for path in ("/admin/staff", "/admin/staff/new", f"/admin/staff/{account('viewer').id}", "/admin/audit"):
        page = administrator.browse(path)
        assert page.html["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        assert len(page.select(".site-nav [aria-current=page]")) == 1


def test_the_list_names_everybody_with_roles(administrator):
    cards = administrator.browse("/admin/staff").select(".card-item")
    assert [card.h2.get_text() for card in cards] == sorted(role.title() for role in ROLES)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"email": ""}, "email", "Enter the e-mail address"),
        ({"email": "nobody"}, "email", "no e-mail address"),
        ({"email": "a@b@c"}, "email", "no e-mail address"),
        ({"email": "a\x07@example.org"}, "email", "ordinary characters"),
        ({"email": "x" * 250 + "@example.org"}, "email", "254"),
        ({"email": "VIEWER@example.org"}, "email", "has an account already"),
        ({"roles": []}, "roles", "at least one role"),
        ({"roles": ["root"]}, "roles", "roles offered"),
        ({"roles": ["viewer", "root"]}, "roles", "roles offered"),
        ({"name": "x" * 201}, "name", "200"),
        ({"name": "a\r\nb"}, "name", "ordinary characters"),
    ],
)
def test_wrong_entries_are_named_and_add_nobody(administrator, session, changes, field, says):
    response = administrator.submit("/admin/staff/new", 422, **(NEW | changes))
    shown = response.text.split("<main")[1].split("<form")[0]
    assert f'href="#{field}"' in shown
    assert says in shown
    assert session.scalar(select(func.count()).select_from(Staff)) == len(ROLES)
    assert entries(session) == []


def test_adding_the_same_person_twice_is_refused(administrator, session):
    administrator.submit("/admin/staff/new", 200, **NEW)
    assert "has an account already" in administrator.submit("/admin/staff/new", 422, **NEW).text
    assert len(entries(session)) == 1


def test_new_roles_count_at_once(administrator, viewer, account, session):
    viewer.browse("/waves", 403)
    path = f"/admin/staff/{account('viewer').id}"
    administrator.submit(path, 303, form="form[action$='/roles']", roles=["viewer", "designer"])
    viewer.browse("/waves")
    assert account("viewer").role_names == {"viewer", "designer"}
    entry = session.scalars(entries_but_log_ins).one()
    assert entry.detail == {"before": ["viewer"], "after": ["designer", "viewer"]}
    # The same once more changes nothing and is not recorded.
    administrator.submit(path, 303, form="form[action$='/roles']", roles=["viewer", "designer"])
    assert len(entries(session)) == 1


@pytest.mark.parametrize("roles", [[], ["root"], ["viewer", "' OR 1=1"]])
def test_wrong_roles_change_nothing(administrator, account, session, roles):
    path = f"/admin/staff/{account('viewer').id}"
    response = administrator.submit(path, 422, form="form[action$='/roles']", roles=roles)
    assert 'id="errors"' in response.text
    assert account("viewer").role_names == {"viewer"}
    assert entries(session) == []


def test_switching_off_ends_a_session_at_once_and_on_lets_in_again(administrator, designer, account, session):
    path = f"/admin/staff/{account('designer').id}"
    designer.browse("/waves")
    administrator.send(f"{path}/active", 303, active="no")
    assert designer.client.get("/waves").location.startswith("/login")
    refused = designer.submit("/login", 200, email="designer@example.org", password="correct horse battery")
    assert 'id="errors"' in refused.text
    assert "Switched off" in administrator.browse("/admin/staff").get_text()
    administrator.send(f"{path}/active", 303, active="no")
    administrator.submit(path, 303, form="form[action$='/active']", active="yes")
    designer.log_in("designer@example.org", "correct horse battery")
    designer.browse("/waves")
    target = f"staff:{account('designer').id}"
    assert entries(session) == [("staff.deactivate", target), ("staff.activate", target)]


def test_administrators_cannot_lock_themselves_out(administrator, account, session):
    path = f"/admin/staff/{account('administrator').id}"
    page = administrator.browse(path)
    assert not page.select("form[action$='/active'], form[action$='/password']")
    assert page.select_one("main a[href='/account/password']")
    roles = administrator.submit(path, 422, form="form[action$='/roles']", roles=["viewer"])
    assert "take the administrator" in roles.text
    assert "your own account" in administrator.send(f"{path}/active", 422, active="no").text
    assert "your own password" in administrator.send(f"{path}/password", 422).text
    assert account("administrator").active
    assert account("administrator").role_names == {"administrator"}
    assert entries(session) == []
    administrator.browse("/admin/staff")


def test_one_administrator_always_stays(app, administrator, account, session):
    """Two administrators: one may go; a session that outlives its role cannot take the last one away."""
    path = f"/admin/staff/{account('designer').id}"
    administrator.submit(path, 303, form="form[action$='/roles']", roles=["administrator"])
    second = Visitor(app)
    second.log_in("designer@example.org", "correct horse battery")
    own = f"/admin/staff/{account('administrator').id}"
    second.submit(own, 303, form="form[action$='/roles']", roles=["viewer"])
    administrator.browse("/admin/staff", 403)
    administrator.send(f"{path}/active", 403, active="no")
    assert "your own" in second.send(f"{path}/active", 422, active="no").text
    assert account("designer").role_names == {"administrator"}
    assert account("designer").active


@pytest.mark.parametrize("ident", ["999999", "0", "-1", "x", "99999999999999999999", "1%00"])
def test_unknown_people_are_not_found(administrator, ident):
    administrator.browse(f"/admin/staff/{ident}", 404)
    for what in ("roles", "active", "password"):
        administrator.send(f"/admin/staff/{ident}/{what}", 404, active="no")


def test_altered_and_forged_posts_change_nothing(administrator, account, session):
    path = f"/admin/staff/{account('viewer').id}"
    for active in ("", "maybe", "YES"):
        administrator.send(f"{path}/active", 400, active=active)
    for what in ("roles", "active", "password"):
        response = administrator.client.post(f"{path}/{what}", data={"active": "no", "roles": "designer"})
        assert response.status_code == 400
        administrator.browse(f"{path}/{what}", 405)
    assert administrator.client.post("/admin/staff/new", data=NEW).status_code == 400
    assert account("viewer").active
    assert account("viewer").role_names == {"viewer"}
    assert entries(session) == []


def begun(session):
    begin(session, now=datetime.now(UTC), staff=standings(session))
    session.commit()


def record(session, number):
    for place in range(number):
        audit.record(
            session, actor="ana@example.org", action="wave.open", target=f"wave:W{place}",
            now=datetime.now(UTC), detail={"n_links": place, "<script>": "<b>"},
        )  # fmt: skip
    session.commit()


def test_the_trail_is_paged_newest_first_and_says_that_it_holds(administrator, session):
    begun(session)
    record(session, 50)
    page = administrator.browse("/admin/audit")
    assert "nothing was changed unseen. Entries checked: 52." in page.select_one(".notice-success").get_text()
    rows = page.select("tbody tr")
    assert len(rows) == 50
    assert [cell.get_text(" ", strip=True) for cell in rows[0].select("td")][2:] == [
        "ana@example.org", "Opened a wave", "wave:W49", "n_links 49 <script> <b>",
    ]  # fmt: skip
    older = page.select_one("a[rel=next]")["href"]
    last = administrator.browse(older)
    assert [row["id"] for row in last.select("tbody tr")] == ["entry-2", "entry-1"]
    assert last.select_one("a[rel=prev]")
    assert not last.select("a[rel=next]")


@pytest.mark.parametrize("page", ["0", "-1", "3", "99999999999999999999999"])
def test_pages_of_the_trail_that_are_not_there_are_not_found(administrator, session, page):
    record(session, 51)
    administrator.browse(f"/admin/audit?page={page}", 404)


def test_a_broken_chain_is_said_with_its_place(administrator, session):
    record(session, 5)
    # The database refuses changes; somebody with the file in hands takes the rule away first.
    triggers = session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
    ).all()
    assert triggers
    for name in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE id = 3"))
    session.commit()
    page = administrator.browse("/admin/audit")
    assert "Entry 3 of the trail was altered" in page.select_one(".notice-error").get_text()
    assert [row["id"] for row in page.select(".row-wrong")] == ["entry-3"]


@pytest.mark.parametrize("at_once", [4, 10_000])
def test_a_trail_that_cannot_be_read_is_said_and_its_page_stays(administrator, session, monkeypatch, at_once):
    monkeypatch.setattr(views, "CHECKED_UNASKED", at_once)
    begun(session)
    record(session, 5)
    tamper(session, "audit_entry", "UPDATE audit_entry SET at = 'yesterday' WHERE id = 3")
    for language, words in (
        ("en", "In audit_entry.at, 1 cells cannot be read (rows: 3)"),
        ("zh", "无法读取"),
    ):
        page = administrator.browse(f"/admin/audit?lang={language}")
        assert words in page.select_one(".notice-error").get_text()
        assert not page.select("table, .empty")
    assert administrator.browse("/admin/audit?check=1").select(".notice-error")


def test_a_long_trail_is_checked_on_request(administrator, session, monkeypatch):
    monkeypatch.setattr(views, "CHECKED_UNASKED", 4)
    begun(session)
    record(session, 4)
    page = administrator.browse("/admin/audit")
    assert not page.select(".notice-success, .notice-error")
    asked = administrator.browse(page.select_one("main .notice a")["href"])
    assert "nothing was changed unseen. Entries checked: 6." in asked.select_one(".notice-success").get_text()


def test_many_answers_are_checked_on_request(administrator, session, monkeypatch):
    begun(session)
    wave = make_wave(session)
    responses.open_response(session, wave, client_key="browser", language="en", now=datetime.now(UTC))
    session.commit()
    n_entries = session.scalars(select(func.count()).select_from(AuditEntry)).one()
    monkeypatch.setattr(views, "CHECKED_UNASKED", n_entries + 1)
    assert administrator.browse("/admin/audit").select(".notice-success, .notice-error")
    monkeypatch.setattr(views, "CHECKED_UNASKED", n_entries)
    page = administrator.browse("/admin/audit")
    assert not page.select(".notice-success, .notice-error")
    assert page.select_one("main .notice a")


def test_a_trail_that_does_not_begin_is_not_called_intact(administrator, session):
    record(session, 2)
    page = administrator.browse("/admin/audit")
    assert not page.select(".notice-success, .notice-error")
    assert "Nothing is proved yet" in page.select_one(".notice[role=alert]").get_text()
