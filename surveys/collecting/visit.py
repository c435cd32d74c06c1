"""Who answers what: the wave, the invitation, the response and the router behind a link."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.collecting import links, responses, waves
from surveys.collecting.invitations import LIVE, find_invitation, token_hash
from surveys.collecting.segments import values_of
from surveys.document.wording import language_of, piped_names
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.models import Invitation, Response, Version, Wave
from surveys.models.collection import KIOSK, Access, InvitationState, ResponseState

# What may stand in a link as a unit's code; anything else is ignored.
UNIT: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
SEEDS: Final = 2**32
SEED: Final = re.compile(r"[0-9]{1,10}")
KEY_LENGTH: Final = range(20, 65)
# Only the hash of a version is read for its router: the document is large.
HASH: Final = select(Version.content_hash).where(Version.id == bindparam("version"))


class ClosedError(Exception):
    """The link leads nowhere now; nothing tells whether it ever did, but to who has answered by it."""

    def __init__(self, *, has_answered: bool = False) -> None:
        super().__init__()
        self.has_answered = has_answered


class PausedError(Exception):
    """The wave pauses: nobody begins, no page is shown. `resumes_on` is the day that is told."""

    def __init__(self, wave: Wave, *, has_begun: bool) -> None:
        super().__init__()
        self.resumes_on = wave.resumes_on
        self.has_begun = has_begun


@dataclass
class Visit:
    """One request of a respondent; `token` and `unit` are what the link says, empty where it says nothing."""

    session: Session
    wave: Wave
    invitation: Invitation | None
    token: str
    client_key: str
    is_new_key: bool
    response: Response | None
    router: Router
    language: str
    unit: str
    today: date
    seed: int = 0
    opened: bool = False
    seat: str = ""  # at a kiosk: the key in the address

    @property
    def is_over(self) -> bool:
        """Whether the response was submitted or screened out."""
        return self.response is not None and self.response.state != ResponseState.OPEN

    def way(self) -> Way:
        """Decide the way for what is known of the respondent so far."""
        over = self.response if self.is_over else None
        today = self.today if over is None or over.day is None else over.day
        return self.router.way(self._answers()._replace(today=today, seed=self.seed))

    def _answers(self) -> Answers:
        if self.response is not None:
            return responses.answers_of(self.session, self.response)
        known = self.invitation.known if self.invitation is not None else None
        if known is None:
            return Answers()
        return Answers(account={name: value for name, value in values_of(known).items() if value})

    def names(self, way: Way) -> dict[str, str]:
        """Give what the holes in texts are filled with."""
        settings = {name: value for name, value in self.wave.settings.items() if isinstance(value, dict)}
        return piped_names(self.router.document, way.seen, settings, self.language, self._unit())

    @property
    def unit_code(self) -> str:
        """The code of the respondent's unit, or what the link says of it."""
        return next(iter(self._unit()), self.unit)

    def _unit(self) -> dict[str, dict[str, str]]:
        """Give the name of the respondent's unit by its code, where it is known."""
        unit = None
        if self.response is not None:
            unit = self.response.segment.unit if self.response.segment is not None else None
        elif self.invitation is not None and self.invitation.known is not None:
            unit = self.invitation.known.unit
        return {unit.code: unit.name} if unit is not None else {}

    def open(self, now: datetime) -> Response:
        """Give the response of this browser, made if need be; a unit that nobody knows is left out."""
        if self.response is None:
            segment = {"unit": self.unit} if self.unit else None
            try:
                self.response = self._opened(segment, now)
            except SurveyError as error:
                if error.problem != Problem.UNIT_UNKNOWN:
                    raise
                self.response = self._opened(None, now)
            self.opened = True
        return self.response

    def _opened(self, segment: Mapping[str, str] | None, now: datetime) -> Response:
        return responses.open_response(
            self.session,
            self.wave,
            client_key=self.client_key,
            language=self.language,
            invitation=self.invitation,
            segment=segment,
            now=now,
            seed=self.seed,
            channel=KIOSK if self.seat else "",
        )

    def take_back(self) -> None:
        """Forget what was done since the last commit, a response that was opened too."""
        self.session.rollback()
        if self.opened:
            self.response, self.opened = None, False


def key_name(wave: Wave) -> str:
    """Give the name under which a browser keeps its key for a wave, where the link is a public one."""
    return f"r_{wave.public_key}"


def seed_name(wave: Wave, token: str) -> str:
    """Give the name under which a browser keeps the seed of a response that it has not opened yet."""
    return f"o_{token_hash(token)[:16] if token else wave.public_key}"


def _seed(wave: Wave, token: str, response: Response | None, keys: Mapping[str, str]) -> int:
    """Give what random orders come from: that of the response, or what the first page was shown with."""
    if response is not None:
        return response.seed or 0
    kept = keys.get(seed_name(wave, token), "")
    return int(kept) % SEEDS if SEED.fullmatch(kept) else secrets.randbelow(SEEDS)


def find_visit(
    session: Session,
    *,
    public_key: str = "",
    token: str = "",
    unit: str = "",
    keys: Mapping[str, str],
    language: str,
    now: datetime,
    today: date | None = None,
) -> Visit:
    """Find out who asks; a finished response is still found, so that its receipt can be shown again.

    That of an anonymous personal link is found until the settling.

    Parameters
    ----------
    public_key, token, unit
        What the link says: the key of a public wave or the token of an invitation, and a unit's code.
    keys
        What the browser keeps, by name (:func:`key_name`). A personal link decides alone whose
        questionnaire it is: on any device, and whoever used that device before.
    language
        The wanted one; the questionnaire's first where it is not spoken.
    today
        The day where the installation is; that of `now` if it is not given.

    Raises
    ------
    ClosedError
        The link cannot be used, without telling why.
    PausedError
        The wave pauses, and nobody has begun by this link; whoever has may send the page they have open.
    """
    invitation = find_invitation(session, token) if token else None
    wave = _wave(session, public_key, token, invitation)
    if wave is None:
        raise ClosedError
    kept, usable = token, True
    if invitation is not None:
        response = links.response_of(session, wave, invitation)
        if invitation.state not in LIVE and (response is None or response.state == ResponseState.OPEN):
            raise ClosedError(has_answered=invitation.state == InvitationState.USED)
    else:
        kept = keys.get(key_name(wave), "")
        usable = len(kept) in KEY_LENGTH
        response = responses.find_response(session, wave, kept) if usable else None
    if response is None and wave.is_paused(now):
        raise PausedError(wave, has_begun=False)
    if response is None and not wave.is_open(now):
        raise ClosedError
    content_hash = session.scalars(HASH, {"version": wave.version_id}).one()
    router = publishing.router_of(content_hash, lambda: publishing.load_document(wave.version))
    return Visit(
        session=session,
        wave=wave,
        invitation=invitation,
        token=token,
        client_key=kept if usable else secrets.token_urlsafe(24),
        is_new_key=not usable,
        response=response,
        router=router,
        language=language_of(router.document, language),
        seed=_seed(wave, token, response, keys),
        unit=unit if response is None and UNIT.fullmatch(unit) else "",
        today=today or now.date(),
    )


def _wave(session: Session, public_key: str, token: str, invitation: Invitation | None) -> Wave | None:
    if token:
        return session.get(Wave, invitation.wave_id) if invitation is not None else None
    wave = waves.find_wave(session, public_key)
    return wave if wave is not None and wave.access == Access.PUBLIC else None
