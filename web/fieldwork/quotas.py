"""The quotas of a questionnaire on the page of a wave: how far they are filled, and their limits as sent."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from surveys.collecting import cells
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.logic.reading import parse
from surveys.models import Wave
from web import readers
from web.i18n import choose
from web.naming import Naming

MOST: Final = 10_000_000
FIELD: Final = "quota-"


class Shown(NamedTuple):
    """One quota as the page shows it; `sent` is what stands in its field."""

    code: str
    sentence: str
    most: int | None
    taken: int | None
    sent: str


class RefusedError(Exception):
    """What was sent for one quota cannot be its limit."""

    def __init__(self, code: str, refusal: SurveyError | None) -> None:
        super().__init__(code)
        self.code, self._refusal = code, refusal

    def text(self, language: str) -> str:
        """Say why."""
        if self._refusal is not None:
            return self._refusal.text(language)
        return Problem.ANSWER_NUMBER.text(language, low=0, high=MOST)


def shown(session: Session, wave: Wave, sent: Mapping[str, str]) -> list[Shown]:
    """Give the quotas of the wave's questionnaire with whom each counts, in words."""
    if not wave.version.document.get("quotas"):
        return []
    version = wave.version
    document = publishing.router_of(version.content_hash, lambda: publishing.load_document(version)).document
    naming = Naming(document, choose())
    sentences = {quota.code: naming.sentence(parse(quota.when)) for quota in document.quotas}
    return [
        Shown(
            code,
            sentences[code],
            most,
            taken,
            sent.get(f"{FIELD}{code}", "" if most is None else str(most)),
        )
        for code, most, taken in cells.filled(session, wave)
    ]


def limits_of(session: Session, wave: Wave) -> dict[str, int | None]:
    """Give the limits as they stand."""
    return {each.code: each.most for each in cells.filled(session, wave)}


def set_sent(session: Session, wave: Wave, sent: Mapping[str, str]) -> None:
    """Set the limits that were sent and differ from those that stand; a field that is not sent stays.

    Raises
    ------
    RefusedError
        One of them is no whole number, or more are counted already.
    SurveyError
        The wave is closed or counts no quotas, or its questionnaire has none that was sent.
    """
    wanted: dict[str, int | None] = {}
    standing = limits_of(session, wave)
    for name in sent:
        if not name.startswith(FIELD):
            continue
        code, text = name.removeprefix(FIELD), sent[name].strip()
        limit = readers.number(text, high=MOST)
        if text and limit is None:
            raise RefusedError(code, None)
        if code not in standing or limit != standing[code]:
            wanted[code] = limit
    for code, limit in wanted.items():
        try:
            cells.set_limits(session, wave, {code: limit})
        except SurveyError as refusal:
            if refusal.problem is not Problem.QUOTA_BELOW:
                raise
            raise RefusedError(code, refusal) from refusal
