"""What the site leaves in a browser, by how its name begins; tests hold every cookie to be told here."""

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _l

from web import i18n
from web.accounts import attempts

BROWSERS: Final[Mapping[str, object]] = {
    "r_": _l(
        "With customers: by a public link a random key, by which they go on where they stopped; where "
        "questions come in random order, also what that order comes from; %(resume)s days. Tablets for many "
        "people keep nothing."
    ),
    i18n.COOKIE: _l("With everybody who switched the language: which one; a year."),
    "manyi": _l("With staff: the log-in, until the log-out, at most %(hours)s hours."),
    attempts.KNOWN: _l("With staff: that this browser has logged in before; %(known)s days."),
    "indexedDB": _l("With designers: parts of a draft that wait for a connection, until they are stored."),
}
# What belongs to another of these and is told there.
TOLD_WITH: Final[Mapping[str, str]] = {"o_": "r_"}
