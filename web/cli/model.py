"""`manyi model`: what a model file holds, and the same as MODEL.yaml; options of lavaan syntax."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click
import yaml

import csi_model
from web.cli import Refusal, analysis, files

OPTIONS = (
    click.option("--index", metavar="CONSTRUCT", help="Of lavaan syntax: the index (SAT, else the last)."),
    click.option(
        "--scale", metavar="LOW HIGH", type=float, nargs=2, help="Of lavaan syntax: the answer scale."
    ),
    click.option(
        "--missing-codes", metavar="CODES", help="Of lavaan syntax: numbers that are no answers, as in 98,99."
    ),
)


def of_lavaan(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what lavaan's syntax has no words for."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), command)


def said_of(
    index: str | None, scale: tuple[float, float] | None, missing_codes: str | None
) -> dict[str, Any]:
    """Give these options as `analysis.read_model` takes them."""
    low, high = scale or (None, None)
    codes = None if missing_codes is None else _codes(missing_codes)
    return {"index": index, "low": low, "high": high, "missing_codes": codes}


def _codes(given: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in given.split(","))
    except ValueError:
        raise Refusal(f"--missing-codes {given} is not understood. Write it as 98,99.") from None


@click.command("model")
@click.argument("file", type=files.READ)
@of_lavaan
@click.option("-o", "output", metavar="FILE", type=files.WRITTEN, help="Write MODEL.yaml here.")
def model(
    file: Path,
    index: str | None,
    scale: tuple[float, float] | None,
    missing_codes: str | None,
    output: Path | None,
) -> None:
    """Check FILE, a MODEL.yaml or lavaan syntax (.lav), and say what it holds.

    Example: manyi model model.lav --scale 1 10 -o model.yaml
    """
    spec = analysis.read_model(file, **said_of(index, scale, missing_codes))
    for line in _told(spec):
        click.echo(line)
    if output is None:
        return
    written = yaml.safe_dump(spec.to_mapping(), allow_unicode=True, sort_keys=False, width=110)
    files.write_text(output, written)
    click.echo(f"Written to {output}.", err=True)


def _told(spec: csi_model.ModelSpec) -> list[str]:
    counts = (
        (len(spec.constructs), "construct"),
        (len(spec.indicator_ids), "question"),
        (len(spec.paths), "path"),
    )
    sizes = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for n, name in counts)
    return [f"{sizes}; the index is {spec.index}.", *(_of(each) for each in spec.constructs)]


def _of(construct: csi_model.Construct) -> str:
    if construct.product:
        made = " × ".join(construct.product)
    else:
        made = ", ".join(construct.components or construct.indicators)
    turned = "" if construct.valence > 0 else " (more is worse)"
    return f"{construct.id}{turned}: {made}"
