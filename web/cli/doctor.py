"""`manyi doctor`: what is wrong with an installation, before anybody finds out on the site."""

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import URL, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.database import create_engine, normalise_url
from surveys.models import AuditEntry, Response
from web.cli import Refusal
from web.cli.database import database_url, told
from web.cli.serve import is_private
from web.config import SETTINGS, flask_settings, read_settings, secret_key
from web.readers import key
from web.spelling import spelled

OLD: Final = timedelta(days=7)
PREFIX: Final = "MANYI_"


@click.command()
def doctor() -> None:
    """Check settings, database and files; exit code 1 where something must be mended. Nothing is changed.

    Example: manyi doctor
    """
    settings = read_settings()
    flask_settings(settings)  # what the environment's texts cannot tell: the key in the instance folder
    url = database_url()
    found = [
        *_unread(os.environ),
        *_reached(settings),
        *_secrets(settings),
        *_files(settings["INSTANCE"], url),
        *_database(url, is_private=is_private(settings)),
    ]
    for line in found:
        click.echo(spelled(line))
    if found:
        raise Refusal(f"{len(found)} to be mended.")
    click.echo("Nothing is wrong.")


def _unread(environment: Mapping[str, str]) -> Iterator[str]:
    """Find names that look like settings and are none: what somebody meant has its default."""
    known = {PREFIX + each.name for each in SETTINGS} | {f"{PREFIX}CONFIG"}
    for name in sorted(environment.keys() - known):
        if name.startswith(PREFIX):
            meant = get_close_matches(name, known, 1)
            remedy = f"Did you mean {meant[0]}?" if meant else "See docs/configuration.md."
            yield f"{name} is no setting, and nothing reads it. {remedy}"


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


def _secrets(settings: dict[str, Any]) -> Iterator[str]:
    """Find secrets that somebody could guess; those of settings that are keys are refused before."""
    from web.accounts.passwords import SHORTEST, is_common  # noqa: PLC0415  loads the accounts

    if not settings["SECRET_KEY"]:
        try:
            key(secret_key(settings["INSTANCE"]))
        except ValueError:
            path = settings["INSTANCE"] / "secret_key"
            yield f"{path} can be guessed. Delete it; the next start makes another."
    for name in ("DATABASE_URL", "OWNER_URL"):
        url = normalise_url(settings[name]) if settings[name] else None
        if url is None or not url.password:
            continue
        password, names = str(url.password), filter(None, (url.username, url.database))
        if len(password) < SHORTEST or is_common(password, *names):
            yield (
                f"The password in MANYI_{name} can be guessed. Give the role another: "
                "openssl rand -base64 24 prints one."
            )


def _files(instance: Path, url: URL) -> Iterator[str]:
    """Find files that others on this machine can read."""
    paths = [instance / "secret_key"]
    if url.get_backend_name() == "sqlite" and url.database:
        paths += [Path(url.database + end) for end in ("", "-wal", "-shm")]
    for path in paths:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path} can be read by others on this machine. Run chmod 600 {path}."


def _database(url: URL, *, is_private: bool) -> Iterator[str]:
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
        if url.get_backend_name() == "sqlite" and not is_private:
            yield from _copied(engine)
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


def _copied(engine: Engine) -> Iterator[str]:
    """Find answers of which nobody has made a copy lately; copies of PostgreSQL are not ours to know."""
    with Session(engine) as session:
        if session.scalar(select(Response.id).limit(1)) is None:
            return
        made = select(AuditEntry.at).where(AuditEntry.action == "database.backup")
        last = session.scalar(made.order_by(AuditEntry.id.desc()).limit(1))
    if last is None or datetime.now(UTC) - last > OLD:
        said = "There is no copy of the database" if last is None else f"The last copy is of {last:%Y-%m-%d}"
        yield f"{said}. Run manyi backup FILE each night, and keep FILE on another machine."
