"""Dashboards: the index and what moves it, for people who never studied statistics."""

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from surveys import audit
from web.accounts.access import allow, may
from web.accounts.roles import ANALYST, UNIT_MANAGER, VIEWER
from web.accounts.units import scope_of
from web.exports.download import csv_download
from web.exports.table import Table
from web.extensions import db
from web.i18n import choose, text
from web.insight import edition, pages, questions, results, sentences
from web.insight.blocks import Panel
from web.insight.panels.base import Seen
from web.insight.results import Series
from web.security import chart_page
from web.shelf import Shelf

blueprint = Blueprint("insight", __name__, url_prefix="/insight")
_pages = Shelf(128)
LEADERS: Final = "leaders"


@blueprint.get("/")
@chart_page
@allow(ANALYST, UNIT_MANAGER, VIEWER)
def index() -> ResponseReturnValue:
    """Show the index of a wave, what moves it, and how it came to be."""
    if scope_of(db.session, current_user).is_nothing:
        return render_template("insight/no_unit.html")
    code = request.args.get("wave", "")
    gone = [each for each in edition.withdrawn(db.session) if each.code == code] if _is_official() else []
    if gone:
        return render_template("insight/withdrawn.html", gone=gone[0])
    everything = _series(code)
    if everything is None:
        return render_template("insight/empty.html", withdrawn=edition.withdrawn(db.session))
    page = _page("overview", _chosen(everything, code))
    choices = [(each.wave.code, text(each.wave.title)) for each in reversed(everything.waves)]
    return render_template("insight/index.html", page=page, waves=choices)


@blueprint.get("/<wave_code>/constructs/<construct>")
@chart_page
@allow(ANALYST, UNIT_MANAGER, VIEWER)
def construct(wave_code: str, construct: str) -> ResponseReturnValue:
    """Go one level down: a construct, its dimensions and their questions."""
    series = _chosen(_series(wave_code) or abort(404), wave_code)
    node = series.last.result["constructs"].get(construct) or abort(404)
    page = _page("construct", series, construct)
    return render_template("insight/construct.html", page=page | {"title": text(node["name"])})


@blueprint.get("/<wave_code>/index.csv")
@allow(ANALYST, UNIT_MANAGER, VIEWER)
def download(wave_code: str) -> ResponseReturnValue:
    """Give the figures of the four levels as a table for a spreadsheet."""
    series = _chosen(_series(wave_code) or abort(404), wave_code)
    part = _part(series)
    if series.last.part(part) is None:
        return redirect(url_for(".index", wave=wave_code))
    name = f"{wave_code}{part.replace(':', '-')}-run-{series.last.run_id}"
    audit.record(
        db.session,
        actor=current_user.email,
        action="index.download",
        target=f"wave:{wave_code}",
        now=datetime.now(UTC),
        detail={"run": series.last.run_id, "part": part},
    )
    anchor = str(audit.end(db.session))
    db.session.commit()
    rows = ((*row, anchor) for row in questions.table(series, part))
    table = Table(questions.headings(), rows)
    return csv_download(table, name, for_spreadsheets=True)


def _page(kind: str, series: Series, construct: str = "") -> dict[str, Any]:
    """Give what a page shows; drawing takes longer than all else, so pages of the same runs are kept."""
    part = _part(series)
    groups = pages.parts(db.session, series.last)
    own = series.last.part(part)
    panels: list[Panel] = []
    if own is not None:
        seen = Seen(series, part, own, groups, construct)
        runs = tuple((each.run_id, each.finished_at) for each in series.waves)
        shown = (tuple(sentences.titles_of(series.waves).values()), tuple(groups.items()))
        key = (kind, runs, series.run, shown, part, choose(), construct)
        panels = _pages.get(key, lambda: pages.panels_of(kind, seen))
    return {
        "title": text(series.last.wave.title),
        "wave": series.last,
        "part": part,
        "part_label": groups.get(part, ""),
        "parts": groups,
        "construct": construct,
        "is_shown": own is not None,
        "panels": panels,
        "floor": series.last.floor,
        "edition": edition.edition_of(db.session, series.last),
        "as_leaders": request.args.get("as") == LEADERS,
        "withdrawn": edition.withdrawn(db.session, series.last.wave.code),
        "series_run": series.run and series.run[0],
        "anchor": audit.end(db.session),
    }


def _series(wave_code: str) -> Series | None:
    """Give the waves of a questionnaire with what the reader may see of them.

    Analysts see the newest runs, unless they ask not to.
    """
    scope = scope_of(db.session, current_user)
    if scope.is_nothing:
        abort(404)
    found = results.series_of(db.session, wave_code=wave_code, is_official=_is_official())
    if found is None and wave_code:
        abort(404)
    return found and found.within(scope.sees)


def _is_official() -> bool:
    """Whether published runs are looked at: always by leaders, by analysts where they ask for it."""
    return not may("runs.index") or request.args.get("as") == LEADERS


def _chosen(series: Series, wave_code: str) -> Series:
    """Look at a wave, the newest where none is named."""
    return series.up_to(wave_code) if wave_code else series


def _part(series: Series) -> str:
    part = request.args.get("part", "")
    if part and part not in series.last.result["groups"]:
        abort(404)
    return part
