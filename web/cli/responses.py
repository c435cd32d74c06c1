"""`manyi responses`: answers out, as a file that `manyi estimate` reads."""

import csv
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml
from sqlalchemy import select

from surveys.analysing import matrix
from surveys.codes import DONT_KNOW, NOT_APPLICABLE
from surveys.collecting.packing import layout_of
from surveys.document.indicators import WRITTEN
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.models import Wave
from web.cli import Refusal
from web.cli.database import session

CODES = dict(zip((NOT_APPLICABLE, DONT_KNOW), map(str, WRITTEN), strict=True))
SEGMENTS = ("county", "unit", "customer_class", "tier", "account_type", "area")


@click.group(short_help="Answers out.")
def responses() -> None:
    """Take answers out.

    Example: manyi responses export DEMO-2026Q1 --format csv -o answers.csv
    """


@responses.command()
@click.argument("wave")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx", "sav", "parquet", "ddi"]), default="csv")
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--model", "model_file", type=click.Path(path_type=Path), help="Write the wave's MODEL.yaml as well."
)
@click.option("--include-excluded", is_flag=True, help="Also responses that the quality check excluded.")
def export(wave: str, kind: str, output: Path, model_file: Path | None, *, include_excluded: bool) -> None:
    """Write the complete responses of WAVE: a row each, 98 not applicable, 99 don't know, empty not answered.

    Where 98 could be an answer itself, both are written empty.

    Example: manyi responses export DEMO-2026Q1 -o answers.csv --model model.yaml
    """
    if kind != "csv":
        raise Refusal(f"Only csv can be written so far, not {kind}.")
    with session() as opened:
        found = opened.scalar(select(Wave).where(Wave.code == wave))
        if found is None:
            known = ", ".join(opened.scalars(select(Wave.code).order_by(Wave.id))) or "none yet"
            raise SurveyError(Problem.WAVE_UNKNOWN, code=wave, known=known)
        packed = matrix.load_packed(opened, found, include_excluded=include_excluded)
        codes = layout_of(opened, found.version_id).codes
        named = matrix.load_matrix(
            opened, found, codes[:1], include_pilot=True, include_excluded=include_excluded
        ).segments
        document = publishing.load_document(found.version)
        highest = {slot.code: slot.high for slot in document.slots}
        _write(output, codes, packed.answers, named, [highest[code] >= min(WRITTEN) for code in codes])
        if model_file is not None:
            model = document.model()
            if model is None:
                raise Refusal(f"The questionnaire of {wave} has no indicator system, so there is no model.")
            text = yaml.safe_dump(model, allow_unicode=True, sort_keys=False)
            model_file.write_text(text, encoding="utf-8")
    click.echo(f"{len(packed.answers)} responses written to {output}.", err=True)


def _write(
    output: Path, codes: tuple[str, ...], answers: Any, named: dict[str, Any], reaches: list[bool]
) -> None:
    columns = [name for name in SEGMENTS if name in named and (named[name] != "").any()]
    texts = np.where(answers > min(CODES) + 1, answers.astype(str), "")
    for code, text in CODES.items():
        texts[(answers == code) & ~np.array(reaches)] = text
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*columns, *codes])
            writer.writerows(
                [*first, *rest]
                for first, rest in zip(
                    zip(*(named[name].tolist() for name in columns), strict=True)
                    if columns
                    else ([()] * len(texts)),
                    texts.tolist(),
                    strict=True,
                )
            )
    except OSError as error:
        raise Refusal(f"{output} cannot be written: {error.strerror}.") from None
