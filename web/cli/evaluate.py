"""`manyi evaluate`: did a measure work? Units with it against units without, before and after."""

from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal, analysis
from web.cli.table import span

WITHHELD = {
    "few": "withheld: too few answers in an arm",
    "held": "withheld: it would give away few people's answers",
}
P_SHOWN = 0.001  # below it p is shown as less


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
@click.option(
    "--unit-weights",
    metavar="COLUMN",
    help="Column that says what the respondent's unit counts, its number of customers say.",
)
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
    unit_weights: str | None,
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
    labels = tuple(dict.fromkeys(name for name in (unit, wave, unit_weights) if name is not None))
    prepared = analysis.read_answers(data, spec, missing=missing, weights=weights, labels=labels)
    document = csi_model.effect_of_measure(
        spec,
        prepared,
        csi_model.Options(missing=missing, seed=seed),
        units=unit,
        waves=wave,
        treated=analysis.names(treated),
        before=analysis.names(before),
        after=analysis.names(after),
        unit_weights=None if unit_weights is None else _of_units(prepared, unit, unit_weights),
        n_resamples=bootstrap,
    )
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _of_units(sample: csi_model.Sample, unit: str, column: str) -> dict[str, float]:
    """Read what each unit counts, the same number in all of its rows."""
    found: dict[str, float] = {}
    for name, text in zip(sample.label(unit).texts(), sample.label(column).texts(), strict=True):
        if not name:
            continue
        try:
            number = float(text)
        except ValueError:
            told = f"{str(text)!r}, which is no number" if text else "blank"
            raise Refusal(f"{column} of unit {name} is {told}.") from None
        if found.setdefault(name, number) != number:
            raise Refusal(f"{column} of unit {name} is both {found[name]:g} and {number:g}. Give it one.")
    return found


def summary(document: dict[str, Any]) -> str:
    """Say the effect in a few lines for people."""
    index = document["constructs"][document["index"]]
    units = "unit" if document["n_treated"] == 1 else "units"
    lines = [f"{document['n_treated']} {units} with the measure, {document['n_comparison']} without", ""]
    lines.append("  construct         effect  interval       chance")
    for name, each in document["constructs"].items():
        if "effect" not in each:
            lines.append(f"  {name:<16}{WITHHELD[each['state']]}")
            continue
        effect = each["effect"]
        is_index = name == document["index"]
        chance = effect["p" if is_index else "p_holm"]
        if chance is None:
            verdict = f"not enough to tell (by permutation p = {effect['p_permutation']:.3f})"
        else:
            clear = "more than chance" if chance < 1 - document["level"] else "no clear effect"
            verdict = f"{clear} (p {'< 0.001' if chance < P_SHOWN else f'= {chance:.3f}'})"
        ends = span(effect, "{:+z.1f}")
        mark = "  ← index" if is_index else ""
        lines.append(f"  {name:<16}{effect['value']:>+z8.1f}  {ends:<15}{verdict}{mark}")
    if not document["enough"]:
        lines.append(
            f"The smallest p that a permutation of these units can give is {document['p_least']:.3f}."
        )
    if index["trend_p"] is not None:
        lines.append(
            f"Before the measure, both sides of the index moving alike: p = {index['trend_p']:.3f};"
            f" a divergence of {index['detectable']:.1f} points would have been seen (80 %)."
        )
    gain = index["expected_gain"]
    if gain is not None and "regression-to-mean" not in {each["code"] for each in document["cautions"]}:
        lines.append(f"Of the effect on the index {gain:+z.1f} could be regression to the mean.")
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])
