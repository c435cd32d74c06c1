"""A draft in another language, side by side, and as a catalogue that translators' tools read."""

from collections.abc import Sequence
from typing import Final

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from surveys.editing import translating
from surveys.editing.translating import Skipped, Text
from surveys.errors import SurveyError
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.wording import name_of
from web.extensions import db

blueprint = room.blueprint
HERE: Final = f"{PLACE}/translation/<language>"
WHY: Final = {
    "unknown": _l("stands nowhere in the draft any more"),
    "changed": _l("was reworded since the file was written"),
    "pipe": _l("lacks a name in braces, or has another one"),
}
TOLD: Final = 50


def _find(code: str, language: str) -> tuple[Desk, str]:
    """Give a draft and its source language; a language that it has not, or the source, is not there."""
    desk = room.find(code)
    source = desk.languages[0]
    if language not in desk.languages or language == source:
        abort(404)
    return desk, source


@blueprint.get(HERE)
@allow(DESIGNER, ANALYST)
def translation(code: str, language: str) -> ResponseReturnValue:
    """Show every text beside its translation, and take a catalogue."""
    return _page(*_find(code, language), language)


@blueprint.get(f"{HERE}.po")
@allow(DESIGNER, ANALYST)
def catalogue(code: str, language: str) -> ResponseReturnValue:
    """Give the texts as a PO file."""
    desk, source = _find(code, language)
    headers = {"Content-Disposition": f'attachment; filename="{desk.code}-{language}.po"'}
    text = translating.written(desk.nodes, source, language)
    return Response(text, mimetype="text/x-gettext-translation", headers=headers)


@blueprint.post(HERE)
@allow(DESIGNER)
def translate(code: str, language: str) -> ResponseReturnValue:
    """Take the translations of a catalogue as one change; what was not taken is told."""
    desk, source = _find(code, language)
    file = request.files.get("file")
    try:
        taken = translating.taken(desk.nodes, source, language, file.read() if file is not None else b"")
        outcome = room.send(desk, taken.operations) if taken.operations else None
    except SurveyError as refused:
        db.session.rollback()
        return _page(*_find(code, language), language, fault=refused.text(i18n.choose()), status=422)
    if outcome is not None and outcome.number is None:
        db.session.rollback()
        fault = _("Somebody has changed these texts meanwhile. Nothing was taken: write the file anew.")
        return _page(*_find(code, language), language, fault=fault, status=409)
    number = len(taken.operations)
    flash(ngettext("%(num)d translation was taken.", "%(num)d translations were taken.", number), "success")
    if not taken.skipped:
        return redirect(url_for("drafts.translation", code=code, language=language), 303)
    return _page(*_find(code, language), language, skipped=taken.skipped)


def _page(
    desk: Desk,
    source: str,
    language: str,
    *,
    skipped: Sequence[Skipped] = (),
    fault: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    texts = list(translating.texts_of(desk.nodes, source, language))
    page = render_template(
        "author/drafts/translation.html",
        desk=desk,
        texts=[(text, name_of(desk, text.node), _state(text)) for text in texts],
        n_done=sum(_state(text) == "done" for text in texts),
        source=source,
        target=language,
        skipped=skipped[:TOLD],
        n_skipped=len(skipped),
        why=WHY,
        fault=fault,
        marks=Marks(desk),
    )
    return page, status


def _state(text: Text) -> str:
    if not text.target.strip():
        return "missing"
    return "same" if text.target == text.source else "done"
