"""What `manyi backup` and `manyi db downgrade` do stands in the trail."""

import sqlite3
from contextlib import closing

import pytest

from surveys import migrating


@pytest.fixture
def database(manyi, tmp_path):
    """An upgraded database of the instance."""
    assert manyi("db", "upgrade")[0] == 0
    return tmp_path / "instance" / "manyi.db"


def noted(path):
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute("SELECT action, actor, detail FROM audit_entry ORDER BY id").fetchall()


def test_copies_and_ways_back_stand_in_the_trail(manyi, database, tmp_path):
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    assert noted(database)[-1] == ("database.backup", "command line", '{"file": "copy.db"}')
    assert manyi("backup", tmp_path / "copy.db")[0] == 1
    newest, before = migrating.revisions()[-1], migrating.revisions()[-2]
    assert manyi("db", "downgrade", newest, "--yes")[0] == 0
    assert len(noted(database)) == len(noted(tmp_path / "copy.db")) + 1, "nothing was taken back"
    assert manyi("db", "downgrade", before, "--yes")[0] == 0
    assert noted(database)[-1] == ("database.downgrade", "command line", f'{{"revision": "{before}"}}')
    assert manyi("db", "upgrade")[0] == 0
    assert manyi("audit", "verify")[0] == 0


def test_a_copy_is_kept_where_the_trail_cannot_be_written(manyi, database, tmp_path, monkeypatch):
    monkeypatch.setattr("surveys.database.BUSY_TIMEOUT_SECONDS", 0)
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        code, _, err = manyi("backup", tmp_path / "copy.db")
    assert (code, "The audit trail could not note it: database is locked." in err) == (0, True)
    assert noted(database) == noted(tmp_path / "copy.db")
