"""`manyi responses`: answers out, as a file that `manyi estimate` reads."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml

from surveys.analysing.export import WaveTable, wave_table
from surveys.analysing.quality import excluded_responses
from surveys.collecting.erasing import erase as erase_response
from surveys.collecting.waves import wave_by_code
from surveys.document.questionnaire import Questionnaire
from surveys.editing import publishing
from web.cli import Refusal, files
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.database import ACTOR, record, session
from web.cli.table import aligned, write_table, write_workbook
from web.exports import csv
from web.exports.table import Table

NUMBER = re.compile(r"-?[0-9]+")


@click.group()
def responses() -> None:
    """Take answers out.

    Example: manyi responses export DEMO-2026Q1 --format csv -o answers.csv
    """


@responses.command()
@click.argument("wave")
@click.argument("receipt")
@click.option("--reason", required=True, help="Why, as the audit trail keeps it; no names.")
def erase(wave: str, receipt: str, reason: str) -> None:
    """Erase the answers of WAVE whose RECEIPT a person shows; it cannot be undone but by a restore.

    Example: manyi responses erase 2026Q1 ABCD-EFGH-JKMN-PQRS --reason "asked by mail on 3 March"
    """
    with session() as opened:
        found = wave_by_code(opened, wave)
        erase_response(opened, found, receipt, actor=ACTOR, reason=reason, now=datetime.now(UTC))
        opened.commit()
    click.echo(f"Erased. Runs of {wave} made before say so.", err=True)


@responses.command()
@click.argument("wave")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "xlsx"]),
    default="csv",
    show_default=True,
    help="Plain text, or a workbook with the codebook as its second sheet.",
)
@click.option("-o", "output", required=True, type=files.WRITTEN, help="The file to write.")
@click.option("--model", "model_file", type=files.WRITTEN, help="Write the wave's MODEL.yaml as well.")
@click.option("--codebook", "codebook_file", type=files.WRITTEN, help="Write what columns and values mean.")
@click.option("--include-excluded", is_flag=True, help="Also responses that the quality check excluded.")
def export(
    wave: str,
    output: Path,
    kind: str,
    model_file: Path | None,
    codebook_file: Path | None,
    *,
    include_excluded: bool,
) -> None:
    """Write the complete responses of WAVE: a row each.

    In ratings 97 is not asked, 98 not applicable, 99 don't know, and empty not answered; where 97 could be
    an answer itself, all are empty.

    Example: manyi responses export DEMO-2026Q1 -o answers.csv --model model.yaml
    """
    with session() as opened:
        found = wave_by_code(opened, wave)
        table = wave_table(opened, found, include_excluded=include_excluded)
        document = publishing.load_document(found.version)
        first, *rest = table.codebook(document.languages)
        book = Table(first, rest)
        model = "" if model_file is None else _model(document)
        if kind == "xlsx":
            write_workbook(output, {"answers": Table(table.header, _cells(table)), "codebook": book})
        else:
            write_table(output, Table(table.header, table.rows()))
        record(opened, "responses.export", f"wave:{found.code}", {"n": len(table.answers)})
        if codebook_file is not None:
            # People read it, in spreadsheets too; the answers are read by programs and stay as they are.
            write_table(codebook_file, Table(first, [[str(csv.inert(cell)) for cell in row] for row in rest]))
        if model_file is not None:
            files.write_text(model_file, model)
    click.echo(f"{len(table.answers)} responses written to {output}.", err=True)


def _model(document: Questionnaire) -> str:
    model = document.model()
    if model is None:
        raise Refusal(f"The questionnaire {document.code} has no indicator system, so there is no model.")
    if asked := document.stated():
        model["stated"] = asked
    return str(yaml.safe_dump(model, allow_unicode=True, sort_keys=False))


def _cells(table: WaveTable) -> Iterator[list[object]]:
    """Give the rows with answers as numbers, so that a spreadsheet computes with them; days stay texts."""
    first = len(table.segments)
    after = first + len(table.columns)
    for row in table.rows():
        answers = [int(each) if NUMBER.fullmatch(each) else each for each in row[first:after]]
        yield [*row[:first], *answers, *row[after:]]


@responses.command()
@click.argument("wave")
@click.option("--csv", "csv_file", type=files.WRITTEN, help="Write them to this file as well.")
@json_option
def excluded(wave: str, csv_file: Path | None, json_file: Path | None) -> None:
    """List the responses of WAVE that the quality check keeps out of the index, and why.

    Example: manyi responses excluded DEMO-2026Q1 --csv excluded.csv
    """
    with session() as opened:
        found = excluded_responses(opened, wave_by_code(opened, wave))
    if json_file is not None:
        listed = [{"response": number, "flags": flags} for number, flags in found.items()]
        write_json({"wave": wave, "excluded": listed}, json_file)
    rows = [(str(number), " ".join(flags)) for number, flags in found.items()]
    if csv_file is not None:
        write_table(csv_file, Table(["response", "flags"], rows))
    click.echo("\n".join([f"{len(rows)} responses of {wave} are excluded.", *aligned(rows)]), err=True)
