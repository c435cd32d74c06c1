"""Whatever stands in an address, a host, a form or a text: no fault, and every answer has its headers."""

import json

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import Client as Caller

from tests.web.answering import Respondent
from tests.web.visiting import check_page
from web import headers
from web.requests import StaffRequest

# Names that `url_for`, routes and views give a meaning of their own.
QUERIES = (
    "endpoint=x", "_external=1", "_scheme=javascript&_external=1", "_anchor=x", "_method=POST", "code=1",
    "wave_code=1", "run_id=2", "filename=x", "source=x", "self=1", "values=1", "%FF=%FF", "a[]=1", "part=%00",
    "page=99999999999999999999999", "page=1e400", "check", "%00=1", "lang=%00", "lang=zh&lang=en",
)  # fmt: skip
ADDRESSES = ("/", "/login", "/account/reset", "/account/password", "/insight/", "/waves", "/waves/new",
             "/runs/", "/admin/staff", "/admin/audit", "/questionnaires",
             "/questionnaires/instrument/utility_csi/full",
             "/nothing-here", "/s/nothing", "/static/nothing.css")  # fmt: skip
HOSTS = (
    ".",
    "..",
    "a..b",
    "[",
    "[::1",
    "a b",
    "/",
    "@evil.example",
    "x" * 300,
    "é.example",
    "a:b:c",
    "",
    "-a",
)


@pytest.fixture
def site(app):
    """The site as a server has it: what fails is told, not raised."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_is_a_fault_and_the_switch_stays_on_this_site(site, administrator, query):
    for address in ADDRESSES:
        answer = administrator.client.get(f"{address}?{query}", headers={"Accept-Language": "en"})
        assert answer.status_code < 500, (address, query)
        if answer.mimetype == "text/html" and answer.status_code in {200, 404}:
            for link in check_page(answer).select("[hreflang]"):
                assert link["href"].startswith("/"), link
                assert not link["href"].startswith("//"), link
                assert "lang=" in link["href"]


def test_the_switch_keeps_the_rest_of_the_query(site, administrator):
    page = administrator.browse("/admin/audit?page=1&_anchor=x&page=2&lang=en")
    assert page.select_one("[hreflang=zh]")["href"] == "/admin/audit?page=1&page=2&_anchor=x&lang=zh"


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_none_is_refused_on_every_side(site, host):
    for path in ("/", "/s/x", "/static/css/site.css", "/nothing", "/?endpoint=x"):
        answer = Caller(site.wsgi_app).get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, path
        check_page(answer)


def test_hosts_that_are_some_are_served(site):
    for host in ("survey.example", "survey.example:8000", "127.0.0.1:8000", "[::1]:8000", "a_b.example."):
        assert site.test_client().get("/login", headers={"Host": host}).status_code == 200, host


def test_a_nul_in_an_address_names_nothing(site, administrator):
    for path in ("/waves/%00", "/questionnaires/version/%00/1", "/s/%00", "/i/%00", "/account/reset/%00"):
        assert administrator.client.get(path).status_code == 404, path


def test_texts_of_forms_lose_nul_and_json_is_no_form(site, stranger):
    mark = stranger.mark()
    for email in (
        "viewer\x00@example.org",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ):
        sent = {"email": email, "password": "\x00" * 20, "csrf_token": mark}
        assert stranger.client.post("/login", data=sent).status_code == 200
    broken = json.dumps({"email": "\ud800@example.org", "password": "\ud800" * 10, "csrf_token": mark})
    for kind in ("application/json", "application/vnd.api+json"):
        answer = stranger.client.post("/login", data=broken, content_type=kind, headers={"X-CSRFToken": mark})
        assert answer.status_code < 500
        assert answer.mimetype == "text/html"
        assert "/login" in stranger.client.get("/home").location


def test_credentials_and_pages_of_answers_have_their_lengths(site, stranger, wave):
    mark = stranger.mark()
    sent = {"email": "viewer@example.org", "password": "x" * 20_000, "csrf_token": mark}
    assert stranger.client.post("/login", data=sent).status_code == 413
    person = Respondent(site, f"/s/{wave.public_key}")
    person.open()
    assert person.post("start", {"OK": "yes", "more": "x" * 130 * 1024}).status_code == 413
    many = "&".join(["OK=yes"] * 6000)
    kind = "application/x-www-form-urlencoded"
    assert site.test_client().post("/login", data=many, content_type=kind).status_code == 413


def test_a_form_is_counted_and_cleaned_however_it_is_sent():
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        request = StaffRequest.from_values(
            method="POST", data={"a": "x\x00y", "b\x00": "z"}, content_type=kind
        )
        assert request.form.to_dict() == {"a": "xy", "b": "z"}


def lacking(answer):
    return {name for name in headers.least(https=False) if name not in answer.headers}


def test_every_answer_has_its_headers_also_files_and_faults(site, monkeypatch):
    caller = Caller(site.wsgi_app)
    for path, status in (("/", 200), ("/static/css/site.css", 200), ("/static/nothing.css", 404),
                         ("/nothing", 404), ("/s/nothing", 404), ("/bootstrap/static/no", 404)):  # fmt: skip
        answer = caller.get(path)
        assert answer.status_code == status
        assert not lacking(answer), path
        answer.close()

    def fails(*_arguments, **_named):
        raise ZeroDivisionError

    fails.access = site.view_functions["home.landing"].access
    site.view_functions["home.landing"] = fails
    answer = caller.get("/")
    assert answer.status_code == 500
    assert not lacking(answer)
    assert check_page(answer)
    with monkeypatch.context() as patch:
        patch.setattr("web.errors.render_template", fails)  # the page of the fault fails as well
        answer = caller.get("/")
        assert answer.status_code == 500
        assert not lacking(answer)
        assert check_page(answer)
        patch.setattr("web.refusals.bare", fails)  # and so does the bare one
        answer = caller.get("/")
        assert answer.status_code == 500
        assert not lacking(answer)
        assert "Something went wrong" in answer.text
    site.after_request_funcs.setdefault(None, []).append(fails)
    answer = caller.get("/login")
    assert answer.status_code == 500
    assert not lacking(answer)
    assert answer.text


def test_a_database_that_goes_while_a_request_is_put_away_is_no_fault(site, wave, monkeypatch):
    """Respondents are told what was kept; staff that the database is away."""
    gone = OperationalError("ROLLBACK", {}, Exception("server closed the connection"))

    def fails(*_arguments):
        raise gone

    caller = Caller(site.wsgi_app)
    with monkeypatch.context() as patch:
        patch.setattr(Session, "close", fails)
        assert caller.get(f"/s/{wave.public_key}").status_code < 400
        answer = caller.get("/")
    assert answer.status_code == 503
    assert not lacking(answer)
    assert check_page(answer)
