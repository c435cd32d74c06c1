"""`manyi db`, `manyi backup`, `manyi restore`: the database's schema and its copies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import URL
from sqlalchemy.orm import Session

from surveys import audit, migrating
from surveys.database import create_engine, normalise_url
from web.cli import Refusal
from web.config import read_settings


def database_url() -> URL:
    """Give the configured database; the default is SQLite in the instance folder."""
    settings = read_settings()
    instance: Path = settings["INSTANCE"]
    instance.mkdir(parents=True, exist_ok=True)
    try:
        return normalise_url(settings["DATABASE_URL"] or f"sqlite:///{instance / 'manyi.db'}")
    except ValueError as error:
        raise Refusal(f"MANYI_DATABASE_URL cannot be used: {error}.") from None


def instance_folder() -> Path:
    """Give the folder of the instance."""
    folder: Path = read_settings()["INSTANCE"]
    return folder


@contextmanager
def session() -> Iterator[Session]:
    """Open a session on the configured database."""
    engine = create_engine(database_url())
    with Session(engine) as opened:
        yield opened
    engine.dispose()


def record(opened: Session, action: str, target: str, detail: dict[str, Any]) -> None:
    """Note in the audit trail what a command changed, and keep it."""
    now = datetime.now(UTC)
    audit.record(opened, actor="command line", action=action, target=target, now=now, detail=detail)
    opened.commit()


@click.group("db", short_help="The database's schema.")
def database() -> None:
    """Keep the database's schema up to date.

    Example: manyi db upgrade
    """


@database.command()
def upgrade() -> None:
    """Bring the database to the newest revision; data stay.

    Example: manyi db upgrade
    """
    migrating.upgrade(database_url())
    click.echo("The database is up to date.", err=True)


def _sqlite_file(url: URL) -> Path:
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refusal("This copies SQLite databases. For PostgreSQL use pg_dump and pg_restore.")
    return Path(url.database)


@click.command(short_help="Copy the SQLite database while it is in use.")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a consistent copy of the database to FILE, also while people answer.

    Example: manyi backup manyi-2026-03-31.db
    """
    source = _sqlite_file(database_url())
    if file.exists():
        raise Refusal(f"{file} is there already. Choose another name.")
    if not source.exists():
        raise Refusal("There is no database yet. Run manyi db upgrade first.")
    try:
        with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(file)) as copy:
            opened.backup(copy)
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)  # half a copy is none
        raise Refusal(f"{file} cannot be written: {error}.") from None
    click.echo(f"Copied to {file}.", err=True)


@click.command(short_help="Put a copy back in place of the SQLite database.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the present database without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Replace the database by FILE; stop the server first. The present one is kept beside it.

    Example: manyi restore manyi-2026-03-31.db
    """
    target = _sqlite_file(database_url())
    if not file.is_file():
        raise Refusal(f"{file} is not there.")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        raise Refusal(f"{file} is no SQLite database.") from None
    if sound != "ok" or "response" not in tables:
        raise Refusal(f"{file} is damaged, or no copy of Manyi's database.")
    if target.exists():
        if not yes:
            click.confirm(f"Replace {target}?", abort=True, err=True)
        kept = target.with_suffix(".before-restore.db")
        kept.unlink(missing_ok=True)
        with closing(sqlite3.connect(target)) as opened, closing(sqlite3.connect(kept)) as copy:
            opened.backup(copy)
    with closing(sqlite3.connect(file)) as copy, closing(sqlite3.connect(target)) as opened:
        copy.backup(opened)
    migrating.upgrade(database_url())
    click.echo(f"{target} is now the copy {file}.", err=True)
