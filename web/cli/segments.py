"""`manyi segments`: groups of respondents that nobody named, by what makes them satisfied."""

from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from web.cli import analysis, files
from web.cli.table import aligned, write_table
from web.exports.table import Table

NAMES = {"aic3": "AIC3", "bic": "BIC", "caic": "CAIC"}


@click.command()
@click.argument("answers", type=files.READ)
@analysis.model
@click.option(
    "--most",
    metavar="K",
    type=click.IntRange(1, 10),
    default=5,
    show_default=True,
    help="Try 1 to so many segments.",
)
@click.option("--starts", metavar="N", type=click.IntRange(1), default=10, show_default=True)
@analysis.scheme
@analysis.missing
@analysis.weights
@analysis.seed
@click.option(
    "--members",
    metavar="FILE",
    type=files.WRITTEN,
    help="Write every row's segment and probabilities to this CSV file.",
)
@click.option(
    "--segments",
    "wanted",
    metavar="K",
    type=click.IntRange(1, 10),
    help="The number of segments that is shown and written; the suggested one without it, else AIC3's.",
)
@analysis.json_file
def segments(
    answers: Path,
    model: Path,
    most: int,
    starts: int,
    scheme: str,
    missing: str,
    weights: str | None,
    seed: int,
    members: Path | None,
    wanted: int | None,
    json_file: Path | None,
) -> None:
    """Look for segments of respondents with other effects (FIMIX-PLS), 1 to K of them.

    Example: manyi segments answers.csv --model model.yaml --most 5 --members segments.csv --json found.json
    """
    if wanted is not None and wanted > most:
        raise click.UsageError(f"--segments {wanted} is more than --most {most}.")
    spec = analysis.read_model(model)
    sample = analysis.read_answers(answers, spec, missing=missing, weights=weights)
    options = csi_model.Options(scheme=scheme, missing=missing, seed=seed)
    result = csi_model.estimate(spec, sample, options)
    with analysis.progress_bar("Looking for segments", is_long=True) as bar:
        found = csi_model.segments(result, sample, most=most, n_starts=starts, progress=bar)
    document = {"index": analysis.index_points(result)} | found.plain() | {"seed": seed, "starts": starts}
    document["cautions"] = [*(caution.plain() for caution in result.cautions), *document["cautions"]]
    shown = wanted or found.suggested or found.lowest["aic3"]
    if members is not None:
        _write_members(members, found, shown)
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document, shown), err=True)


def summary(document: dict[str, Any], shown: int) -> str:
    """Say how many segments the criteria ask for, and how those shown differ."""
    head = ("Segments", "ln L", *NAMES.values(), "EN")
    rows = [head]
    for each in document["solutions"]:
        marks = {name: "*" if document["lowest"][name] == each["k"] else "" for name in NAMES}
        entropy = "" if each["entropy"] is None else f"{each['entropy']:.3f}"
        cells = (f"{each[name]:.1f}{marks[name] or ' '}" for name in NAMES)
        rows.append((str(each["k"]), f"{each['log_likelihood']:.1f}", *cells, entropy))
    agreed = document["suggested"]
    verdict = (
        "AIC3 and CAIC do not agree on a number of segments."
        if agreed is None
        else "AIC3 and CAIC find no segments."
        if agreed == 1
        else f"AIC3 and CAIC agree on {agreed} segments."
    )
    lines = [f"{document['n_used']} respondents; a star marks the lowest.", *aligned(rows), verdict]
    lines += _paths(document["solutions"][shown - 1], document["least"])
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])


def _paths(solution: dict[str, Any], least: int) -> list[str]:
    """Set the segments of one solution side by side, one that is too small without figures."""
    parts = solution["segments"]
    known = next((part["paths"] for part in parts if part["paths"]), None)
    if known is None:
        return [f"No segment has {least} respondents."]
    rows = [(f"Of {solution['k']}", *(str(k + 1) for k in range(len(parts))))]
    rows.append(("respondents", *(f"{part['n']:.0f}" for part in parts)))
    rows.append(("index", *("–" if part["points"] is None else f"{part['points']:.1f}" for part in parts)))
    for row, path in enumerate(known):
        cells = ("–" if not part["paths"] else f"{part['paths'][row]['estimate']:.2f}" for part in parts)
        rows.append((f"{path['source']} → {path['target']}", *cells))
    return aligned(rows)


def _write_members(path: Path, found: csi_model.Segmentation, shown: int) -> None:
    """Write a row for each that was given; one that was not used has blanks."""
    membership = found.mixtures[shown - 1].membership
    cells = [["", *[""] * shown] for _ in range(found.sample.n_given)]
    for row, own in zip(found.sample.rows.tolist(), membership, strict=True):
        cells[row] = [str(int(np.argmax(own)) + 1), *(f"{p:.4f}" for p in own)]
    headings = ("row", "segment", *(f"p{k + 1}" for k in range(shown)))
    write_table(path, Table(headings, [(row + 1, *each) for row, each in enumerate(cells)]))
