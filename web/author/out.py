"""A questionnaire out of the site: on paper with its routing, and its codebook as a page and a file."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from surveys import words
from surveys.document.codebook import codebook
from surveys.document.questionnaire import Questionnaire
from surveys.document.routing import Step, steps_of
from surveys.document.wording import language_of
from surveys.logic.reading import parse
from surveys.logic.tree import ACCOUNT, Junction
from surveys.questions.pieces import Control, Piece
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import room
from web.author.naming import Naming
from web.author.room import PLACE

blueprint = room.blueprint


class OnPaper(Naming):
    """Names questions by their numbers on paper, rows by their letters."""

    def __init__(self, document: Questionnaire, language: str, steps: list[Step]) -> None:
        super().__init__(document, language)
        self._numbers: dict[str, str] = {}
        for step in steps:
            self._numbers[step.question.code] = str(step.number)
            rows = step.question.subquestions()
            self._numbers |= {row.code: f"{step.number}{letter(place)}" for place, row in enumerate(rows)}

    def answer(self, name: str) -> str:
        """Name an answer by the number of its question."""
        code = name.partition(".")[0]
        if name.startswith(ACCOUNT) or code not in self._numbers:
            return super().answer(name)
        return str(_("question %(n)s", n=self._numbers[code]))

    def needed(self, conditions: tuple[str, ...]) -> str:
        """Say what must hold."""
        parts = tuple(parse(each) for each in conditions)
        return self.sentence(parts[0] if len(parts) == 1 else Junction("and", parts)) if parts else ""


def letter(place: int) -> str:
    """Give the letter of a row: a, b … z, then aa."""
    return chr(97 + place) if place < 26 else f"{letter(place // 26 - 1)}{letter(place % 26)}"


class Printed(NamedTuple):
    """One question on paper: its pieces, each with its letter and condition, and the fields of them."""

    step: Step
    text: str
    hint: str
    needed: str
    pieces: tuple[tuple[str, str, str, tuple[Control, ...]], ...]
    stops: tuple[tuple[str, str], ...]


@blueprint.get(f"{PLACE}/print")
@allow(DESIGNER, ANALYST)
def paper(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show the questionnaire as a form on paper, with its routing."""
    found = room.find(source, code, part)
    document = found.document
    language = language_of(document, i18n.choose())
    with force_locale(language):
        steps = steps_of(document)
        naming = OnPaper(document, language, steps)
        return render_template(
            "author/paper.html",
            source=found,
            naming=naming,
            page_tag=i18n.tag(language),
            questions=[_printed(document, naming, step) for step in steps],
            said=lambda text, place=0: _said(text, naming, place),
            hidden_options=_conditional(document, naming),
        )


def _printed(document: Questionnaire, naming: OnPaper, step: Step) -> Printed:
    pieces = tuple(step.question.pieces(document.scales))
    rows = step.question.subquestions()
    return Printed(
        step,
        naming.words(step.question.text),
        naming.words(step.question.hint),
        naming.needed(step.conditions) if step.is_first else "",
        tuple(
            (
                letter(place) if rows else "",
                naming.words(piece.text) if rows else "",
                naming.needed(_own(piece, step)) if rows else "",
                piece.controls,
            )
            for place, piece in enumerate(pieces)
        ),
        tuple((naming.sentence(parse(stop.when)), naming.words(stop.text)) for stop in step.stops),
    )


def _own(piece: Piece, step: Step) -> tuple[str, ...]:
    """Give the conditions of a row itself."""
    return tuple(each for each in piece.conditions if each not in step.conditions)


def _conditional(document: Questionnaire, naming: OnPaper) -> dict[tuple[str, str], str]:
    """Give under which condition an option is offered, by its question and what it sends."""
    return {
        (question.code, option.code): naming.needed(option.conditions)
        for question in document.questions()
        for option in question.offered()
        if option.conditions
    }


def _said(text: Mapping[str, str] | str, naming: OnPaper, place: int) -> str:
    if isinstance(text, str):
        return (words.find("ways_out", text, naming.language) or text).replace("{place}", str(place))
    return naming.words(text)


@blueprint.get(f"{PLACE}/codebook")
@allow(DESIGNER, ANALYST)
def book(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show the codebook."""
    found = room.find(source, code, part)
    naming = Naming(found.document, language_of(found.document, i18n.choose()))
    return render_template(
        "author/codebook.html",
        source=found,
        naming=naming,
        entries=codebook(found.document),
        sentence=lambda text: naming.sentence(parse(text)),
    )


@blueprint.get(f"{PLACE}/codebook.json")
@allow(DESIGNER, ANALYST)
def book_file(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the codebook as a file."""
    found = room.find(source, code, part)
    text = json.dumps({"code": found.document.code, "answers": codebook(found.document)}, ensure_ascii=False)
    name = f"{found.document.code}-{found.part}-codebook.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text + "\n", mimetype="application/json", headers=headers)
