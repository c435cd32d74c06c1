"""Which waves asked a part of a questionnaire, and how many answers carry it."""

from collections.abc import Collection
from functools import cached_property
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.analysing.matrix import load_matrix
from surveys.models import Response, StoredQuestionnaire, Version, Wave
from surveys.models.collection import Purpose, ResponseState


class Affected(NamedTuple):
    """How many official waves asked something, and how many complete answers they have."""

    waves: int
    answers: int


class Asked:
    """What the official waves of a questionnaire asked, up to a version."""

    def __init__(self, session: Session, code: str, number: int) -> None:
        self._session = session
        wanted = (
            select(Wave)
            .join(Wave.version)
            .join(StoredQuestionnaire)
            .where(StoredQuestionnaire.code == code, Version.number <= number)
            .where(Wave.purpose == Purpose.OFFICIAL)
        )
        self.waves = list(session.scalars(wanted))

    @cached_property
    def _answers(self) -> dict[int, int]:
        count = (
            select(Response.wave_id, func.count())
            .where(Response.wave_id.in_([wave.id for wave in self.waves]))
            .where(Response.state == ResponseState.COMPLETE)
        )
        return {wave: n for wave, n in self._session.execute(count.group_by(Response.wave_id))}  # noqa: C416

    @cached_property
    def whole(self) -> Affected:
        """All of these waves."""
        return self._of(self.waves)

    def of(self, codes: Collection[str]) -> Affected:
        """Give the waves that asked one of these questions or rows."""
        return self._of([wave for wave in self.waves if self._slots(wave, codes)])

    def carrying(self, question: str, option: str, value: int, *, floor: int) -> int | None:
        """Count the answers that chose an option, to two digits; None where they are fewer than `floor`."""
        found = 0
        for wave in self.waves:
            slots = self._slots(wave, {question})
            marks = [each for each in slots if each == f"{question}.{option}"]
            if slots:
                stored = load_matrix(self._session, wave, marks or slots, segments=False).stored
                found += int(np.count_nonzero(np.any(stored == (1 if marks else value), axis=1)))
        if found < floor:
            return None
        step = 10 ** max(len(str(found)) - 2, 0)
        return int(round(found / step) * step)

    def _of(self, waves: list[Wave]) -> Affected:
        return Affected(len(waves), sum(self._answers.get(wave.id, 0) for wave in waves))

    @staticmethod
    def _slots(wave: Wave, codes: Collection[str]) -> list[str]:
        return [
            str(slot["code"])
            for slot in wave.version.slots
            if {slot["code"], slot["question"]} & {*codes} and slot["kind"] != "state"
        ]
