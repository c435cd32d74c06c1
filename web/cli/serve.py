"""`manyi start`, `manyi serve`, `manyi worker`: the site, and the worker beside it."""

import socket
from typing import Any
from urllib.parse import urlsplit

import click

from web import running
from web.cli import Refusal
from web.config import flask_settings, read_settings

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command()
@click.pass_context
def start(context: click.Context) -> None:
    """Prepare whatever is missing, then serve; for trying it on this machine.

    Example: MANYI_PORT=8080 manyi start
    """
    from web.cli.demo import demo  # noqa: PLC0415

    if not is_private(read_settings()):
        steps = "manyi db upgrade, manyi user add you@example.org --role administrator, manyi serve"
        raise Refusal(
            "Others can reach this site: manyi start would show a demo and passwords.\n"
            f"Write instead: {steps}. A demo is made by manyi demo alone."
        )
    _check_port()
    click.echo("Preparing the database and the demo (the first time takes half a minute) …", err=True)
    context.invoke(demo, if_missing=True, responses=1200, waves=6, seed=1)
    _show_accounts()
    context.invoke(serve)


@click.command()
@click.option("--no-worker", is_flag=True, help="Start no worker; run `manyi worker` elsewhere.")
def serve(*, no_worker: bool = False) -> None:
    """Serve the site in the foreground, with a worker beside it; Ctrl-C stops both.

    Example: MANYI_PORT=8080 manyi serve
    """
    from web.cli import supervisor  # noqa: PLC0415  loads the server

    settings = read_settings()
    _check_port()
    flask_settings(settings)  # what only a second look refuses, before anything listens
    supervisor.serve(
        settings,
        with_worker=not no_worker,
        started=lambda: click.echo(f"\nManyi is at {_address(settings)}   (Ctrl-C stops it)\n"),
    )


@click.command()
def worker() -> None:
    """Carry out runs of waves that the site asks for.

    Example: manyi worker
    """
    from web.cli.database import database_url, instance_folder  # noqa: PLC0415
    from web.runs.heartbeat import Heartbeat  # noqa: PLC0415
    from web.runs.queue import begin, queue  # noqa: PLC0415

    running.announce(instance_folder())
    begin(database_url(), instance_folder())
    waiting = queue(database_url(), instance_folder()).waiting
    consumer = waiting.create_consumer(workers=1, worker_type="thread", check_worker_health=True)
    with Heartbeat(waiting):
        consumer.run()


def is_private(settings: dict[str, Any]) -> bool:
    """Tell whether this machine alone reaches the site, as far as the settings say."""
    public = urlsplit(settings["PUBLIC_URL"]).hostname or "localhost"
    return not settings["HTTPS"] and {settings["HOST"], public} <= LOOPBACK


def _address(settings: dict[str, Any]) -> str:
    host = "127.0.0.1" if settings["HOST"] in {"0.0.0.0", "::"} else settings["HOST"]  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings['PORT']}/"


def _check_port() -> None:
    settings = read_settings()
    family = socket.AF_INET6 if ":" in settings["HOST"] else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings["HOST"], settings["PORT"]))
        except OSError as error:
            why = f"Port {settings['PORT']} cannot be used ({error.strerror})."
            raise Refusal(f"{why} Choose another: MANYI_PORT=8080 make run") from None


def _show_accounts() -> None:
    """Make one account a role where there is none, and show the passwords this once."""
    from sqlalchemy import func, select  # noqa: PLC0415

    from web.accounts.models import Staff  # noqa: PLC0415
    from web.cli.database import session  # noqa: PLC0415

    with session() as opened:
        if opened.scalar(select(func.count()).select_from(Staff)):
            return
    from web.accounts.roles import OF_UNITS, ROLES  # noqa: PLC0415
    from web.accounts.staff import add_staff  # noqa: PLC0415
    from web.accounts.units import codes_of, set_units  # noqa: PLC0415
    from web.cli.database import record  # noqa: PLC0415
    from web.demo import build  # noqa: PLC0415
    from web.extensions import db  # noqa: PLC0415
    from web.site import create_app  # noqa: PLC0415

    with create_app().app_context():
        made = [(role, *add_staff(db.session, email=f"{role}@demo.example", roles=[role])) for role in ROLES]
        for role, staff, _password in made:
            if role in OF_UNITS:
                set_units(db.session, staff, [build.PREFIX], by="demo")
            detail = {"roles": sorted(staff.role_names), "units": codes_of(staff)}
            record(db.session, "staff.add", f"staff:{staff.id}", detail)
        click.echo("\nDemo accounts (the passwords are shown this once):")
        for role, staff, password in made:
            click.echo(f"  {role:<14}{staff.email:<30}{password}")
