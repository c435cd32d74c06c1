"""`manyi rake`: answers and known shares of the population in, answers with a column of weights out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

import csi_model
from web.cli import Refusal, analysis, files
from web.cli.table import aligned, read_rows, write_table
from web.exports.table import Table

HEADER = ("variable", "class", "target")
TABLES = (".csv", ".tsv", ".txt")  # anything else is YAML


@click.command()
@click.argument("answers", type=files.READ)
@click.option(
    "--margins",
    "margins_file",
    required=True,
    type=files.READ,
    help="Known shares: YAML (variable: {class: target}), or CSV with the columns variable, class, target.",
)
@click.option(
    "--out",
    required=True,
    type=files.WRITTEN_OR_SHOWN,
    help="Write answers and weights here (- for standard output).",
)
@click.option("--column", default="weight", show_default=True, help="Name of the new column.")
@click.option("--weights", metavar="COLUMN", help="Column of design weights to start from.")
@click.option(
    "--trim", metavar="LOW,HIGH", help="Bounds of the weights in multiples of their mean; 0.3,3 is usual."
)
@click.option(
    "--json",
    "json_file",
    type=files.WRITTEN_OR_SHOWN,
    help="Write the report here (- for standard output).",
)
def rake(
    answers: Path,
    margins_file: Path,
    out: Path,
    column: str,
    weights: str | None,
    trim: str | None,
    json_file: Path | None,
) -> None:
    """Weight ANSWERS so that each class has its known share of the population.

    Example: manyi rake answers.csv --margins margins.yaml --out weighted.csv --trim 0.3,3

    Then: manyi estimate weighted.csv --model model.yaml --weights weight
    """
    names, rows = read_rows(answers)
    margins = read_margins(margins_file)
    if not column.strip() or not column.isprintable():
        raise Refusal(f"--column {column!r} is no name of a column. Give one such as weight.")
    column = column.strip()
    if column in names:
        raise Refusal(f"{answers} already has a column {column}. Name the new one with --column.")
    if weights is not None and weights not in names:
        raise Refusal(f"{answers} has no column {weights}. Columns: {', '.join(names[:12])}.")
    classes: dict[str, ArrayLike] = {
        name: np.array([text.strip() for text in rows[:, place]]) if name in margins else []
        for place, name in enumerate(names)
        if name
    }
    found = csi_model.rake(
        classes,
        margins,
        start=None if weights is None else _start(rows[:, names.index(weights)], weights),
        bounds=None if trim is None else _bounds(trim),
    )
    texts = [f"{weight:.10g}" for weight in found.weights]
    weighted = Table([*names, column], ([*row, text] for row, text in zip(rows.tolist(), texts, strict=True)))
    write_table(out, weighted, line_end="\n")
    if json_file is not None:
        analysis.write_json(document(found), json_file)
    where = "standard output" if str(out) == "-" else out
    click.echo(
        f"{summary(found)}\n{len(texts)} rows written to {where}, weights in column {column}.", err=True
    )


def read_margins(path: Path) -> dict[str, dict[str, Any]]:
    """Read margins: variable → class → target, numbers still as texts."""
    if path.suffix.lower() not in TABLES:
        return _margins_of_yaml(path)
    names, rows = read_rows(path)
    if sorted(names) != sorted(HEADER):
        raise Refusal(f"{path} has the columns {', '.join(names)}. They must be {', '.join(HEADER)}.")
    places = [names.index(name) for name in HEADER]
    margins: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows[:, places].tolist(), start=1):
        variable, name, target = (text.strip() for text in row)
        _put(margins.setdefault(variable, {}), name, target, f"{path}, row {number}: {variable} = {name}")
    return margins


def _margins_of_yaml(path: Path) -> dict[str, dict[str, Any]]:
    shape = "Write each variable with its classes: region: {north: 0.4, south: 0.6}."
    try:
        # All texts: a class named no, 1 or 2026-01-01 is that name and nothing else.
        root = yaml.compose(files.read_text(path), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise Refusal(f"{path} is no YAML (line {line}). {shape}") from None
    except RecursionError:
        raise Refusal(f"{path} nests too deeply to be read. {shape}") from None
    margins: dict[str, dict[str, Any]] = {}
    for line, variable, own in _pairs(root, f"{path} holds no margins. {shape}"):
        named: dict[str, Any] = {}
        for row, name, target in _pairs(own, f"{path} holds no margins. {shape}"):
            if not isinstance(target, yaml.ScalarNode):
                raise Refusal(f"{path} holds a target that is no number. {shape}")
            _put(named, name, target.value, f"{path}, line {row}: {variable} = {name}")
        _put(margins, variable, named, f"{path}, line {line}: {variable}", what="stands twice")
    return margins


def _pairs(node: yaml.Node | None, refusal: str) -> Iterator[tuple[int, str, yaml.Node]]:
    """Give line, key and value of a mapping of YAML as it is written, a key that stands twice too."""
    if not isinstance(node, yaml.MappingNode):
        raise Refusal(refusal)
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Refusal(refusal)
        yield key.start_mark.line + 1, key.value.strip(), value


def _put(into: dict[str, Any], name: str, value: Any, where: str, *, what: str = "has two targets") -> None:
    if name in into:
        raise Refusal(f"{where} {what}. Leave one out.")
    into[name] = value


def _start(texts: NDArray[np.object_], column: str) -> NDArray[np.float64]:
    weights = np.empty(len(texts))
    for row, text in enumerate(texts):
        try:
            weights[row] = float(text)
        except ValueError:
            what = f"Column {column}, row {row + 1} holds {text[:40]!r}, which is no weight."
            raise Refusal(f"{what} Give a number, 0 or more, with a point before decimals.") from None
    return weights


def _bounds(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise Refusal(f"--trim {text} is not two numbers. Write --trim 0.3,3, say.") from None
    return low, high


def document(found: csi_model.Raked) -> dict[str, Any]:
    """Give the report as plain values."""
    used = found.weights[found.weights > 0]
    return {
        "n_respondents": len(found.weights),
        "n_used": len(used),
        "rounds": found.iterations,
        "largest_error": found.largest_error,
        "design_effect": found.design_effect,
        "n_effective": found.n_effective,
        "smallest_weight": float(used.min()),
        "largest_weight": float(used.max()),
        "n_at_low_bound": found.n_low,
        "n_at_high_bound": found.n_high,
        "margins": [
            {
                "variable": margin.variable,
                "class": margin.name,
                "n": margin.n,
                "before": margin.before,
                "after": margin.after,
                "target": margin.target,
            }
            for margin in found.margins
        ],
        "cautions": [caution.plain() for caution in found.cautions],
    }


def summary(found: csi_model.Raked) -> str:
    """Say what was done in a few lines for people."""
    used = found.weights[found.weights > 0]
    table = [("class", "answers", "share before", "after", "known share")]
    table += [
        (f"{m.variable} = {m.name}", str(m.n), f"{m.before:.1%}", f"{m.after:.1%}", f"{m.target:.1%}")
        for m in found.margins
    ]
    lines = [
        f"The shares are met after {found.iterations} rounds (largest difference {found.largest_error:.1g}).",
        *aligned(table),
        f"Weights: mean 1, {used.min():.2f} to {used.max():.2f}; {found.n_trimmed} stand at a bound.",
    ]
    effect = f"design effect {found.design_effect:.2f}"
    lines.append(f"{len(used)} answers tell as much as {found.n_effective:.0f} of equal weight ({effect}).")
    cautions = [caution.plain() for caution in found.cautions]
    return "\n".join([*lines, *analysis.caution_lines(cautions)])
