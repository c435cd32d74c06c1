"""`manyi units`: the units of the organisation tree, one at a time or from a list."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import words
from surveys.collecting.frame import add_unit
from surveys.errors import Problem, SurveyError
from surveys.models import Unit, UnitLevel
from web.cli import Refusal, files
from web.cli.database import record, session
from web.cli.table import aligned, read_records

LEVELS = tuple(level.name.lower() for level in UnitLevel)
NEEDED = ("code", "level")
NAMES = tuple(f"name_{language}" for language in words.spoken())


def _names(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for the name in each language."""
    for language, spoken in words.spoken().items():
        option = click.option(f"--name-{language}", default="", help=f"Its name in {spoken.name}.")
        command = option(command)
    return command


@click.group()
def units() -> None:
    """Keep the tree of organisation units.

    Example: manyi units add C1 --level county --name 东城 --name-en "East county" --parent CITY
    """


@units.command()
@click.argument("code")
@click.option("--level", required=True, type=click.Choice(LEVELS))
@click.option("--name", required=True, help="Its name, in every language without one of its own.")
@_names
@click.option("--parent", default="", metavar="CODE", help="The unit above it; none for the top.")
def add(code: str, level: str, name: str, parent: str, **names: str) -> None:
    """Add the unit CODE under its parent.

    Example: manyi units add C1 --level county --name 东城 --name-en "East county" --parent CITY
    """
    row = {"code": code, "level": level, "parent": parent}
    row |= {each: names[each] or name for each in NAMES}
    with session() as opened:
        added = _add(opened, row).code
        record(opened, "units.add", "frame", {"units": [added]})
    click.echo(f"Unit {added} added.", err=True)


@units.command("import")
@click.argument("file", type=files.READ)
@click.option("--dry-run", is_flag=True, help="Check the file and store nothing.")
def import_(file: Path, *, dry_run: bool) -> None:
    """Add the units of a CSV file, parents in any place of it; all rows or none.

    Columns: code, level (group, province, city, county, office), a name a language, such as name_zh and
    name_en (where one is left out, the first that is there counts), parent (a unit's code).

    Example: manyi units import units.csv --dry-run
    """
    rows = list(enumerate(read_records(file, needed=NEEDED, may_have=("parent", *NAMES)), start=1))
    if not any(name in rows[0][1] for name in NAMES):
        raise Refusal(f"{file} has no column of names. Add {' or '.join(NAMES)}. Nothing was stored.")
    with session() as opened:
        for number, row in sorted(rows, key=lambda each: LEVELS.index(_level(file, *each))):
            try:
                _add(opened, row)
            except SurveyError as error:
                raise Refusal(f"{file}, row {number}: {error} Nothing was stored.") from None
        if not dry_run:
            record(opened, "units.add", "frame", {"units": [row["code"] for _, row in rows]})
    click.echo(f"{len(rows)} units {'would be ' if dry_run else ''}added.", err=True)


@units.command("list")
def list_() -> None:
    """List all units: code, level, parent and names, a line each on standard output.

    Example: manyi units list
    """
    with session() as opened:
        found = list(opened.scalars(select(Unit).order_by(Unit.level, Unit.code)))
        rows = [("code", "level", "parent", *words.spoken())]
        for unit in found:
            above = "" if unit.parent is None else unit.parent.code
            names = (unit.name.get(language, "") for language in words.spoken())
            rows.append((unit.code, LEVELS[unit.level], above, *names))
    click.echo("\n".join(aligned(rows)))


def _level(file: Path, number: int, row: Mapping[str, str]) -> str:
    if row["level"] not in LEVELS:
        raise Refusal(f"{file}, row {number}: level must be one of {', '.join(LEVELS)}. Nothing was stored.")
    return row["level"]


def _add(opened: Session, row: Mapping[str, str]) -> Unit:
    parent = None
    if row.get("parent"):
        parent = opened.scalar(select(Unit).where(Unit.code == row["parent"]))
        if parent is None:
            raise SurveyError(Problem.UNIT_UNKNOWN, code=row["parent"])
    given = {language: row.get(f"name_{language}", "").strip() for language in words.spoken()}
    usual = next((name for name in given.values() if name), "")
    if not usual:
        raise Refusal(f"The unit {row['code']} has no name.")
    names = {language: name or usual for language, name in given.items()}
    return add_unit(
        opened, code=row["code"], name=names, level=UnitLevel(LEVELS.index(row["level"])), parent=parent
    )
