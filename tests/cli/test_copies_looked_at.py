"""Before a copy is put back that very file is looked at, whatever its name; the present database is none."""

import shutil
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def database(manyi, tmp_path):
    """An upgraded database of the instance."""
    assert manyi("db", "upgrade")[0] == 0
    return tmp_path / "instance" / "manyi.db"


def add_unit(manyi):
    assert manyi("units", "add", "U", "--name", "U", "--level", "county")[0] == 0


def count_units(database):
    with closing(sqlite3.connect(database)) as opened:
        return opened.execute("SELECT count(*) FROM unit").fetchone()[0]


@pytest.mark.parametrize("name", ["a?b.db", "a#b.db", "a%62.db"])
def test_the_copy_that_is_looked_at_is_the_one_that_is_put_back(manyi, database, tmp_path, name):
    copy = tmp_path / name
    assert manyi("backup", copy)[0] == 0
    add_unit(manyi)
    code, _, err = manyi("restore", copy, "--yes")
    assert (code, count_units(database)) == (0, 0), err
    add_unit(manyi)
    # What a part of its name would lead to is sound; the copy itself is not.
    for beside in ("a", "ab.db"):
        shutil.copy(copy, tmp_path / beside)
    copy.write_bytes(b"nothing of the kind" * 100)
    code, _, err = manyi("restore", copy, "--yes")
    assert (code, "no SQLite database" in err, count_units(database)) == (1, True, 1), err


def test_the_present_database_is_no_copy_of_itself(manyi, database):
    add_unit(manyi)
    code, _, err = manyi("restore", database, "--yes")
    assert (code, "the present database itself" in err, count_units(database)) == (1, True, 1), err
    assert not database.with_suffix(".before-restore.db").exists()
