"""`manyi priorities`: where to begin."""

import re
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from web.cli import Refusal, analysis, files
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


@click.command()
@click.argument("answers", type=files.READ)
@analysis.model
@click.option(
    "--top", metavar="N", type=click.IntRange(1), default=3, show_default=True, help="Who is first?"
)
@click.option(
    "--stated",
    metavar="COLUMN",
    help="What respondents say matters: a column of codes of the model, e.g. “Q1 Q7 Q9”, or a question that "
    "the model names under `stated`, whose columns are CODE.1, CODE.2 …; in COLUMN.offered codes that each "
    "could pick, where not all could.",
)
@click.option(
    "--asymmetry", is_flag=True, help="What costs more where it is bad than it brings where it is good?"
)
@analysis.weights
@analysis.cluster
@analysis.resamples(20, 1000, "Resamples for the intervals.")
@analysis.level
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
    level: float,
    seed: int,
    json_file: Path | None,
) -> None:
    """Set importance for the index beside performance, on constructs, dimensions and questions.

    Example: manyi priorities answers.csv --model model.yaml --bootstrap 2000

    With penalties and rewards: manyi priorities answers.csv --model model.yaml --asymmetry

    With a question what matters most: manyi priorities answers.csv --model model.yaml --stated matters_most
    """
    spec = analysis.read_model(model)
    asked = next((each for each in spec.stated if each.code == stated), None)
    of_places, of_labels = ((), ()) if stated is None else _columns(answers, stated, is_ranking=bool(asked))
    result, data = analysis.estimated(
        answers, spec, weights, cluster, bootstrap, seed, level, of_labels, of_places
    )
    found: dict[str, Any] = {
        "index": analysis.index_points(result),
        "top": top,
        "levels": csi_model.ranked(result, top=top),
        "cautions": [caution.plain() for caution in result.cautions],
    }
    if stated is not None:
        found["stated"] = csi_model.stated(
            result,
            _picked(data, stated, dict(asked.options) if asked else None, of_places),
            options=[name for _, name in asked.options] if asked else None,
            offered=_offered(data, stated) if f"{stated}.offered" in of_labels else None,
            places=len(of_places) or None,
            weights=data.weights,
            clusters=None if data.clusters is None else data.clusters.number,
        )
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
            (
                row["id"],
                f"{row['share']:.0%}",
                "–" if row["importance"] is None else f"{10 * row['importance']:.2f}",
            )
            for row in stated["options"]
        ]
        lines += ["", *aligned(options)]
        lines += [f"Matter more than is said: {', '.join(stated['hidden']) or 'none'}."]
        lines += [f"Said to matter, with little effect: {', '.join(stated['overrated']) or 'none'}."]
        if stated["not_offered"]:
            lines += [f"Lead to the index, and were no options: {', '.join(stated['not_offered'])}."]
        if stated["no_driver"]:
            lines += [f"Options that do not lead to the index: {', '.join(stated['no_driver'])}."]
        if stated["few_offered"]:
            lines += [f"Offered to too few to say anything: {', '.join(stated['few_offered'])}."]
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


def _columns(answers: Path, code: str, *, is_ranking: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the columns of a question what matters: places CODE.1, CODE.2 …, and the texts.

    These are the codes that were picked, without places, and CODE.offered where there is one.
    """
    names = analysis.read_named(answers, None if is_ranking else code)
    offered = tuple(name for name in (f"{code}.offered",) if name in names)
    if not is_ranking:
        return (), (code, *offered)
    found = tuple(takewhile(names.__contains__, (f"{code}.{place}" for place in count(1))))
    if not found:
        raise Refusal(f"{answers} has no column {code}.1. Columns: {', '.join(list(names)[:12])}.")
    return found, offered


def _offered(data: csi_model.Sample, stated: str) -> list[list[str]]:
    """Give what each respondent was offered."""
    return [_picks(text) or [] for text in data.label(f"{stated}.offered").texts().tolist()]


def _picked(
    data: csi_model.Sample, stated: str, options: dict[int, str] | None, of_places: tuple[str, ...]
) -> list[list[str] | None]:
    """Give what each respondent picked, in order; None where the question was left open."""
    if options is None:
        return [_picks(text) for text in data.label(stated).texts().tolist()]
    found: list[list[str] | None] = []
    for row in np.column_stack([data.beside[name] for name in of_places]):
        numbers = [int(each) for each in row[np.isfinite(row)]]
        strange = [each for each in numbers if each not in options]
        if strange:
            raise Refusal(f"{stated} has no option {strange[0]}. Options: {', '.join(map(str, options))}.")
        found.append([options[each] for each in numbers] or None)
    return found


def _picks(text: str) -> list[str] | None:
    """Read the codes of one respondent, divided by blanks, commas, semicolons or bars."""
    return [code for code in re.split(r"[\s,;|]+", text) if code] or None
