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
}


@click.group(short_help="Staff accounts.")
def user() -> None:
    """Make staff accounts.

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
@click.option("--name", default="", help="Shown in the site's header.")
@click.option("--language", type=click.Choice(list(words.spoken())), default="zh", show_default=True)
def add(email: str, roles: tuple[str, ...], name: str, language: str) -> None:
    """Make an account and print its random password once.

    Example: manyi user add ana@example.org --role analyst
    """
    from web.accounts.staff import StaffError, add_staff  # noqa: PLC0415
    from web.extensions import db  # noqa: PLC0415
    from web.site import create_app  # noqa: PLC0415  loads the whole site

    with create_app().app_context():
        try:
            _, password = add_staff(db.session, email=email, name=name, roles=roles, language=language)
        except StaffError as error:
            raise Refusal(f"{email} {REASONS.get(error.code, error.code)}") from None
        db.session.commit()
    click.echo(password)
