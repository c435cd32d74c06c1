"""`manyi wave`: the quotas of a wave, set and counted."""

from pathlib import Path
from typing import Any

import click

from surveys.collecting.quotas import count_complete, set_quotas
from surveys.collecting.waves import wave_by_code
from web.cli import Refusal
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.database import record, session
from web.cli.table import aligned


@click.group(short_help="The quotas of a wave.")
def wave() -> None:
    """Keep waves.

    Example: manyi wave quotas 2026Q1
    """


@wave.command()
@click.argument("wave")
@click.option(
    "--set",
    "wanted",
    multiple=True,
    metavar="NAME=VALUE,…:LIMIT",
    help="A segment and how many complete responses it may have; together these replace the present ones.",
)
@click.option("--clear", is_flag=True, help="Take away all quotas.")
@json_option
def quotas(wave: str, wanted: tuple[str, ...], json_file: Path | None, *, clear: bool) -> None:
    """Show the quotas of WAVE and how far they are filled; set them first where --set or --clear is given.

    Segments: unit, customer_class, tier, account_type, area. Whoever has answered stays.

    Example: manyi wave quotas 2026Q1 --set customer_class=industrial:200 --set unit=C1,tier=key:50
    """
    if wanted and clear:
        raise click.UsageError("Give --set or --clear, not both.")
    with session() as opened:
        found = wave_by_code(opened, wave)
        if wanted or clear:
            before = list(found.quotas)
            set_quotas(opened, found, [_quota(given) for given in wanted])
            record(opened, "wave.set_quotas", f"wave:{wave}", {"before": before, "after": found.quotas})
        standing = [
            {**quota, "complete": count_complete(opened, found, quota["where"])} for quota in found.quotas
        ]
    if json_file is not None:
        write_json({"wave": wave, "quotas": standing}, json_file)
    click.echo("\n".join(_lines(wave, standing)), err=True)


def _quota(given: str) -> dict[str, Any]:
    segment, _, limit = given.rpartition(":")
    parts = [part.partition("=") for part in segment.split(",")]
    where = {name.strip(): value.strip() for name, _, value in parts if name.strip() and value.strip()}
    if len(where) != len(parts) or not (limit.isascii() and limit.isdigit()):
        raise Refusal(f"--set {given!r} is not understood. Write it as customer_class=industrial:200.")
    return {"where": where, "limit": int(limit)}


def _lines(wave: str, standing: list[dict[str, Any]]) -> list[str]:
    if not standing:
        return [f"{wave} has no quotas."]
    rows = [("segment", "complete", "limit")]
    for quota in standing:
        name = ", ".join(f"{name} = {value}" for name, value in quota["where"].items())
        full = " full" if quota["complete"] >= quota["limit"] else ""
        rows.append((name, str(quota["complete"]), f"{quota['limit']}{full}"))
    return aligned(rows)
