"""`manyi user`: staff accounts from the command line."""

import click

from surveys import words
from web.accounts.roles import NEWCOMER, ROLES
from web.cli import Refusal

REASONS = {
    "email": "is no e-mail address.",
    "taken": "has an account already.",
    "roles": f"needs one of the roles {', '.join(ROLES)}.",
    "password": "needs a password of at least ten characters.",
    "unit": "cannot belong to a unit that is none. Give codes of manyi units.",
}
UNIT = click.option(
    "--unit", "codes", multiple=True, metavar="CODE", help="A unit of theirs; may be repeated."
)


@click.group(short_help="Staff accounts.")
def user() -> None:
    """Make staff accounts, and say which units people belong to.

    Example: manyi user add ana@example.org --role analyst
    """


@user.command()
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=(NEWCOMER,),
    show_default=True,
    type=click.Choice(ROLES),
)
@UNIT
@click.option("--name", default="", help="Shown in the site's header.")
@click.option(
    "--language",
    type=click.Choice(list(words.spoken())),
    show_default="the site's own",
    help="Of mails to this person.",
)
def add(email: str, roles: tuple[str, ...], codes: tuple[str, ...], name: str, language: str | None) -> None:
    """Make an account and print its random password once.

    Viewers and unit managers see the figures of their units; without a unit they see none.

    Example: manyi user add ana@example.org --role viewer --unit C1
    """
    from web.accounts.staff import StaffError, add_staff  # noqa: PLC0415
    from web.accounts.units import codes_of, set_units  # noqa: PLC0415
    from web.cli.database import ACTOR, record  # noqa: PLC0415
    from web.extensions import db  # noqa: PLC0415
    from web.site import create_app  # noqa: PLC0415  loads the whole site

    with create_app().app_context():
        try:
            made, password = add_staff(db.session, email=email, name=name, roles=roles, language=language)
            set_units(db.session, made, codes, by=ACTOR)
        except StaffError as error:
            raise Refusal(f"{email} {REASONS.get(error.code, error.code)}") from None
        detail = {"roles": sorted(made.role_names), "units": codes_of(made)}
        record(db.session, "staff.add", f"staff:{made.id}", detail)
    click.echo(password)


@user.command()
@click.argument("email")
@UNIT
def units(email: str, codes: tuple[str, ...]) -> None:
    """Let the person of this address belong to exactly these units, to none where none is given.

    Example: manyi user units ana@example.org --unit C1 --unit C2
    """
    from web.accounts.staff import StaffError, find_staff  # noqa: PLC0415
    from web.accounts.units import codes_of, set_units  # noqa: PLC0415
    from web.cli.database import ACTOR, record, session  # noqa: PLC0415

    with session() as opened:
        person = find_staff(opened, email)
        if person is None:
            raise Refusal(f"{email} has no account. Make one with manyi user add.")
        before = codes_of(person)
        try:
            set_units(opened, person, codes, by=ACTOR)
        except StaffError as error:
            raise Refusal(f"{email} {REASONS[error.code]}") from None
        detail = {"before": before, "after": codes_of(person)}
        record(opened, "staff.set_units", f"staff:{person.id}", detail)
    click.echo(f"{email} belongs to {', '.join(sorted(set(codes))) or 'no unit'}.", err=True)
