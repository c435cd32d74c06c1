"""`manyi priorities` and `manyi what-if`: where to begin, and what it would bring."""

import re
from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from csi_model.improvement.ranking import ranked
from csi_model.improvement.stated import stated as compare_with_stated
from csi_model.improvement.what_if import WhatIf, scenario
from web.cli import Refusal, analysis
from web.cli.table import aligned

NAMES = {"constructs": "Constructs", "dimensions": "Dimensions", "indicators": "Questions"}
QUADRANTS = {
    "act": "act first",
    "keep": "keep up",
    "watch": "watch",
    "enough": "enough done",
}

_answers = click.argument("answers", type=click.Path(path_type=Path))
_weights = click.option("--weights", metavar="COLUMN", help="Column of respondent weights.")
_cluster = click.option("--cluster", metavar="COLUMN", help="Resample these as wholes.")
_bootstrap = click.option(
    "--bootstrap",
    metavar="N",
    type=click.IntRange(20),
    default=1000,
    show_default=True,
    help="Resamples for the intervals.",
)


@click.command(short_help="Rank what would lift the index most.")
@_answers
@analysis.model
@click.option(
    "--top", metavar="N", type=click.IntRange(1), default=3, show_default=True, help="Who is first?"
)
@click.option(
    "--stated", metavar="COLUMN", help="What respondents say matters: codes of the model, e.g. “Q1 Q7 Q9”."
)
@_weights
@_cluster
@_bootstrap
@analysis.seed
@analysis.json_file
def priorities(
    answers: Path,
    model: Path,
    top: int,
    stated: str | None,
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Set importance for the index beside performance, on constructs, dimensions and questions.

    Example: manyi priorities answers.csv --model model.yaml --bootstrap 2000

    With a question what matters most: manyi priorities answers.csv --model model.yaml --stated matters_most
    """
    result, data, columns = _estimated(answers, model, weights, cluster, bootstrap, seed, stated)
    found: dict[str, Any] = {
        "index": _index(result),
        "top": top,
        "levels": ranked(result, top=top),
        "cautions": [caution.plain() for caution in result.cautions],
    }
    if stated is not None:
        picked = [_picks(text) for text in np.asarray(columns[stated])[data.rows]]
        found["stated"] = compare_with_stated(result, picked, weights=data.weights)
    if json_file is not None:
        analysis.write_json(found, json_file)
    click.echo(_priorities_text(found), err=True)


@click.command("what-if", short_help="What would the index gain if questions were answered better?")
@_answers
@analysis.model
@click.option(
    "--raise",
    "raised",
    metavar="CODE=POINTS",
    multiple=True,
    required=True,
    help="Answers to this question rise by so many points of 100; may be given several times.",
)
@_weights
@_cluster
@_bootstrap
@analysis.seed
@analysis.json_file
def what_if(
    answers: Path,
    model: Path,
    raised: tuple[str, ...],
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Say what the index would gain if some questions were answered better.

    Example: manyi what-if answers.csv --model model.yaml --raise QUAL1=5 --raise QUAL2=3
    """
    lifts = _lifts(raised)
    result, data, _ = _estimated(answers, model, weights, cluster, bootstrap, seed, None)
    found = scenario(result, data, lifts)
    codes = list(result.spec.indicator_ids)
    document = {
        "index": _index(result),
        "index_after": found.index_after,
        "gain": found.gain.plain("points", with_se=False),
        "questions": {
            code: {
                "lift": lift,
                "realised": float(found.realised[codes.index(code)]),
                "gain": found.by_indicator.at(codes.index(code)).plain("points", with_se=False),
            }
            for code, lift in lifts.items()
        },
        "cautions": [caution.plain() for caution in (*result.cautions, *found.cautions)],
    }
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(_what_if_text(document, found), err=True)


def _estimated(
    answers: Path,
    model: Path,
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    other: str | None,
) -> tuple[csi_model.Result, csi_model.IndicatorMatrix, dict[str, Any]]:
    """Estimate with resamples; also the answers in use and the columns of the file."""
    spec = analysis.read_model(model)
    columns = analysis.read_named(answers, weights, cluster, other)
    data = csi_model.prepare(
        spec,
        columns,
        weights=None if weights is None else columns[weights],
        clusters=None if cluster is None else columns[cluster],
    )
    with analysis.progress_bar(is_long=True) as bar:
        options = csi_model.Options(bootstrap=bootstrap, seed=seed)
        result = csi_model.estimate(spec, data, options, progress=bar)
    return result, data, columns


def _lifts(raised: tuple[str, ...]) -> dict[str, float]:
    lifts: dict[str, float] = {}
    for text in raised:
        code, sign, number = text.rpartition("=")
        try:
            points = float(number)
        except ValueError:
            sign = ""
        if not sign or not code:
            raise Refusal(f"--raise {text} cannot be read. Write CODE=POINTS, such as --raise QUAL1=5.")
        if code in lifts:
            raise Refusal(f"--raise names {code} twice. Give each question one number of points.")
        if not 0 < abs(points) <= 100:
            raise Refusal(f"--raise {text}: a rise is above 0 and at most 100 points. Try 5.")
        lifts[code] = points
    return lifts


def _picks(text: Any) -> list[str] | None:
    """Read the codes of one respondent, divided by blanks, commas, semicolons or bars."""
    if isinstance(text, float | np.floating):
        return None if np.isnan(text) else [f"{text:g}"]
    return [code for code in re.split(r"[\s,;|]+", text) if code] or None


def _index(result: csi_model.Result) -> dict[str, Any]:
    spec = result.spec
    return {"id": spec.index, "points": float(result.points.constructs[0, spec.place[spec.index]])}


def _priorities_text(found: dict[str, Any]) -> str:
    top = found["top"]
    lines = [
        f"Index {found['index']['id']}: {found['index']['points']:.1f} points. What would lift it most?",
        "+10 points: what the index gains if this is rated 10 points better. Now: its points today. To gain:",
        "index points if it were rated 100. Rank: where it stands, and in 95 of 100 resamples between.",
    ]
    for level, rows in found["levels"].items():
        if not rows:
            continue
        table = [(NAMES[level], "+10 points", "now", "to gain", "rank", f"in first {top}", "advice")]
        table += [
            (
                row["id"],
                f"{10 * row['importance']:.2f}",
                f"{row['performance']:.0f}",
                f"{row['potential']:.1f} [{row['potential_ci'][0]:.1f}, {row['potential_ci'][1]:.1f}]",
                f"{row['rank']} [{row['rank_ci'][0]:.0f}–{row['rank_ci'][1]:.0f}]",
                f"{row['top_share']:.0%}",
                QUADRANTS[row["quadrant"]],
            )
            for row in rows
        ]
        lines += ["", *aligned(table)]
    if stated := found.get("stated"):
        table = [("Said to matter", "picked by", "+10 points")]
        table += [
            (row["id"], f"{row['share']:.0%}", f"{10 * row['importance']:.2f}") for row in stated["options"]
        ]
        lines += ["", *aligned(table)]
        lines += [f"Matter more than is said: {', '.join(stated['hidden']) or 'none'}."]
        lines += [f"Said to matter, with little effect: {', '.join(stated['overrated']) or 'none'}."]
    return "\n".join([*lines, *analysis.caution_lines(found["cautions"])])


def _what_if_text(document: dict[str, Any], found: WhatIf) -> str:
    gain = document["gain"]
    table = [("Question", "raised by", "mean rises", "index gains")]
    table += [
        (
            code,
            f"{row['lift']:g}",
            f"{row['realised']:.1f}",
            f"{row['gain']['points']:.2f} [{row['gain']['ci'][0]:.2f}, {row['gain']['ci'][1]:.2f}]",
        )
        for code, row in document["questions"].items()
    ]
    index, likely = document["index"], f"{gain['ci'][0]:+.2f} to {gain['ci'][1]:+.2f}"
    move = f"from {index['points']:.1f} to {found.index_after:.1f} points"
    lines = [
        f"The index {index['id']} would go {move}: {gain['points']:+.2f} (likely {likely}).",
        *aligned(table),
    ]
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])
