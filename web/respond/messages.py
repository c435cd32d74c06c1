"""What a page says above its questions when it was not saved, and beside the fields to mend."""

from collections.abc import Mapping, Sequence
from html import escape

from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.document.wording import fill
from surveys.errors import Problem
from surveys.questions.reading import REMINDED, PageProblem
from web.respond.compile import CompiledPage, plain_text


def refused(page: CompiledPage, problems: Sequence[PageProblem], names: Mapping[str, str]) -> dict[str, str]:
    """Fill the holes for what is to be mended, or for what a blank is reminded of once."""
    values: dict[str, str] = {}
    lines = []
    for problem in problems:
        text = escape(fill(plain_text(problem.text(page.language)), names))
        field = escape(problem.field)
        label = escape(fill(plain_text(page.labels.get(problem.field.split(".")[0], "")), names))
        lines.append(f'<li><a href="#{field}">{label}</a>: {text}</li>')
        values[f"e:{problem.field}"] = f'<p class="error" id="e-{field}">{text}</p>'
        values[f"d:{problem.field}"] = f' aria-describedby="e-{field}"'
    with force_locale(page.language):
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
    with force_locale(page.language):
        heading = escape(_("These answers are not saved yet. Please send them once more."))
        remedy = escape(_("If this message comes again, allow cookies for this site."))
    return {"errors": _summary(heading, f"<p>{remedy}</p>")}


def _summary(heading: str, inside: str) -> str:
    return f'<div class="error-summary" role="alert" tabindex="-1"><h2>{heading}</h2>{inside}</div>'
