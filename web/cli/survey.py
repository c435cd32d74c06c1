"""`manyi survey`: questionnaires in and out as files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from surveys import instruments, words
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.editing import publishing
from surveys.findings.listing import findings_of_file
from web.author.model import findings_of_model
from web.cli import Refusal
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.database import ACTOR, record, session

READABLE = {".json"}


@click.group(short_help="Questionnaires in and out.")
def survey() -> None:
    """Take questionnaires in and out.

    Example: manyi survey export utility_csi --format json -o questionnaire.json
    """


@survey.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and store nothing.")
@click.option("--publish", "is_publishing", is_flag=True, help="Publish past any review; needs --reason.")
@click.option("--reason", default="", help="Why it is published so; kept with the version.")
@json_option
def import_(file: Path, json_file: Path | None, reason: str, *, dry_run: bool, is_publishing: bool) -> None:
    """Check FILE and publish it as a new version; with an error in it nothing is published.

    Example: manyi survey import questionnaire.json --publish --reason "restored after a move"
    """
    if is_publishing and not reason.strip():
        raise Refusal("--publish goes past review and needs a reason: add --reason TEXT.")
    if file.suffix.lower() not in READABLE:
        raise Refusal(f"{file}: only questionnaires in JSON can be read so far, not {file.suffix or 'this'}.")
    source = _bytes(file)
    errors = [each for each in findings_of_file(source, more=findings_of_model) if each.severity == "error"]
    if errors:
        raise Refusal("\n".join(each.line() for each in errors) + f"\n{file}: nothing was published.")
    document = loading.load(source)
    if json_file is not None:
        write_json(report(document), json_file)
    if not dry_run:
        with session() as opened:
            _publish(opened, document, reason.strip())


def _publish(opened: Session, document: Questionnaire, reason: str) -> None:
    """Publish past review, note it in the trail, and say which version it is."""
    now = datetime.now(UTC)
    version = publishing.publish(
        opened, document, ACTOR, now, more=findings_of_model, way="command line", reason=reason
    )
    if version.published_at == now:
        warnings = len(version.accepted or ())
        detail = {"content_hash": version.content_hash, "reason": reason, "warnings": warnings}
        record(opened, "questionnaire.publish", f"questionnaire:{document.code}/{version.number}", detail)
        click.echo(f"{document.code}: version {version.number}; warnings not looked at: {warnings}", err=True)
    else:
        click.echo(f"{document.code}: version {version.number} already", err=True)


@survey.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.option("--language", default="en", show_default=True, help="The language to tell them in.")
def check(file: Path, json_file: Path | None, language: str) -> None:
    """List everything that is wrong or doubtful in FILE; exit code 1 with an error among it.

    Example: manyi survey check questionnaire.json --json findings.json
    """
    if language not in words.spoken():
        raise Refusal(f"No language {language!r}. There are: {', '.join(words.spoken())}.")
    found = findings_of_file(_bytes(file), more=findings_of_model)
    for finding in found:
        click.echo(finding.line(language), err=str(json_file) == "-")
    if json_file is not None:
        write_json({"findings": [finding.plain(language) for finding in found]}, json_file)
    errors = sum(finding.severity == "error" for finding in found)
    summary = f"{file}: errors: {errors}, warnings: {len(found) - errors}."
    if errors:
        raise Refusal(summary)
    click.echo(summary, err=True)


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
    write_json(document.dump(), output)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}.") from None


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
