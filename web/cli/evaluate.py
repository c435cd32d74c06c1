"""`manyi evaluate`: did a measure work? Units with it against units without, before and after."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

import csi_model
from web.cli import Refusal, analysis, files
from web.cli.table import span

WITHHELD = {
    "few": "withheld: too few answers in an arm",
    "held": "withheld: it would give away few people's answers",
}
ALONE = (
    "Held beside no earlier evaluation: name the register of those that are out (--register) before this is."
)
FORM = (
    "{} is no option here: what a new form alone moves, it moves on both sides alike, and it falls out of the"
    " difference. Leave the option out. Where one side alone got the new form, leave the changed questions"
    " out of the model."
)
P_SHOWN = 0.001  # below it p is shown as less


def _needless(ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> None:  # noqa: ARG001
    if given:
        raise Refusal(FORM.format(parameter.opts[0]))


@click.command()
@click.argument("data", type=files.READ)
@analysis.model
@click.option(
    "--unit", required=True, metavar="COLUMN", help="Column that names the unit of each respondent."
)
@click.option(
    "--wave", required=True, metavar="COLUMN", help="Column that names the wave of each respondent."
)
@click.option("--treated", required=True, metavar="U1,U2", help="Units that got the measure.")
@click.option("--before", required=True, metavar="W1,W2", help="Waves before it, in order of time.")
@click.option("--after", required=True, metavar="W3", help="Waves after it.")
@analysis.weights
@click.option(
    "--unit-weights",
    metavar="COLUMN",
    help="Column that says what the respondent's unit counts, its number of customers say.",
)
@click.option(
    "--register",
    metavar="FILE",
    type=files.WRITTEN,
    help="Evaluations that are out: this one is held beside them, and kept there.",
)
@click.option("--bridge", multiple=True, hidden=True, expose_value=False, callback=_needless)
@click.option("--reworded", multiple=True, hidden=True, expose_value=False, callback=_needless)
@analysis.missing
@analysis.resamples(100, 2000, "Resamples of units.")
@analysis.level
@analysis.seed
@analysis.json_file
def evaluate(
    data: Path,
    model: Path,
    unit: str,
    wave: str,
    treated: str,
    before: str,
    after: str,
    weights: str | None,
    unit_weights: str | None,
    register: Path | None,
    missing: str,
    bootstrap: int,
    level: float,
    seed: int,
    json_file: Path | None,
) -> None:
    """Estimate the effect of a measure on the index and each construct by difference-in-differences.

    Example: manyi evaluate answers.csv --model model.yaml --unit county --wave year --treated A,B
    --before 2024,2025 --after 2026
    """
    spec = analysis.read_model(model)
    with _register(register) as earlier:
        columns = (unit, wave, unit_weights, *(each.units for each in earlier or ()))
        labels = tuple(dict.fromkeys(name for name in columns if name is not None))
        prepared = analysis.read_answers(data, spec, missing=missing, weights=weights, labels=labels)
        with analysis.left_out_said(prepared, missing):
            document = csi_model.effect_of_measure(
                spec,
                prepared,
                csi_model.Options(missing=missing, seed=seed, level=level),
                units=unit,
                waves=wave,
                treated=analysis.names(treated),
                before=analysis.names(before),
                after=analysis.names(after),
                unit_weights=None if unit_weights is None else _of_units(prepared, unit, unit_weights),
                n_resamples=bootstrap,
                register=earlier,
            )
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


@contextmanager
def _register(path: Path | None) -> Iterator[list[csi_model.Evaluated] | None]:
    """Give the evaluations of a file, one a line, and keep what was added; nobody else reads it meanwhile."""
    if path is None:
        yield None
        return
    with files.writing(path):
        file = path.open("a+", encoding="utf-8")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = _read(path, file)
        n_before = len(found)
        yield found
        file.writelines(json.dumps(each.plain(), ensure_ascii=False) + "\n" for each in found[n_before:])
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, file: TextIO) -> list[csi_model.Evaluated]:
    file.seek(0)
    found: list[csi_model.Evaluated] = []
    try:
        for line in file:
            found.append(csi_model.Evaluated.read(json.loads(line)))  # noqa: PERF401  names a bad line
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not in UTF-8: it is no register of evaluations.") from None
    except csi_model.DataError as error:
        raise Refusal(f"{path}, line {len(found) + 1}: {error.message} {error.remedy}") from None
    except (ValueError, RecursionError):
        raise Refusal(f"{path}, line {len(found) + 1}: It is no JSON.") from None
    return found


def _of_units(sample: csi_model.Sample, unit: str, column: str) -> dict[str, float]:
    """Read what each unit counts, the same number in all of its rows."""
    found: dict[str, float] = {}
    for name, text in zip(sample.label(unit).texts(), sample.label(column).texts(), strict=True):
        if not name:
            continue
        try:
            number = float(text)
        except ValueError:
            told = f"{str(text)!r}, which is no number" if text else "blank"
            raise Refusal(f"{column} of unit {name} is {told}.") from None
        if found.setdefault(name, number) != number:
            raise Refusal(f"{column} of unit {name} is both {found[name]:g} and {number:g}. Give it one.")
    return found


def summary(document: dict[str, Any]) -> str:
    """Say the effect in a few lines for people."""
    index = document["constructs"][document["index"]]
    units = "unit" if document["n_treated"] == 1 else "units"
    lines = [f"{document['n_treated']} {units} with the measure, {document['n_comparison']} without", ""]
    lines.append("  construct         effect  interval       chance")
    for name, each in document["constructs"].items():
        if "effect" not in each:
            lines.append(f"  {name:<16}{WITHHELD[each['state']]}")
            continue
        effect = each["effect"]
        is_index = name == document["index"]
        chance = effect["p" if is_index else "p_holm"]
        if chance is None:
            verdict = f"not enough to tell (by permutation p = {effect['p_permutation']:.3f})"
        else:
            clear = "more than chance" if chance < 1 - document["level"] else "no clear effect"
            verdict = f"{clear} (p {'< 0.001' if chance < P_SHOWN else f'= {chance:.3f}'})"
        ends = span(effect, "{:+z.1f}")
        mark = "  ← index" if is_index else ""
        lines.append(f"  {name:<16}{effect['value']:>+z8.1f}  {ends:<15}{verdict}{mark}")
    if not document["enough"]:
        lines.append(
            f"The smallest p that a permutation of these units can give is {document['p_least']:.3f}."
        )
    if index["trend_p"] is not None:
        lines.append(
            f"Before the measure, both sides of the index moving alike: p = {index['trend_p']:.3f};"
            f" a divergence of {index['detectable']:.1f} points would have been seen (80 %)."
        )
    gain = index["expected_gain"]
    if gain is not None and "regression-to-mean" not in {each["code"] for each in document["cautions"]}:
        lines.append(f"Of the effect on the index {gain:+z.1f} could be regression to the mean.")
    if document["beside"] is None:
        lines.append(ALONE)
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])
