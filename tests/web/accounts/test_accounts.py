"""Who are you: sessions that end, mails that lead here, tries that are counted, passwords refused."""

import re
import smtplib
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from passlib.hash import sha256_crypt
from sqlalchemy import select, update

from tests.web.conftest import PASSWORD
from tests.web.visiting import HEADERS, Visitor
from web.accounts import attempts, mail
from web.accounts.models import Attempt, Staff, StaffSession
from web.accounts.passwords import is_common

PUBLIC = "https://survey.example"


@pytest.fixture
def sent(app, monkeypatch):
    """What the mail server gets; it takes its time."""
    app.config["MANYI"] |= {"MAIL_URL": "smtp://mail.example", "PUBLIC_URL": PUBLIC}
    got = []

    def send(_url, message):
        time.sleep(3)
        got.append(message)

    monkeypatch.setattr(mail, "deliver", send)
    return got


def wait_for(sent, number):
    end = time.monotonic() + 10
    while len(sent) < number and time.monotonic() < end:
        time.sleep(0.02)
    assert len(sent) == number
    return sent[-1]


def copy_of(visitor, app):
    """A thief's browser, with the same cookies."""
    thief = app.test_client()
    for name in ("manyi", "remember_token"):
        cookie = visitor.client.get_cookie(name)
        if cookie is not None:
            thief.set_cookie(name, cookie.value)
    return thief


def is_in(client):
    return client.get("/account/password").status_code == 200


def test_known_and_unknown_addresses_are_answered_alike_and_at_once(app, sent, stranger):
    texts = []
    for email in ("viewer@example.org", "nobody@example.org"):
        mark = stranger.mark()
        began = time.monotonic()
        answer = stranger.client.post(
            "/account/reset", data={"email": email, "csrf_token": mark}, headers=HEADERS
        )
        assert time.monotonic() - began < 2.5  # the mail server has not been waited for
        assert answer.status_code == 200
        texts.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert texts[0] == texts[1]
    assert wait_for(sent, 1)["To"] == "viewer@example.org"


def test_a_known_address_costs_no_slow_hash_that_an_unknown_one_does_not(app, sent, stranger, monkeypatch):
    """The time of the answer told who has an account: the link held the password hashed slowly once more."""
    slow = []
    reckon = sha256_crypt._calc_checksum_builtin
    for name in ("_calc_checksum", "_calc_checksum_backend"):
        monkeypatch.setattr(sha256_crypt, name, lambda self, secret: slow.append(1) or reckon(self, secret))
    stranger.submit("/account/reset", 200, email="viewer@example.org")
    assert (wait_for(sent, 1)["To"], slow) == ("viewer@example.org", [])
    sha256_crypt.using(rounds=1000).hash("x")
    assert slow == [1], "otherwise nothing would have been counted"


@pytest.mark.parametrize("host", ["evil.example", "survey.example:99"])
def test_a_link_in_a_mail_leads_to_the_public_address_and_works_once(app, sent, viewer, host):
    mark = Visitor(app)
    mark.client.get("/account/reset", headers={"Host": host})
    form = mark.client.get("/account/reset", headers={"Host": host}).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
    data = {"email": "viewer@example.org", "csrf_token": token}
    wait_for(sent, 1)  # of the viewer's log-in
    mark.client.post("/account/reset", data=data, headers={"Host": host, **HEADERS})
    body = wait_for(sent, 2).get_content()
    links = re.findall(r"https?://\S+", body)
    assert len(links) == 1
    assert links[0].startswith(f"{PUBLIC}/account/reset/")
    assert "evil" not in body
    old = copy_of(viewer, app)
    assert is_in(old)
    visitor = Visitor(app)
    new = "a new unusual phrase"
    visitor.submit(urlsplit(links[0]).path, 302, password=new, password_confirm=new)
    assert not is_in(old)
    assert visitor.client.get(urlsplit(links[0]).path).status_code == 302  # a second use leads away
    Visitor(app).log_in("viewer@example.org", new)


def test_a_mail_server_that_fails_is_told_to_nobody(app, monkeypatch, stranger):
    app.config["MANYI"] |= {"MAIL_URL": "smtp://mail.example", "PUBLIC_URL": PUBLIC}

    def fail(*_arguments):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mail, "deliver", fail)
    assert stranger.submit("/account/reset", 200, email="viewer@example.org")


def test_logging_out_ends_the_session_at_the_server(app, viewer):
    thief = copy_of(viewer, app)
    assert is_in(thief)
    viewer.send("/logout", 302)
    assert not is_in(thief)


def test_no_header_address_or_json_lets_anybody_in(app, session):
    with app.test_request_context():
        token = session.scalar(select(Staff).where(Staff.email == "viewer@example.org")).get_auth_token()
    client = app.test_client()
    for answer in (
        client.get("/account/password", headers={"Authentication-Token": token}),
        client.get(f"/account/password?auth_token={token}"),
        client.get("/account/password", json={"auth_token": token}),
    ):
        assert answer.status_code == 302, "let in"
        assert "/login" in answer.location


@pytest.mark.parametrize("remember", [None, "y"])
def test_nothing_outlives_the_hours_of_the_site(app, session, remember):
    visitor = Visitor(app)
    extra = {"remember": remember} if remember else {}
    visitor.submit("/login", 302, email="viewer@example.org", password=PASSWORD, **extra)
    assert visitor.client.get_cookie("remember_token") is None
    cookie = visitor.client.get_cookie("manyi")
    hours = timedelta(hours=app.config["MANYI"]["SESSION_HOURS"])
    if remember:
        assert cookie.expires - datetime.now(UTC) <= hours
    else:
        assert cookie.expires is None
    assert is_in(visitor.client)
    began = datetime.now(UTC) - hours - timedelta(minutes=1)
    session.execute(update(StaffSession).values(began_at=began))
    session.commit()
    assert not is_in(visitor.client)


def test_ones_sessions_are_listed_and_ended(app, viewer, analyst):
    other, third = Visitor(app), Visitor(app)
    other.log_in("viewer@example.org", PASSWORD)
    third.log_in("viewer@example.org", PASSWORD)
    page = viewer.browse("/account/sessions")
    keys = [button["value"] for button in page.select("main button[name=key]")]
    assert len(page.select("main tbody tr")) == 3
    assert len(keys) == 2
    analyst.send("/account/sessions", 404, key=keys[0])  # somebody else's
    viewer.send("/account/sessions", 303, key=keys[0])
    assert sorted([is_in(other.client), is_in(third.client)]) == [False, True]
    viewer.send("/account/sessions", 303)
    assert [is_in(each.client) for each in (viewer, other, third, analyst)] == [True, False, False, True]


def wrong(
    app, *, email="viewer@example.org", address="10.0.0.1", visitor=None, password="wrong horse battery"
):
    visitor = visitor or Visitor(app)
    data = {"email": email, "password": password, "csrf_token": visitor.mark()}
    place = {"REMOTE_ADDR": address}
    return visitor.client.post("/login", data=data, environ_overrides=place, headers=HEADERS).status_code


def test_tries_are_limited_by_address_over_all_processes(app, session):
    app.config["MANYI"]["LOGIN_LIMIT"] = "4 per hour"
    codes = [wrong(app, email=f"nobody{n}@example.org") for n in range(6)]
    assert codes == [200] * 4 + [429] * 2
    assert wrong(app, email="nobody9@example.org", address="10.0.0.2") == 200
    # Another process finds the same count, and the keys tell neither address nor account.
    keys = session.scalars(select(Attempt.key)).all()
    assert keys
    assert all(re.fullmatch("[0-9a-f]{64}|failed:[0-9T:-]{16}Z:unknown", key) for key in keys)


@pytest.mark.parametrize("email", ["viewer@example.org", "nobody@example.org"])
def test_an_account_waits_longer_each_time_whatever_the_address(app, session, email):
    codes = [wrong(app, email=email, address=f"10.0.1.{n}") for n in range(attempts.FREE + 2)]
    assert codes[: attempts.FREE] == [200] * attempts.FREE
    assert codes[-1] == 429
    waits = []
    for n in range(3):
        by_account = select(Attempt).where(~Attempt.key.startswith("failed:"))
        longest = session.scalars(by_account.order_by(Attempt.number.desc())).first()
        longest.until = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()
        assert wrong(app, email=email, address=f"10.0.2.{n}") == 200
        session.expire_all()
        waits.append(session.get(Attempt, longest.key).until - datetime.now(UTC))
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0] - timedelta(seconds=2)
    assert max(waits) <= attempts.LONGEST


def test_strangers_keep_nobody_out_who_was_in_before(app):
    owner = Visitor(app)
    owner.log_in("viewer@example.org", PASSWORD)
    owner.send("/logout", 302)
    for n in range(attempts.FREE + 1):
        wrong(app, address=f"10.0.3.{n}")
    assert wrong(app, address="10.0.3.99", password=PASSWORD) == 429
    assert wrong(app, visitor=owner, password=PASSWORD) == 302
    # A browser known to one account is a stranger to another.
    for n in range(attempts.FREE + 1):
        wrong(app, email="analyst@example.org", address=f"10.0.4.{n}")
    owner.send("/logout", 302)
    assert wrong(app, email="analyst@example.org", visitor=owner, password=PASSWORD) == 429


@pytest.mark.parametrize(
    "password",
    ["password12", "1234567890", "aaaaaaaaaa", "Qwertyuiop", "password123!", "abcabcabcabc", "manyi-2026!",
     "viewer@example.org", "viewer2026!", "满意满意满意满意满意", "iloveyou2026"],
)  # fmt: skip
def test_passwords_that_are_tried_first_are_refused(viewer, password):
    fields = {"password": PASSWORD, "new_password": password, "new_password_confirm": password}
    answer = viewer.submit("/account/password", 200, **fields)
    assert "first that are tried" in answer.text or "at least" in answer.text
    assert is_common(password, "viewer@example.org", "Viewer")


def test_other_passwords_are_taken(viewer):
    for password in (PASSWORD, "trifle-orbit-clasp", "雨后的山路很滑要小心走", "kX9-vvQ2mLs7"):
        assert not is_common(password, "viewer@example.org")
    new = "trifle-orbit-clasp"
    viewer.submit("/account/password", 302, password=PASSWORD, new_password=new, new_password_confirm=new)


def test_a_log_in_from_a_new_browser_is_told_by_mail_and_one_from_a_known_one_is_not(app, sent, stranger):
    def log_in(visitor):
        fields = {"email": "viewer@example.org", "password": PASSWORD, "csrf_token": visitor.mark()}
        return visitor.client.post("/login", data=fields, headers={"User-Agent": "Strange 1.0"} | HEADERS)

    assert log_in(stranger).status_code == 302
    message = wait_for(sent, 1)
    assert message["To"] == "viewer@example.org"
    assert "Strange 1.0" in message.get_content()
    assert f"{PUBLIC}/account/sessions" in message.get_content()
    stranger.client.post("/logout", data={"csrf_token": stranger.mark()}, headers=HEADERS)
    assert log_in(stranger).status_code == 302
    other = Visitor(app)
    assert log_in(other).status_code == 302
    wait_for(sent, 2)


def test_other_roles_are_told_by_mail(app, session, sent, sign_in):
    person = session.scalars(select(Staff).where(Staff.email == "viewer@example.org")).one()
    administrator = sign_in("administrator")
    assert wait_for(sent, 1)["To"] == "administrator@example.org"
    administrator.send(f"/admin/staff/{person.id}/roles", 303, roles=["analyst"])
    message = wait_for(sent, 2)
    assert message["To"] == person.email
    assert "Analyst" in message.get_content() or "分析" in message.get_content()
