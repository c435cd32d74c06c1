"""Who was offered which options of choices and rankings: their packed answers do not tell."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing.matrix import Beside
from surveys.asking.answers import Answers
from surveys.asking.pages import Item
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED
from surveys.collecting.segments import values_of
from surveys.logic.tree import Value
from surveys.models import Segment
from surveys.questions.base import Question
from surveys.questions.choice import codes_of


class Varying(NamedTuple):
    """A question whose options vary and have no marks of their own, and what the options are stored as."""

    item: Item
    values: Mapping[str, int]

    @property
    def name(self) -> str:
        """The column that tells its offers."""
        return f"{self.item.code}.offered"


def varying_in(router: Router) -> list[Varying]:
    """Give the choices and rankings of which an option has a condition; of marks, each tells it itself."""
    questions = router.document.by_code
    items = (item for page in router.pages.values() for item in page.items)
    return [
        Varying(item, codes_of(question.offered()))
        for item in items
        if item.choices
        and not all(choice.slot for choice in item.choices)
        and isinstance(question := questions[item.code], Question)
    ]


def accounts_of(session: Session, segment_ids: NDArray[np.int64]) -> list[dict[str, Value]]:
    """Give for each respondent what the customer file said, as conditions knew it."""
    distinct, place = np.unique(segment_ids, return_inverse=True)
    found = {
        segment.id: {name: value for name, value in values_of(segment).items() if value}
        for segment in session.scalars(select(Segment).where(Segment.id.in_(distinct.tolist())))
    }
    known: list[dict[str, Value]] = [dict(found.get(ident, {})) for ident in distinct.tolist()]
    return [known[at] for at in place.tolist()]


def offers(
    router: Router,
    varying: Sequence[Varying],
    codes: Sequence[str],
    answers: NDArray[np.int16],
    beside: Sequence[Beside],
    accounts: Sequence[Mapping[str, Value]],
) -> dict[str, list[tuple[str, ...]]]:
    """Give by question, for each respondent, the options offered, in the questionnaire's order.

    They follow from the answers and the customer file by the conditions; what was chosen was offered. Nothing
    was where the question was not asked.

    Parameters
    ----------
    codes, answers
        The slots, and the packed answers (n, p).
    beside, accounts
        Of each respondent what stands beside them, and what the customer file said.
    """
    found: dict[str, list[tuple[str, ...]]] = {each.item.code: [] for each in varying}
    for row, (texts, seed, day), account in zip(answers.tolist(), beside, accounts, strict=True):
        values = dict(zip(codes, row, strict=True))
        way = router.way(Answers(values, texts, account, day, seed or 0))
        for item, stored in varying:
            chosen = {values[slot] for slot in item.slots}
            asked = chosen != {NOT_ASKED} and not item.is_filed(account)
            left_out = way.left_out.get(item.code, frozenset())
            found[item.code].append(
                tuple(code for code, value in stored.items() if code not in left_out or value in chosen)
                if asked
                else ()
            )
    return found
