"""Who is added, or whose password is ended, sets one by a link: no page shows a password."""

from urllib.parse import urlsplit

from sqlalchemy import select

from tests.web.admin.test_admin_pages import NEW
from tests.web.noted import entries, entries_but_log_ins
from tests.web.visiting import HEADERS, Visitor
from web.accounts import mail
from web.accounts.models import Staff

NEW_PASSWORD = "a new unusual phrase"


def link_on(response):
    """The link that an answer shows once; its path works for whoever holds it."""
    assert response.headers["Cache-Control"] == "no-store"
    return response.text.split('<code class="secret">')[1].split("</code>")[0]


def use(app, link):
    visitor = Visitor(app)
    visitor.submit(urlsplit(link).path, 302, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    return visitor


def test_a_person_is_added_and_sets_a_password_by_the_link_shown_once(app, administrator, session):
    response = administrator.submit("/admin/staff/new", 200, **NEW | {"email": " Ana@Example.org "})
    link = link_on(response)
    assert link.startswith("http://localhost/account/reset/")
    person = session.scalars(select(Staff).where(Staff.email == "ana@example.org")).one()
    assert person.role_names == {"designer", "analyst"}
    assert person.password.startswith("$argon2")
    assert link not in str(administrator.browse(f"/admin/staff/{person.id}"))
    assert entries(session) == [("staff.add", f"staff:{person.id}")]
    assert link not in str(session.scalars(entries_but_log_ins).one().detail)
    use(app, link)
    again = Visitor(app).client.get(urlsplit(link).path, follow_redirects=True, headers=HEADERS)
    assert [each.path for each in (answer.request for answer in again.history)] == [urlsplit(link).path]
    assert "has been used already" in again.text, "a second use leads away"
    visitor = Visitor(app)
    visitor.log_in("ana@example.org", NEW_PASSWORD)
    visitor.browse("/waves/new")
    visitor.browse("/admin/staff", 403)


def test_where_mails_leave_the_link_is_mailed_and_shown_to_nobody(app, administrator, monkeypatch, account):
    mails = []
    monkeypatch.setattr(mail, "send", lambda *parts: mails.append(parts))
    app.config["MANYI"] |= {"MAIL_URL": "smtp://mail.example", "PUBLIC_URL": "https://survey.example"}
    assert "gets a mail" in administrator.browse("/admin/staff/new").get_text()
    for pressed in (
        lambda: administrator.submit("/admin/staff/new", 200, **NEW),
        lambda: administrator.send(f"/admin/staff/{account('analyst').id}/password", 200),
    ):
        page = pressed().text
        (template, _subject, recipient, _sender, body), *more = mails
        assert (template, more) == ("set_up", [])
        assert f"{recipient}" in page
        link = next(line for line in body.splitlines() if line.startswith("https://"))
        assert link.startswith("https://survey.example/account/reset/")
        assert "account/reset" not in page
        use(app, link)
        mails.clear()
        Visitor(app).log_in(recipient, NEW_PASSWORD)
        mails.clear()  # of the log-in


def test_a_link_to_set_a_password_ends_the_old_one_and_sessions(
    app, administrator, analyst, account, session
):
    analyst.browse("/waves")
    before = link_on(administrator.send(f"/admin/staff/{account('analyst').id}/password", 200))
    link = link_on(administrator.send(f"/admin/staff/{account('analyst').id}/password", 200))
    assert analyst.client.get("/waves").location.startswith("/login")
    analyst.submit("/login", 200, email="analyst@example.org", password="correct horse battery")
    assert Visitor(app).client.get(urlsplit(before).path).status_code == 302, "the newest link alone works"
    use(app, link)
    analyst.log_in("analyst@example.org", NEW_PASSWORD)
    analyst.browse("/waves")
    assert entries(session) == [("staff.renew_password", f"staff:{account('analyst').id}")] * 2


def test_a_link_lets_nobody_in_who_is_switched_off(app, administrator, account):
    path = f"/admin/staff/{account('analyst').id}"
    link = link_on(administrator.send(f"{path}/password", 200))
    administrator.send(f"{path}/active", 303, active="no")
    visitor = Visitor(app)
    visitor.client.post(
        urlsplit(link).path, data={"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    )
    assert visitor.client.get("/waves").location.startswith("/login")
    refused = visitor.submit("/login", 200, email="analyst@example.org", password=NEW_PASSWORD)
    assert 'id="errors"' in refused.text
