"""What commands on a file of answers share: their options, reading, progress, writing."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import click

import csi_model
from surveys.codes import REASONS, WRITTEN
from web.cli import Refusal, files
from web.cli.table import read_columns

Said = TypeVar("Said")
LAVAAN = {".lav", ".lavaan", ".txt"}

model = click.option("--model", required=True, type=files.READ, help="MODEL.yaml, or lavaan syntax (.lav).")
scheme = click.option("--scheme", type=click.Choice(csi_model.SCHEMES), default="path", show_default=True)
missing = click.option("--missing", type=click.Choice(csi_model.MISSING), default="em", show_default=True)
weights = click.option("--weights", metavar="COLUMN", help="Column of respondent weights.")
cluster = click.option("--cluster", metavar="COLUMN", help="Resample these as wholes.")
group_weights = click.option(
    "--group-weights",
    type=click.Choice(csi_model.GROUP_WEIGHTS),
    default="common",
    show_default=True,
    help="Points of groups by the questions' weights of all of them, or by each group's own.",
)
tree = click.option(
    "--tree",
    metavar="equal|effects|FILE",
    help="Also the tree score: constructs, dimensions and questions weighed alike, by their effects on the "
    "index, or by experts' judgements of pairs in a YAML file.",
)
strata = click.option("--strata", metavar="COLUMN", help="Resample within these.")
level = click.option(
    "--level",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=csi_model.Options.level,
    show_default=True,
    help="Of the intervals; what is called more than chance has a p of at most 1 less this.",
)
seed = click.option("--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True)


def resamples(
    least: int, usual: int, what: str = "Resamples for the intervals, 0 for none."
) -> Callable[[Any], Any]:
    """Make the option that says how many resamples are drawn."""
    return click.option(
        "--bootstrap",
        metavar="N",
        type=click.IntRange(least),
        default=usual,
        show_default=bool(usual),
        help=what,
    )


json_file = click.option(
    "--json",
    "--out",
    "json_file",
    type=files.WRITTEN_OR_SHOWN,
    help="Write the result here (- for standard output).",
)


def read_answers(
    data: Path,
    spec: csi_model.ModelSpec,
    *,
    missing: str = "mean",
    weights: str | None = None,
    labels: tuple[str | None, ...] = (),
    strata: str | None = None,
    cluster: str | None = None,
    beside: tuple[str, ...] = (),
) -> csi_model.Sample:
    """Read the answers of a model from a CSV file; weights, labels, strata and cluster name columns."""
    beside = (*beside, *(name for name in spec.covariates if name not in beside))
    columns = read_named(data, weights, *labels, *beside, strata, cluster)
    return csi_model.prepare(
        spec,
        columns,
        missing=missing,
        weights=None if weights is None else columns[weights],
        strata=None if strata is None else columns[strata],
        clusters=None if cluster is None else columns[cluster],
        labels={name: columns[name] for name in labels if name is not None},
        beside=beside,
        reserved={
            number: REASONS[stored]
            for stored, number in WRITTEN.items()
            if number in spec.missing_codes and number not in dict(spec.state_codes)
        },
    )


@contextmanager
def left_out_said(answers: csi_model.Sample, missing: str) -> Iterator[None]:
    """Say in a refusal who was left out before: what is too few may be for that alone."""
    try:
        yield
    except csi_model.DataError as error:
        lost = [caution.message for caution in answers.cautions if caution.code == "rows-left-out"]
        if not lost:
            raise
        remedy = " Choose --missing em, which takes every answer given." if missing == "listwise" else ""
        raise Refusal(f"{error} Before that, {' '.join(lost)}{remedy}") from None


def codes_of_gaps() -> str:
    """Write the numbers that files of this program have where there is no answer."""
    return ",".join(map(str, sorted(WRITTEN.values())))


def names(text: str) -> list[str]:
    """Read names that are separated by commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


def once(flag: str, pairs: Iterable[tuple[str, Said]]) -> dict[str, Said]:
    """Give what an option that may be repeated says, by what each says it of; nothing is said of twice."""
    found: dict[str, Said] = {}
    for of, said in pairs:
        if of in found:
            raise Refusal(f"{flag} names {of} twice. Say all of it at once.")
        found[of] = said
    return found


def read_named(data: Path, *names: str | None) -> dict[str, Any]:
    """Read all columns of a CSV file that must hold those named."""
    columns: dict[str, Any] = read_columns(data)
    for name in names:
        if name is not None and name not in columns:
            raise Refusal(f"{data} has no column {name}. Columns: {', '.join(list(columns)[:12])}.")
    return columns


def estimated(
    answers: Path,
    model: Path | csi_model.ModelSpec,
    weights: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    level: float,
    labels: tuple[str, ...] = (),
    beside: tuple[str, ...] = (),
) -> tuple[csi_model.Result, csi_model.Sample]:
    """Estimate with resamples; also the answers in use, with other columns as labels, numbers `beside`."""
    spec = model if isinstance(model, csi_model.ModelSpec) else read_model(model)
    data = read_answers(answers, spec, weights=weights, labels=labels, cluster=cluster, beside=beside)
    with progress_bar(is_long=True) as bar:
        options = csi_model.Options(bootstrap=bootstrap, seed=seed, level=level)
        result = csi_model.estimate(spec, data, options, progress=bar)
    return result, data


def index_points(result: csi_model.Result) -> dict[str, Any]:
    """Give the index of a result: its construct and its points."""
    spec = result.spec
    return {"id": spec.index, "points": float(result.points.constructs[0, spec.place[spec.index]])}


def read_model(path: Path, **of_syntax: Any) -> csi_model.ModelSpec:
    """Read a model file in either language; what else is given says what lavaan's has no words for."""
    text = files.read_text(path)
    if path.suffix in LAVAAN:
        return csi_model.ModelSpec.from_lavaan(text, **of_syntax)
    flags = {
        "index": "--index",
        "low": "--scale",
        "missing_codes": "--missing-codes",
        "orthogonal": "--orthogonal",
    }
    for name, flag in flags.items():
        if of_syntax.get(name) is not None:
            raise Refusal(f"{flag} is for lavaan syntax (.lav); {path} says it itself. Change it there.")
    return csi_model.ModelSpec.from_yaml(text)


def read_tree(given: str | None) -> Any:
    """Read how the tree score is weighed: a word, or the judgements of a file."""
    if given in {None, "equal", "effects"}:
        return given
    return csi_model.read_judgements(files.read_text(Path(str(given))))


class progress_bar:  # noqa: N801  reads as a verb where it is used
    """Shows the share done on standard error, only for long work; a bar on a terminal, else its label."""

    def __init__(self, label: str = "Estimating", *, is_long: bool) -> None:
        self.bar = click.progressbar(length=1000, label=label, file=sys.stderr) if is_long else None
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.__exit__(kind, error, trace)


def write_json(document: dict[str, Any], file: Path) -> None:
    """Write a result to a file, or to standard output where its name is -."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    files.write_text(file, text)


def caution_lines(cautions: list[dict[str, str]]) -> list[str]:
    """Say cautions and their remedies, one a line."""
    return [f"Caution: {caution['message']} {caution['remedy']}".rstrip() for caution in cautions]
