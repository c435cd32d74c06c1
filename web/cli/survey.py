"""`manyi survey`: questionnaires in and out as files."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask_babel import force_locale

from surveys import instruments, words
from surveys.asking.router import Router
from surveys.document import loading
from surveys.document.codebook import codebook
from surveys.document.questionnaire import Questionnaire
from surveys.editing import drafting, publishing, series
from surveys.editing.assembling import assembled
from surveys.findings.listing import findings_of_file, judged
from surveys.findings.reading import read
from surveys.trial import trial
from web import i18n
from web.author import written
from web.author.drafts import preview
from web.author.model import findings_of_model, promised
from web.cli import Refusal, files
from web.cli.analysis import json_file as json_option
from web.cli.analysis import write_json
from web.cli.bringing import draft_of, published
from web.cli.database import session
from web.cli.trial_told import told_of_trial
from web.config import read_settings
from web.runs import trials

READABLE = {".json"}


@click.group()
def survey() -> None:
    """Take questionnaires in and out.

    Example: manyi survey export utility_csi --format json -o questionnaire.json
    """


@survey.command("import")
@click.argument("file", type=files.READ)
@click.option("--dry-run", is_flag=True, help="Check the file and store nothing.")
@click.option("--over", "is_over", is_flag=True, help="Write it over the draft that there is, as one change.")
@click.option("--publish", "is_publishing", is_flag=True, help="Publish past any review; needs --reason.")
@click.option("--reason", default="", help="Why it is published so; kept with the version.")
@click.option(
    "--same-series", "same", multiple=True, metavar="CODE", help="A question worded anew whose answers go on."
)
@json_option
def import_(
    file: Path,
    json_file: Path | None,
    reason: str,
    same: tuple[str, ...],
    *,
    dry_run: bool,
    is_over: bool,
    is_publishing: bool,
) -> None:
    """Make FILE a draft, half-finished or not; --publish makes it a version, with no error in it.

    Example: manyi survey import questionnaire.json
    """
    if is_publishing and not reason.strip():
        raise Refusal("--publish goes past review and needs a reason: add --reason TEXT.")
    if is_publishing and is_over:
        raise click.UsageError("--over writes a draft and --publish a version: give one of them.")
    if same and not is_publishing:
        raise click.UsageError("--same-series is for --publish: of a draft its page of review asks.")
    if reason and not is_publishing:
        raise click.UsageError("--reason is for --publish: a draft needs none.")
    if file.suffix.lower() not in READABLE:
        raise Refusal(f"{file}: only questionnaires in JSON can be read so far, not {file.suffix or 'this'}.")
    source = files.read_bytes(file)
    found = findings_of_file(source, more=findings_of_model)
    errors = [each for each in found if each.severity == "error"]
    if is_publishing and errors:
        raise Refusal("\n".join(each.line() for each in errors) + f"\n{file}: nothing was published.")
    plain, unread = read(source)
    if plain is None:
        raise Refusal("\n".join(each.line() for each in unread))
    document = judged(plain).document
    if json_file is not None:
        write_json(report(document), json_file)
    counts = f"errors: {len(errors)}, warnings: {len(found) - len(errors)}"
    if dry_run:
        click.echo(f"{file}: {counts}. Nothing was stored.", err=True)
        return
    with session() as opened:
        if is_publishing:
            published(opened, loading.load(source), reason.strip(), same)
        else:
            draft_of(opened, plain, is_over=is_over)
            click.echo(counts, err=True)


@survey.command()
@click.argument("file", type=files.READ)
@json_option
@click.option("--language", default=words.FALLBACK, show_default=True, help="The language to tell them in.")
def check(file: Path, json_file: Path | None, language: str) -> None:
    """List everything that is wrong or doubtful in FILE; exit code 1 with an error among it.

    Example: manyi survey check questionnaire.json --json findings.json
    """
    if language not in words.spoken():
        raise Refusal(f"No language {language!r}. There are: {', '.join(words.spoken())}.")
    found = findings_of_file(files.read_bytes(file), more=findings_of_model)
    for finding in found:
        click.echo(finding.line(language), err=str(json_file) == "-")
    if json_file is not None:
        write_json({"findings": [finding.plain(language) for finding in found]}, json_file)
    errors = sum(finding.severity == "error" for finding in found)
    summary = f"{file}: errors: {errors}, warnings: {len(found) - errors}."
    if errors:
        raise Refusal(summary)
    click.echo(summary, err=True)


@survey.command("try")
@click.argument("file", type=files.READ)
@click.option(
    "--people",
    metavar="N",
    type=click.IntRange(10, trial.MOST),
    default=trial.PEOPLE,
    show_default=True,
    help="How many.",
)
@click.option(
    "--seed", metavar="N", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Of chance."
)
@json_option
def try_(file: Path, people: int, seed: int, json_file: Path | None) -> None:
    """Let synthetic people answer FILE: what nobody comes to, how long it takes, whether the model stands.

    Half answer by chance; the others are steered to what nobody has come to, or to the end. Exit code 1 where
    something is never reached, or nobody comes to the end.

    Example: manyi survey try questionnaire.json --people 500 --json trial.json
    """
    source = files.read_bytes(file)
    errors = [each for each in findings_of_file(source, more=findings_of_model) if each.severity == "error"]
    if errors:
        raise Refusal("\n".join(each.line() for each in errors) + f"\n{file}: nothing was tried.")
    document = loading.load(source)
    day = datetime.now(ZoneInfo(read_settings()["TIMEZONE"])).date()
    made = trial.run(Router(document), day, people=people, seed=seed)
    found = trials.whole(document, made) | {"model": promised(document)}
    if json_file is not None:
        write_json(found, json_file)
    click.echo("\n".join(told_of_trial(document, found)), err=str(json_file) == "-")
    if made.never or made.stuck or not made.complete:
        raise Refusal(f"{file}: some of it does not lead where it should.")


@survey.command()
@click.argument("code")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["json", "codebook", "docx"]),
    default="json",
    show_default=True,
    help="The questionnaire itself, what its stored answers mean, or its form on paper.",
)
@click.option("--language", default="", help="Of the form on paper; the questionnaire's first if not given.")
@click.option("--draft", "is_draft", is_flag=True, help="The draft as it stands, half-finished or not.")
@click.option("-o", "output", required=True, type=files.WRITTEN)
def export(code: str, output: Path, kind: str, language: str, *, is_draft: bool) -> None:
    """Write the questionnaire CODE, published or an instrument, or its draft to a file.

    Example: manyi survey export utility_csi -o questionnaire.json
    """
    if language and kind != "docx":
        raise click.UsageError("--language is that of the form on paper: add --format docx, or leave it out.")
    change, known = None, {}
    with session() as opened:
        if is_draft:
            draft = drafting.find(opened, code)
            if draft is None:
                raise Refusal(f"There is no draft of {code!r}.")
            plain, change = assembled(drafting.nodes_of(opened, draft)), draft.number
            if kind == "json":
                write_json(plain, output)
                return
            document = _askable(plain)
            known = series.settled(series.formerly(opened, draft.questionnaire_id), document)
        else:
            version = publishing.latest_version(opened, code)
            known = version.series or {} if version is not None else {}
            document = publishing.load_document(version) if version is not None else instruments.load(code)
    if kind == "docx":
        _write_paper(document, language, change, output)
        return
    is_book = kind == "codebook"
    book = {"code": document.code, "answers": codebook(document, known)} if is_book else document.dump()
    write_json(book, output)


def _askable(plain: dict[str, Any]) -> Questionnaire:
    found = judged(plain).document
    document = preview.askable(found) if found is not None else None
    if document is None:
        raise Refusal("Nothing of this draft can be asked yet: mend its errors first.")
    return document


def _write_paper(document: Questionnaire, language: str, change: int | None, output: Path) -> None:
    """Write the form on paper; that of a draft is marked as one."""
    from web.site import create_app  # noqa: PLC0415  loads the whole site

    wanted = language or document.languages[0]
    if wanted not in document.languages:
        raise Refusal(
            f"{document.code} is not written in {wanted!r}, only in {', '.join(document.languages)}."
        )
    with create_app().app_context(), force_locale(i18n.locale(wanted)):
        file = written.paper_of(document, wanted, change)
    with files.writing(output):
        output.write_bytes(file)


def report(document: Questionnaire | None) -> dict[str, Any]:
    """Say what was read; nothing is lost from our own format, and what has no shape stays in a draft."""
    if document is None:
        return {"format": "", "title": {}, "languages": [], "degraded": [], "dropped": []} | dict.fromkeys(
            ("sections", "questions", "rows", "options", "conditions", "mapped"), 0
        )
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
