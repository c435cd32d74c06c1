"""A device that several people use by the public link: who comes next is not taken for who came before."""

import secrets
from datetime import UTC, datetime
from typing import Final

from flask import Response as Page
from flask import request

from surveys.collecting.visit import Visit, key_name, seed_name
from web.respond import commenting
from web.respond.visit import keep

# So begins the key of a browser that somebody else had used before.
NEXT: Final = "s."


def is_shared(found: Visit) -> bool:
    """Tell whether somebody else may begin where the browser alone says whose questionnaire it is."""
    is_public = not found.token and not found.seat and not commenting.is_trial(found)
    return is_public and found.wave.is_open(datetime.now(UTC))


def unit() -> str:
    """Give the unit that the link names, for whoever begins by it next."""
    return request.args.get("unit", "")


def forget(found: Visit, page: Page) -> Page:
    """Let the browser forget whose questionnaire it had: it gets the key of whoever comes next."""
    page.delete_cookie(seed_name(found.wave, ""))
    keep(page, key_name(found.wave), NEXT + secrets.token_urlsafe(24))
    return page


def brings_nothing_back(found: Visit) -> str:
    """Write that the browser's way back fills no form in anew: what was ticked may be somebody else's."""
    return ' autocomplete="off"' if found.seat or found.client_key.startswith(NEXT) else ""
