"""Two publish a draft over HTTP while a third edits it: one version, no edit lost, and each is told."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.editing import drafting, reviewing
from surveys.models import AuditEntry, DraftChange, Version
from tests.journeys.conftest import served
from tests.surveys.drafts import DOCUMENT, NOW
from tests.web.conftest import CHEAP, PASSWORD
from tests.web.drafts import DRAFT
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app

PEOPLE = ("ann", "bob", "cy", "dee")
SOUND = {name: value for name, value in DOCUMENT.items() if name != "indicators"}
EDITS = 8
ROUNDS = 3
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
BASE = re.compile(r'name="base" value="([0-9]+)"')


class Person:
    """Somebody at a browser of their own, over the wire."""

    def __init__(self, address, name):
        self.host, self.name, self.cookies = urlsplit(address).netloc, name, {}
        token = TOKEN.search(self.ask("GET", "/login?lang=en")[2])[1]
        self.send("/login", csrf_token=token, email=f"{name}@example.org", password=PASSWORD)
        self.base = self.token = ""

    def ask(self, method, path, body=None):
        """Give status, where it leads, and the page."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = HTTPConnection(self.host, timeout=60)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def send(self, path, **fields):
        return self.ask("POST", path, urlencode(fields))

    def look(self, path):
        page = self.ask("GET", path)[2]
        self.token, self.base = TOKEN.search(page)[1], BASE.search(page)[1]
        return page

    def marks(self, number):
        mark = f"{PEOPLE.index(self.name):02x}{number:030x}"
        return {
            "csrf_token": self.token,
            "base": self.base,
            "tab": f"{PEOPLE.index(self.name):032x}",
            "mark": mark,
        }


@pytest.fixture
def session(database_url):
    engine = create_engine(database_url)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def address(database_url, tmp_path, monkeypatch):
    """The site in two processes, with a draft and four designers."""
    url = database_url.render_as_string(hide_password=False)
    monkeypatch.setenv("MANYI_INSTANCE", str(tmp_path))
    settings = {"INSTANCE": tmp_path, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    made = create_app({"MANYI": settings, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP})
    with made.app_context():
        for name in PEOPLE:
            add_staff(
                db.session, email=f"{name}@example.org", name=name, roles=["designer"], password=PASSWORD
            )
        drafting.begin(db.session, "small", SOUND, staff_name="import", now=NOW)
        db.session.commit()
        db.engine.dispose()
    with served(tmp_path, processes=2, DATABASE_URL=url) as there:
        yield there


def approved(session):
    """Let the draft as it is be submitted by Ann and approved by Dee; give the number of the review."""
    draft, now = drafting.find(session, "small"), datetime.now(UTC)
    review = reviewing.submit(session, draft, draft.number, staff_name="ann@example.org", now=now)
    session.flush()
    reviewing.decide(session, draft, review.id, "approved", "", staff_name="dee@example.org", now=now)
    session.commit()
    return review.id


def test_one_of_two_publishes_and_no_edit_is_lost(address, session):
    ann, bob, cy = (Person(address, name) for name in PEOPLE[:3])
    kept = []
    for turn in range(ROUNDS):
        review = approved(session)
        frozen = drafting.find(session, "small").number
        session.rollback()
        for each in (ann, bob):
            assert "Publish" in each.look(f"{DRAFT}/review")
        cy.look(DRAFT)
        start = Barrier(3)

        def publish(person, turn=turn, review=review, start=start):
            start.wait()
            return person.send(f"{DRAFT}/review/publish", review=review, **person.marks(turn))[:2]

        def edit(turn=turn, start=start):
            start.wait()
            for number in range(EDITS):
                written = f"Small {turn}.{number}"
                fields = {"v:title/en": written} | cy.marks(1000 + turn * EDITS + number)
                status, _where, page = cy.send(f"{DRAFT}/1", **fields)
                assert status == 303, page[:2000]
                kept.append(written)
                cy.look(DRAFT)

        with ThreadPoolExecutor(3) as pool:
            first, second, edited = pool.submit(publish, ann), pool.submit(publish, bob), pool.submit(edit)
            edited.result()
            came = {"ann": first.result(), "bob": second.result()}
        led = sorted(where for status, where in came.values())
        assert [status for status, _where in came.values()] == [303, 303]
        assert led == [f"{DRAFT}/review", f"/questionnaires/version/small/{turn + 1}"], came
        late = ann if came["ann"][1] == f"{DRAFT}/review" else bob
        assert "This was decided in the meantime" in late.ask("GET", f"{DRAFT}/review")[2]
        versions = session.scalars(select(Version).order_by(Version.number)).all()
        assert [each.number for each in versions] == [*range(1, turn + 2)]
        assert versions[-1].change == frozen
        title = f"Small {turn - 1}.{EDITS - 1}" if turn else "Small"
        assert versions[-1].document["title"]["en"] == title, "what was edited meanwhile is not in it"
        published = select(func.count()).where(AuditEntry.action == "questionnaire.publish")
        assert session.scalar(published) == turn + 1
        session.rollback()
    operations = session.scalars(select(DraftChange.operations).order_by(DraftChange.number)).all()
    assert [each["value"] for (each,) in operations] == kept, (
        "each edit that was acknowledged, once, in order"
    )
    draft = drafting.find(session, "small")
    assert drafting.nodes_of(session, draft).root.fields["title/en"] == kept[-1]
