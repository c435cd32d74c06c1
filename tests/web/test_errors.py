"""Friendly pages for everything that goes wrong, in both languages; logs that hold no answers."""

import unicodedata

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from tests.web.answering import Respondent, make_wave, stored
from tests.web.visiting import check_page
from web.accounts.access import public
from web.extensions import db
from web.refusals import PAGES
from web.site import create_app

STATUSES = (400, 403, 404, 405, 413, 429, 500, 503)
SECRET_ANSWER = "my-secret-answer-42"


@pytest.fixture
def broken(capsys, app):
    """The site with pages that fail in every way; its log goes where `capsys` reads."""

    @app.get("/fail/<int:status>")
    @public
    def fail(status):
        abort(status)

    @app.get("/fault")
    @public
    def fault():
        raise ZeroDivisionError("a fault with " + SECRET_ANSWER[:3])

    @app.get("/forging")
    @public
    def forging():
        raise ValueError("\x1b[2J\x07 forged\r\u2028 \u202e line")

    @app.get("/down")
    @public
    def down():
        raise OperationalError(
            "SELECT answers", {"answers": SECRET_ANSWER}, OSError("gone"), hide_parameters=True
        )

    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_every_status_has_a_friendly_page(broken, status, language, tag):
    response = broken.test_client().get(f"/fail/{status}?lang={language}")
    assert response.status_code == status
    page = check_page(response)
    assert page.html["lang"] == tag
    heading = page.h1.get_text(strip=True)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in heading)
    assert chinese == (language == "zh"), heading
    assert page.select_one("main .lead").get_text(strip=True)
    assert page.select_one("main a[href='/']")
    assert response.headers["Cache-Control"] == "no-store"
    if language == "en":
        assert heading == str(PAGES[status][0])


def test_a_status_without_a_page_of_its_own_gets_a_kindred_one(broken):
    for status, like in ((418, 400), (410, 400), (502, 500)):
        response = broken.test_client().get(f"/fail/{status}?lang=en")
        assert response.status_code == status
        assert check_page(response).h1.get_text() == str(PAGES[like][0])


def test_what_a_fault_quotes_cannot_forge_a_line_or_steer_a_terminal(broken, capsys):
    broken.test_client().get("/forging")
    logged = capsys.readouterr().err
    assert "forged" in logged
    assert not [sign for sign in logged if unicodedata.category(sign) in {"Cc", "Cf", "Zl"} and sign != "\n"]
    assert r"\x1b[2J" in logged


def test_what_really_happens_gets_the_same_pages(app):
    client = app.test_client()
    refused = client.delete("/login?lang=en")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert client.post("/logout").status_code == 400
    assert client.get("/nothing?lang=zh").status_code == 404
    assert check_page(client.get("/s/a/b/c?lang=zh", follow_redirects=True)).html["lang"] == "zh-CN"


def test_a_fault_is_told_without_details_and_logged_once(broken, capsys):
    for path, status in (("/fault", 500), ("/down", 503)):
        capsys.readouterr()
        response = broken.test_client().get(f"{path}?lang=en")
        assert response.status_code == status
        check_page(response)
        logged = capsys.readouterr().err
        assert logged.count("[error") == 1, logged
        assert SECRET_ANSWER not in response.text + logged
        assert "ZeroDivisionError" not in response.text
        assert ("ZeroDivisionError" in logged) == (status == 500)


@pytest.mark.parametrize("role", ["stranger", "viewer"])
def test_a_database_that_is_down_gives_503_and_the_site_recovers(app, session, sign_in, monkeypatch, role):
    wave = make_wave(session)
    visitor = sign_in(role)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()

    def refuse(*_arguments, **_named):
        raise OperationalError("SELECT 1", {}, OSError("connection refused"))

    app.config["PROPAGATE_EXCEPTIONS"] = False
    with monkeypatch.context() as patch:
        patch.setattr("sqlalchemy.engine.base.Connection._execute_context", refuse)
        paths = ["/", person.link, f"{person.link}/start"]
        for path in paths if role == "stranger" else [*paths, "/home", "/account/password"]:
            response = visitor.client.get(path, headers={"Accept-Language": "en"})
            assert response.status_code == 503, (path, response.status_code)
            assert "Nothing was lost" in check_page(response).get_text()
        assert person.post("start", {"OK": "yes"}).status_code == 503
        assert app.test_client().get("/livez").status_code == 200
        told = app.test_client().get("/healthz")
        assert (told.status_code, told.get_json()["database"]) == (503, {"ok": False})
        assert "refused" not in told.text
    assert visitor.client.get("/healthz").get_json()["database"] == {"ok": True}
    person.send(OK="yes")
    assert stored(session, wave)[0][1]["OK"] == 1


def test_a_pool_without_a_free_connection_gives_503(app, monkeypatch):
    def refuse(*_arguments, **_named):
        raise NoFreeConnection("QueuePool limit reached")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("sqlalchemy.pool.base.Pool.connect", refuse)
    assert app.test_client().get("/").status_code == 503
    assert app.test_client().get("/healthz").status_code == 503


@pytest.mark.parametrize("style", ["console", "json"])
def test_logs_hold_no_answers_tokens_or_keys(site_url, session, tmp_path, capsys, style):
    wave = make_wave(session)
    site = create_app(
        {
            "MANYI": {
                "INSTANCE": tmp_path, "DATABASE_URL": site_url.render_as_string(),
                "LOG_LEVEL": "DEBUG", "LOG_FORMAT": style,
            },
            "TESTING": True,
        }
    )  # fmt: skip
    person = Respondent(site, f"/s/{wave.public_key}")
    person.open()
    person.send(OK="yes", CLASS="residential")
    person.send(Q1="7", CH=["else"], CH__text=SECRET_ANSWER)
    person.post("words", {"WHY": SECRET_ANSWER, "DAY": SECRET_ANSWER})
    person.post("words", {"WHY": SECRET_ANSWER * 1000})
    person.send(WHY=SECRET_ANSWER)
    written = "".join(capsys.readouterr())
    assert "respond.answer" in written
    cookie = person.client.get_cookie(f"r_{wave.public_key}").value
    for hidden in (SECRET_ANSWER, wave.public_key, cookie, person.mark, "127.0.0.1", person.receipt()):
        assert hidden not in written, hidden
    with site.app_context():
        db.engine.dispose()
