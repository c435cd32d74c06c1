"""What people said of a frozen draft, counted question by question; nobody's answers are told together."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.asking.pages import Item
from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, RESERVED, SKIPPED
from surveys.collecting import responses
from surveys.collecting.packing import layout_of
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState

FEWEST: Final = 3  # people from whose minutes a middle is told


@dataclass
class Tally:
    """One question, or one row of a grid: how many were asked it, and what they did.

    `values` has for each stored answer of it (its slot) how often each value was given.
    """

    code: str
    asked: int = 0
    answered: int = 0
    dont_know: int = 0
    not_applicable: int = 0
    skipped: int = 0
    values: dict[str, Counter[int]] = field(default_factory=dict)

    def mean(self, slot: str) -> float:
        """Give the mean of a slot that somebody answered."""
        return fmean(self.values[slot].elements())

    def middle(self, slot: str) -> float:
        """Give the median of a slot that somebody answered."""
        return float(median(self.values[slot].elements()))


@dataclass
class PageTally:
    """One page: who sent it, who came to it and sent no more, and the seconds of those who sent it.

    Seconds are measured by the browser; one without JavaScript measures none.
    """

    code: str
    sent: int = 0
    left: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def minutes(self) -> float | None:
        """The middle of the minutes; None from fewer than `FEWEST` people."""
        return median(self.seconds) / 60 if len(self.seconds) >= FEWEST else None


@dataclass
class Counted:
    """Everything that is told of a pilot; `standing` is what counts, by slot, a number a response."""

    began: int
    complete: int
    screened: int
    pages: dict[str, PageTally]
    items: dict[str, Tally]
    standing: dict[str, NDArray[np.int64]]
    minutes: float | None

    @property
    def unfinished(self) -> int:
        """Who has not come to an end, so far."""
        return self.began - self.complete - self.screened


def counted(session: Session, wave: Wave, router: Router) -> Counted:
    """Count what people said of a pilot, unfinished or not."""
    pages = {code: PageTally(code) for code in router.pages}
    items = {item.code: Tally(item.code) for page in router.pages.values() for item in page.items}
    layout = layout_of(session, wave.version_id, check=True)
    states: Counter[str] = Counter()
    taken, whole = [], []
    for response in session.scalars(select(Response).where(Response.wave_id == wave.id)):
        states[response.state] += 1
        way = router.way(responses.answers_of(session, response))
        taken.append([way.standing.get(code, NOT_ASKED) for code in layout.codes])
        sent = _sent(response, way)
        for code, tenths in zip(layout.sections, response.timings.tolist(), strict=True):
            if code in sent and tenths:
                pages[code].seconds.append(tenths / 10)
        for code in sent:
            pages[code].sent += 1
            for item in router.pages[code].items:
                if item.code in way.shown[code]:
                    _count(items[item.code], item, way)
        if response.state == ResponseState.COMPLETE and response.timings.any():
            whole.append(float(response.timings.sum()) / 600)
        elif response.state == ResponseState.OPEN:
            at = way.after(response.section or None) or way.gap() or next(reversed(way.shown), None)
            if at is not None:
                pages[at].left += 1
    answers = np.array(taken, dtype=np.int64).reshape(-1, len(layout.codes))
    return Counted(
        sum(states.values()),
        states[ResponseState.COMPLETE],
        states[ResponseState.SCREENED],
        pages,
        items,
        dict(zip(layout.codes, answers.T, strict=True)),
        median(whole) if len(whole) >= FEWEST else None,
    )


def _sent(response: Response, way: Way) -> list[str]:
    """Give the pages that somebody has gone on from, of those that their answers lead to."""
    last = response.section
    if not last:
        return []
    shown = list(way.shown)
    if response.state == ResponseState.COMPLETE:
        return shown
    place = {code: number for number, code in enumerate(shown)}
    return shown[: place[last] + 1] if last in place else []


def _count(tally: Tally, item: Item, way: Way) -> None:
    stored = {slot: way.standing.get(slot, NOT_ASKED) for slot in item.slots}
    said = {slot: value for slot, value in stored.items() if value not in RESERVED}
    if stored and all(value == NOT_ASKED for value in stored.values()):
        return
    tally.asked += 1
    if said or any(name in way.texts for name in item.fields):
        tally.answered += 1
        for slot, value in said.items():
            tally.values.setdefault(slot, Counter())[value] += 1
    elif DONT_KNOW in stored.values():
        tally.dont_know += 1
    elif NOT_APPLICABLE in stored.values():
        tally.not_applicable += 1
    elif SKIPPED in stored.values() or item.fields:
        tally.skipped += 1
