"""What people say of a draft's questions while they try it: about a question, a page, and the whole."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys.document.questionnaire import Section
from surveys.models import PilotComment, Response, Wave

LONGEST: Final = 2000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PAGE: Final = "page."
# Asked on the last page: whether it was too long, in one of these words; what was unclear; what is missing.
LENGTHS: Final = ("right", "longish", "long")
LENGTH, UNCLEAR, MISSING = ABOUT = ("about.length", "about.unclear", "about.missing")


class Comment(NamedTuple):
    """What somebody wrote about a place: a question's code, `PAGE` and a section's, or one of `ABOUT`."""

    place: str
    text: str


def places_of(section: Section) -> tuple[str, ...]:
    """Give what can be commented on a page: its questions, and itself."""
    return (*(question.code for question in section.questions), f"{PAGE}{section.code}")


def keep(session: Session, response: Response, written: Mapping[str, str]) -> None:
    """Keep what was written, by place; an empty text takes back what stood there."""
    clean = {place: CONTROL.sub("", text).strip()[:LONGEST] for place, text in written.items()}
    if clean.get(LENGTH, "") not in LENGTHS:
        clean.pop(LENGTH, None)
    own = (PilotComment.wave_id == response.wave_id, PilotComment.response_id == response.id)
    session.execute(
        delete(PilotComment).where(*own, PilotComment.place.in_(clean)),
        execution_options={"synchronize_session": "fetch"},
    )
    session.add_all(
        PilotComment(wave_id=response.wave_id, response_id=response.id, place=place, text=text)
        for place, text in clean.items()
        if text
    )
    session.flush()


def of_response(session: Session, response: Response) -> dict[str, str]:
    """Give what one person wrote so far, by place."""
    query = select(PilotComment.place, PilotComment.text).where(
        PilotComment.wave_id == response.wave_id, PilotComment.response_id == response.id
    )
    return {place: text for place, text in session.execute(query)}  # noqa: C416


def of_wave(session: Session, wave: Wave) -> list[Comment]:
    """Give everything that was written; the order tells nothing of who wrote what."""
    query = select(PilotComment.place, PilotComment.text).where(PilotComment.wave_id == wave.id)
    return sorted(Comment(*row) for row in session.execute(query))
