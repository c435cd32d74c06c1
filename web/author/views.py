"""Pages of questionnaires: the list, one of them, its preview, its file."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from flask import (
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_security import current_user

from surveys.document.wording import language_of
from surveys.editing import drafting
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import previewing, room, sources
from web.author.drafts import origins
from web.author.model import promised
from web.author.reading import Reading
from web.author.room import PLACE
from web.author.sources import DraftLine, Source
from web.extensions import csrf, db
from web.labels import FORMS, TIERS

blueprint = room.blueprint
STATES = {"editing": _l("being edited"), "submitted": _l("submitted"), "approved": _l("approved")}


class Wanted(NamedTuple):
    """What the list is narrowed to: words of titles and codes; drafts by state and whose."""

    words: str
    state: str
    mine: bool

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Wanted":
        """Read an address; what it says wrongly narrows nothing."""
        state = given.get("state", "")
        return cls(
            given.get("q", "").strip()[:200], state if state in STATES else "", bool(given.get("mine"))
        )

    @property
    def is_anything(self) -> bool:
        """Whether the list is narrowed."""
        return any(self)

    def is_called(self, title: Mapping[str, str], code: str) -> bool:
        """Tell whether a questionnaire is called by the words, in whichever language."""
        return any(self.words.casefold() in each.casefold() for each in (*title.values(), code))

    def has(self, line: DraftLine) -> bool:
        """Tell whether a draft is looked for; mine are those that I began, or changed last."""
        is_mine = current_user.email in {line.begun_by, line.staff_name}
        return (
            self.is_called(line.title, line.code)
            and self.state in {"", line.state}
            and (is_mine or not self.mine)
        )


@blueprint.get("")
@allow(DESIGNER, ANALYST)
def index() -> ResponseReturnValue:
    """List drafts, instruments and published versions; all, or those that are looked for."""
    wanted = Wanted.of(request.args)
    return render_template(
        "author/index.html",
        instruments=[
            each
            for each in sources.instruments_with_state(db.session)
            if wanted.is_called(each.document.title, each.document.code)
        ],
        versions=[each for each in sources.versions(db.session) if wanted.is_called(each.title, each.code)],
        drafts=[each for each in sources.drafts(db.session) if wanted.has(each)],
        forms=FORMS,
        states=STATES,
        wanted=wanted,
    )


@blueprint.get(PLACE)
@allow(DESIGNER, ANALYST)
def document(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show one questionnaire: indicator system, sections, questions and conditions."""
    found = room.find(source, code, part)
    reading = Reading(found.document, language_of(found.document, i18n.choose()))
    return render_template(
        "author/document.html",
        source=found,
        reading=reading,
        tree=reading.tree(),
        parts=reading.parts(),
        tiers=TIERS,
        forms=FORMS,
        waves=sources.waves_of(db.session, found.version) if found.version is not None else [],
        origins=list(origins.of_document(found.document)),
        published=_published_as(found),
        is_drafted=drafting.find(db.session, found.document.code) is not None,
        promised=promised(found.document),
        n_indicators=sum(len(node.indicators) for node in found.document.indicators.constructs)
        if found.document.indicators
        else 0,
    )


@blueprint.get(f"{PLACE}/document.json")
@allow(DESIGNER, ANALYST)
def download(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the document as a file that `manyi survey import` reads."""
    found = room.find(source, code, part)
    text = json.dumps(found.document.dump(), ensure_ascii=False, indent=1) + "\n"
    name = f"{found.document.code}-{found.part}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.get(f"{PLACE}/preview/<section>")
@allow(DESIGNER, ANALYST)
def preview(source: str, code: str, part: str, section: str) -> ResponseReturnValue:
    """Show a section as respondents see it, with every question that it can ask."""
    found = room.find(source, code, part)
    router = sources.router_of(found)
    if section not in router.codes:
        abort(404)
    back = url_for("author.document", source=source, code=code, part=part)
    return previewing.shown(router, section, previewing.Link(back, previewing.LEAVE, leaves=True))


@blueprint.post(f"{PLACE}/preview/<section>")
@csrf.exempt  # type: ignore[untyped-decorator]  # the respondents' form carries no mark of staff, and nothing is changed here
@allow(DESIGNER, ANALYST)
def preview_step(source: str, code: str, part: str, section: str) -> ResponseReturnValue:
    """Go where the pressed button leads; what was filled in is forgotten."""
    found = room.find(source, code, part)
    router = sources.router_of(found)
    if section not in router.codes:
        abort(404)
    after = previewing.step(router, section)
    if after is None:
        return redirect(url_for("author.document", source=source, code=code, part=part), 303)
    target = url_for("author.preview", source=source, code=code, part=part, section=after)
    return previewing.went(target)


def _published_as(found: Source) -> int | None:
    """Give the number of the version that equals an instrument, or None."""
    if found.version is not None:
        return found.version.number
    return next(
        (
            known.version_number
            for known in sources.instruments_with_state(db.session)
            if (known.name, known.form) == (found.code, found.part)
        ),
        None,
    )
