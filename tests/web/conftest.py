"""The site on a fresh migrated SQLite file, and a visitor for each role, logged in through the log-in page.

No fixture holds an app context open around client calls: `g`, and with it the logged-in user, would leak
from one request into the next. Arrange data with `session`, which has an engine of its own.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType
from typing import ClassVar
from uuid import uuid4

import pytest
from flask import Flask
from flask_security import hash_password
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import URL, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from surveys.database import create_engine
from surveys.editing import drafting
from surveys.models import Unit
from tests.databases import cluster, database_url, migrated_sqlite  # noqa: F401
from tests.web.answering import Respondent, make_wave
from tests.web.piloting import freeze
from tests.web.visiting import Visitor
from web import i18n
from web.accounts.models import Staff, StaffUnit
from web.accounts.roles import OF_UNITS, ROLES
from web.accounts.staff import add_staff, ensure_roles
from web.extensions import db
from web.site import create_app

PASSWORD = "correct horse battery"
# The cheapest argon2: these passwords protect nothing.
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


class Compiled(BytecodeCache):
    """Templates that one site has compiled, for all sites of this process: a third of a page test's time."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


class Route(Rule):
    """A route whose code that builds addresses is made once a process: it cost as much as templates."""

    made: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, str(self.defaults), tuple(self._trace), append_unknown)
        if key not in self.made:
            self.made[key] = super()._compile_builder(append_unknown)
        return self.made[key]


Flask.url_rule_class = Route


@pytest.fixture
def site_url(migrated_sqlite, tmp_path) -> URL:  # noqa: F811
    """The address of the site's database."""
    shutil.copy(migrated_sqlite, tmp_path / "manyi.db")
    return URL.create("sqlite", database=str(tmp_path / "manyi.db"))


@pytest.fixture
def app(site_url, tmp_path, monkeypatch) -> Iterator[Flask]:
    """The site, with one account a role and its real protection against forged requests."""
    # The queue of jobs reads its folder from the environment.
    monkeypatch.setenv("MANYI_INSTANCE", str(tmp_path))
    made = create_app(
        {
            "MANYI": {
                "INSTANCE": tmp_path,
                "DATABASE_URL": site_url.render_as_string(),
                "LOGIN_LIMIT": "1000 per minute",
                "LOG_LEVEL": "ERROR",
            },
            "TESTING": True,
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP,
        }
    )
    made.jinja_env.bytecode_cache = COMPILED
    with made.app_context():
        _add_everybody(db.session)
    yield made
    with made.app_context():
        db.engine.dispose()


def _add_everybody(session: Session) -> None:
    """Give each role an account in one step: six by `add_staff` took a quarter of a page test's time."""
    roles = ensure_roles(session)
    tops = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).all()
    for name in ROLES:
        person = Staff(email=f"{name}@example.org", name=name.title(), language=i18n.own())
        person.password, person.fs_uniquifier, person.active = _hashed(), uuid4().hex, True
        person.roles = [roles[name]]
        person.units = [StaffUnit(unit=unit, given_by="test") for unit in tops if name in OF_UNITS]
        session.add(person)
    session.commit()


@cache
def _hashed() -> str:
    hashed: str = hash_password(PASSWORD)
    return hashed


@pytest.fixture
def session(app, site_url) -> Iterator[Session]:
    """A session on the site's database, apart from the site; commit what requests should see."""
    engine = create_engine(site_url)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def sign_in(app) -> Callable[[str], Visitor]:
    """Give the visitor of a role, always the same one; `stranger` has no account."""
    known: dict[str, Visitor] = {}

    def give(role: str) -> Visitor:
        if role not in known:
            known[role] = Visitor(app)
            if role != "stranger":
                known[role].log_in(f"{role}@example.org", PASSWORD)
        return known[role]

    return give


@pytest.fixture
def stranger(sign_in) -> Visitor:
    return sign_in("stranger")


@pytest.fixture
def viewer(sign_in) -> Visitor:
    return sign_in("viewer")


@pytest.fixture
def analyst(sign_in) -> Visitor:
    return sign_in("analyst")


@pytest.fixture
def designer(sign_in) -> Visitor:
    return sign_in("designer")


@pytest.fixture
def administrator(sign_in) -> Visitor:
    return sign_in("administrator")


@pytest.fixture
def browse(sign_in):
    """Open a page as somebody and check what holds for every page."""

    def open_page(path: str, status: int = 200, *, role: str = "administrator"):
        return sign_in(role).browse(path, status)

    return open_page


@pytest.fixture
def wave(session):
    """An open wave with a public link."""
    return make_wave(session)


@pytest.fixture
def person(app, wave):
    """Somebody who has the wave's link."""
    return Respondent(app, f"/s/{wave.public_key}")


@pytest.fixture
def second(app) -> Visitor:
    """A second analyst."""
    with app.app_context():
        add_staff(db.session, email="second@example.org", roles=["analyst"], password=PASSWORD)
        db.session.commit()
    visitor = Visitor(app)
    visitor.log_in("second@example.org", PASSWORD)
    return visitor


@pytest.fixture
def nodes(session):
    """Give the draft's nodes by code, as they stand."""

    def find(code="small"):
        session.expire_all()
        found = drafting.nodes_of(session, drafting.find(session, code))
        return {node.code or node.kind: node for node in found}

    return find


@pytest.fixture
def frozen(designer, session):
    """A draft with its first pilot: the wave."""
    return freeze(designer, session)


@pytest.fixture
def account(session):
    """Give the account of a role as it now stands."""

    def find(role):
        session.expire_all()
        return session.scalars(select(Staff).where(Staff.email == f"{role}@example.org")).one()

    return find
