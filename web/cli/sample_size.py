"""`manyi sample-size`: how many answers an index needs, and what a number of answers can tell."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from csi_model import Design
from web.cli import Refusal, analysis, files, unit_sizes
from web.cli.table import read_columns

USUAL_POWER = 0.8
MEANT = "Answers are meant, not invitations: divide by the share that answers."


@click.command("sample-size")
@click.option("--half-width", metavar="POINTS", type=float, help="The index shall be known to ± this.")
@click.option("--n", "answers_given", metavar="N", type=click.IntRange(1), help="What do N answers tell?")
@click.option(
    "--units",
    metavar="U|FILE",
    type=unit_sizes.Units(),
    help="Units that shall each have an index: how many, or a CSV file with unit, customers, perhaps sd.",
)
@click.option(
    "--allocation",
    "how",
    type=click.Choice(csi_model.ALLOCATIONS),
    help="How --n is divided among a file's units; proportional without it.",
)
@click.option("--least", metavar="N", type=click.IntRange(1), help="Fewest answers of each unit of a file.")
@click.option("--change", metavar="POINTS", type=float, help="A change between two waves that shall be seen.")
@click.option("--power", "wanted", metavar="P", type=float, help="Chance to see a change; 0.8 without it.")
@click.option("--model", type=files.READ, help="MODEL.yaml or .lav of a pilot.")
@click.option("--answers", type=files.READ, help="The pilot's answers, a CSV file.")
@click.option("--sd", metavar="POINTS", type=float, help="Standard deviation of the index between customers.")
@click.option("--population", metavar="N", type=float, help="Customers in all (of all units together).")
@click.option("--cluster-size", metavar="M", type=float, default=1.0, help="Answers a cluster.")
@click.option("--icc", metavar="SHARE", type=float, default=0.0, help="How alike a cluster answers, 0 to 1.")
@click.option("--design-effect", metavar="D", type=float, default=1.0, help="Of the weights expected.")
@click.option(
    "--level",
    metavar="SHARE",
    type=float,
    default=Design.level,
    show_default=True,
    help="Confidence of the interval.",
)
@analysis.json_file
def sample_size(
    half_width: float | None,
    answers_given: int | None,
    units: int | Path | None,
    how: str | None,
    least: int | None,
    change: float | None,
    wanted: float | None,
    model: Path | None,
    answers: Path | None,
    sd: float | None,
    population: float | None,
    cluster_size: float,
    icc: float,
    design_effect: float,
    level: float,
    json_file: Path | None,
) -> None:
    """Plan a survey: answers for a wanted precision, precision of a number of answers, changes that are seen.

    Example: manyi sample-size --half-width 2 --units 48

    Units of different size: manyi sample-size --n 6000 --units units.csv --least 30

    With a pilot: manyi sample-size --n 1200 --change 3 --model model.yaml --answers pilot.csv
    """
    if half_width is None and answers_given is None and change is None:
        raise click.UsageError("Say what is wanted: --half-width, --n or --change.")
    if half_width is not None and answers_given is not None:
        raise click.UsageError("Give --half-width or --n, not both: each follows from the other.")
    _check_units(units, answers_given, how, least, population)
    spread, source, doubts = _spread(model, answers, sd)
    design = Design(
        sd_points=spread,
        cluster_size=cluster_size,
        icc=icc,
        weighting_effect=design_effect,
        population=np.inf if population is None else population,
        level=level,
    )
    power = USUAL_POWER if wanted is None else wanted
    document: dict[str, Any] = {
        "sd_points": spread,
        "sd_source": source,
        "design_effect": design.effect,
        "level": level,
    }
    if isinstance(units, Path):
        document |= unit_sizes.planned(
            unit_sizes.read_sizes(units, spread),
            design,
            wanted=half_width,
            total=answers_given,
            change=change,
            power=power,
            how=how or "proportional",
            least=least or 1,
        )
    else:
        document |= _equal_units(half_width, answers_given, units, change, power, design)
    if source == "pilot":
        document["cautions"] = doubts
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _check_units(
    units: int | Path | None, total: int | None, how: str | None, least: int | None, population: float | None
) -> None:
    """Refuse what belongs to units of a file without them, or contradicts them."""
    if not isinstance(units, Path) and (how is not None or least is not None):
        raise click.UsageError("--allocation and --least are for units of a file: --units units.csv.")
    if total is None and (how is not None or least is not None):
        raise click.UsageError("--allocation and --least divide answers: give their number with --n.")
    if isinstance(units, Path) and population is not None:
        raise click.UsageError("Give --population or a file of units, not both: it has the customers.")


def _equal_units(
    half_width: float | None,
    answers_given: int | None,
    units: int | None,
    change: float | None,
    power: float,
    design: Design,
) -> dict[str, Any]:
    """Plan for the whole and, where asked, for equal units."""
    own = replace(design, population=design.population / (units or 1))
    total = answers_given
    if half_width is not None:
        total = (units or 1) * csi_model.answers_needed(half_width, own)
    document: dict[str, Any] = {}
    if total is not None:
        document |= {"n": total, "half_width": csi_model.half_width(total, design)}
        if units is not None:
            each = total // units
            if each < 1:
                raise Refusal(f"{total} answers cannot be divided among {units} units. Ask for more answers.")
            document["units"] = {
                "n_units": units,
                "n_each": each,
                "half_width_each": csi_model.half_width(each, own),
            }
        if change is None:
            document["power"] = power
            document["change_seen"] = csi_model.change_seen(total, total, power, design)
            if units is not None:
                document["units"]["change_seen_each"] = csi_model.change_seen(each, each, power, own)
    if change is not None:
        document["change"] = _change(change, power, total, units, design, own)
    return document


def _spread(
    model: Path | None, answers: Path | None, sd: float | None
) -> tuple[float, str, list[dict[str, Any]]]:
    """Give the standard deviation to plan with, where it comes from, and what is doubtful of a pilot."""
    if (model is None) != (answers is None):
        raise click.UsageError("A pilot needs both --model and --answers.")
    if model is None or answers is None:
        return (csi_model.Design.sd_points, "usual", []) if sd is None else (sd, "given", [])
    if sd is not None:
        raise click.UsageError("Give --sd or a pilot, not both.")
    spec = analysis.read_model(model)
    data = csi_model.prepare(spec, read_columns(answers))
    result = csi_model.estimate(spec, data)
    scores = csi_model.respondent_scores(result, data)[:, spec.place[spec.index]]
    return csi_model.pilot_sd(scores)[1], "pilot", [caution.plain() for caution in result.cautions]


def _change(
    change: float, power: float, total: int | None, units: int | None, design: Design, own: Design
) -> dict[str, Any]:
    """Plan for a change of the whole and, with units, of one of them."""
    found: dict[str, Any] = {"points": change, "power": power}
    found["n_a_wave"] = csi_model.answers_for_change(change, power, design)
    if units is not None:
        found["n_a_wave_each_unit"] = csi_model.answers_for_change(change, power, own)
    if total is not None:
        found["power_of_n"] = csi_model.power(change, total, total, design)
        if units is not None:
            found["power_of_n_each_unit"] = csi_model.power(change, total // units, total // units, own)
    return found


def summary(document: dict[str, Any]) -> str:
    """Say the plan in a few sentences for people."""
    why = {
        "usual": "as indices of several questions usually do",
        "given": "as given",
        "pilot": "as in the pilot, on the safe side",
    }[document["sd_source"]]
    lines = [f"Customers' scores scatter by {document['sd_points']:.1f} points, {why}."]
    if document["design_effect"] > 1:
        lines.append(f"Clusters and weights make {document['design_effect']:.2f} answers count as one.")
    doubts = analysis.caution_lines(document.get("cautions", []))
    sure = f"{document['level']:.0%} confidence"
    if "n" in document:
        lines.append(
            f"{document['n']} answers tell the index to ±{document['half_width']:.1f} points ({sure})."
        )
    if "each" in document.get("units", {}):
        return "\n".join([*lines, *unit_sizes.lines(document), MEANT, *doubts])
    if units := document.get("units"):
        lines.append(
            f"Among {units['n_units']} units that is {units['n_each']} answers each, "
            f"and each unit's index to ±{units['half_width_each']:.1f} points."
        )
    if change := document.get("change"):
        each = change.get("n_a_wave_each_unit")
        lines.append(
            f"To see a change of {change['points']:g} points with a chance of {change['power']:.0%} takes "
            f"{change['n_a_wave']} answers a wave" + (f", or {each} in a single unit." if each else ".")
        )
        if "power_of_n" in change:
            single = change.get("power_of_n_each_unit")
            lines.append(
                f"{document['n']} answers a wave see it with a chance of {change['power_of_n']:.0%}"
                + (f", in a single unit {single:.0%}." if single is not None else ".")
            )
    if "change_seen" in document:
        single = document.get("units", {}).get("change_seen_each")
        seen = f"{document['change_seen']:.1f} points with a chance of {document['power']:.0%}"
        each_one = f", in a single unit one of {single:.1f}." if single is not None else "."
        lines.append(f"So many a wave see a change of {seen}{each_one}")
    return "\n".join([*lines, MEANT, *doubts])
