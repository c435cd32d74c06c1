"""`manyi compare`: groups of one data file side by side, and which differences are more than chance."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal, analysis, files
from web.cli.table import span

Row = tuple[str, dict[str, Any]]


@click.command()
@click.argument("data", type=files.READ)
@analysis.model
@click.option("--by", metavar="COLUMN", required=True, help="Compare the values of this column.")
@click.option("--groups", metavar="A,B", help="These values alone; all by default.")
@click.option("--method", type=click.Choice(csi_model.PLS_METHODS), default="pls", show_default=True)
@analysis.scheme
@analysis.missing
@click.option("--weights", "--weight", "weights", metavar="COLUMN", help="Column of respondent weights.")
@analysis.strata
@click.option("--cluster", metavar="COLUMN", help="Resample and permute these as wholes.")
@click.option(
    "--permutations",
    metavar="N",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="Shuffles of the groups for the p-values, 0 for none.",
)
@analysis.resamples(0, 1000)
@analysis.level
@analysis.seed
@click.option("--invariance", is_flag=True, help="Also the covariance model with equal loadings, intercepts.")
@analysis.group_weights
@analysis.json_file
def compare(
    data: Path,
    model: Path,
    by: str,
    groups: str | None,
    method: str,
    scheme: str,
    missing: str,
    weights: str | None,
    strata: str | None,
    cluster: str | None,
    permutations: int,
    bootstrap: int,
    level: float,
    seed: int,
    invariance: bool,
    group_weights: str,
    json_file: Path | None,
) -> None:
    """Compare groups, units or waves in every estimate of a model.

    Example: manyi compare answers.csv --model model.yaml --by county --seed 1 --json differences.json

    Two waves of the same people: manyi compare answers.csv --model model.yaml --by wave --cluster customer
    """
    chosen = [name.strip() for name in groups.split(",")] if groups is not None else []
    if groups is not None and (len(set(chosen)) < 2 or not all(chosen)):
        raise Refusal(f"--groups {groups} does not name two groups. Separate their names by a comma: A,B.")
    spec = analysis.read_model(model)
    prepared = analysis.read_answers(
        data, spec, missing=missing, weights=weights, labels=(by,), strata=strata, cluster=cluster
    )
    options = csi_model.Options(
        method=method,
        scheme=scheme,
        missing=missing,
        bootstrap=bootstrap,
        seed=seed,
        level=level,
        group_weights=group_weights,
    )
    is_long = bool(bootstrap or permutations)
    with (
        analysis.left_out_said(prepared, missing),
        analysis.progress_bar("Comparing", is_long=is_long) as bar,
    ):
        found = csi_model.compare(
            spec,
            prepared,
            by,
            options,
            chosen=chosen,
            n_permutations=permutations,
            invariance=invariance,
            progress=bar,
        )
    document = {"by": by, **csi_model.comparison_document(spec, found, options)}
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def summary(document: dict[str, Any]) -> str:
    """Say the comparison for people: a table a pair, then what may be compared."""
    sizes = ", ".join(f"{name} {group['n']}" for name, group in document["groups"].items())
    asked = "{method}, {scheme}; {n_permutations} permutations, {n_resamples} resamples".format(**document)
    lines = [f"{document['by']}: {sizes} respondents, {asked}"]
    for pair in document["pairs"]:
        lines += _table(pair, document["level"])
    if document["invariance"] is not None:
        lines.append(f"Covariance model: {document['invariance']['reached']} invariance holds.")
        for step in document["invariance"]["differences"]:
            holds = "holds" if step["holds"] else "fails"
            lines.append(
                f"  {step['level']:<10} chi² +{step['chi2']:.2f}, df {step['df']}, p = {step['p']:.3f},"
                f" CFI {step['cfi_change']:+.3f}: {holds}"
            )
    cautions = [*document["cautions"], *(document["invariance"] or {"cautions": []})["cautions"]]
    return "\n".join([*lines, *analysis.caution_lines(cautions)])


def _table(pair: dict[str, Any], level: float) -> list[str]:
    first, second = pair["groups"]
    ends = f"{level * 100:g} % interval"
    lines, beyond = [], []
    for title, digits, rows in _sections(pair):
        lines.append(
            f"{title:<26}{first:>10.10}{second:>10.10}{'difference':>12}  {ends:^18}{'p':>8}{'Holm':>8}"
        )
        for label, figure in rows:
            is_beyond = figure["p_holm"] is not None and figure["p_holm"] <= 1 - level + 1e-12
            if is_beyond:
                beyond.append(f"{label} ({title.lower()})")
            if figure["difference"] is not None:
                lines.append(_row(label, figure, digits) + (" *" if is_beyond else ""))
    tested = pair["index"]["p"] is not None
    verdict = ("; ".join(beyond) or "no difference") if tested else "not tested without permutations"
    lines = ["", f"{first} against {second}. More than chance (*): {verdict}.", *lines]
    if pair["overall"] is not None:
        lines.append(f"Model as a whole (geodesic distance): p = {_number(pair['overall']['d_g']['p'], 3)}")
    if pair["micom"] is not None:
        lines.append("Same composites in both (MICOM):")
        lines += _verdicts(pair["micom"]["constructs"])
    return lines


def _row(label: str, figure: dict[str, Any], digits: int) -> str:
    first, second, difference = (_number(figure[name], digits) for name in ("first", "second", "difference"))
    p, holm = _number(figure["p"], 3), _number(figure["p_holm"], 3)
    ends = span(figure, f"{{:.{digits}f}}", key="difference")
    return f"  {label:<24.24}{first:>10}{second:>10}{difference:>12}  {ends:^18}{p:>8}{holm:>8}"


def _verdicts(constructs: dict[str, dict[str, Any]]) -> list[str]:
    names: dict[tuple[str, str], list[str]] = {}
    for name, found in constructs.items():
        names.setdefault((found["invariance"], found["remedy"]), []).append(name)
    return [f"  {kind}: {', '.join(own)}. {remedy}" for (kind, remedy), own in names.items()]


def _sections(pair: dict[str, Any]) -> Iterator[tuple[str, int, list[Row]]]:
    """Title, decimals and rows of each part of the table; empty parts are left out."""
    index = pair["index"]["id"]
    points = [
        (f"{name} (index)" if name == index else name, construct["points"])
        for name, construct in pair["constructs"].items()
    ]
    effects = [(f"{row['source']} → {row['target']}", row["standardised"]) for row in pair["total_effects"]]
    parts = (
        ("Points", 1, points),
        ("Dimensions", 1, [(name, dimension["points"]) for name, dimension in pair["dimensions"].items()]),
        ("Paths", 3, [(f"{row['source']} → {row['target']}", row) for row in pair["paths"]]),
        ("Total effects", 3, effects),
    )
    yield from (part for part in parts if part[2])


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
