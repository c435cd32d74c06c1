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
    return f"/k/{public_key}{_with(unit=unit)}"


def seat(public_key: str, key: str, unit: str) -> str:
    """Give the path of one person at a tablet."""
    return f"/k/{public_key}/{key}{_with(unit=unit)}"


def leave(found: Visit) -> str:
    """Give the path by which somebody leaves a tablet to the next person."""
    return f"{start(found)}/leave{_with(unit=found.unit_code)}"


def start(found: Visit) -> str:
    """Give the path of the link by which this respondent came."""
    if found.seat:
        return seat(found.wave.public_key, found.seat, "")
    return link(public_key=found.wave.public_key, token=found.token)


def page(found: Visit, section: str) -> str:
    """Give the path of a page; it names the unit until the response keeps it, at a kiosk always."""
    return f"{start(found)}/{section}{_query(found)}"


def question(found: Visit, section: str, code: str) -> str:
    """Give the path of a question that an answer on its page has brought up."""
    return f"{start(found)}/{section}{_query(found, more=1)}#q-{code}"


def after_dropping(found: Visit, section: str) -> str:
    """Give the path of a page that tells that an answer before it has been dropped."""
    return f"{start(found)}/{section}{_query(found, dropped=1)}"


def resumed(found: Visit, section: str, unit: str) -> str:
    """Give the path of a page where somebody goes on who began by the public link on this device."""
    return f"{start(found)}/{section}{_with(resumed=1, unit=unit)}"


def anew(public_key: str, unit: str) -> str:
    """Give the path by which the next person begins on this device."""
    return f"{link(public_key=public_key)}{_with(unit=unit)}"


def done(found: Visit, unit: str = "") -> str:
    """Give the path of the thanks; it names the unit of the link for whoever begins after that."""
    return f"{start(found)}/done{_with(unit=unit)}"


def _query(found: Visit, **said: int) -> str:
    is_needed = found.seat or found.response is None
    return _with(**said, unit=found.unit_code if is_needed else "")


def _with(**values: str | int) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""
