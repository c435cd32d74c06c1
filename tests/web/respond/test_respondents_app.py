"""The respondents' own application: no accounts and no statistics in it, mounted where their links lead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from surveys.asking.router import Router
from surveys.document import loading
from surveys.models import Response
from tests.web.answering import DOCUMENT, Respondent, make_wave
from tests.web.visiting import check_page
from web.accounts.roles import ROLES
from web.extensions import db
from web.respond.addresses import PREFIXES
from web.respond.app import create_app as create_respondents_app
from web.respond.compile import CompiledPage
from web.site import create_app

ROOT = Path(__file__).resolve().parents[3]
STRANGERS = ("flask_security", "flask_login", "scipy", "csi_model", "web.accounts", "web.extensions")
# The application answers a person to the end in a process of its own.
PROGRAM = f"""
import re, sys
from sqlalchemy.orm import sessionmaker
from surveys.database import create_engine
from web.config import flask_settings, read_settings
from web.respond.app import create_app

config = flask_settings(read_settings())
app = create_app(config, sessionmaker(create_engine(config["DATABASE_URL"])))
client, link = app.test_client(), sys.argv[1]
assert client.get("/s/nothing").status_code == 404
page = client.get(link, follow_redirects=True)
mark = re.search('name="_t" value="([0-9a-f]+)"', page.text)[1]
for section, fields in {{"start": {{"OK": "yes"}}, "rate": {{"Q1": "7"}}, "words": {{"WHY": "x"}}}}.items():
    page = client.post(f"{{link}}/{{section}}", data={{"_t": mark}} | fields)
    assert page.status_code == 303, (section, page.status_code)
assert "receipt" in client.get(page.location).text
print([name for name in sys.modules if name.startswith({STRANGERS})])
"""


@pytest.fixture
def respondents(app, session):
    """Their application by itself."""
    return create_respondents_app(app.config, sessionmaker(session.get_bind()))


def test_it_answers_where_neither_accounts_nor_statistics_are_loaded(site_url, session, tmp_path):
    wave = make_wave(session)
    settings = {"MANYI_INSTANCE": str(tmp_path), "MANYI_DATABASE_URL": site_url.render_as_string()}
    command = [sys.executable, "-c", PROGRAM, f"/s/{wave.public_key}"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    session.rollback()
    assert session.scalar(select(Response.state)) == "complete"


def test_its_addresses_are_those_of_links_alone(app, respondents):
    rules = [rule.rule for rule in respondents.url_map.iter_rules() if rule.endpoint != "static"]
    assert len(rules) == 17
    assert all(rule.startswith(PREFIXES) for rule in rules)
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIXES)]


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_everybody_may_open_every_address(respondents, sign_in, role):
    client = sign_in(role).client
    for rule in respondents.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        path = rule.build(dict.fromkeys(rule.arguments, "nothing"), append_unknown=False)[1]
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            response = client.open(path, method=method, headers={"Accept-Language": "en"})
            assert response.status_code == 404, (method, path, response.status_code)
            assert "This link cannot be used" in response.text


def test_both_applications_render_a_page_alike(app, respondents):
    router = Router(loading.load(DOCUMENT))
    for section in router.document.sections:
        for language in ("en", "zh"):
            seen = []
            for each in (app, respondents):
                with each.test_request_context("/s/x/y"):
                    page = CompiledPage(router, section, language)
                    seen.append(page.fill(set(page.items), {}))
            assert seen[0] == seen[1]
            assert "/static/css/respond.css?v=" in seen[0]
            assert "v=missing" not in seen[0]


def test_its_error_pages_know_no_accounts(app, session, sign_in):
    wave = make_wave(session)
    link = f"/s/{wave.public_key}"
    client = sign_in("administrator").client
    english = {"Accept-Language": "en"}
    failed = {
        404: client.get(f"{link}/a/b", headers=english),
        405: client.delete(f"{link}/start", headers=english),
        413: client.post(f"{link}/start", data={"WHY": "x" * 200_000}, headers=english),
    }
    for status, response in failed.items():
        assert response.status_code == status
        page = check_page(response)
        assert page.select_one("main a")["href"] == "/"
        assert not page.select("nav, form")
        assert "administrator" not in response.text.lower()
        assert response.headers["Cache-Control"] == "no-store"
    assert "POST" in failed[405].headers["Allow"]
    # Staff keep their menu.
    assert check_page(client.get("/nothing", headers=english)).select("nav.site-nav a")


@pytest.mark.parametrize("path", ["/s", "/i", "/survey", "/index", "/S/x"])
def test_other_addresses_are_the_staffs(app, path):
    response = app.test_client().get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert "Log in" in check_page(response).get_text()


def test_it_stands_behind_the_proxy_too(site_url, session, tmp_path):
    wave = make_wave(session)
    site = create_app(
        {
            "MANYI": {
                "INSTANCE": tmp_path, "DATABASE_URL": site_url.render_as_string(), "LOG_LEVEL": "ERROR",
                "PROXY_HOPS": 1, "HTTPS": True, "ANSWER_LIMIT": "1 per minute",
                "TRUSTED_HOSTS": ["localhost"],
            },
            "TESTING": True,
        }
    )  # fmt: skip
    statuses = []
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        person = Respondent(site, f"/s/{wave.public_key}")
        forwarded = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
        person.client.environ_base |= {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in forwarded.items()}
        person.open()
        statuses.append(person.post("start", {"OK": "yes"}, base_url="https://localhost").status_code)
    # The limit counts the person's address, not the proxy's.
    assert statuses[0] == statuses[1] != statuses[2] == 429
    foreign = site.test_client().get("/s/nothing?lang=en", base_url="https://elsewhere.example")
    assert foreign.status_code == 400
    assert check_page(foreign).h1.get_text() == "This request could not be read"
    with site.app_context():
        db.engine.dispose()
