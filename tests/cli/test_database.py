"""The database from the command line: upgraded, copied in use, put back; broken copies change nothing."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.collecting import responses
from surveys.database import create_engine
from surveys.models import Response
from tests.databases import postgres_database
from tests.surveys.worlds import NOW, make_wave


@pytest.fixture
def database(manyi, tmp_path):
    """An upgraded database of the instance."""
    code, _, err = manyi("db", "upgrade")
    assert code == 0, err
    return tmp_path / "instance" / "manyi.db"


def add_responses(path, number):
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        wave = make_wave(session)
        for place in range(number):
            responses.open_response(session, wave, client_key=f"key {place}", language="zh", now=NOW)
        session.commit()
    engine.dispose()


def count_responses(path):
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        found = session.scalar(select(func.count()).select_from(Response))
    engine.dispose()
    return found


def test_upgrading_twice_keeps_what_is_there(manyi, database):
    add_responses(database, 2)
    code, out, err = manyi("db", "upgrade")
    assert (code, out) == (0, "")
    assert "up to date" in err
    assert count_responses(database) == 2


def test_upgrading_postgresql_twice(manyi, monkeypatch, cluster):
    with postgres_database(cluster, "template0") as url:
        monkeypatch.setenv("MANYI_DATABASE_URL", url.render_as_string(hide_password=False))
        for _ in range(2):
            code, _, err = manyi("db", "upgrade")
            assert code == 0, err
        engine = create_engine(url)
        with Session(engine) as session:
            assert session.scalar(select(func.count()).select_from(Response)) == 0
        engine.dispose()
        assert manyi("db", "check")[0] == 0
        assert manyi("db", "downgrade", "0003_collection", "--yes")[0] == 0
        assert manyi("db", "upgrade")[0] == 0
        for command in (("backup", "x.db"), ("restore", "x.db", "--yes")):
            code, _, err = manyi(*command)
            assert (code, "pg_dump" in err) == (1, True)


def test_a_check_says_what_differs(manyi, database):
    assert manyi("db", "check") == (0, "", "The database is what this release expects.\n")
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("CREATE TABLE songs (title TEXT)")
        writer.execute("ALTER TABLE unit ADD COLUMN motto TEXT")
        writer.execute("DROP INDEX ix_wave_version_id")
        writer.commit()
    code, out, err = manyi("db", "check")
    assert (code, out) == (1, "")
    assert "table songs is unknown" in err
    assert "column unit.motto is unknown" in err
    assert "index wave.ix_wave_version_id is missing" in err
    assert "manyi restore" in err


def test_a_way_back_keeps_a_copy_and_the_answers_that_the_revision_knows(manyi, database):
    add_responses(database, 2)
    code, out, err = manyi("db", "downgrade", "0003_collection", "--yes")
    assert (code, out) == (0, "")
    kept = database.with_suffix(".before-downgrade.db")
    assert err.endswith(f"The database is at 0003_collection. As it was it is kept in {kept}.\n")
    with closing(sqlite3.connect(database)) as opened:
        tables = {row[0] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "response" in tables
    assert not {"analysis", "staff"} & tables
    code, _, err = manyi("db", "check")
    assert (code, "Run manyi db upgrade" in err) == (1, True)
    assert manyi("db", "upgrade")[0] == 0
    assert manyi("db", "check")[0] == 0
    assert count_responses(database) == 2
    assert count_responses(kept) == 2


@pytest.mark.parametrize("revision", ["", "0007_dreams", "0003", "head"])
def test_a_way_back_to_nowhere_is_refused(manyi, database, revision):
    code, out, err = manyi("db", "downgrade", revision, "--yes")
    assert (code, out) == (1, "")
    assert f"There is no revision {revision}. Choose one of base, 0001_frame" in err
    assert not database.with_suffix(".before-downgrade.db").exists()


def test_a_way_back_is_asked_for_and_leads_back(manyi, database, monkeypatch):
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    code, _, err = manyi("db", "downgrade", "0005_staff")
    assert (code, "Stopped." in err) == (130, True)
    assert manyi("db", "check")[0] == 0
    assert manyi("db", "downgrade", "0001_frame", "--yes")[0] == 0
    code, _, err = manyi("db", "downgrade", "0005_staff", "--yes")
    assert (code, "not as far as that revision" in err) == (1, True)


def test_a_database_of_a_newer_release_is_left_alone(manyi, database):
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("UPDATE alembic_version SET version_num = '0099_future'")
        writer.commit()
    for command in (("upgrade",), ("check",), ("downgrade", "0001_frame", "--yes")):
        code, out, err = manyi("db", *command)
        assert (code, out) == (1, "")
        assert "newer than this release" in err
        assert "0099_future" in err


def test_a_check_and_a_way_back_need_a_database(manyi, tmp_path):
    for command in (("check",), ("downgrade", "base", "--yes")):
        code, _, err = manyi("db", *command)
        assert (code, "Run manyi db upgrade first" in err) == (1, True)
    assert not (tmp_path / "instance" / "manyi.db").exists()


def test_a_backup_while_somebody_writes_is_whole(manyi, database, tmp_path, monkeypatch):
    monkeypatch.setattr("surveys.database.BUSY_TIMEOUT_SECONDS", 0)
    add_responses(database, 3)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM response")
        code, _, err = manyi("backup", copy)
        assert code == 0, err
        writer.execute("COMMIT")
    assert count_responses(copy) == 3  # as committed when it was copied
    assert count_responses(database) == 0
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_backup_overwrites_nothing_and_needs_a_database(manyi, tmp_path):
    code, _, err = manyi("backup", tmp_path / "copy.db")
    assert (code, "manyi db upgrade" in err) == (1, True)
    assert not (tmp_path / "copy.db").exists()
    manyi("db", "upgrade")
    (tmp_path / "copy.db").write_text("mine", encoding="utf-8")
    code, _, err = manyi("backup", tmp_path / "copy.db")
    assert (code, "there already" in err) == (1, True)
    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "mine"
    code, _, err = manyi("backup", tmp_path / "no" / "folder" / "copy.db")
    assert code == 1
    assert "cannot be written" in err


def test_a_restore_brings_back_what_was_copied_and_keeps_the_present(manyi, database, tmp_path):
    add_responses(database, 4)
    copy = tmp_path / "copy.db"
    assert manyi("backup", copy)[0] == 0
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("DELETE FROM response")
        writer.commit()
    code, _, err = manyi("restore", copy, "--yes")
    assert code == 0, err
    assert count_responses(database) == 4
    assert count_responses(database.with_suffix(".before-restore.db")) == 0


def truncated(copy):
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


def overwritten(copy):
    content = bytearray(copy.read_bytes())
    content[8192:20000] = b"\xff" * (20000 - 8192)
    copy.write_bytes(content)


def no_database(copy):
    copy.write_bytes(b"nothing of the kind" * 100)


def empty(copy):
    copy.write_bytes(b"")


def foreign(copy):
    copy.unlink()
    with closing(sqlite3.connect(copy)) as made:
        made.execute("CREATE TABLE songs (title TEXT)")


def of_nobody(copy):
    copy.unlink()
    with closing(sqlite3.connect(copy)) as made:
        made.execute("CREATE TABLE response (id INTEGER PRIMARY KEY)")


def newer(copy):
    with closing(sqlite3.connect(copy)) as made:
        made.execute("UPDATE alembic_version SET version_num = '9999_later'")
        made.commit()


@pytest.mark.parametrize("spoil", [truncated, overwritten, no_database, empty, foreign, of_nobody, newer])
def test_a_broken_copy_is_refused_and_nothing_changes(manyi, database, tmp_path, spoil):
    add_responses(database, 2)
    copy = tmp_path / "copy.db"
    assert manyi("backup", copy)[0] == 0
    spoil(copy)
    code, out, err = manyi("restore", copy, "--yes")
    assert (code, out) == (1, "")
    assert str(copy) in err
    assert "Traceback" not in err
    assert count_responses(database) == 2
    assert not database.with_suffix(".before-restore.db").exists()


def test_a_missing_copy_is_refused(manyi, database, tmp_path):
    code, _, err = manyi("restore", tmp_path / "never.db", "--yes")
    assert (code, "is not there" in err) == (1, True)


def test_a_database_address_that_cannot_be_read_is_refused_without_its_password(manyi, monkeypatch):
    for url in ("mysql://u:secret@h/d", "not a url secret", "postgresql://u:secret@127.0.0.1:1/d"):
        monkeypatch.setenv("MANYI_DATABASE_URL", url)
        code, _, err = manyi("db", "upgrade")
        assert code == 1, (url, err)
        assert err.strip()
        assert "secret" not in err
        assert "Traceback" not in err


def test_a_database_without_tables_is_a_message(manyi, tmp_path):
    code, _, err = manyi("responses", "export", "W", "-o", tmp_path / "x.csv")
    assert (code, "manyi db upgrade" in err) == (1, True), err
    assert "Traceback" not in err


def test_only_their_owner_reads_databases_and_copies(manyi, database, tmp_path):
    database.chmod(0o644)  # as releases before made it
    manyi("db", "upgrade")
    add_responses(database, 1)
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    assert manyi("restore", tmp_path / "copy.db", "--yes")[0] == 0
    files = [database, tmp_path / "copy.db", database.with_suffix(".before-restore.db")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600] * 3
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("BEGIN IMMEDIATE")
        companions = [path for path in database.parent.iterdir() if path.name.startswith("manyi.db-")]
        assert {stat.S_IMODE(path.stat().st_mode) for path in companions} <= {0o600}


def test_nothing_is_restored_while_the_site_runs(manyi, database, tmp_path):
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    add_responses(database, 2)
    code = "import sys, pathlib; from web import running; running.announce(pathlib.Path(sys.argv[1]))"
    code += "; print(flush=True); sys.stdin.read()"
    site = subprocess.Popen(
        [sys.executable, "-c", code, str(database.parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        site.stdout.readline()
        status, _, err = manyi("restore", tmp_path / "copy.db", "--yes")
        assert (status, "Stop it first" in err) == (1, True)
        assert count_responses(database) == 2
    finally:
        site.kill()  # and the lock is gone with it, whatever it could not tidy up
        site.communicate()
    assert manyi("restore", tmp_path / "copy.db", "--yes")[0] == 0
    assert count_responses(database) == 0
