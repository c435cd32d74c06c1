"""Addresses of what respondents open, made here alone: the staff's application does not know these views."""

from typing import Final
from urllib.parse import urlencode

from surveys.collecting.visit import Visit

# Whatever begins so is the respondents': a public wave's link, an invitation.
PREFIXES: Final = ("/s/", "/i/", "/k/")


def link(*, public_key: str = "", token: str = "") -> str:
    """Give the path of a public wave's link, or of an invitation."""
    return f"/i/{token}" if token else f"/s/{public_key}"


def kiosk(public_key: str, unit: str) -> str:
    """Give the path at which a tablet starts anew for each person, of a unit where one is given."""
    return f"/k/{public_key}" + (f"?{urlencode({'unit': unit})}" if unit else "")


def seat(public_key: str, key: str, unit: str) -> str:
    """Give the path of one person at a tablet."""
    return f"/k/{public_key}/{key}" + (f"?{urlencode({'unit': unit})}" if unit else "")


def leave(found: Visit) -> str:
    """Give the path by which somebody leaves a tablet to the next person."""
    return f"{start(found)}/leave" + (f"?{urlencode({'unit': found.unit_code})}" if found.unit_code else "")


def start(found: Visit) -> str:
    """Give the path of the link by which this respondent came."""
    if found.seat:
        return seat(found.wave.public_key, found.seat, "")
    return link(public_key=found.wave.public_key, token=found.token)


def page(found: Visit, section: str) -> str:
    """Give the path of a page; it names the unit of the link until the response keeps it."""
    unit = f"?unit={found.unit}" if found.unit and found.response is None else ""
    return f"{start(found)}/{section}{unit}"


def question(found: Visit, section: str, code: str) -> str:
    """Give the path of a question that an answer on its page has brought up."""
    return f"{start(found)}/{section}?more=1#q-{code}"


def after_dropping(found: Visit, section: str) -> str:
    """Give the path of a page that tells that an answer before it has been dropped."""
    return f"{start(found)}/{section}?dropped=1"


def done(found: Visit) -> str:
    """Give the path of the thanks."""
    return f"{start(found)}/done"
