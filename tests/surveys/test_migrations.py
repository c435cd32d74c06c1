"""Migrations and models agree on both databases, and there is a way back."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, bindparam, inspect, text

from surveys import migrating
from surveys.database import UTCDateTime, create_engine


def tables(url: URL) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_head_is_what_the_models_say_and_base_is_empty(empty_database_url):
    migrating.upgrade(empty_database_url)
    assert {"unit", "version", "wave", "response", "analysis", "staff"} <= tables(empty_database_url)
    migrating.check(empty_database_url)
    migrating.downgrade(empty_database_url)
    assert tables(empty_database_url) == {"alembic_version"}


def test_upgrading_twice_changes_nothing(empty_database_url):
    migrating.upgrade(empty_database_url)
    before = tables(empty_database_url)
    migrating.upgrade(empty_database_url)
    assert tables(empty_database_url) == before


def test_every_step_back_can_be_taken_again(empty_database_url):
    migrating.upgrade(empty_database_url)
    for revision in reversed(migrating.revisions()[:-1]):
        migrating.downgrade(empty_database_url, revision)
        migrating.upgrade(empty_database_url)
    migrating.check(empty_database_url)


def test_questionnaires_outlive_the_column_that_said_nothing(empty_database_url):
    migrating.upgrade(empty_database_url, "0030_pilot_people")
    engine = create_engine(empty_database_url)
    insert = text(
        "INSERT INTO questionnaire (id, code, created_at, archived_at) VALUES (7, 'csi', :at, :at)"
    ).bindparams(bindparam("at", datetime(2026, 3, 1, tzinfo=UTC), UTCDateTime))
    with engine.begin() as connection:
        connection.execute(insert)
    migrating.upgrade(empty_database_url)
    with engine.connect() as connection:
        assert list(connection.execute(text("SELECT * FROM questionnaire")).keys()) == [
            "id",
            "code",
            "created_at",
        ]
        assert connection.execute(text("SELECT id, code FROM questionnaire")).all() == [(7, "csi")]
    migrating.downgrade(empty_database_url, "0030_pilot_people")
    with engine.connect() as connection:
        [stored] = connection.execute(text("SELECT code, archived_at FROM questionnaire")).all()
    engine.dispose()
    assert stored == ("csi", None)


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_database_url, monkeypatch):
    migrating.upgrade(empty_database_url, "0002_questionnaires")
    before = tables(empty_database_url)
    monkeypatch.setattr("alembic.op.create_index", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(empty_database_url)
    assert tables(empty_database_url) == before


def test_sqlite_is_durable_and_keeps_foreign_keys(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/manyi.db")
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    assert sqlite3.sqlite_version_info >= (3, 35)


@pytest.mark.parametrize("url", ["mysql://localhost/manyi", "nonsense"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match=r"sqlite|parse"):
        create_engine(url)
