"""`manyi estimate`: a data file and a model file in, the index and everything beside it out."""

import json
import sys
from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import Refusal
from web.cli.table import read_columns


@click.command(short_help="Estimate the index from a data file and a model file.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--model", required=True, type=click.Path(path_type=Path), help="MODEL.yaml, or lavaan syntax (.lav)."
)
@click.option("--method", type=click.Choice(["pls", "plsc", "cbsem"]), default="pls", show_default=True)
@click.option(
    "--scheme", type=click.Choice(["path", "factorial", "centroid"]), default="path", show_default=True
)
@click.option("--missing", type=click.Choice(["mean", "listwise", "fiml"]), default="mean", show_default=True)
@click.option("--weights", metavar="COLUMN", help="Column of respondent weights.")
@click.option(
    "--group",
    "group",
    metavar="COLUMN",
    multiple=True,
    help="Estimate each value of this column as well; given twice, each pair of values.",
)
@click.option("--strata", metavar="COLUMN", help="Resample within these.")
@click.option("--cluster", metavar="COLUMN", help="Resample these as wholes.")
@click.option(
    "--bootstrap", metavar="N", type=click.IntRange(0), default=0, help="Resamples for the intervals."
)
@click.option("--interval", type=click.Choice(["percentile", "bca", "studentised"]), default="percentile")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True)
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help="Worker threads and processes.")
@click.option("--assess", is_flag=True, help="Also HTMT intervals, out-of-sample prediction, exact fit.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the result here (- for standard output).",
)
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
    spec = read_model(model)
    columns: dict[str, Any] = read_columns(data)
    for name in (weights, *group, strata, cluster):
        if name is not None and name not in columns:
            raise Refusal(f"{data} has no column {name}. Columns: {', '.join(list(columns)[:12])}.")
    prepared = csi_model.prepare(
        spec,
        columns,
        missing=missing,
        weights=None if weights is None else columns[weights],
        strata=None if strata is None else columns[strata],
        clusters=None if cluster is None else columns[cluster],
        groups=tuple(columns[name] for name in group) or None,
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
    with progress_bar(is_long=bool(bootstrap or group)) as bar:
        result = csi_model.estimate(spec, prepared, options, groups=prepared.groups, progress=bar)
    document = csi_model.document(result)
    if group and bootstrap:
        document["side_by_side"] = _side_by_side(result, document["cautions"])
    if assess:
        document["assessment"] = csi_model.assess(spec, prepared, options)
    if json_file is not None:
        write_json(document, json_file)
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


def write_json(document: dict[str, Any], file: Path) -> None:
    """Write a result to a file, or to standard output where its name is -."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}.") from None


def read_model(path: Path) -> csi_model.ModelSpec:
    """Read a model file in either language."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not in UTF-8. Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from None
    if path.suffix in {".lav", ".lavaan", ".txt"}:
        return csi_model.ModelSpec.from_lavaan(text)
    return csi_model.ModelSpec.from_yaml(text)


class progress_bar:  # noqa: N801  reads as a verb where it is used
    """Shows the share done on standard error, only on a terminal and only for long work."""

    def __init__(self, *, is_long: bool) -> None:
        self.bar = click.progressbar(length=1000, label="Estimating", file=sys.stderr) if is_long else None
        self.done = 0

    def __enter__(self) -> Any:
        if self.bar is None:
            return None
        self.bar.__enter__()
        return self._show

    def _show(self, share: float) -> None:
        if self.bar is not None:
            self.bar.update(int(share * 1000) - self.done)
            self.done = int(share * 1000)

    def __exit__(self, *details: object) -> None:
        if self.bar is not None:
            self.bar.__exit__(*details)


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
    checks = document.get("assessment", {"cautions": []})
    if checks.get("prediction"):
        lines.append(f"Predictive power out of sample: {checks['prediction']['power']}")
    if checks.get("exact_fit"):
        lines.append(f"Exact fit (SRMR): p = {checks['exact_fit']['srmr']['p']:.3f}")
    cautions = [*document["cautions"], *checks["cautions"]]
    lines += [f"Caution: {caution['message']} {caution['remedy']}".rstrip() for caution in cautions]
    return "\n".join(lines)
