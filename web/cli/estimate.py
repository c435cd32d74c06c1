"""`manyi estimate`: a data file and a model file in, the index and everything beside it out."""

from functools import partial
from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal, analysis

MOST_TOLD = 3
ENOUGH = 0.7  # a correlation, half of the variance: Chin (1998)


@click.command(short_help="Estimate the index from a data file and a model file.")
@click.argument("data", type=click.Path(path_type=Path))
@analysis.model
@click.option("--method", type=click.Choice(["pls", "plsc", "cbsem"]), default="pls", show_default=True)
@click.option(
    "--estimator",
    type=click.Choice(csi_model.ESTIMATORS),
    help="Of --method cbsem: WLSMV for ordered answers, MLM or MLR for answers far from normal. "
    "ML without it, MLR over clusters.",
)
@click.option("--index", metavar="CONSTRUCT", help="Of lavaan syntax: the index (SAT, else the last).")
@click.option("--scale", metavar="LOW HIGH", type=float, nargs=2, help="Of lavaan syntax: the answer scale.")
@click.option(
    "--missing-codes", metavar="CODES", help="Of lavaan syntax: numbers that are no answers, as in 98,99."
)
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
@analysis.resamples(0, 0)
@click.option("--interval", type=click.Choice(["percentile", "bca", "studentised"]), default="percentile")
@analysis.seed
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help="Worker threads and processes.")
@click.option(
    "--assess",
    is_flag=True,
    help="Also HTMT intervals, out-of-sample prediction, exact fit; of cbsem modification indices too, and "
    "with --bootstrap its estimates resampled.",
)
@click.option(
    "--global",
    "overall",
    metavar="CONSTRUCT=COLUMN",
    multiple=True,
    help="With --assess: do the construct's questions cover this one on the whole?",
)
@click.option(
    "--against",
    metavar="MODEL",
    type=click.Path(path_type=Path),
    help="With --assess: does the model foretell unseen answers better than this other one?",
)
@analysis.tree
@analysis.group_weights
@analysis.json_file
def estimate(
    data: Path,
    model: Path,
    method: str,
    estimator: str | None,
    index: str | None,
    scale: tuple[float, float] | None,
    missing_codes: str | None,
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
    overall: tuple[str, ...],
    against: Path | None,
    tree: str | None,
    group_weights: str,
    json_file: Path | None,
) -> None:
    """Estimate the four-level index.

    Example: manyi estimate answers.csv --model model.yaml --bootstrap 5000 --seed 1 --json result.json

    Ordered answers: manyi estimate answers.csv --model model.yaml --method cbsem --estimator WLSMV --assess

    Many units: manyi estimate answers.csv --model model.yaml --group unit --bootstrap 1000 --jobs 4
    """
    if overall and not assess:
        raise click.UsageError("--global is a part of the assessment: give --assess too.")
    if against is not None and not assess:
        raise click.UsageError("--against is a part of the assessment: give --assess too.")
    covariance = method == "cbsem" and model.suffix in analysis.LAVAAN
    low, high = scale or (None, None)
    of_syntax = {
        "low": low,
        "high": high,
        "missing_codes": None if missing_codes is None else _codes(missing_codes),
    }
    spec = analysis.read_model(model, index=index, covariance=covariance, **of_syntax)
    other = None
    if against is not None:
        other = analysis.read_model(against, **(of_syntax if against.suffix in analysis.LAVAAN else {}))
    how = analysis.read_tree(tree)
    wholes = dict(_overall(each, spec) for each in overall)
    read = partial(
        analysis.read_answers, data, missing=missing, weights=weights, strata=strata, cluster=cluster
    )
    prepared = read(spec, labels=group, beside=tuple(wholes.values()))
    options = csi_model.Options(
        method=method,
        scheme=scheme,
        missing=missing,
        bootstrap=bootstrap,
        seed=seed,
        jobs=jobs,
        interval=interval,
        estimator=estimator or "",
        group_weights=group_weights,
    )
    with analysis.progress_bar("Estimating", is_long=bool(bootstrap or group)) as bar:
        result = csi_model.estimate(spec, prepared, options, by=group or None, progress=bar)
    document = csi_model.document(result)
    if group and bootstrap:
        document["side_by_side"] = _side_by_side(result, document["cautions"])
    if how is not None:
        document["tree"] = csi_model.tree_document(result, how)
    if assess:
        document["assessment"] = csi_model.assess(result, prepared, overall=wholes)
        if other is not None:
            checks = document["assessment"]
            checks["against"] = _against(spec, prepared, other, read(other), options, checks["cautions"])
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _codes(given: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in given.split(","))
    except ValueError:
        raise Refusal(f"--missing-codes {given} is not understood. Write it as 98,99.") from None


def _overall(given: str, spec: csi_model.ModelSpec) -> tuple[str, str]:
    construct, _, column = given.partition("=")
    if not construct or not column:
        raise Refusal(f"--global {given} is not understood. Write it as QUAL=OVERALL.")
    if construct in spec.place and column in spec.constructs[spec.place[construct]].indicators:
        what = f"--global {given}: {column} is a question of {construct}, which foretells itself."
        raise Refusal(f"{what} Name one that is none of its own.")
    return construct, column


def _side_by_side(result: csi_model.Result, cautions: list[dict[str, str]]) -> dict[str, Any] | None:
    """Compare the groups, or say among the cautions why not."""
    try:
        found = csi_model.side_by_side(result)
    except csi_model.ModelError as error:
        cautions.append(error.plain())
        return None
    cautions += found.pop("cautions")
    return found


def _against(
    spec: csi_model.ModelSpec,
    prepared: csi_model.Sample,
    other: csi_model.ModelSpec,
    others: csi_model.Sample,
    options: csi_model.Options,
    cautions: list[dict[str, str]],
) -> dict[str, Any] | None:
    """Hold the model against another, or say among the cautions why not."""
    try:
        return csi_model.compare_predictions(spec, prepared, other, others, options)
    except csi_model.ModelError as error:
        cautions.append(error.plain() | {"code": f"against-{error.code}"})
        return None


def summary(document: dict[str, Any]) -> str:
    """Say the result in a few lines for people."""
    how = document.get("estimator", document["scheme"])
    lines = ["{n_used} of {n_respondents} respondents, {method}, {how}".format(how=how, **document)]
    for name, construct in document["constructs"].items():
        mark = "  ← index" if name == document["index"]["id"] else ""
        ends = construct.get("ci") or [None]
        interval = "" if None in ends else f"  [{ends[0]:.1f}, {ends[1]:.1f}]"
        points = "     –" if construct["points"] is None else f"{construct['points']:6.1f}"
        lines.append(f"  {name:<16}{points}{interval}{mark}")
    scored = document.get("tree", {"cautions": []})
    if "points" in scored:
        ends = scored["ci"] and " [{:.1f}, {:.1f}]".format(*scored["ci"])
        lines.append(f"Tree score ({scored['kind']} weights): {scored['points']:.1f}{ends or ''}")
    for tier in ("above", "below") if document.get("side_by_side") else ():
        groups = document["side_by_side"]["groups"]
        names = [name for name, each in groups.items() if each["tier"] == tier]
        lines.append(f"Groups clearly {tier} all together: {', '.join(names) or 'none'}")
    lines += [
        "{name} := {formula}: {est:.3f} [{ci[0]:.3f}, {ci[1]:.3f}]".format(**each)
        for each in document.get("defined", ())
        if each["est"] is not None
    ]
    if "weighting" in document:
        lines.append(weights_line(document))
    checks = document.get("assessment", {"cautions": []})
    if checks.get("prediction"):
        of_pls = "" if document["method"] == "pls" else " (of the PLS model)"
        lines.append(f"Predictive power out of sample{of_pls}: {checks['prediction']['power']}")
    lines += _loss_lines(checks)
    if checks.get("exact_fit"):
        name = "chi2" if checks["exact_fit"]["method"] == "cbsem" else "srmr"
        kind = {"chi2": "chi-square, Bollen–Stine", "srmr": "SRMR"}[name]
        lines.append(f"Exact fit ({kind}): p = {checks['exact_fit'][name]['p']:.3f}")
    lines += _fit_lines(checks)
    return "\n".join(
        [*lines, *analysis.caution_lines([*document["cautions"], *scored["cautions"], *checks["cautions"]])]
    )


def _loss_lines(checks: dict[str, Any]) -> list[str]:
    """Say whether losses out of sample are lower than those of the benchmarks, and of another model."""
    lines = []
    names = {"indicator_average": "the indicator average", "linear_model": "the linear model"}
    for key, name in names.items() if checks.get("cvpat") else ():
        lines.append(f"CVPAT against {name}: {_loss(checks['cvpat']['overall'][key])}")
    if checks.get("against"):
        lines.append(f"CVPAT against the other model: {_loss(checks['against']['overall'])}")
    return lines


def _loss(test: dict[str, Any]) -> str:
    chance = "no difference" if test["p"] is None else f"p = {test['p']:.3f}"
    return f"loss {test['loss']:.3f}, its {test['rival_loss']:.3f}, {chance}"


def _fit_lines(checks: dict[str, Any]) -> list[str]:
    """Say what a covariance model leaves out, and how well questions cover the one on the whole."""
    lines = []
    if would := checks.get("modification"):
        first = ", ".join("{lhs} {op} {rhs} (chi² −{mi:.1f})".format(**each) for each in would[:MOST_TOLD])
        lines.append(f"Would fit better with: {first}")
    for each in checks.get("redundancy") or []:
        verdict = "enough" if each["value"] >= ENOUGH else "below 0.7: something is left out"
        figure = "{value:.2f} [{ci[0]:.2f}, {ci[1]:.2f}]".format(**each)
        lines.append(f"Redundancy of {each['construct']}: {figure}, {verdict}")
    return lines


def weights_line(document: dict[str, Any]) -> str:
    """Say what the weights cost, and what the index is without them."""
    cost, plain = document["weighting"], document["weighting"]["index_unweighted"]
    without = "unknown: no solution" if plain is None else f"{plain:.1f}"
    return (
        f"Weights: {document['n_used']} answers tell as much as {cost['n_effective']:.0f} of equal weight "
        f"(design effect {cost['design_effect']:.2f}, largest weight {cost['max_over_mean']:.1f} times "
        f"the mean). Index without weights: {without}"
    )
