"""For how many people of the newest trial each condition of a questionnaire holds."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from surveys.document.conditions import Placed
from surveys.trial import keeping


class Held(NamedTuple):
    """A trial's people, the change of the draft that they answered, and what it counted.

    `counts`: place, field and text of a condition → for how many it holds; a condition that was written since
    is not in it. `never`: places to which nobody came.
    """

    people: int
    change: int
    counts: Mapping[tuple[str, str, str], int]
    never: frozenset[str]

    def of(self, placed: Placed) -> int | None:
        """Tell for how many a condition holds; None where the trial did not know it."""
        return self.counts.get((placed.place, placed.field, placed.text))


def held(session: Session, key: str) -> Held | None:
    """Give what the newest trial of a questionnaire counted; None where there is none that counted it."""
    stored = keeping.newest(session, key)
    result = stored.result if stored is not None else None
    if stored is None or not result or "holds" not in result:
        return None
    counts = {(place, field, text): number for place, field, text, number in result["holds"]}
    return Held(result["people"], stored.change, counts, frozenset(each["place"] for each in result["never"]))
