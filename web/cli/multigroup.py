"""`manyi estimate --multigroup`: one covariance model of several groups at once."""

from pathlib import Path
from typing import Any

import click

import csi_model
from web.cli import analysis
from web.cli.table import aligned, span
from web.spelling import spelled

column = click.option(
    "--multigroup",
    "multigroup_column",
    metavar="COLUMN",
    help="Of --method cbsem: one model of the values of this column at once; c(a, b) of lavaan is by group.",
)
equal = click.option(
    "--equal",
    metavar="KINDS",
    help="With --multigroup: the same in all groups: loadings, intercepts, residuals, means, regressions.",
)


def check(column: str | None, equal: str | None, others: dict[str, Any]) -> None:
    """Refuse what says nothing beside several groups at once, by name."""
    if column is None:
        if equal is not None:
            raise click.UsageError("--equal is of groups that are fitted at once: give --multigroup too.")
        return
    for name, value in others.items():
        if value:
            raise click.UsageError(f"--{name} says nothing to groups fitted at once; leave out --multigroup.")


def run(
    spec: csi_model.ModelSpec,
    prepared: csi_model.Sample,
    column: str,
    equal: str | None,
    options: csi_model.Options,
    json_file: Path | None,
) -> None:
    """Fit, write and tell."""
    kinds = [] if equal is None else analysis.names(equal)
    document = csi_model.multigroup(spec, prepared, column, options, equal=kinds)
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(spelled(told(document)), err=json_file is not None)


def told(document: dict[str, Any]) -> str:
    """Say the result in a few lines for people."""
    fit, index, groups = document["fit"], document["index"], document["groups"]
    held = ", ".join(document["equal"]) or "nothing but labels"
    lines = [
        "{n_used} of {n_respondents} respondents in {n} groups at once, cbsem, {estimator}".format(
            n=len(groups), **document
        ),
        "Chi-square {chi2:.2f} on {df} df, CFI {cfi:.3f}, RMSEA {rmsea:.3f}, SRMR {srmr:.3f}".format(**fit),
        f"Held equal: {held}",
    ]
    if document["equality"] is not None:
        test = document["equality"]
        lines.append("Against nothing equal: chi-square {chi2:.2f} on {df} df, p = {p:.3f}".format(**test))
    rows = [
        (
            name,
            str(each["n_used"]),
            "{points:.1f} {ends}".format(ends=span(each["constructs"][index]), **each["constructs"][index]),
            f"{each['latent_means'][index]:.3f}",
        )
        for name, each in groups.items()
    ]
    lines += aligned([("group", "n", f"{index} points", "mean of the construct"), *rows])
    return "\n".join([*lines, *analysis.caution_lines(document["cautions"])])
