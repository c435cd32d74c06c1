"""`manyi invitations`: what became of single-use links."""

from datetime import UTC, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.collecting.frame import find_customer
from surveys.collecting.invitations import SETTABLE, find_invitation, set_outcome
from surveys.collecting.sealing import lawfully
from surveys.collecting.waves import wave_by_code
from surveys.models import Invitation, Wave
from web.cli import Refusal
from web.cli.database import ACTOR, session


@click.group(short_help="What became of invitations.")
def invitations() -> None:
    """Keep what became of invitations.

    Example: manyi invitations outcome 2026Q1 refused --customer 100200300
    """


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
