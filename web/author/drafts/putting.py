"""Putting parts of a draft into the library: chosen, seen with what comes along and what stays, and named."""

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from surveys.editing import library
from surveys.editing.assembling import assembled, disassembled
from surveys.editing.library import Contents
from surveys.editing.naming import Names
from surveys.editing.nodes import Node
from surveys.editing.operations import Applying
from surveys.editing.raising import FORMAT
from surveys.errors import Problem, SurveyError
from surveys.models import LibraryEntry
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ADMINISTRATOR, DESIGNER
from web.author.drafts import noting, room
from web.author.drafts.bringing import chosen_of, offered
from web.author.drafts.copying import Brought, brought
from web.author.drafts.origins import DRAFT, Origin, origin_of
from web.author.drafts.room import PLACE, Desk, blueprint
from web.author.drafts.wording import name_of
from web.extensions import db


class Bare:
    """An empty questionnaire in the languages of a draft: a block is what is copied into it."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        plain = {"format": FORMAT, "code": "block", "languages": [*languages], "title": {}}
        self._nodes = disassembled(plain)
        self._names = Names(self._nodes)

    nodes = property(lambda self: self._nodes)
    names = property(lambda self: self._names)
    languages = property(lambda self: self._languages)


@blueprint.route(f"{PLACE}/library/put", methods=["GET", "POST"])
@allow(DESIGNER)
def put(code: str) -> ResponseReturnValue:
    """Choose parts, see what a block of them holds, name it, and put it in; or in the place of another."""
    desk = room.find(code)
    origin = origin_of(f"{DRAFT}:{code}")
    assert origin is not None, "its draft was found"
    given = request.form if request.method == "POST" else request.args
    chosen = chosen_of(origin, given.getlist("part"))
    found, contents = _contents(desk, origin, chosen) if chosen else (None, None)
    fault = ""
    if contents is None and (request.method == "POST" or "go" in given):
        fault = _("Choose at least one section, question or construct.")
    elif contents is not None and request.method == "POST":
        try:
            return _put(contents)
        except SurveyError as refused:
            db.session.rollback()
            fault = refused.text(i18n.choose())
    return render_template(
        "author/drafts/put.html",
        desk=desk,
        offered=offered(origin) if found is None else None,
        chosen=chosen,
        found=found,
        proposed=name_of(origin, chosen[0]) if len(chosen) == 1 else "",
        mine=_mine(),
        fault=fault,
        given=given,
    ), 422 if fault else 200


def _contents(desk: Desk, origin: Origin, chosen: list[Node]) -> tuple[Brought, Contents]:
    """Make a block of parts; what refers to others stays behind, since they are not in every draft."""
    bare = Bare(desk.languages)
    found = brought(bare, origin, chosen, None, day=datetime.now(UTC).date(), keeps=False)
    applying = Applying(bare.nodes, 1)
    for each in found.operations:
        applying.do(each)
    return found, Contents(assembled(bare.nodes), origin.source)


def _mine() -> list[LibraryEntry]:
    """Give the blocks on the shelf that whoever asks may put other parts into."""
    found = [each for each in library.shelf(db.session) if not each.withdrawn]
    if ADMINISTRATOR in current_user.role_names:
        return found
    return [each for each in found if _owner(each) == current_user.email]


def _owner(entry: LibraryEntry) -> str:
    return library.acts_of(db.session, entry.block)[0].staff_name


def _put(contents: Contents) -> ResponseReturnValue:
    by: dict[str, Any] = {"staff_name": current_user.email, "now": datetime.now(UTC)}
    instead = request.form.get("instead", "")
    if instead:
        known = {f"{each.block}/{each.number}": each for each in _mine()}
        last = known.get(instead)
        if last is None:
            raise SurveyError(Problem.BLOCK_STALE, name=_("Somebody"))
        done = library.renew(db.session, last.block, last.number, contents, **by)
        noting.record("library.renew", done)
    else:
        said: dict[str, Any] = {each: request.form.get(each, "") for each in ("name", "about")}
        done = library.put(db.session, contents, **said, **by)
        if done.at == by["now"]:  # else it was sent twice
            noting.record("library.put", done)
    flash(
        _("“%(name)s” is on the shelf: colleagues find it in the library of their drafts.", name=done.name),
        "success",
    )
    return redirect(url_for("drafts.block", block=done.block), 303)
