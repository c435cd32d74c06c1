"""`manyi customers`: the customers of the frame, from a list."""

from datetime import UTC, datetime
from pathlib import Path

import click

from surveys.collecting.frame import CONTACT_NAMES, import_customers
from web.cli import Refusal, files
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.database import record, session
from web.cli.table import read_records

NEEDED = ("code", "unit", "customer_class", "tier")
MAY_HAVE = ("account_type", "area", *CONTACT_NAMES)
SHOWN = 20


@click.group()
def customers() -> None:
    """Keep the customers who can be invited.

    Example: manyi customers import customers.csv --dry-run
    """


@customers.command("import")
@click.argument("file", type=files.READ)
@click.option("--dry-run", is_flag=True, help="Check the file and store nothing.")
@json_option
def import_(file: Path, json_file: Path | None, *, dry_run: bool) -> None:
    """Add the customers of a CSV file, or change those whose code is known; all rows or none.

    Columns: code, unit (a unit's code), customer_class, tier, and where known account_type, area, name,
    phone, email, address. Other columns are not read.

    Example: manyi customers import customers.csv --json report.json
    """
    rows = read_records(file, needed=NEEDED, may_have=MAY_HAVE)
    with session() as opened:
        found = import_customers(opened, rows, today=datetime.now(UTC).date())
        if found.problems:
            more = len(found.problems) - SHOWN
            said = [f"{file}: nothing was stored.", *found.problems[:SHOWN]]
            raise Refusal("\n".join(said + ([f"and {more} rows more"] if more > 0 else [])))
        report = {"created": found.created, "changed": found.changed}
        if not dry_run:
            record(opened, "customers.import", "frame", report)
    if json_file is not None:
        write_json({**report, "stored": not dry_run}, json_file)
    told = "would be added" if dry_run else "added"
    click.echo(f"{found.created} customers {told}, {found.changed} changed.", err=True)
