"""Trying a draft: the notice that it is a trial, and room for comments on every question and page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.asking.way import Way
from surveys.collecting.visit import Visit
from surveys.document.wording import fill, in_language, plain_text
from surveys.models.collection import Purpose
from surveys.piloting import comments
from web import i18n
from web.respond.compile import CompiledPage

# Before a place in the name of a field: no code of a question begins so.
FIELD: Final = "_c."
Form = Mapping[str, Sequence[str]]


def is_trial(found: Visit) -> bool:
    """Tell whether a draft is tried, and nothing counts."""
    return found.wave.purpose == Purpose.DRAFT


def holes(found: Visit, page: CompiledPage, way: Way, form: Form | None = None) -> dict[str, str]:
    """Fill the holes of a page that is tried, with what was sent, or with what is stored."""
    if not is_trial(found):
        return {}
    stored = comments.of_response(found.session, found.response) if found.response is not None else {}
    written = stored | (_written(form) if form is not None else {})
    with force_locale(i18n.locale(page.language)):
        filled = {"trial": f'<p class="trial" role="note">{_notice()}</p>'}
        about = _("Comment on this question")
        for question in page.section.questions:
            text = fill(in_language(question.text, page.language), found.names(way))
            filled[f"k:{question.code}"] = _field(question.code, about, plain_text(text), written)
        own = _field(f"{comments.PAGE}{page.section.code}", _("Comment on this page"), "", written)
        filled["k:"] = own + ("".join(_about(written)) if way.is_last(page.section.code) else "")
    return filled


def keep(found: Visit, section: str, form: Form) -> None:
    """Keep what was written on a page that was saved."""
    if is_trial(found) and found.response is not None:
        known = {*comments.places_of(found.router.document.section(section)), *comments.ABOUT}
        written = {place: text for place, text in _written(form).items() if place in known}
        comments.keep(found.session, found.response, written)


def _written(form: Form) -> dict[str, str]:
    return {
        name.removeprefix(FIELD): texts[0] for name, texts in form.items() if name.startswith(FIELD) and texts
    }


def _notice() -> str:
    return "<strong>{}</strong> {}".format(
        escape(_("This is a trial of the questionnaire.")),
        escape(
            _(
                "Your answers count for nothing and are deleted afterwards; those who write the "
                "questionnaire see them as counts, with your comments but without names. Tell them what "
                "is unclear, wrong or missing: there is room below every question."
            )
        ),
    )


def _field(place: str, about: str, named: str, written: Mapping[str, str]) -> str:
    text = written.get(place, "")
    name, label = escape(f"{FIELD}{place}"), escape(f"{about}: {named}" if named else about)
    return (
        f'<details class="comment"{" open" if text else ""}><summary>{escape(about)}</summary>'
        f'<textarea id="{name}" name="{name}" rows="3" maxlength="{comments.LONGEST}" aria-label="{label}">'
        f"\n{escape(text)}</textarea></details>"
    )


def _about(written: Mapping[str, str]) -> Iterator[str]:
    """Ask three things about the questionnaire itself."""
    words = dict(
        zip(comments.LENGTHS, (_("About right"), _("A little too long"), _("Much too long")), strict=True)
    )
    name = FIELD + comments.LENGTH
    heading, asked = _("About the questionnaire itself"), _("How long was it?")
    yield f"<h2>{escape(heading)}</h2>"
    yield f'<fieldset class="item"><legend>{escape(asked)}</legend>'
    yield '<div class="options options-few">'
    for word, text in words.items():
        checked = " checked" if written.get(comments.LENGTH) == word else ""
        field = f'<input type="radio" name="{name}" value="{word}"{checked}>'
        yield f"<label>{field}<span>{escape(text)}</span></label>"
    yield "</div></fieldset>"
    for place, asked in (
        (comments.UNCLEAR, _("What was hard to understand?")),
        (comments.MISSING, _("What is missing that matters to you?")),
    ):
        name = FIELD + place
        yield (
            f'<fieldset class="item item-line"><legend class="visually-hidden">{escape(asked)}</legend>'
            f'<label class="question" for="{name}">{escape(asked)}</label>'
            f'<textarea id="{name}" name="{name}" rows="3" maxlength="{comments.LONGEST}">'
            f"\n{escape(written.get(place, ''))}</textarea></fieldset>"
        )
