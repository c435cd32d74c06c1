"""A draft as respondents would see it, half-finished or not."""

from typing import Final

from flask import abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from surveys.asking.router import Router
from surveys.document.questionnaire import Questionnaire
from surveys.editing.nodes import Node
from surveys.errors import SurveyError
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import previewing
from web.author.drafts import room
from web.author.drafts.room import PLACE, Desk
from web.extensions import csrf
from web.security import framed_page
from web.shelf import Shelf

blueprint = room.blueprint
_routers: Final = Shelf(16)
CHOOSE = _l("Choose answers")


@blueprint.get(f"{PLACE}/preview/<section>")
@framed_page
@allow(DESIGNER, ANALYST)
def preview(code: str, section: str) -> ResponseReturnValue:
    """Show a page of a draft; what cannot be asked yet is left out."""
    desk = room.find(code)
    router = router_of(desk)
    if router is None:
        return render_template("author/drafts/no_preview.html", desk=desk)
    if section not in router.codes:
        abort(404)
    answers = previewing.with_answers(url_for("drafts.answers", code=code, section=section))
    page = previewing.shown(
        router,
        section,
        previewing.Link(answers, CHOOSE),
        previewing.Link(url_for("drafts.show", code=code), previewing.LEAVE, leaves=True),
    )
    g.pop("language_asked", None)  # the preview's language is not that of its author's pages
    return page


@blueprint.get(f"{PLACE}/preview/<section>/answers")
@framed_page
@allow(DESIGNER, ANALYST)
def answers(code: str, section: str) -> ResponseReturnValue:
    """Choose answers and words of the customer file, under which a page is then shown."""
    desk = room.find(code)
    router = router_of(desk)
    if router is None or section not in router.codes:
        abort(404)
    address = url_for("drafts.preview", code=code, section=section)
    found = previewing.answers_of(router)
    return render_template("author/drafts/answers.html", desk=desk, address=address, answers=found)


@blueprint.post(f"{PLACE}/preview/<section>")
@csrf.exempt  # type: ignore[untyped-decorator]  # the respondents' form carries no mark of staff, and nothing is changed here
@framed_page
@allow(DESIGNER, ANALYST)
def preview_step(code: str, section: str) -> ResponseReturnValue:
    """Go where the pressed button leads; what was filled in is forgotten."""
    desk = room.find(code)
    router = router_of(desk)
    if router is None or section not in router.codes:
        abort(404)
    after = previewing.step(router, section)
    if after is None:
        return redirect(url_for("drafts.show", code=code), 303)
    return previewing.went(url_for("drafts.preview", code=code, section=after))


def section_of(desk: Desk, node: Node) -> str:
    """Give the code of the page on which a part stands; that of the first page for what stands on none."""
    here = [each.code for each in desk.nodes.chain(node) if each.kind == "section"]
    pages = [section.code for section in desk.document.sections] if desk.document is not None else []
    return next((code for code in here if code in pages), next(iter(pages), ""))


def router_of(desk: Desk) -> Router | None:
    """Give the router of what can be asked of a draft; None where nothing can."""
    document = desk.document
    if document is None:
        return None
    try:
        whole = askable(document)
        if whole is None:
            return None
        found: Router = _routers.get_state(desk.key, desk.state, lambda: Router(whole))
        if desk.judged.n_barring:
            found.pages  # noqa: B018  what cannot be made of it is seen here and not on the page
    except (SurveyError, KeyError, StopIteration):
        return None  # a finding says what is wrong
    return found


def askable(document: Questionnaire) -> Questionnaire | None:
    """Give a document without the questions whose scale nobody knows; None where nothing is left of it."""
    known = {None, *document.scales}
    if all(question.scale_code() in known for question in document.questions()):
        return document
    plain = document.dump()
    for section in plain["sections"]:
        section["questions"] = [
            each for each in section["questions"] if each.get("scale") is None or each["scale"] in known
        ]
    plain["sections"] = [section for section in plain["sections"] if section["questions"]]
    return Questionnaire.model_validate(plain) if plain["sections"] else None
