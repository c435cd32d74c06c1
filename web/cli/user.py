"""`manyi user`: staff accounts from the command line."""

from collections.abc import Sequence

import click

from surveys import words
from web.accounts.roles import NEWCOMER, ROLES
from web.cli import Refusal
from web.cli.serve import is_private
from web.config import read_settings

REASONS = {
    "email": "is no e-mail address.",
    "taken": "has an account already.",
    "roles": f"needs one of the roles {', '.join(ROLES)}.",
    "password": "needs a password of at least ten characters.",
    "unit": "cannot belong to {about}: there is no such unit. See manyi units list.",
}
UNIT = click.option(
    "--unit", "codes", multiple=True, metavar="CODE", help="A unit of theirs; may be repeated."
)


@click.group()
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
    """Make an account and print a link by which its person sets a password, once and within 24 hours.

    Without MANYI_PUBLIC_URL, for trying it on this machine, a random password is printed instead. Viewers and
    unit managers see the figures of their units; without a unit they see none.

    Example: manyi user add ana@example.org --role viewer --unit C1
    """
    from web.accounts.set_up import link_for  # noqa: PLC0415
    from web.accounts.staff import StaffError, add_staff  # noqa: PLC0415
    from web.accounts.units import codes_of, set_units  # noqa: PLC0415
    from web.cli.database import ACTOR, record  # noqa: PLC0415
    from web.extensions import db  # noqa: PLC0415
    from web.site import create_app  # noqa: PLC0415  loads the whole site

    has_address = _has_address()
    with create_app().app_context():
        try:
            made, password = add_staff(db.session, email=email, name=name, roles=roles, language=language)
            set_units(db.session, made, codes, by=ACTOR)
        except StaffError as error:
            raise _refusal(email, error.code, error.about) from None
        detail = {"roles": sorted(made.role_names), "units": codes_of(made)}
        record(db.session, "staff.add", f"staff:{made.id}", detail)
        click.echo(link_for(made) if has_address else password)


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link by which the person of this address sets a new password, once and within 24 hours.

    Example: manyi user link ana@example.org
    """
    from web.accounts.set_up import link_for  # noqa: PLC0415
    from web.accounts.staff import find_staff  # noqa: PLC0415
    from web.cli.database import record  # noqa: PLC0415
    from web.extensions import db  # noqa: PLC0415
    from web.site import create_app  # noqa: PLC0415

    if not _has_address():
        raise Refusal("Links begin with the site's address. Set MANYI_PUBLIC_URL.")
    with create_app().app_context():
        person = find_staff(db.session, email) if "\x00" not in email else None
        if person is None or not person.active:
            raise Refusal(f"{email} has no account that lets in. Make one with manyi user add.")
        made = link_for(person)
        record(db.session, "staff.set_up_link", f"staff:{person.id}", {})
    click.echo(made)


def _refusal(email: str, code: str, about: Sequence[str]) -> Refusal:
    return Refusal(f"{email} {REASONS.get(code, code).format(about=', '.join(about))}")


def _has_address() -> bool:
    """Tell whether the site has an address for links; one that others can reach must."""
    settings = read_settings()
    if not settings["PUBLIC_URL"] and not is_private(settings):
        raise Refusal("Others can reach this site: no password is printed. Set MANYI_PUBLIC_URL for a link.")
    return bool(settings["PUBLIC_URL"])


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
            raise _refusal(email, error.code, error.about) from None
        detail = {"before": before, "after": codes_of(person)}
        record(opened, "staff.set_units", f"staff:{person.id}", detail)
    click.echo(f"{email} belongs to {', '.join(sorted(set(codes))) or 'no unit'}.", err=True)
