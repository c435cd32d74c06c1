"""Where a version's answers stand in the packed array, and the splicing of a page into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys.codes import NOT_ASKED
from surveys.errors import Problem, SurveyError
from surveys.models import Version

MAX_TENTHS = 65535


class FrameQuestion(NamedTuple):
    """A question that the customer file could answer: the value's name there, and the options' codes."""

    name: str
    code: str
    options: dict[int, str]


@dataclass(frozen=True)
class Layout:
    """The packing order of one version: answer codes and section codes."""

    content_hash: str
    frame: tuple[FrameQuestion, ...]
    codes: tuple[str, ...]
    sections: tuple[str, ...]

    @cached_property
    def position(self) -> dict[str, int]:
        """The place of each answer code."""
        return {code: place for place, code in enumerate(self.codes)}

    @cached_property
    def section_position(self) -> dict[str, int]:
        """The place of each section."""
        return {code: place for place, code in enumerate(self.sections)}

    def empty(self) -> NDArray[np.int16]:
        """Give the answers of someone who was asked nothing yet."""
        return np.full(len(self.codes), NOT_ASKED, dtype=np.int16)

    def no_time(self) -> NDArray[np.uint16]:
        """Give the timings of someone who saw nothing yet."""
        return np.zeros(len(self.sections), dtype=np.uint16)

    def splice(self, answers: NDArray[np.int16], values: Mapping[str, int]) -> NDArray[np.int16]:
        """Set some answers and leave the others as they are; the argument is not changed."""
        spliced = answers.copy()
        for code, value in values.items():
            place = self.position.get(code)
            if place is None:
                raise SurveyError(Problem.ANSWER_UNKNOWN, code=code)
            if not -32768 <= value <= 32767:
                raise SurveyError(Problem.ANSWER_RANGE, code=code, value=value)
            spliced[place] = value
        return spliced

    def add_time(self, timings: NDArray[np.uint16], section: str, seconds: float) -> NDArray[np.uint16]:
        """Add the seconds spent on a section, in tenths; the sum stops at the type's end (1 h 49 min)."""
        place = self.section_position.get(section)
        if place is None:
            raise SurveyError(Problem.SECTION_UNKNOWN, section=section)
        added = timings.copy()
        tenths = int(timings[place]) + round(10 * min(max(seconds, 0.0), MAX_TENTHS))
        added[place] = min(tenths, MAX_TENTHS)
        return added


_KNOWN: WeakKeyDictionary[Engine, dict[int, Layout]] = WeakKeyDictionary()


def layout_of(session: Session, version_id: int, *, check: bool = False) -> Layout:
    """Give the layout of a version; versions never change, so each is read once a process.

    With `check` the content is compared with the database's: a number that was given to a version and
    then taken back with its transaction may come again for another version.
    """
    known = _KNOWN.setdefault(session.connection().engine, {})
    layout = known.get(version_id)
    if layout is not None and check:
        stored = session.scalar(select(Version.content_hash).where(Version.id == version_id))
        layout = layout if stored == layout.content_hash else None
    if layout is None:
        slots, document, content_hash = session.execute(
            select(Version.slots, Version.document, Version.content_hash).where(Version.id == version_id)
        ).one()
        layout = known[version_id] = make_layout(slots, document, content_hash)
    return layout


def make_layout(slots: list[dict[str, Any]], document: Mapping[str, Any], content_hash: str) -> Layout:
    """Read the layout from what a version stores."""
    questions = [question for section in document["sections"] for question in section["questions"]]
    return Layout(
        content_hash=content_hash,
        codes=tuple(slot["code"] for slot in slots),
        sections=tuple(section["code"] for section in document["sections"]),
        frame=tuple(
            FrameQuestion(
                question["account"],
                question["code"],
                {option["value"]: option["code"] for option in question.get("options", ())},
            )
            for question in questions
            if question.get("account")
        ),
    )
