"""`manyi survey`: questionnaires in and out as files."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from surveys import instruments
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.editing import publishing
from web.cli import Refusal
from web.cli.database import session

READABLE = {".json"}


@click.group(short_help="Questionnaires in and out.")
def survey() -> None:
    """Take questionnaires in and out.

    Example: manyi survey export utility_csi --format json -o questionnaire.json
    """


@survey.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and store nothing.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write a report here.")
def import_(file: Path, json_file: Path | None, *, dry_run: bool) -> None:
    """Check FILE and publish it as a new version.

    Example: manyi survey import questionnaire.json --dry-run --json report.json
    """
    if file.suffix.lower() not in READABLE:
        raise Refusal(f"{file}: only questionnaires in JSON can be read so far, not {file.suffix or 'this'}.")
    try:
        document = loading.load(file.read_bytes())
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}.") from None
    if json_file is not None:
        json_file.write_text(
            json.dumps(report(document), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    if not dry_run:
        with session() as opened:
            version = publishing.publish(opened, document, "command line", datetime.now(UTC))
            opened.commit()
            click.echo(f"{document.code}: version {version.number}", err=True)


@survey.command()
@click.argument("code")
@click.option(
    "--format", type=click.Choice(["json"]), default="json", expose_value=False, help="The kind of file."
)
@click.option("-o", "output", required=True, type=click.Path(path_type=Path))
def export(code: str, output: Path) -> None:
    """Write the questionnaire CODE, published or an instrument, to a file.

    Example: manyi survey export utility_csi -o questionnaire.json
    """
    with session() as opened:
        version = publishing.latest_version(opened, code)
        document = publishing.load_document(version) if version is not None else instruments.load(code)
    text = json.dumps(document.dump(), ensure_ascii=False, indent=1) + "\n"
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{output} cannot be written: {error.strerror}.") from None


def report(document: Questionnaire) -> dict[str, Any]:
    """Say what was read; nothing is lost from our own format."""
    questions = list(document.questions())
    rows = [row for question in questions for row in question.subquestions()]
    written = [part.show_if for parts in (document.sections, questions, rows) for part in parts]
    conditions = sum(condition is not None for condition in written)
    conditions += sum(len(section.stops) for section in document.sections)
    return {
        "format": document.format,
        "title": dict(document.title),
        "languages": list(document.languages),
        "sections": len(document.sections),
        "questions": len(questions),
        "rows": len(rows),
        "options": sum(len(question.offered()) for question in questions),
        "conditions": conditions,
        "mapped": conditions,
        "degraded": [],
        "dropped": [],
    }
