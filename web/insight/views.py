"""Dashboards: the index and what moves it, for people who never studied statistics."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.accounts.access import allow, may
from web.accounts.roles import ANALYST, VIEWER
from web.exports.download import csv_download
from web.exports.table import Table
from web.extensions import db
from web.i18n import choose, text
from web.insight import pages, questions, results
from web.insight.panels.groups import parts
from web.insight.results import WaveResult
from web.security import chart_page

blueprint = Blueprint("insight", __name__, url_prefix="/insight")
_pages = results.Shelf(128)


@blueprint.app_template_filter("points")
def points(value: float | None) -> str:
    """Write points with one decimal, a dash where there are none."""
    return "–" if value is None else f"{value:.1f}"


@blueprint.get("/")
@chart_page
@allow(ANALYST, VIEWER)
def index() -> ResponseReturnValue:
    """Show the index of a wave, what moves it, and how it came to be."""
    found = _chosen(request.args.get("wave", ""))
    if not found:
        return render_template("insight/empty.html")
    page = _page(pages.overview, found)
    return render_template("insight/index.html", page=page, waves=_choices(found[-1].wave.code))


@blueprint.get("/<wave_code>/constructs/<construct>")
@chart_page
@allow(ANALYST, VIEWER)
def construct(wave_code: str, construct: str) -> ResponseReturnValue:
    """Go one level down: a construct, its dimensions and their questions."""
    found = _chosen(wave_code) or abort(404)
    if construct not in found[-1].result["constructs"]:
        abort(404)
    page = _page(pages.drill_down, found, construct)
    return render_template("insight/construct.html", page=page)


@blueprint.get("/<wave_code>/index.csv")
@allow(ANALYST, VIEWER)
def download(wave_code: str) -> ResponseReturnValue:
    """Give the figures of the four levels as a table for a spreadsheet."""
    found = _chosen(wave_code) or abort(404)
    part = _part(found)
    figures = found[-1].part(part)
    if figures is None:
        return redirect(url_for(".index", wave=wave_code))
    headings = [_("Level"), _("Code"), _("Name"), _("Points"), _("From"), _("To"), _("Answers")]
    rows = ([*row, figures["n_used"]] for row in questions.table(found[-1], figures))
    name = f"{wave_code}{part.replace(':', '-')}"
    return csv_download(Table(headings, rows), name, for_spreadsheets=True)


def _page(make: Callable[..., dict[str, Any]], found: list[WaveResult], *more: str) -> dict[str, Any]:
    """Give what a page shows; drawing takes longer than all else, so pages of the same runs are kept."""
    part = _part(found)
    shown = tuple((each.run_id, each.finished_at, text(each.wave.title)) for each in found)
    names = tuple(parts(db.session, found[-1]).items())
    key = (make.__name__, shown, names, part, choose(), *more)
    page: dict[str, Any] = _pages.get(key, lambda: make(db.session, found, part, *more))
    return page | {"wave": found[-1]}


def _chosen(wave_code: str) -> list[WaveResult]:
    """Give the series up to the wave asked for; those who run estimates see waves in the field as well."""
    found = results.series_of(db.session, wave_code=wave_code, live=may("runs.index"))
    if not found:
        if wave_code:
            abort(404)
        return []
    last = next((at for at, each in enumerate(found) if each.wave.code == wave_code), len(found) - 1)
    return found[: last + 1]


def _part(found: list[WaveResult]) -> str:
    part = request.args.get("part", "")
    if part and part not in found[-1].result["groups"]:
        abort(404)
    return part


def _choices(wave_code: str) -> list[tuple[str, str]]:
    """Give the waves that can be chosen, the newest first."""
    found = results.series_of(db.session, wave_code=wave_code, live=may("runs.index"))
    return [(each.wave.code, text(each.wave.title)) for each in reversed(found)]
