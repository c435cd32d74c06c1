"""The roles of staff: the one list of them, their names, and what each is for."""

from typing import Final

from flask_babel import lazy_gettext as _l

ROLES: Final = ("administrator", "designer", "analyst", "viewer")
ADMINISTRATOR, DESIGNER, ANALYST, VIEWER = ROLES
NEWCOMER: Final = VIEWER  # what a new account is where nobody says more

NAMES: Final = {
    ADMINISTRATOR: _l("Administrator"),
    DESIGNER: _l("Designer"),
    ANALYST: _l("Analyst"),
    VIEWER: _l("Viewer"),
}
DUTIES: Final = {
    ADMINISTRATOR: _l("Administrator: accounts, audit trail and everything else"),
    DESIGNER: _l("Designer: questionnaires and waves"),
    ANALYST: _l("Analyst: models, runs and every figure"),
    VIEWER: _l("Viewer: reads dashboards"),
}
