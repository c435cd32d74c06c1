"""A page as respondents see it, with every question that it can ask; nothing is saved."""

from html import escape

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.asking.router import Router
from surveys.document.wording import piped_names
from surveys.findings.texts import is_language
from web import i18n
from web.respond.pages import page_of


def shown(router: Router, section: str, back: str) -> str:
    """Give a page of a questionnaire; `back` is where its notice leads."""
    document = router.document
    language = i18n.choose_of(document.languages)
    page = page_of(router, section, language)
    place, pages = router.pages[section].place + 1, len(router.pages)
    names = piped_names(document, {}, {}, language)
    with force_locale(i18n.locale(language)):
        words = _("Preview: nothing is saved, and every question of the page is shown.")
        leave = _("Back to the questionnaire")
        link = f'<a href="{escape(back)}" target="_top">{escape(leave)}</a>'
        frame = {
            "action": escape(_with_language(request.path, language)),
            "title": escape(_("Preview")) + ": ",
            "progress": str(round(100 * (place - 1) / pages)),
            "progress_text": escape(_("Page %(place)s of %(pages)s", place=place, pages=pages)),
            "next": escape(_("Next") if place < pages else _("End of the preview")),
            "back": f'<button name="go" value="back">{escape(_("Back"))}</button>' if place > 1 else "",
            "errors": f'<p class="notice">{escape(words)} {link}</p>',
        }
    filled = {f"{{{name}": escape(text) for name, text in names.items()}
    if place == 1:
        frame["intro"] = page.intro.fill(filled)
    return page.fill(set(page.items), frame | filled)


def step(router: Router, section: str) -> str | None:
    """Give the page to which the pressed button leads; None behind the last."""
    by = {"back": -1, "next": 1}.get(request.form.get("go", "next"), 0)
    sections = list(router.pages)
    place = max(router.pages[section].place + by, 0)
    return sections[place] if place < len(sections) else None


def went(target: str) -> ResponseReturnValue:
    """Go to a page of the preview, in the language that was asked for there."""
    go = request.form.get("go", "")
    wanted = go[5:] if go.startswith("lang:") else request.args.get("lang", "")
    page = make_response(redirect(_with_language(target, wanted), 303))
    if wanted in i18n.names():
        i18n.set_cookie(page, wanted)
    return page


def _with_language(path: str, language: str) -> str:
    """Name the language of a preview in its address where it is none that the author's own pages speak."""
    return path if language in i18n.names() or not is_language(language) else f"{path}?lang={language}"
