"""`manyi estimate`: a data file and a model file in, the index and everything beside it out."""

from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import analysis


@click.command(short_help="Estimate the index from a data file and a model file.")
@click.argument("data", type=click.Path(path_type=Path))
@analysis.model
@click.option("--method", type=click.Choice(["pls", "plsc", "cbsem"]), default="pls", show_default=True)
@analysis.scheme
@analysis.missing
@analysis.weights
@click.option(
    "--group",
    "group",
    metavar="COLUMN",
    multiple=True,
    help="Estimate each value of this column as well; given twice, each pair of values.",
)
@analysis.strata
@analysis.cluster
@click.option(
    "--bootstrap", metavar="N", type=click.IntRange(0), default=0, help="Resamples for the intervals."
)
@click.option("--interval", type=click.Choice(["percentile", "bca", "studentised"]), default="percentile")
@analysis.seed
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help="Worker threads and processes.")
@click.option("--assess", is_flag=True, help="Also HTMT intervals, out-of-sample prediction, exact fit.")
@analysis.json_file
def estimate(
    data: Path,
    model: Path,
    method: str,
    scheme: str,
    missing: str,
    weights: str | None,
    group: tuple[str, ...],
    strata: str | None,
    cluster: str | None,
    bootstrap: int,
    interval: str,
    seed: int,
    jobs: int,
    assess: bool,
    json_file: Path | None,
) -> None:
    """Estimate the four-level index.

    Example: manyi estimate answers.csv --model model.yaml --bootstrap 5000 --seed 1 --json result.json

    Many units: manyi estimate answers.csv --model model.yaml --group unit --bootstrap 1000 --jobs 4
    """
    spec = analysis.read_model(model)
    prepared = analysis.read_answers(
        data, spec, missing=missing, weights=weights, groups=group, strata=strata, cluster=cluster
    )
    options = csi_model.Options(
        method=method,
        scheme=scheme,
        missing=missing,
        bootstrap=bootstrap,
        seed=seed,
        jobs=jobs,
        interval=interval,
    )
    with analysis.progress_bar("Estimating", is_long=bool(bootstrap or group)) as bar:
        result = csi_model.estimate(spec, prepared, options, groups=prepared.groups, progress=bar)
    document = csi_model.document(result)
    if group and bootstrap:
        document["side_by_side"] = _side_by_side(result, document["cautions"])
    if assess:
        document["assessment"] = csi_model.assess(spec, prepared, options)
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _side_by_side(result: csi_model.Result, cautions: list[dict[str, str]]) -> dict[str, Any] | None:
    """Compare the groups, or say among the cautions why not."""
    try:
        found = csi_model.side_by_side(result)
    except csi_model.ModelError as error:
        cautions.append(error.plain())
        return None
    cautions += found.pop("cautions")
    return found


def summary(document: dict[str, Any]) -> str:
    """Say the result in a few lines for people."""
    lines = ["{n_used} of {n_respondents} respondents, {method}, {scheme}".format(**document)]
    for name, construct in document["constructs"].items():
        mark = "  ← index" if name == document["index"]["id"] else ""
        ends = construct.get("ci") or [None]
        interval = "" if None in ends else f"  [{ends[0]:.1f}, {ends[1]:.1f}]"
        points = "     –" if construct["points"] is None else f"{construct['points']:6.1f}"
        lines.append(f"  {name:<16}{points}{interval}{mark}")
    for tier in ("above", "below") if document.get("side_by_side") else ():
        groups = document["side_by_side"]["groups"]
        names = [name for name, each in groups.items() if each["tier"] == tier]
        lines.append(f"Groups clearly {tier} all together: {', '.join(names) or 'none'}")
    if "weighting" in document:
        lines.append(weights_line(document))
    checks = document.get("assessment", {"cautions": []})
    if checks.get("prediction"):
        of_pls = "" if document["method"] == "pls" else " (of the PLS model)"
        lines.append(f"Predictive power out of sample{of_pls}: {checks['prediction']['power']}")
    if checks.get("exact_fit"):
        name = "chi2" if checks["exact_fit"]["method"] == "cbsem" else "srmr"
        kind = {"chi2": "chi-square, Bollen–Stine", "srmr": "SRMR"}[name]
        lines.append(f"Exact fit ({kind}): p = {checks['exact_fit'][name]['p']:.3f}")
    return "\n".join([*lines, *analysis.caution_lines([*document["cautions"], *checks["cautions"]])])


def weights_line(document: dict[str, Any]) -> str:
    """Say what the weights cost, and what the index is without them."""
    cost, plain = document["weighting"], document["weighting"]["index_unweighted"]
    without = "unknown: no solution" if plain is None else f"{plain:.1f}"
    return (
        f"Weights: {document['n_used']} answers tell as much as {cost['n_effective']:.0f} of equal weight "
        f"(design effect {cost['design_effect']:.2f}, largest weight {cost['max_over_mean']:.1f} times "
        f"the mean). Index without weights: {without}"
    )
