"""`manyi evaluate`: did a measure work? Units with it against units without, before and after."""

from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import analysis
from web.cli.table import span

WITHHELD = {
    "few": "withheld: too few answers in an arm",
    "held": "withheld: it would give away few people's answers",
}


@click.command(short_help="Estimate what a measure did: units with it against units without.")
@click.argument("data", type=click.Path(path_type=Path))
@analysis.model
@click.option(
    "--unit", required=True, metavar="COLUMN", help="Column that names the unit of each respondent."
)
@click.option(
    "--wave", required=True, metavar="COLUMN", help="Column that names the wave of each respondent."
)
@click.option("--treated", required=True, metavar="U1,U2", help="Units that got the measure.")
@click.option("--before", required=True, metavar="W1,W2", help="Waves before it, in order of time.")
@click.option("--after", required=True, metavar="W3", help="Waves after it.")
@analysis.weights
@analysis.missing
@analysis.resamples(100, 2000, "Resamples of units.")
@analysis.seed
@analysis.json_file
def evaluate(
    data: Path,
    model: Path,
    unit: str,
    wave: str,
    treated: str,
    before: str,
    after: str,
    weights: str | None,
    missing: str,
    bootstrap: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Estimate the effect of a measure on the index and each construct by difference-in-differences.

    Example: manyi evaluate answers.csv --model model.yaml --unit county --wave year --treated A,B
    --before 2024,2025 --after 2026
    """
    spec = analysis.read_model(model)
    prepared = analysis.read_answers(data, spec, missing=missing, weights=weights, labels=(unit, wave))
    document = csi_model.effect_of_measure(
        spec,
        prepared,
        csi_model.Options(missing=missing, seed=seed),
        units=unit,
        waves=wave,
        treated=analysis.names(treated),
        before=analysis.names(before),
        after=analysis.names(after),
        n_resamples=bootstrap,
    )
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def summary(document: dict[str, Any]) -> str:
    """Say the effect in a few lines for people."""
    units = "{n_treated} units with the measure, {n_comparison} without".format(**document)
    lines = [units, "", "  construct         effect  interval"]
    for name, each in document["constructs"].items():
        if "effect" not in each:
            lines.append(f"  {name:<16}{WITHHELD[each['state']]}")
            continue
        effect = each["effect"]
        is_index = name == document["index"]
        clear = effect["p" if is_index else "p_holm"] < 1 - document["level"]
        verdict = "more than chance" if clear else "no clear effect"
        ends = span(effect, "{:+.1f}")
        mark = "  ← index" if is_index else ""
        lines.append(f"  {name:<16}{effect['value']:>+8.1f}  {ends:<15}{verdict}{mark}")
    gain = document["constructs"][document["index"]]["expected_gain"]
    if gain is not None:
        lines.append(f"Of the effect on the index {gain:+.1f} could be regression to the mean.")
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])
