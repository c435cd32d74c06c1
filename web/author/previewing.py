"""A page as respondents see it: with every question that it can ask, or under answers; nothing is saved."""

from datetime import datetime
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.document.wording import language_of, piped_names
from surveys.findings.texts import is_language
from web import i18n
from web.author.trying import Tried, tried
from web.naming import Naming
from web.respond.compile import CONTROL, CompiledPage
from web.respond.pages import page_of, stored_values
from web.respond.pieces import Given

LEAVE = _l("Back to the questionnaire")
TRY = "try"  # what an address with answers carries beside them


class Link(NamedTuple):
    """A link of the notice above a previewed page."""

    address: str
    text: object
    leaves: bool = False


def answers_of(router: Router) -> Tried:
    """Read the answers of the address."""
    naming = Naming(router.document, language_of(router.document, i18n.choose()))
    now = datetime.now(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"]))
    return tried(router, request.args.to_dict(flat=False), naming, now.date())


def _way(router: Router) -> Way | None:
    return answers_of(router).way if TRY in request.args else None


def with_answers(address: str, language: str = "") -> str:
    """Give an address with the answers of this one; it names a language that no page of staff speaks."""
    said = [each for each in request.args.items(multi=True) if each[0] != "lang"]
    query = said if TRY in request.args else []
    if language not in i18n.names() and is_language(language):
        query.append(("lang", language))
    return f"{address}?{urlencode(query)}" if query else address


def shown(router: Router, section: str, *links: Link) -> str:
    """Give a page of a questionnaire, under the answers of the address if it has any."""
    document, way = router.document, _way(router)
    language = i18n.choose_of(document.languages)
    page = page_of(router, section, language)
    pages = list(router.codes if way is None else way.shown)
    place = pages.index(section) + 1 if section in pages else 1
    names = piped_names(document, {} if way is None else way.seen, {}, language)
    with force_locale(i18n.locale(language)):
        if way is None:
            words = _("Preview: nothing is saved, and every question of the page is shown.")
        elif section in pages:
            words = _("Preview under the answers that were chosen: nothing is saved.")
        else:
            words = _("Under the answers that were chosen nobody comes to this page.")
        found = "".join(
            f' <a href="{escape(each.address)}"{TOP if each.leaves else ""}>{escape(str(each.text))}</a>'
            for each in links
        )
        frame = {
            "action": escape(with_answers(request.path, language)),
            "title": escape(_("Preview")) + ": ",
            "progress": str(round(100 * (place - 1) / max(len(pages), 1))),
            "progress_text": escape(_("Page %(place)s of %(pages)s", place=place, pages=len(pages))),
            "next": escape(_("Next") if place < len(pages) else _("End of the preview")),
            "back": f'<button name="go" value="back">{escape(_("Back"))}</button>' if place > 1 else "",
            "errors": f'<p class="notice">{escape(words)}{found}</p>',
        }
    filled = {f"{{{name}": escape(CONTROL.sub("", text)) for name, text in names.items()}
    if section == router.codes[0]:
        frame["intro"] = page.intro.fill(filled)
    if way is None:
        return page.fill(set(page.items), frame | filled)
    return _under(page, way, frame | filled)


TOP = ' target="_top"'


def _under(page: CompiledPage, way: Way, frame: dict[str, str]) -> str:
    values = stored_values(page, way)
    chosen = {f"s:{key[2:]}": " selected" for key, value in values.items() if key[:2] == "c:" and value}
    own_words = {key: escape(way.texts[field]) for key, field in page.written.items() if field in way.texts}
    given = Given({}, way.left_out, page.following.options(way))
    asked = way.shown.get(page.section.code, ())
    return page.fill(asked, values | chosen | frame | own_words, page.following.attributes(way), given)


def step(router: Router, section: str) -> str | None:
    """Give the page to which the pressed button leads; None behind the last."""
    by = {"back": -1, "next": 1}.get(request.form.get("go", "next"), 0)
    way = _way(router)
    sections = list(router.codes if way is None else way.shown)
    if section not in sections:
        return next(iter(sections), None)
    place = max(sections.index(section) + by, 0)
    return sections[place] if place < len(sections) else None


def went(target: str) -> ResponseReturnValue:
    """Go to a page of the preview, in the language that was asked for there."""
    go = request.form.get("go", "")
    wanted = go[5:] if go.startswith("lang:") else request.args.get("lang", "")
    page = make_response(redirect(with_answers(target, wanted), 303))
    if wanted in i18n.names():
        i18n.set_cookie(page, wanted)
    return page
