"""`manyi doctor`: what is wrong with an installation, before anybody finds out on the site."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import URL, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.database import create_engine
from web.cli import Refusal
from web.cli.database import database_url, told
from web.cli.serve import is_private
from web.config import flask_settings, read_settings


@click.command(short_help="Say what is wrong with the installation.")
def doctor() -> None:
    """Check settings, database and files; exit code 1 where something must be mended. Nothing is changed.

    Example: manyi doctor
    """
    settings = read_settings()
    flask_settings(settings)  # what the environment's texts cannot tell: the key in the instance folder
    url = database_url()
    found = [*_reached(settings), *_files(settings["INSTANCE"], url), *_database(url)]
    for line in found:
        click.echo(line)
    if found:
        raise Refusal(f"{len(found)} to be mended.")
    click.echo("Nothing is wrong.")


def _reached(settings: dict[str, Any]) -> Iterator[str]:
    """Find what is missing where others reach the site."""
    if is_private(settings):
        return
    if not settings["PUBLIC_URL"]:
        yield "MANYI_PUBLIC_URL is empty: links would begin with whatever a browser says. Write https://HOST."
    if not settings["HTTPS"]:
        yield "MANYI_HTTPS is no: passwords would travel in clear. End TLS in a proxy and write yes."
    if not settings["PROXY_HOPS"]:
        yield "MANYI_PROXY_HOPS is 0: behind a proxy everybody would have its address. Write 1."
    if not settings["TRUSTED_HOSTS"]:
        yield "MANYI_TRUSTED_HOSTS is empty: any host name is answered. Write the site's own."
    if not settings["MAIL_URL"]:
        yield "MANYI_MAIL_URL is empty: nobody can set a forgotten password. Write smtps://USER:PASSWORD@HOST."


def _files(instance: Path, url: URL) -> Iterator[str]:
    """Find files that others on this machine can read."""
    paths = [instance / "secret_key"]
    if url.get_backend_name() == "sqlite" and url.database:
        paths += [Path(url.database + end) for end in ("", "-wal", "-shm")]
    for path in paths:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path} can be read by others on this machine. Run chmod 600 {path}."


def _database(url: URL) -> Iterator[str]:
    """Find a database that is not there, not up to date, without an administrator, or too much one's own."""
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield "There is no database yet. Run manyi db upgrade."
        return
    engine = create_engine(url)
    try:
        try:
            with told():
                migrating.check(url)
        except Refusal as refusal:
            yield refusal.message
            return
        yield from _inside(engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield f"The database cannot be used: {reason}. Check MANYI_DATABASE_URL."
    finally:
        engine.dispose()


def _inside(engine: Engine) -> Iterator[str]:
    from web.accounts.models import Role, Staff  # noqa: PLC0415  loads the accounts
    from web.accounts.roles import ADMINISTRATOR  # noqa: PLC0415

    with Session(engine) as session:
        able = select(func.count()).select_from(Staff).where(Staff.active)
        if not session.scalar(able.where(Staff.roles.any(Role.name == ADMINISTRATOR))):
            yield "No administrator can log in. Run manyi user add you@example.org --role administrator."
        if engine.dialect.name == "postgresql" and session.scalar(
            text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        ):
            yield "The database's role is a superuser: a fault could read every file. Give the site its own."
        elif engine.dialect.name == "postgresql":
            from surveys import rights  # noqa: PLC0415  needs the driver of PostgreSQL

            if rights.owned(session.connection()):
                yield (
                    "The database's role owns the tables: a fault could drop what keeps the trail. Let "
                    "manyi db upgrade run with MANYI_OWNER_URL, and give the site a role of its own."
                )
