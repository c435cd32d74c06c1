"""`manyi what-if`: what answers that are better would bring."""

from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal, analysis, files
from web.cli.table import aligned, span


@click.command("what-if")
@click.argument("answers", type=files.READ)
@analysis.model
@click.option(
    "--raise",
    "raised",
    metavar="CODE=POINTS",
    multiple=True,
    required=True,
    help="Answers to this question rise by so many points of 100 (fall, with a minus); once a question.",
)
@analysis.weights
@analysis.cluster
@analysis.resamples(20, 1000, "Resamples for the intervals.")
@analysis.level
@analysis.seed
@analysis.json_file
def what_if(
    answers: Path,
    model: Path,
    raised: tuple[str, ...],
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    level: float,
    seed: int,
    json_file: Path | None,
) -> None:
    """Say what the index would gain if some questions were answered better.

    Example: manyi what-if answers.csv --model model.yaml --raise QUAL1=5 --raise QUAL2=3
    """
    lifts = analysis.once("--raise", map(_lift, raised))
    result, data = analysis.estimated(answers, model, weights, cluster, bootstrap, seed, level)
    found = csi_model.scenario(result, data, lifts)
    codes = list(result.spec.indicator_ids)
    document = {
        "index": analysis.index_points(result),
        "index_after": found.index_after,
        "gain": found.gain.plain("points", ("ci",)),
        "questions": {
            code: {
                "lift": lift,
                "realised": float(found.realised[codes.index(code)]),
                "gain": found.by_indicator.at(codes.index(code)).plain("points", ("ci",)),
            }
            for code, lift in lifts.items()
        },
        "cautions": [caution.plain() for caution in (*result.cautions, *found.cautions)],
    }
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document, found), err=True)


def summary(document: dict[str, Any], found: csi_model.WhatIf) -> str:
    """Say the gain for people: the whole, then a line a question."""
    gain = document["gain"]
    table = [("Question", "raised by", "mean rises", "index gains")]
    table += [
        (
            code,
            f"{row['lift']:g}",
            f"{row['realised']:.1f}",
            f"{row['gain']['points']:.2f} {span(row['gain'], '{:.2f}')}",
        )
        for code, row in document["questions"].items()
    ]
    index, likely = document["index"], span(gain, "{:+.2f}", "{} to {}")
    move = f"from {index['points']:.1f} to {found.index_after:.1f} points"
    lines = [
        f"The index {index['id']} would go {move}: {gain['points']:+.2f} (likely {likely}).",
        *aligned(table),
    ]
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])


def _lift(raised: str) -> tuple[str, float]:
    code, sign, number = raised.rpartition("=")
    try:
        points = float(number)
    except ValueError:
        sign = ""
    if not sign or not code:
        raise Refusal(f"--raise {raised} cannot be read. Write CODE=POINTS, such as --raise QUAL1=5.")
    if not 0 < abs(points) <= 100:
        raise Refusal(f"--raise {raised}: a rise is up to 100 points, a fall up to -100. Try 5.")
    return code, points
