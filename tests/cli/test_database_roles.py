"""PostgreSQL with two roles: one owns the schema, the site's owns nothing, and everything works."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import URL, func, inspect, select, text
from sqlalchemy.orm import Session

from surveys import rights
from surveys.collecting import settling, waves
from surveys.collecting.invitations import issue_invitations
from surveys.collecting.submitting import submit
from surveys.collecting.visit import find_visit
from surveys.database import create_engine, normalise_url
from surveys.keys import bind
from surveys.models import Analysis, Invitation, Response, Version, Wave
from web.runs import compute, ending
from web.runs.queue import queue

NOW = datetime.now(UTC)
REFUSED = [
    "DROP TABLE response",
    "CREATE TABLE more (id integer)",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER keep_audit_entry_update ON audit_entry",
    "TRUNCATE participation",
    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER TABLE response DETACH PARTITION response_wave_1",
    "SET session_replication_role = replica",
    "UPDATE alembic_version SET version_num = 'x'",
    "CREATE ROLE more",
    "SET ROLE owner",
]


@pytest.fixture
def site(cluster, manyi, monkeypatch, tmp_path):
    """A database made by its owner with `manyi db upgrade`; from then on the command line is the site."""
    for role in ("owner CREATEROLE", "stranger"):
        cluster.execute(f"CREATE ROLE {role} LOGIN")
    cluster.execute("CREATE DATABASE two OWNER owner")

    def address(role: str) -> str:
        made = URL.create(
            "postgresql", username=role, password="x", database="two", query={"host": str(cluster.folder)}
        )
        return made.render_as_string(hide_password=False)

    monkeypatch.setenv("MANYI_DATABASE_URL", address("site"))
    monkeypatch.setenv("MANYI_OWNER_URL", address("owner"))
    code, _, err = manyi("db", "upgrade")
    assert code == 0, err
    monkeypatch.delenv("MANYI_OWNER_URL")
    url = normalise_url(address("site"))
    bind(url, tmp_path / "instance" / "keys")
    engine = create_engine(url)
    yield url, engine, address
    engine.dispose()
    cluster.execute("DROP DATABASE two WITH (FORCE)")
    for role in ("site", "owner", "stranger"):
        cluster.execute(f"DROP ROLE {role}")


def test_the_sites_role_does_everything_and_owns_nothing(site, manyi, tmp_path):
    url, engine, _ = site
    code, _, err = manyi("db", "upgrade")
    assert code == 0, err
    code, _, err = manyi("demo", "--responses", 300, "--waves", 1, "--seed", 3)
    assert code == 0, err
    code, _, err = manyi("db", "check")
    assert code == 0, err
    with Session(engine) as session:
        version = session.scalars(select(Version).order_by(Version.id)).first()
        wave = waves.create_wave(session, version, code="BYLINK", title="w", access="invited", now=NOW)
        waves.open_wave(session, wave, NOW)
        tokens = issue_invitations(session, wave, 30, NOW)
        session.commit()
        for token in tokens[:25]:
            visit = find_visit(session, token=token, keys={}, language="zh", now=NOW)
            submit(session, visit.open(NOW), NOW)
            session.commit()
        assert [each.code for each in settling.due(session, NOW)] == ["BYLINK"]
        ending.tend(session, NOW)
        used = select(func.count()).select_from(Invitation).where(Invitation.state == "used")
        assert session.scalar(used) == 25
        waves.close_wave(session, wave, NOW + timedelta(minutes=1))
        session.commit()
        ending.tend(session, NOW + timedelta(minutes=2))
        assert session.get_one(Wave, wave.id).rewritten_at is not None
        assert session.scalar(select(func.count()).where(Response.wave_id == wave.id)) == 25
        first = session.scalars(select(Wave).order_by(Wave.id)).first()
        run = compute.plan(session, first, staff_name="t", now=NOW, seed=1, options={"bootstrap": 50})
        session.commit()
        jobs = queue(url, tmp_path / "instance")
        jobs.run(run.id)
        jobs.waiting.execute(jobs.waiting.dequeue())
        session.expire_all()
        assert session.get_one(Analysis, run.id).state == "done"
        assert rights.owned(session.connection()) == 0
    jobs.waiting.storage.close()


@pytest.mark.parametrize("statement", REFUSED)
def test_what_only_an_owner_may_is_refused(site, statement):
    _, engine, _ = site
    with engine.connect() as connection, pytest.raises(Exception) as caught:  # noqa: PT011
        connection.execute(text(statement))
    assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege), caught.value


def test_the_owners_functions_look_nowhere_else(site):
    _, engine, _ = site
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT proname, proconfig FROM pg_proc "
                "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            )
        ).all()
        assert {name for name, _ in found} == {"make_response_partition", "rewrite_wave"}
        assert all(settings == ["search_path=public, pg_temp"] for _, settings in found)
        for open_to in ("PUBLIC", "stranger"):
            asked = f"SELECT has_function_privilege('{open_to.lower()}', 'rewrite_wave(integer)', 'EXECUTE')"
            assert not connection.scalar(text(asked))
        with pytest.raises(Exception, match="only a closed anonymous wave"):
            connection.execute(text("SELECT rewrite_wave(1)"))


def test_what_cannot_be_is_refused_with_its_remedy(site, manyi, monkeypatch):
    _, engine, address = site
    owner = create_engine(normalise_url(address("owner")))
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0014_refusals'"))
    owner.dispose()
    code, _, err = manyi("db", "upgrade")
    assert (code, "MANYI_OWNER_URL" in err) == (1, True), err
    monkeypatch.setenv("MANYI_OWNER_URL", "sqlite:///x.db")
    code, _, err = manyi("db", "upgrade")
    assert (code, "MANYI_OWNER_URL" in err) == (1, True), err
    assert inspect(engine).has_table("huey_task")
