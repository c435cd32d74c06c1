"""`manyi priorities`: where to begin."""

import re
from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import analysis
from web.cli.table import aligned, span

NAMES = {"constructs": "Constructs", "dimensions": "Dimensions", "indicators": "Questions"}
QUADRANTS = {
    "act": "act first",
    "keep": "keep up",
    "watch": "watch",
    "enough": "enough done",
    "unclear": "not clear yet",
}
SIDES = {
    "penalty": "costs more than it brings",
    "reward": "brings more than it costs",
    "even": "even",
    "few": "too few answers",
}


@click.command(short_help="Rank what would lift the index most.")
@click.argument("answers", type=click.Path(path_type=Path))
@analysis.model
@click.option(
    "--top", metavar="N", type=click.IntRange(1), default=3, show_default=True, help="Who is first?"
)
@click.option(
    "--stated", metavar="COLUMN", help="What respondents say matters: codes of the model, e.g. “Q1 Q7 Q9”."
)
@click.option(
    "--asymmetry", is_flag=True, help="What costs more where it is bad than it brings where it is good?"
)
@analysis.weights
@analysis.cluster
@analysis.resamples(20, 1000, "Resamples for the intervals.")
@analysis.seed
@analysis.json_file
def priorities(
    answers: Path,
    model: Path,
    top: int,
    stated: str | None,
    asymmetry: bool,
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Set importance for the index beside performance, on constructs, dimensions and questions.

    Example: manyi priorities answers.csv --model model.yaml --bootstrap 2000

    With penalties and rewards: manyi priorities answers.csv --model model.yaml --asymmetry

    With a question what matters most: manyi priorities answers.csv --model model.yaml --stated matters_most
    """
    result, data = analysis.estimated(answers, model, weights, cluster, bootstrap, seed, stated)
    found: dict[str, Any] = {
        "index": analysis.index_points(result),
        "top": top,
        "levels": csi_model.ranked(result, top=top),
        "cautions": [caution.plain() for caution in result.cautions],
    }
    if stated is not None:
        picked = [_picks(text) for text in data.label(stated).texts().tolist()]
        found["stated"] = csi_model.stated(result, picked, weights=data.weights)
    if asymmetry:
        found["asymmetry"] = csi_model.asymmetry(result)
    if json_file is not None:
        analysis.write_json(found, json_file)
    click.echo(summary(found), err=True)


def summary(found: dict[str, Any]) -> str:
    """Say the order for people: a table a level, then what respondents say."""
    top = found["top"]
    lines = [
        f"Index {found['index']['id']}: {found['index']['points']:.1f} points. What would lift it most?",
        "+10 points: what the index gains if this is rated 10 points better. Now: its points today. To gain:",
        "index points if it reached the best of its kind (where there are fewer than five: 5 points more).",
        "Rank: where it stands, and in 95 of 100 resamples between.",
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
                f"{row['gain']:.1f} {span(row, key='gain')}",
                f"{row['rank']} {span(row, '{:.0f}', '[{}–{}]', key='rank')}",
                f"{row['top_share']:.0%}",
                QUADRANTS[row["quadrant"]],
            )
            for row in rows
        ]
        lines += ["", *aligned(table)]
    if stated := found.get("stated"):
        options = [("Said to matter", "picked by", "+10 points")]
        options += [
            (row["id"], f"{row['share']:.0%}", f"{10 * row['importance']:.2f}") for row in stated["options"]
        ]
        lines += ["", *aligned(options)]
        lines += [f"Matter more than is said: {', '.join(stated['hidden']) or 'none'}."]
        lines += [f"Said to matter, with little effect: {', '.join(stated['overrated']) or 'none'}."]
    if asymmetry := found.get("asymmetry"):
        lines += _sides(asymmetry)
    return "\n".join([*lines, *analysis.caution_lines(found["cautions"])])


def _sides(levels: dict[str, Any]) -> list[str]:
    """Say what punishes and what rewards: slopes of normal scores on either side of the middle."""
    lines = []
    for level, rows in levels.items():
        table = [(NAMES[level], "below", "above", "above less below", "p", "")]
        for row in rows:
            if row["kind"] == "few":
                table.append((row["id"], "–", "–", "–", "–", SIDES["few"]))
                continue
            difference = f"{row['asymmetry']:+.2f} {span(row, '{:+.2f}', key='asymmetry')}"
            slopes = (f"{row['penalty']:.2f}", f"{row['reward']:.2f}")
            table.append((row["id"], *slopes, difference, f"{row['p_adjusted']:.3f}", SIDES[row["kind"]]))
        lines += ["", *aligned(table)]
    return lines


def _picks(text: str) -> list[str] | None:
    """Read the codes of one respondent, divided by blanks, commas, semicolons or bars."""
    return [code for code in re.split(r"[\s,;|]+", text) if code] or None
