"""A questionnaire out of the site: on paper with its routing, and its codebook, as pages and as files."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

from flask import Response, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.document.codebook import codebook
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import language_of
from surveys.editing import series
from surveys.errors import SurveyError
from surveys.logic.reading import parse
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import room, written
from web.author.drafts import room as drafts
from web.author.drafts.preview import askable
from web.author.paper import form_of
from web.exports import docx
from web.naming import Naming

blueprint = room.blueprint
Made = TypeVar("Made")
DRAFT: Final = {"source": "draft", "part": ""}
PLACE, OF_DRAFT = room.PLACE, drafts.PLACE
# What a half-finished questionnaire may stumble over; its findings say what is wrong.
HALF = (SurveyError, KeyError, StopIteration, ValueError, IndexError)


class Out(NamedTuple):
    """What goes out: its document, its address, what its files are called, and whence one comes to it.

    `state` tells in the codebook's file what it is of; `change` is the number of a draft's last change, None
    of what is published or built in; `series` says what goes on of the questions that were asked otherwise.
    """

    document: Questionnaire
    place: dict[str, Any]
    name: str
    back: str
    state: dict[str, Any]
    change: int | None
    series: Mapping[str, str]

    @property
    def mark(self) -> str:
        """What stands on every page of a draft; empty on others."""
        return written.mark_of(self.change)


def _find(source: str, code: str, part: str) -> Out:
    if source != "draft":
        found = room.find(source, code, part)
        place: dict[str, Any] = {"source": found.kind, "code": found.code, "part": found.part}
        state: dict[str, Any] = {source: found.part, "content_hash": found.document.content_hash}
        known = found.version.series or {} if found.version is not None else {}
        name = f"{found.document.code}-{found.part}"
        return Out(found.document, place, name, url_for("author.document", **place), state, None, known)
    desk = drafts.find(code)
    number = desk.draft.number
    document = askable(desk.document) if desk.document is not None else None
    if document is None:
        _nothing(code)
    back = url_for("drafts.show", code=code)
    name = f"{code}-draft-{number}"
    state = {"draft": True, "change": number}
    return Out(document, {"code": code}, name, back, state, number, series.settled(desk.former, document))


def _nothing(code: str) -> NoReturn:
    """Say that a draft cannot be written out as it stands."""
    abort(make_response(render_template("author/drafts/no_preview.html", desk=drafts.find(code)), 404))


def _made(found: Out, make: Callable[[], Made]) -> Made:
    """Make it of a document; of a draft that is not far enough say so."""
    try:
        return make()
    except HALF:
        if found.change is None:
            raise
    _nothing(found.place["code"])


@blueprint.get(f"{OF_DRAFT}/print", defaults=DRAFT)
@blueprint.get(f"{PLACE}/print")
@allow(DESIGNER, ANALYST)
def paper(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show the questionnaire as a form on paper, with its routing."""
    found = _find(source, code, part)
    language = i18n.choose_of(found.document.languages)
    with force_locale(i18n.locale(language)):
        form = _made(found, lambda: form_of(found.document, language))
        return render_template("author/paper.html", found=found, form=form, page_tag=i18n.tag(language))


@blueprint.get(f"{OF_DRAFT}/print.docx", defaults=DRAFT)
@blueprint.get(f"{PLACE}/print.docx")
@allow(DESIGNER, ANALYST)
def paper_file(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the form on paper as a document for word processors."""
    found = _find(source, code, part)
    language = i18n.choose_of(found.document.languages)
    with force_locale(i18n.locale(language)):
        file = _made(found, lambda: written.paper_of(found.document, language, found.change))
    return _document(file, f"{found.name}-paper-{language}")


@blueprint.get(f"{OF_DRAFT}/codebook", defaults=DRAFT)
@blueprint.get(f"{PLACE}/codebook")
@allow(DESIGNER, ANALYST)
def book(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show the codebook."""
    found = _find(source, code, part)
    naming = Naming(found.document, language_of(found.document, i18n.choose()))
    return _made(
        found,
        lambda: render_template(
            "author/codebook.html",
            found=found,
            naming=naming,
            entries=codebook(found.document, found.series),
            series_said=written.series_said,
            sentence=lambda text: naming.sentence(parse(text)),
        ),
    )


@blueprint.get(f"{OF_DRAFT}/codebook.docx", defaults=DRAFT)
@blueprint.get(f"{PLACE}/codebook.docx")
@allow(DESIGNER, ANALYST)
def book_document(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the codebook as a document for word processors."""
    found = _find(source, code, part)
    language = i18n.choose_of(found.document.languages)
    with force_locale(i18n.locale(language)):
        naming = Naming(found.document, language)
        title = f"{_('Codebook')} · {naming.words(found.document.title)}"
        made = written.begun(title, language, found.change)
        file = _made(found, lambda: written.codebook(made, codebook(found.document, found.series), naming))
    return _document(file, f"{found.name}-codebook-{language}")


@blueprint.get(f"{OF_DRAFT}/codebook.json", defaults=DRAFT)
@blueprint.get(f"{PLACE}/codebook.json")
@allow(DESIGNER, ANALYST)
def book_file(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the codebook as a file."""
    found = _find(source, code, part)
    entries = _made(found, lambda: codebook(found.document, found.series))
    plain = {"code": found.document.code, "of": found.state, "answers": entries}
    headers = {"Content-Disposition": f'attachment; filename="{found.name}-codebook.json"'}
    return Response(
        json.dumps(plain, ensure_ascii=False) + "\n", mimetype="application/json", headers=headers
    )


def _document(file: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}{docx.SUFFIX}"'}
    return Response(file, mimetype=docx.MEDIA_TYPE, headers=headers)
