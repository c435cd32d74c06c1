"""The roles of staff: the one list of them, their names, and what each is for."""

from typing import Final

from flask_babel import lazy_gettext as _l

ROLES: Final = ("administrator", "designer", "analyst", "interviewer", "unit_manager", "viewer")
ADMINISTRATOR, DESIGNER, ANALYST, INTERVIEWER, UNIT_MANAGER, VIEWER = ROLES
NEWCOMER: Final = VIEWER  # what a new account is where nobody says more
OF_UNITS: Final = (UNIT_MANAGER, VIEWER)  # see what their units may see, and nothing without a unit

NAMES: Final = {
    ADMINISTRATOR: _l("Administrator"),
    DESIGNER: _l("Designer"),
    ANALYST: _l("Analyst"),
    INTERVIEWER: _l("Interviewer"),
    UNIT_MANAGER: _l("Unit manager"),
    VIEWER: _l("Viewer"),
}
DUTIES: Final = {
    ADMINISTRATOR: _l("Administrator: accounts, audit trail, and all that the other roles may do"),
    DESIGNER: _l("Designer: questionnaires and waves"),
    ANALYST: _l("Analyst: models, runs and every figure"),
    INTERVIEWER: _l("Interviewer: the waves and their links, to fill questionnaires in with people"),
    UNIT_MANAGER: _l("Unit manager: dashboards of their units, and how many have answered there"),
    VIEWER: _l("Viewer: dashboards of their units"),
}
