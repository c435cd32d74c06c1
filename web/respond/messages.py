"""What a page says above its questions when it was not saved, and beside the fields to mend."""

from collections.abc import Mapping, Sequence
from html import escape

from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.asking.way import Way
from surveys.codes import NOT_ASKED, RESERVED
from surveys.collecting.visit import Visit
from surveys.document.wording import fill, in_language, plain_text
from surveys.errors import Problem
from surveys.questions.reading import REMINDED, PageProblem
from web import i18n
from web.respond.compile import CompiledPage


def elsewhere(found: Visit, page: CompiledPage, way: Way) -> dict[str, str]:
    """Give for each field what is stored of it, in words: what another window has answered."""
    told = {}
    scales = found.router.document.scales
    for piece in (piece for question in page.section.questions for piece in question.pieces(scales)):
        for control in piece.controls:
            chosen = [
                choice.sent
                if isinstance(choice.text, str) or not choice.text
                else in_language(choice.text, page.language)
                for choice in control.choices
                if way.standing.get(choice.slot) == choice.stored
            ]
            written = way.texts.get(control.name, "")
            number = way.standing.get(control.name, NOT_ASKED)
            if control.kind == "number" and number not in RESERVED:
                written = str(number)
            told[control.name] = plain_text(" · ".join(chosen)) or written
    return told


def refused(
    page: CompiledPage,
    problems: Sequence[PageProblem],
    names: Mapping[str, str],
    stored: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Fill the holes for what is to be mended, or for what a blank is reminded of once.

    `stored`: what stands in the fields that another window has answered (`elsewhere`).
    """
    values: dict[str, str] = {}
    lines = []
    for problem in problems:
        text = escape(fill(plain_text(problem.text(page.language)), names))
        if problem.problem is Problem.ANSWER_ELSEWHERE and stored and stored.get(problem.field):
            with force_locale(i18n.locale(page.language)):
                text += "<br>" + escape(_("There: %(answer)s.", answer=stored[problem.field]))
        field = escape(problem.field)
        label = escape(fill(plain_text(page.labels.get(problem.field.split(".")[0], "")), names))
        lines.append(f'<li><a href="#{field}">{label}</a><br>{text}</li>')
        values[f"e:{problem.field}"] = f'<p class="error" id="e-{field}">{text}</p>'
        values[f"d:{problem.field}"] = f' aria-invalid="true" aria-describedby="e-{field}"'
    with force_locale(i18n.locale(page.language)):
        if all(each.problem is Problem.ANSWER_WANTED for each in problems):
            heading = escape(_("Is this left blank on purpose?"))
        else:
            values["title"] = escape(_("Error")) + ": "
            heading = escape(_("Please look at these answers again"))
    # Sent once more with these, the page goes on although they are left blank.
    values["reminded"] = "".join(
        f'<input type="hidden" name="{REMINDED}" value="{escape(each.field.split(".")[0])}">'
        for each in problems
        if each.problem is Problem.ANSWER_WANTED
    )
    return values | {"errors": _summary(heading, f"<ul>{''.join(lines)}</ul>")}


def unconfirmed(page: CompiledPage) -> dict[str, str]:
    """Fill the hole for a form that came without the browser's key."""
    with force_locale(i18n.locale(page.language)):
        heading = escape(_("These answers are not saved yet. Please send them once more."))
        remedy = escape(_("If this message comes again, allow cookies for this site."))
    return {"errors": _summary(heading, f"<p>{remedy}</p>")}


def _summary(heading: str, inside: str) -> str:
    return f'<div class="error-summary" role="alert" tabindex="-1"><h2>{heading}</h2>{inside}</div>'
