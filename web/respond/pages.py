"""A page for one respondent: the compiled one, with what was said, names, progress and buttons put in."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.codes import NOT_APPLICABLE
from surveys.collecting.visit import Visit
from web import i18n
from web.respond import addresses, commenting, kiosk, privacy, sharing
from web.respond.compile import CONTROL, CompiledPage
from web.respond.pieces import Given
from web.respond.visit import mark_of


def page_of(router: Router, section: str, language: str) -> CompiledPage:
    """Give a compiled page, made once for each router; the first request for it compiles."""
    page: CompiledPage | None = router.made.get((section, language))
    if page is None:
        page = CompiledPage(router, router.document.section(section), language)
        router.made[section, language] = page
    return page


def stored_values(page: CompiledPage, way: Way) -> dict[str, str]:
    """Fill a page's holes with what is stored."""
    values: dict[str, str] = {}
    texts = way.answers.texts
    for slot, marks in page.marks.items():
        value = way.standing.get(slot)
        if value is None:
            continue
        if isinstance(marks, str):
            if value > NOT_APPLICABLE:
                values[marks] = str(value)
        elif value in marks:
            values[marks[value]] = " checked"
    for item in page.items.values():
        for field in item.fields:
            if texts.get(field):
                values[f"v:{field}"] = escape(texts[field])
    return values


def sent_values(page: CompiledPage, form: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Fill a page's holes with what was sent, right or wrong, so that nothing typed is lost."""
    values: dict[str, str] = {}
    for item in page.items.values():
        for field in item.fields:
            for number, text in enumerate(form.get(field, ())):
                values[f"c:{field}={text}"] = " checked"
                if number == 0:
                    values[f"v:{field}"] = escape(CONTROL.sub("", text)[:20_000])
    return values


def notice(found: Visit, page: CompiledPage, told: Mapping[str, str]) -> dict[str, str]:
    """Fill the hole above the questions: what an answer has brought up or taken out, or who goes on here."""
    more = ""
    with force_locale(i18n.locale(page.language)):
        if told.get("more"):
            text = _("Your answer brings up something more to answer.")
        elif told.get("dropped"):
            text = _("You changed an answer: a question that no longer applies to you was taken out.")
        elif told.get("resumed") and found.response is not None and sharing.is_shared(found):
            text = _("This goes on where somebody stopped on this device.")
            place = escape(addresses.anew(found.wave.public_key, sharing.unit()))
            label = escape(_("That was not me: a new questionnaire"))
            more = f' <button class="anew" formaction="{place}">{label}</button>'
        else:
            return {}
    return {"notice": f'<p class="notice" role="status">{escape(text)}{more}</p>'}


def fill(
    found: Visit,
    page: CompiledPage,
    way: Way,
    values: dict[str, str],
    form: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Fill the holes for this respondent; `form` is what was sent, where the page was not saved."""
    section = page.section.code
    place = way.place(section)
    chosen = {f"s:{key[2:]}": " selected" for key, value in values.items() if key[:2] == "c:" and value}
    names = {f"{{{name}": escape(CONTROL.sub("", text)) for name, text in found.names(way).items()}
    with force_locale(i18n.locale(found.language)):
        back = escape(_("Back"))
        frame = {
            "action": escape(addresses.page(found, section)),
            "token": mark_of(found),
            "progress": str(round(100 * way.share(section))),
            "progress_text": escape(_("Page %(place)s of %(pages)s", place=place, pages=len(way.shown))),
            "next": escape(_("Submit") if way.is_last(section) else _("Next")),
            "back": "" if place == 1 else f'<button name="go" value="back">{back}</button>',
            "saved": escape(_("Every page is saved when you go on.")),
        }
    frame |= commenting.holes(found, page, way, form) | {"kiosk": kiosk.corner(found)}
    frame |= {"privacy": privacy.told(found, page.language), "off": sharing.brings_nothing_back(found)}
    if place == 1:
        frame["intro"] = page.intro.fill(names)
    own_words = {key: escape(way.texts[field]) for key, field in page.written.items() if field in way.texts}
    shown = way.shown.get(section, ())
    given = Given(_orders(page, way), way.left_out, page.following.options(way))
    everything = values | chosen | names | frame | own_words
    return privacy.without_ways_out(
        found, page.fill(shown, everything, page.following.attributes(way), given)
    )


def _orders(page: CompiledPage, way: Way) -> dict[str, list[str]]:
    """Give for each question in random order its rows or options as this respondent sees them."""
    found = {}
    for question in page.section.questions:
        if question.is_shuffled:
            parts = question.subquestions() or question.offered()
            fixed = {part.code for part in parts if part.fixed}
            found[question.code] = way.order(question.code, [part.code for part in parts], fixed)
    return found
