"""`manyi backup`, `manyi restore`: copies of the SQLite database."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from surveys import migrating
from surveys.collecting import settling
from surveys.proving import restoring
from web import running
from web.cli import Refusal, files
from web.cli.database import (
    ACTOR,
    copied_beside,
    copy,
    database_url,
    existing,
    instance_folder,
    is_sqlite,
    record,
    session,
    upgraded,
)


def _sqlite_file(url: URL) -> Path:
    if not is_sqlite(url):
        raise Refusal("This copies SQLite databases. For PostgreSQL use pg_dump and pg_restore.")
    return Path(str(url.database))


@click.command()
@click.argument("file", type=files.WRITTEN)
def backup(file: Path) -> None:
    """Write a consistent copy of the database to FILE, also while people answer.

    Example: manyi backup manyi-2026-03-31.db
    """
    source = _sqlite_file(database_url())
    if file.exists():
        raise Refusal(f"{file} is there already. Choose another name.")
    existing(database_url())
    try:
        _settle()
        copy(source, file)
    except (OSError, sqlite3.Error) as error:
        file.unlink(missing_ok=True)  # half a copy is none
        raise Refusal(f"{file} cannot be written: {getattr(error, 'strerror', error)}.") from None
    click.echo(f"Copied to {file}.", err=True)
    try:
        with session() as opened:
            record(opened, "database.backup", "database", {"file": file.name})
    except OperationalError as error:  # the copy is worth more than its entry
        click.echo(f"The audit trail could not note it: {error.orig}.", err=True)


def _settle() -> None:
    """Settle anonymous waves where enough people have answered: fewer links lead to answers in the copy."""
    now = datetime.now(UTC)
    with session() as opened:
        for wave in settling.due(opened, now, between=timedelta(0)):
            settling.settle(opened, wave, now)
            opened.commit()


@click.command()
@click.argument("file", type=files.READ)
@click.option("--yes", is_flag=True, help="Replace the present database without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Replace the database by FILE; stop the server first. The present one is kept beside it.

    Example: manyi restore manyi-2026-03-31.db
    """
    target = _sqlite_file(database_url())
    if not file.is_file():
        raise Refusal(f"{file} is not there.")
    try:
        # As an address: of a name with ?, # or % another file would be looked at than is put back.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as found:
            sound = found.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master")}
            marked = "alembic_version" in tables
            revision = found.execute("SELECT version_num FROM alembic_version").fetchone() if marked else None
    except sqlite3.DatabaseError:
        raise Refusal(f"{file} is no SQLite database.") from None
    if sound != "ok" or "response" not in tables or revision is None:
        raise Refusal(f"{file} is damaged, or no copy of Manyi's database.")
    if revision[0] not in migrating.revisions():
        raise Refusal(f"{file} is of a newer release of Manyi. Install the release that made it.")
    if target.exists() and file.samefile(target):
        raise Refusal(f"{file} is the present database itself. Name the copy that is to be put back.")
    if running.is_running(instance_folder()):
        raise Refusal("The site runs: answers that it acknowledges meanwhile would be lost. Stop it first.")
    if target.exists():
        if not yes:
            click.confirm(f"Replace {target}?", abort=True, err=True)
        copied_beside(target, "restore")
    before = _heads(target)
    with closing(sqlite3.connect(file)) as found, closing(sqlite3.connect(target)) as replaced:
        found.backup(replaced)
    upgraded()
    with session() as opened:
        restoring.note(opened, before=before, actor=ACTOR, reason=file.name, now=datetime.now(UTC))
        opened.commit()
    click.echo(f"{target} is now the copy {file}.", err=True)


def _heads(target: Path) -> dict[int, str] | None:
    """Give how the trail of the database that is to be replaced stands; None where it cannot be read."""
    if not target.exists():
        return None
    try:
        with session() as opened:
            return restoring.heads(opened)
    except SQLAlchemyError:
        return None
