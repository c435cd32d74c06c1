"""Who is answering what: the wave, the invitation, the browser's key and the response behind a request."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response as Page
from flask import current_app, request
from sqlalchemy.orm import Session

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.collecting import responses, waves
from surveys.collecting.invitations import LIVE, find_invitation, linked_response
from surveys.document.wording import piped_names
from surveys.errors import Problem, SurveyError
from surveys.models import Invitation, Response, Wave
from surveys.models.collection import Access, InvitationState
from web.respond.pages import language_of, router_of

# What may stand in a link as a unit's code; anything else is ignored.
UNIT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
FRAME = ("customer_class", "tier", "account_type", "area")


class ClosedError(Exception):
    """The link leads nowhere now; nothing tells whether it ever did."""


@dataclass
class Visit:
    """One request of a respondent."""

    session: Session
    wave: Wave
    invitation: Invitation | None
    base: str
    client_key: str
    is_new_key: bool
    response: Response | None
    router: Router
    language: str

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the browser's key for this wave."""
        return f"r_{self.wave.public_key}"

    @property
    def token(self) -> str:
        """The mark that a form of ours carries: nobody without the browser's key can make it."""
        key = str(current_app.secret_key).encode()
        return hmac.new(key, f"respond:{self.client_key}".encode(), hashlib.sha256).hexdigest()[:32]

    def answers(self) -> Answers:
        """Give what is known of the respondent so far."""
        if self.response is not None:
            return responses.answers_of(self.session, self.response)
        customer = self.invitation.customer if self.invitation is not None else None
        if customer is None:
            return Answers()
        found = {name: getattr(customer, name) for name in FRAME} | {"unit": customer.unit.code}
        return Answers(account={name: value for name, value in found.items() if value})

    @property
    def unit(self) -> str:
        """The unit that a public link names, until the response keeps it."""
        named = request.args.get("unit", "")
        return named if self.response is None and UNIT.fullmatch(named) else ""

    def address(self, section: str) -> str:
        """Give the address of a page."""
        return f"{self.base}/{section}" + (f"?unit={self.unit}" if self.unit else "")

    def names(self, way: Way) -> dict[str, str]:
        """Give what the holes in texts are filled with."""
        settings: dict[str, Any] = {
            name: value for name, value in self.wave.settings.items() if isinstance(value, dict)
        }
        return piped_names(self.router.document, way.seen, settings, self.language)

    def open(self, now: datetime) -> Response:
        """Give the response of this browser, made if need be."""
        if self.response is None:
            segment = {"unit": self.unit} if self.unit else None
            try:
                self.response = responses.open_response(
                    self.session, self.wave, client_key=self.client_key, language=self.language,
                    invitation=self.invitation, segment=segment, now=now,
                )  # fmt: skip
            except SurveyError as error:
                if error.problem != Problem.UNIT_UNKNOWN:
                    raise
                self.response = responses.open_response(
                    self.session, self.wave, client_key=self.client_key, language=self.language,
                    invitation=self.invitation, now=now,
                )  # fmt: skip
        return self.response

    def remember(self, page: Page) -> Page:
        """Write the browser's key as a cookie that only this link gets."""
        page.set_cookie(
            self.cookie,
            self.client_key,
            max_age=timedelta(days=current_app.config["MANYI"]["RESUME_DAYS"]),
            httponly=True,
            samesite="Lax",
            secure=current_app.config["MANYI"]["HTTPS"],
            path="/",
        )
        return page


def visit(session: Session, *, public_key: str = "", token: str = "", language: str) -> Visit:
    """Find out who asks; `ClosedError` where the link cannot be used, without telling why.

    A finished response is still found, so that its receipt can be shown again.
    """
    invitation = find_invitation(session, token) if token else None
    if token:
        wave = session.get(Wave, invitation.wave_id) if invitation is not None else None
    else:
        wave = waves.find_wave(session, public_key)
        if wave is not None and wave.access != Access.PUBLIC:
            wave = None
    if wave is None:
        raise ClosedError
    kept = request.cookies.get(f"r_{wave.public_key}", "")
    usable = 20 <= len(kept) <= 64
    client_key = kept if usable else secrets.token_urlsafe(24)
    response = responses.find_response(session, wave, client_key) if usable else None
    if response is None and invitation is not None and not wave.anonymous:
        response = linked_response(session, invitation)
    if response is None:
        spent = invitation is not None and invitation.state not in LIVE
        if spent or not wave.is_open(datetime.now(UTC)):
            raise ClosedError
    elif (
        invitation is not None
        and not wave.anonymous
        and not usable
        and invitation.state == InvitationState.USED
    ):
        raise ClosedError
    router = router_of(session, wave)
    base = f"/i/{token}" if token else f"/s/{public_key}"
    chosen = language_of(router, language)
    return Visit(session, wave, invitation, base, client_key, not usable, response, router, chosen)
