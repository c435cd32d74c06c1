"""`manyi estimate`: a data file and a model file in, the index and everything beside it out."""

from functools import partial
from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal, analysis, files, multigroup
from web.cli.model import of_lavaan, said_of
from web.cli.table import write_table, write_workbook
from web.cli.told import summary
from web.exports.table import Table
from web.spelling import spelled


@click.command()
@click.argument("data", type=files.READ)
@analysis.model
@click.option("--method", type=click.Choice(csi_model.METHODS), default="pls", show_default=True)
@click.option(
    "--estimator",
    type=click.Choice(csi_model.ESTIMATORS),
    help="Of --method cbsem: WLSMV for ordered answers, MLM or MLR for answers far from normal. "
    "ML without it, MLR over clusters or with weights.",
)
@of_lavaan
@click.option("--orthogonal", is_flag=True, help="Of lavaan syntax, by cbsem: constructs are not correlated.")
@multigroup.column
@multigroup.equal
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
@click.option(
    "--margin",
    metavar="POINTS",
    type=float,
    default=0.0,
    show_default=True,
    help="With --group and --bootstrap: groups differ from the whole only by more than so many points.",
)
@analysis.strata
@analysis.cluster
@analysis.resamples(0, 0)
@click.option("--interval", type=click.Choice(csi_model.INTERVALS), default="percentile")
@analysis.level
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
    type=files.READ,
    help="With --assess: does the model foretell unseen answers better than this other one?",
)
@analysis.tree
@analysis.group_weights
@click.option(
    "--scores",
    metavar="FILE",
    type=files.WRITTEN,
    help="Write every row's points of each construct to this CSV file.",
)
@click.option("--xlsx", metavar="FILE", type=files.WRITTEN, help="Write all tables to this workbook.")
@analysis.json_file
def estimate(
    data: Path,
    model: Path,
    method: str,
    estimator: str | None,
    index: str | None,
    scale: tuple[float, float] | None,
    missing_codes: str | None,
    orthogonal: bool,
    multigroup_column: str | None,
    equal: str | None,
    scheme: str,
    missing: str,
    weights: str | None,
    group: tuple[str, ...],
    margin: float,
    strata: str | None,
    cluster: str | None,
    bootstrap: int,
    interval: str,
    level: float,
    seed: int,
    jobs: int,
    assess: bool,
    overall: tuple[str, ...],
    against: Path | None,
    tree: str | None,
    group_weights: str,
    scores: Path | None,
    xlsx: Path | None,
    json_file: Path | None,
) -> None:
    """Estimate the four-level index; without --json a report of it goes to standard output.

    Example: manyi estimate answers.csv --model model.yaml --bootstrap 5000 --seed 1 --json result.json

    Ordered answers: manyi estimate answers.csv --model model.yaml --method cbsem --estimator WLSMV --assess

    Many units: manyi estimate answers.csv --model model.yaml --group unit --bootstrap 1000 --jobs 4
    """
    for name, value in {"global": overall, "against": against}.items():
        if value and not assess:
            raise click.UsageError(f"--{name} is a part of the assessment: give --assess too.")
    if interval != csi_model.Options.interval and not bootstrap:
        raise click.UsageError(f"--interval {interval} is of resamples: give --bootstrap too.")
    _check_groups(group, margin, bootstrap)
    alone = {"group": group, "strata": strata, "bootstrap": bootstrap, "assess": assess, "tree": tree}
    multigroup.check(multigroup_column, equal, alone | {"scores": scores, "xlsx": xlsx})
    covariance = method == "cbsem" and model.suffix in analysis.LAVAAN
    syntax = said_of(index, scale, missing_codes) | {"orthogonal": orthogonal or None}
    spec = analysis.read_model(model, covariance=covariance, **syntax)
    other = None if against is None else _other(against, syntax)
    how = analysis.read_tree(tree)
    wholes = analysis.once("--global", (_overall(each, spec) for each in overall))
    read = partial(
        analysis.read_answers, data, missing=missing, weights=weights, strata=strata, cluster=cluster
    )
    prepared = read(spec, labels=(*group, multigroup_column), beside=tuple(wholes.values()))
    if strata is not None and not bootstrap:
        click.echo("--strata change resamples alone: without --bootstrap they do nothing.", err=True)
    options = csi_model.Options(
        method=method,
        scheme=scheme,
        missing=missing,
        bootstrap=bootstrap,
        seed=seed,
        jobs=jobs,
        interval=interval,
        level=level,
        estimator=estimator or "",
        group_weights=group_weights,
    )
    if multigroup_column is not None:
        multigroup.run(spec, prepared, multigroup_column, equal, options, json_file)
        return
    with analysis.progress_bar("Estimating", is_long=bool(bootstrap or group)) as bar:
        result = csi_model.estimate(spec, prepared, options, by=group or None, progress=bar)
    document = csi_model.document(result)
    if group and bootstrap:
        document["side_by_side"] = _side_by_side(result, margin, document["cautions"])
    if how is not None:
        document["tree"] = csi_model.tree_document(result, how)
    if assess:
        document["assessment"] = csi_model.assess(result, prepared, overall=wholes)
        if other is not None:
            checks = document["assessment"]
            checks["against"] = _against(spec, prepared, other, read(other), options, checks["cautions"])
    if scores is not None:
        write_table(scores, _scores(result, prepared))
    _write(document, xlsx, json_file)


def _check_groups(group: tuple[str, ...], margin: float, bootstrap: int) -> None:
    if twice := [name for name in group if group.count(name) > 1]:
        raise click.UsageError(f"--group names {twice[0]} twice: its pairs would be its values themselves.")
    if not 0 <= margin <= 100:
        raise click.UsageError(f"--margin {margin:g} is no number of points: give 0 to 100.")
    if margin and not (group and bootstrap):
        raise click.UsageError("--margin is of groups side by side: give --group and --bootstrap too.")


def _other(against: Path, syntax: dict[str, Any]) -> csi_model.ModelSpec:
    """Read the model to hold this one against; lavaan syntax with what was said of the first."""
    alike = {**syntax, "index": None} if against.suffix in analysis.LAVAAN else {}
    return analysis.read_model(against, **alike)


def _write(document: dict[str, Any], xlsx: Path | None, json_file: Path | None) -> None:
    """Write the result where it is wanted, and tell it for people."""
    if xlsx is not None:
        tables = csi_model.tables_of(document)
        write_workbook(xlsx, {name: Table(*table) for name, table in tables.items()})
    if json_file is None:
        click.echo(spelled(str(csi_model.summary(document | {"cautions": []}))))
    else:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _scores(result: csi_model.Result, prepared: csi_model.Sample) -> Table:
    """Give a row for each that was given: points, and 1 where a gap stands at what it is expected to be."""
    points, expected = csi_model.expected_scores(result, prepared)
    kept = [place for place, is_scored in enumerate(result.spec.scored) if is_scored]
    names = [result.spec.construct_ids[place] for place in kept]
    rows: list[list[object]] = [[number + 1, *[""] * (2 * len(kept))] for number in range(prepared.n_given)]
    for row, own, flags in zip(prepared.rows.tolist(), points[:, kept], expected[:, kept], strict=True):
        rows[row][1:] = [round(each, 6) for each in own.tolist()] + flags.astype(int).tolist()
    return Table(("row", *names, *(f"{name}_expected" for name in names)), rows)


def _overall(given: str, spec: csi_model.ModelSpec) -> tuple[str, str]:
    construct, _, column = given.partition("=")
    if not construct or not column:
        raise Refusal(f"--global {given} is not understood. Write it as QUAL=OVERALL.")
    if construct in spec.place and column in spec.constructs[spec.place[construct]].indicators:
        what = f"--global {given}: {column} is a question of {construct}, which foretells itself."
        raise Refusal(f"{what} Name one that is none of its own.")
    return construct, column


def _side_by_side(
    result: csi_model.Result, margin: float, cautions: list[dict[str, str]]
) -> dict[str, Any] | None:
    """Compare the groups, or say among the cautions why not."""
    try:
        found = csi_model.side_by_side(result, margin=margin)
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
