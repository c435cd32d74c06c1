"""A draft's texts in two languages as files, PO or a workbook, out to translators and in again."""

from typing import Final

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from surveys.editing import catalogues, translating
from surveys.errors import SurveyError
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room, workbook
from web.author.drafts.translating import HERE, find, shown
from web.exports import xlsx
from web.extensions import db

blueprint = room.blueprint
ARCHIVE: Final = b"PK"  # what every workbook begins with


@blueprint.get(f"{HERE}.po")
@allow(DESIGNER, ANALYST)
def catalogue(code: str, language: str) -> ResponseReturnValue:
    """Give the texts as a PO file."""
    desk, source = find(code, language)
    texts = translating.texts_of(desk.nodes, source, language)
    headers = {"Content-Disposition": f'attachment; filename="{desk.code}-{language}.po"'}
    text = catalogues.written(texts, language)
    return Response(text, mimetype="text/x-gettext-translation", headers=headers)


@blueprint.get(f"{HERE}.xlsx")
@allow(DESIGNER, ANALYST)
def book(code: str, language: str) -> ResponseReturnValue:
    """Give the texts as a workbook."""
    desk, source = find(code, language)
    texts = list(translating.texts_of(desk.nodes, source, language))
    headers = {"Content-Disposition": f'attachment; filename="{desk.code}-{language}.xlsx"'}
    file = workbook.written(texts, source, language)
    return Response(file, mimetype=xlsx.MEDIA_TYPE, headers=headers)


@blueprint.post(HERE)
@allow(DESIGNER)
def translate(code: str, language: str) -> ResponseReturnValue:
    """Take the translations of a file as one change; what was not taken is told."""
    desk, source = find(code, language)
    sent = request.files.get("file")
    file = sent.read() if sent is not None else b""
    try:
        if file.startswith(ARCHIVE):
            entries = workbook.read(file, source, language)
        else:
            entries = catalogues.read(file, language)
        taken = translating.taken(desk.nodes, source, language, entries)
        outcome = room.send(desk, taken.operations) if taken.operations else None
    except SurveyError as refused:
        db.session.rollback()
        return shown(*find(code, language), language, fault=refused.text(i18n.choose()), status=422)
    if outcome is not None and outcome.number is None:
        db.session.rollback()
        fault = _("Somebody has changed these texts meanwhile. Nothing was taken: write the file anew.")
        return shown(*find(code, language), language, fault=fault, status=409)
    number = len(taken.operations)
    flash(ngettext("%(num)d translation was taken.", "%(num)d translations were taken.", number), "success")
    if not taken.skipped:
        return redirect(url_for("drafts.translation", code=code, language=language), 303)
    return shown(*find(code, language), language, skipped=taken.skipped)
