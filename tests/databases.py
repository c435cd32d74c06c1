"""Fixtures that give every database test a fresh SQLite file and a fresh PostgreSQL database.

The PostgreSQL cluster is temporary: made from Debian's binaries, one for each test process, reached
through a socket in its own folder, and removed at the end. Databases are copied from one migrated
template, so a test pays for a copy and not for the migrations.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.keys import bind
from surveys.migrating import upgrade

NUMBER = count(1)


def binaries() -> Path | None:
    """Find the newest installed PostgreSQL server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A temporary PostgreSQL server without durability, owned by an ordinary user."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="manyi-postgres-"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run(
            "initdb", "-D", f"{self.folder}/data", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        self.run(
            "pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", options, "start"
        )

    def run(self, program: str, *arguments: str) -> None:
        command = [*self.prefix, str(self.programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stderr}"

    def url(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg", username=self.user, database=database, query={"host": str(self.folder)}
        )

    def execute(self, statement: str) -> None:
        place = {"host": str(self.folder), "user": self.user, "dbname": "postgres"}
        with psycopg.connect(**place, autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The temporary server; missing binaries are said plainly, and are a failure under CI."""
    programs = binaries()
    if programs is None:
        message = "PostgreSQL's server programs are missing: sudo apt-get install postgresql"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    server = Cluster(programs)
    try:
        server.execute("CREATE DATABASE migrated")
        upgrade(server.url("migrated"))
        yield server
    finally:
        server.stop()


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Make a SQLite file once a run of the tests, whichever of their processes wants it first."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            folder.mkdir()
            make(folder / "manyi.db")
            (folder / "made").touch()
    return folder / "manyi.db"


def migrate(path: Path) -> None:
    """Make a SQLite file at the newest revision."""
    upgrade(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest revision, to be copied."""
    return made_once(tmp_path_factory, "migrated", migrate)


@contextmanager
def postgres_database(server: Cluster, template: str = "migrated") -> Iterator[URL]:
    """A database of its own, dropped afterwards."""
    name = f"test_{next(NUMBER)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield server.url(name)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """The address of a fresh database at the newest revision; the test runs once for each kind."""
    if request.param == "sqlite":
        path = tmp_path / "manyi.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield URL.create("sqlite", database=str(path))
        return
    with postgres_database(request.getfixturevalue("cluster")) as url:
        bind(url, tmp_path / "keys")
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield URL.create("sqlite", database=str(tmp_path / "folder" / "empty.db"))
        return
    with postgres_database(request.getfixturevalue("cluster"), "template0") as url:
        yield url


@pytest.fixture
def engine(database_url: URL) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened
