"""`manyi wave`: the quotas of a wave, set and counted; what became of everybody, and the rates."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from surveys.collecting.cells import filled, set_limits
from surveys.collecting.quotas import count_complete, set_quotas
from surveys.collecting.waves import wave_by_code
from surveys.models import Wave
from surveys.watching.begun import LEAST, by_channel, by_day
from surveys.watching.rates import Rate
from surveys.watching.standing import CODES, Outcome, parts
from surveys.watching.standing import standing as standing_of
from web import readers
from web.cli import Refusal
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.database import record, session
from web.cli.table import aligned

# What those who have begun are counted by, as the page of a wave does.
BEGUN = {"channel": by_channel, "day": by_day}


@click.group()
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
    help="A segment, or a quota of the questionnaire by its code, and how many complete responses it may "
    "have; together these replace the present ones.",
)
@click.option("--clear", is_flag=True, help="Take away all quotas.")
@json_option
def quotas(wave: str, wanted: tuple[str, ...], json_file: Path | None, *, clear: bool) -> None:
    """Show the quotas of WAVE and how far they are filled; set them first where --set or --clear is given.

    Segments: unit, customer_class, tier, account_type, area; quotas of the questionnaire by their code.
    Whoever has answered stays.

    Example: manyi wave quotas 2026Q1 --set customer_class=industrial:200 --set SHOPS:100
    """
    if wanted and clear:
        raise click.UsageError("Give --set or --clear, not both.")
    with session() as opened:
        found = wave_by_code(opened, wave)
        if wanted or clear:
            before = _set(_standing(opened, found))
            segments, limits = _wanted(wanted)
            set_quotas(opened, found, segments)
            cells = {each.code: None for each in filled(opened, found) if each.most is not None}
            if cells or limits:
                set_limits(opened, found, {**cells, **limits})
            detail = {"before": before, "after": _set(_standing(opened, found))}
            record(opened, "wave.set_quotas", f"wave:{wave}", detail)
        standing = _standing(opened, found)
    if json_file is not None:
        write_json({"wave": wave, "quotas": standing}, json_file)
    click.echo("\n".join(_lines(wave, standing)), err=True)


def _standing(opened: Session, found: Wave) -> list[dict[str, Any]]:
    """Give all quotas of a wave with how many complete responses each has; None where nobody counts."""
    segments = [
        {**quota, "complete": count_complete(opened, found, quota["where"])} for quota in found.quotas
    ]
    own = [{"quota": each.code, "limit": each.most, "complete": each.taken} for each in filled(opened, found)]
    return segments + own


def _set(standing: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what is set, without what is counted."""
    return [
        {name: value for name, value in quota.items() if name != "complete"}
        for quota in standing
        if quota["limit"] is not None
    ]


def _wanted(given: tuple[str, ...]) -> tuple[list[dict[str, Any]], dict[str, int | None]]:
    """Read quotas of segments, and limits of quotas of the questionnaire."""
    segments: list[dict[str, Any]] = []
    limits: dict[str, int | None] = {}
    for each in given:
        code, _, limit = each.rpartition(":")
        if "=" in code:
            quota = _quota(each)
            is_twice = any(quota["where"] == other["where"] for other in segments)
            segments.append(quota)
        elif code.strip() and (wanted := readers.number(limit)) is not None:
            is_twice = code.strip() in limits
            limits[code.strip()] = wanted
        else:
            raise Refusal(
                f"--set {each!r} is not understood. Write it as customer_class=industrial:200, or CODE:200."
            )
        if is_twice:
            raise Refusal(f"--set names {code.strip()} twice. Give each quota one limit.")
    return segments, limits


@wave.command()
@click.argument("wave")
@click.option(
    "--by", type=click.Choice(["unit", "customer_class", "channel", "day"]), help="Also for each of these."
)
@json_option
def rates(wave: str, by: str | None, json_file: Path | None) -> None:
    """Show what became of everybody in WAVE, and its rates by AAPOR's names: RR1 to RR6, COOP, REF, CON.

    Where nobody was invited there is no rate, only how many of those who began have finished. Units and
    classes have rates in confidential waves alone: in the others nobody knows who was invited. Channels and
    days (in UTC) have those of who began, in any wave; fewer than 5 people never stand alone.

    Example: manyi wave rates 2026Q1 --by unit
    """
    with session() as opened:
        looked_at = wave_by_code(opened, wave)
        found = standing_of(opened, looked_at)
        own = _parts(opened, looked_at, by) if by else {}
    if json_file is not None:
        groups = {name: _told(*part) for name, part in own.items()}
        document = {"wave": wave, "begun": found.begun, "finished": found.finished}
        write_json(document | _told(found.outcomes, found.rates) | ({by: groups} if by else {}), json_file)
    rows = [["outcome", "code", "group", "n"]]
    rows += [[name.value, *CODES[name], str(number)] for name, number in found.outcomes.items() if number]
    click.echo("\n".join(aligned(rows)), err=True)
    if own:
        shown = ("COOP1", "COOP2", "REF3") if by in BEGUN else ("RR1", "COOP1", "REF1", "CON1")
        head = [by or "", "n", "complete", *shown]
        of_parts = [[name or "–", *_of_part(*part, shown)] for name, part in own.items()]
        click.echo("\n".join(aligned([head, *of_parts])), err=True)
    elif by in BEGUN:
        click.echo(f"Fewer than {LEAST} have begun: nothing is told by {by}.", err=True)
    if found.rates is None:
        click.echo(
            f"Nobody was invited: {found.finished} of {found.begun} who began have finished.", err=True
        )
        return
    told = [["rate", "share", "of n"]]
    told += [
        [each.name, "–" if each.value is None else f"{each.value:.4f}", f"{each.n:.1f}"]
        for each in found.rates
    ]
    click.echo("\n".join(aligned(told)), err=True)


def _parts(
    opened: Session, found: Wave, by: str
) -> dict[str, tuple[Mapping[Outcome, int], list[Rate] | None]]:
    if by in BEGUN:
        return {part.written: (part.outcomes, part.rates) for part in BEGUN[by](opened, found)}
    return {**parts(opened, found, by)}


def _of_part(outcomes: Mapping[Outcome, int], rates: list[Rate] | None, shown: Sequence[str]) -> list[str]:
    """Give the cells of a part: how many, complete ones, and some of its rates."""
    told = {each.name: each.value for each in rates or ()}
    shares = [told.get(name) for name in shown]
    return [
        str(sum(outcomes.values())),
        str(outcomes.get(Outcome.COMPLETE, 0)),
        *("–" if share is None else f"{share:.4f}" for share in shares),
    ]


def _told(outcomes: Mapping[Outcome, int], rates: list[Rate] | None) -> dict[str, Any]:
    return {
        "outcomes": {
            name.value: {"code": CODES[name][0], "group": CODES[name][1].value, "n": number}
            for name, number in outcomes.items()
        },
        "rates": None
        if rates is None
        else {each.name: {"value": each.value, "of": each.over, "n": each.n} for each in rates},
    }


def _quota(given: str) -> dict[str, Any]:
    segment, _, limit = given.rpartition(":")
    parts = [part.partition("=") for part in segment.split(",")]
    where = {name.strip(): value.strip() for name, _, value in parts if name.strip() and value.strip()}
    wanted = readers.number(limit)
    if len(where) != len(parts) or wanted is None:
        raise Refusal(f"--set {given!r} is not understood. Write it as customer_class=industrial:200.")
    return {"where": where, "limit": wanted}


def _lines(wave: str, standing: list[dict[str, Any]]) -> list[str]:
    if not standing:
        return [f"{wave} has no quotas."]
    rows = [("quota", "complete", "limit")]
    for quota in standing:
        if quota["limit"] is None:
            rows.append((quota["quota"], "–", "no limit"))
            continue
        where = quota.get("where", {})
        name = ", ".join(f"{name} = {value}" for name, value in where.items()) or quota["quota"]
        full = " full" if quota["complete"] >= quota["limit"] else ""
        rows.append((name, str(quota["complete"]), f"{quota['limit']}{full}"))
    return aligned(rows)
