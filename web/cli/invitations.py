"""`manyi invitations`: single-use links for customers, and what became of them."""

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.collecting.frame import customers_under, find_customer
from surveys.collecting.invitations import SETTABLE, find_invitation, issue_invitations, set_outcome
from surveys.collecting.sealing import lawfully
from surveys.collecting.waves import wave_by_code
from surveys.database import make_private
from surveys.models import Customer, Invitation, Wave
from surveys.models.collection import Access
from surveys.piloting.people import rested
from web.cli import Refusal, files
from web.cli.database import ACTOR, record, session
from web.cli.table import read_records, write_table
from web.config import read_settings
from web.exports.table import Table
from web.respond import addresses


@click.group()
def invitations() -> None:
    """Make links for customers, and keep what became of them.

    Example: manyi invitations issue 2026Q1 --unit C1 -o links.csv
    """


@invitations.command()
@click.argument("wave")
@click.option("--customers", type=files.READ, metavar="FILE", help="CSV with a column code.")
@click.option("--unit", default="", metavar="CODE", help="All customers of a unit and of those under it.")
@click.option("-o", "--output", required=True, type=files.WRITTEN, help="The file of links; must be new.")
def issue(wave: str, customers: Path | None, unit: str, output: Path) -> None:
    """Make a single-use link to WAVE for each customer, and write customers and links to a CSV file.

    The links are written once: the database keeps only a fingerprint of each. A confidential wave keeps whose
    they are. An anonymous one keeps of a customer only what at least ten of the list have in common: an
    office gives way to what is above it, a tier to none; answers to the same questions add nothing.

    Customers who were asked within a year to try a draft of the questionnaire are left out.

    Example: manyi invitations issue 2026Q1 --customers sample.csv -o links.csv
    """
    if (customers is None) == (not unit):
        raise click.UsageError("Say who is invited: --customers or --unit.")
    site = read_settings()["PUBLIC_URL"]
    if not site:
        raise Refusal("Links begin with the site's address. Set MANYI_PUBLIC_URL.")
    if output.exists():
        raise Refusal(f"{output} is there already. Links in it may be in use: give another name.")
    with session() as opened:
        found = wave_by_code(opened, wave)
        if found.access != Access.INVITED:
            raise Refusal(f"{found.code} has a public link. Plan a wave for invited people.")
        listed = customers_under(opened, unit) if unit else _listed(opened, customers)
        people = rested(opened, found.version.questionnaire_id, listed, datetime.now(UTC))
        tokens = issue_invitations(opened, found, people, datetime.now(UTC))
        rows = [
            (each.code, site + addresses.link(token=token))
            for each, token in zip(people, tokens, strict=True)
        ]
        _make_private(output)
        write_table(output, Table(["customer", "link"], rows))
        record(opened, "wave.issue_links", f"wave:{found.code}", {"n_links": len(tokens)})
    if left := len(listed) - len(people):
        click.echo(f"{left} left out: they were asked to try this questionnaire within a year.", err=True)
    click.echo(f"{len(tokens)} links written to {output}. Keep the file safe until they are sent.", err=True)


def _listed(opened: Session, file: Path | None) -> list[Customer]:
    assert file is not None
    return [find_customer(opened, row["code"]) for row in read_records(file, needed=("code",), may_have=())]


def _make_private(output: Path) -> None:
    with files.writing(output):
        make_private(output)


@invitations.command()
@click.argument("wave")
@click.argument("state", type=click.Choice(sorted(map(str, SETTABLE))))
@click.option("--customer", "customers", multiple=True, metavar="CODE", help="A customer who was invited.")
@click.option("--token", "tokens", multiple=True, metavar="TOKEN", help="The last part of a link.")
def outcome(wave: str, state: str, customers: tuple[str, ...], tokens: tuple[str, ...]) -> None:
    """Note the outcome STATE of invitations to WAVE; --customer and --token may be given several times.

    In an anonymous wave nobody knows whose link it was, so only --token can be used. All or none.

    Example: manyi invitations outcome 2026Q1 unreachable --customer 100200300 --customer 100200301
    """
    if not customers and not tokens:
        raise click.UsageError("Say whose invitation: --customer or --token.")
    now = datetime.now(UTC)
    with session() as opened:
        found = wave_by_code(opened, wave)
        named = [_of_customer(opened, found, code) for code in customers]
        named += [_of_token(opened, found, token) for token in tokens]
        detail = {"state": state, "n_invitations": len(named)}
        with lawfully(opened, found, actor=ACTOR, action="invitations.outcome", now=now, detail=detail):
            for invitation in named:
                set_outcome(opened, invitation, state, now)
        opened.commit()
    click.echo(f"{len(named)} invitations noted as {state}.", err=True)


def _of_customer(opened: Session, wave: Wave, code: str) -> Invitation:
    if wave.anonymous:
        raise Refusal(f"{wave.code} is anonymous: its invitations name no customers. Give the --token.")
    customer = find_customer(opened, code)
    found = opened.scalar(
        select(Invitation).where(Invitation.wave_id == wave.id, Invitation.customer_id == customer.id)
    )
    if found is None:
        raise Refusal(f"Customer {customer.code} has no invitation to {wave.code}.")
    return found


def _of_token(opened: Session, wave: Wave, token: str) -> Invitation:
    found = find_invitation(opened, token)
    if found is None or found.wave_id != wave.id:
        raise Refusal(f"{token[:64]} is no link of {wave.code}. Give what stands behind the last /.")
    return found
