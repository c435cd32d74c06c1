"""Who sees what: the kinds of data beside the roles that may open them, read from the rules of the pages."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l

import csi_model
from web.accounts.access import rule_of
from web.accounts.attempts import KNOWN_DAYS
from web.accounts.roles import NAMES, OF_UNITS, ROLES
from web.home.browsers import BROWSERS
from web.home.kinds import KINDS, Kind

CHANGES, SEES, NOTHING = _l("sees and changes"), _l("sees"), "–"
CHANGES_ALONE = _l("changes")
OF_OWN_UNITS = _l("sees, of their units")


class Row(NamedTuple):
    """One kind as the page shows it; `roles` says for each role, in their order, what it may."""

    key: str
    title: object
    what: str
    kept: str
    columns: Sequence[tuple[str, str]]
    roles: Sequence[object]


def browsers() -> list[str]:
    """Give what the site leaves in browsers."""
    return [_filled(each, _about()) for each in BROWSERS.values()]


def _about() -> dict[str, object]:
    settings = current_app.config["MANYI"]
    return {
        "floor": csi_model.Options().floor,
        "hours": settings["SESSION_HOURS"],
        "resume": settings["RESUME_DAYS"],
        "known": KNOWN_DAYS,
    }


def rows() -> list[Row]:
    """Give every kind with what each role may do."""
    about = _about()
    return [
        Row(
            key,
            kind.title,
            _filled(kind.what, about),
            _filled(kind.kept, about),
            tuple(kind.columns.items()),
            tuple(may(kind, role) for role in ROLES),
        )
        for key, kind in KINDS.items()
    ]


def may(kind: Kind, role: str) -> object:
    """Say what a role may do with a kind of data, by the rules of its pages and actions."""
    sees, changes = (
        any(role in (rule_of(current_app, each) or ()) for each in endpoints) for endpoints in doors(kind)
    )
    if sees and changes:
        return CHANGES
    if sees:
        return OF_OWN_UNITS if role in OF_UNITS and kind.of_units else SEES
    return CHANGES_ALONE if changes else NOTHING


def doors(kind: Kind) -> tuple[set[str], set[str]]:
    """Give the pages that show a kind of data, and the actions that change it."""
    shown, changed = set(kind.shown), set(kind.changed)
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in kind.rooms:
            methods = rule.methods or set()
            shown |= {rule.endpoint} if "GET" in methods else set()
            changed |= {rule.endpoint} if "POST" in methods and rule.endpoint not in kind.shown else set()
    return shown, changed


def names() -> list[object]:
    """Give the names of the roles in their order."""
    return [NAMES[role] for role in ROLES]


def _filled(text: object, about: dict[str, object]) -> str:
    said = str(text)
    return said % about if "%(" in said else said
