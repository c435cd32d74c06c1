"""What `manyi survey import` makes of a file: a draft, or a version past any review."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from surveys.document.loading import storable
from surveys.document.questionnaire import Questionnaire
from surveys.editing import drafting, publishing, series
from surveys.editing.raising import raised
from surveys.editing.rewriting import operations_to
from surveys.errors import Because, Problem, Reason, SurveyError
from web.author.model import findings_of_model
from web.cli import Refusal
from web.cli.database import ACTOR, record


def draft_of(opened: Session, plain: dict[str, Any], *, is_over: bool) -> None:
    """Begin a draft, or write the difference to the one that there is as one change; in the second format."""
    code = str(plain.get("code", ""))
    for each in raised(plain).changed:
        click.echo(f"{each.what} sees an answer now that it did not see in format 1: {each.text}", err=True)
    if not storable(plain):
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=Because(Reason.SIGN))
    draft = drafting.find(opened, code) if is_over else None
    if draft is None:
        base = publishing.latest_version(opened, code)
        drafting.begin(opened, code, plain, staff_name=ACTOR, now=datetime.now(UTC), base=base)
        record(opened, "draft.begin", f"draft:{code}", {"version": base.number if base else None})
        click.echo(f"{code}: a draft was begun", err=True)
        return
    operations = operations_to(drafting.nodes_of(opened, draft), plain)
    tab, client = secrets.token_bytes(16), secrets.token_bytes(16)
    wanted = drafting.Change(draft.number, tab, client, operations)
    before = draft.number
    number = drafting.change(opened, draft, wanted, staff_name=ACTOR, now=datetime.now(UTC)).number
    record(opened, "draft.overwrite", f"draft:{code}", {"change": number, "operations": len(operations)})
    said = f"change {number}" if number != before else "nothing differs"
    click.echo(f"{code}: {said}", err=True)


def published(opened: Session, document: Questionnaire, reason: str, same: Sequence[str]) -> None:
    """Publish past review, note it in the trail, and say which version it is."""
    now = datetime.now(UTC)
    _keep_series(opened, document, same, now)
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


def _keep_series(opened: Session, document: Questionnaire, same: Sequence[str], now: datetime) -> None:
    """Keep what is said to go on although it is worded anew; refuse where nobody said anything of one."""
    stored = publishing.find_questionnaire(opened, document.code)
    if stored is None:
        former, worded = {}, {}
    else:
        former = series.formerly(opened, stored.id)
        worded = {each.code: each for each in series.reworded(former, document) if not each.is_new}
    unknown = [code for code in same if code not in worded]
    if unknown:
        raise Refusal(f"--same-series {unknown[0]}: no question of that code is worded anew in its series.")
    if stored is None:
        return
    series.goes_on(opened, stored, [worded[code] for code in same], staff_name=ACTOR, now=now)
    left = list(series.undecided(former, document, series.decisions(opened, stored.id)))
    if left:
        told = "\n".join(each.line() for each in left)
        raise Refusal(
            f"{told}\nFor each: --same-series CODE if its answers go on, or its next lineage in the file."
        )
