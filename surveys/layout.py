"""Where a version's answers stand in the packed array, and the splicing of a page into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys.answers import NOT_ASKED
from surveys.errors import Problem, SurveyError
from surveys.models import Version

MAX_TENTHS = 65535


@dataclass(frozen=True)
class Layout:
    """The packing order of one version: answer codes and section codes."""

    version_id: int
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


def layout_of(session: Session, version_id: int) -> Layout:
    """Give the layout of a version; versions never change, so each is read once a process."""
    known = _KNOWN.setdefault(session.connection().engine, {})
    layout = known.get(version_id)
    if layout is None:
        slots, document = session.execute(
            select(Version.slots, Version.document).where(Version.id == version_id)
        ).one()
        layout = known[version_id] = make_layout(version_id, slots, document)
    return layout


def make_layout(version_id: int, slots: list[dict[str, Any]], document: Mapping[str, Any]) -> Layout:
    """Read the layout from what a version stores."""
    return Layout(
        version_id=version_id,
        codes=tuple(slot["code"] for slot in slots),
        sections=tuple(section["code"] for section in document["sections"]),
    )
