"""The menu: entries in the order in which the work goes; each user sees what the rules allow."""

from typing import NamedTuple

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l

from web.accounts.access import may


class Entry(NamedTuple):
    """One entry of the menu; shown where its endpoint exists and the user may open it."""

    endpoint: str
    label: object
    blueprint: str


ENTRIES = (
    Entry("insight.index", _l("Dashboard"), "insight"),
    Entry("runs.index", _l("Runs"), "runs"),
    Entry("author.index", _l("Questionnaires"), "author"),
    Entry("fieldwork.index", _l("Waves"), "fieldwork"),
    Entry("admin.staff", _l("Staff"), "admin"),
    Entry("admin.audit", _l("Audit"), "admin"),
)


class Link(NamedTuple):
    """An entry as a page shows it."""

    url: str
    label: object
    is_current: bool


def menu() -> list[Link]:
    """Give the links of the current user."""
    return [
        Link(url_for(entry.endpoint), entry.label, _is_current(entry))
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and may(entry.endpoint)
    ]


def _is_current(entry: Entry) -> bool:
    if request.endpoint is None or request.blueprint != entry.blueprint:
        return False
    siblings = [other for other in ENTRIES if other.blueprint == entry.blueprint]
    return len(siblings) == 1 or request.endpoint.startswith(entry.endpoint)


def configure(app: Flask) -> None:
    """Give templates the menu."""
    app.context_processor(lambda: {"menu": menu, "may": may})
