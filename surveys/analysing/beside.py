"""What a file tells besides packed answers: days and numbers as written, and orders that were random."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.analysing.matrix import Beside
from surveys.asking.chance import ordered
from surveys.codes import NOT_ASKED
from surveys.document.questionnaire import Questionnaire
from surveys.questions.reading import GIVEN


class Shuffled(NamedTuple):
    """Rows, options or sections in random order: their column, what holds them, their codes, those that keep
    their places, and for some of them the slot that tells whether they were shown.
    """

    name: str
    parent: str
    codes: tuple[str, ...]
    fixed: frozenset[str]
    slots: Mapping[str, str]


def shuffled_in(document: Questionnaire) -> list[Shuffled]:
    """Give all that stands in random order in a questionnaire."""
    stored = {slot.code for slot in document.slots}
    found: dict[str, Shuffled] = {}
    for question in document.questions():
        if question.is_shuffled:
            rows, name = question.subquestions(), question.code
            parts = rows or question.offered()
            slots = {part.code: part.code if rows else f"{name}.{part.code}" for part in parts}
            found[f"{name}.order"] = Shuffled(
                f"{name}.order",
                name,
                tuple(part.code for part in parts),
                frozenset(part.code for part in parts if part.fixed),
                {code: slot for code, slot in slots.items() if slot in stored},
            )
    for group in document.groups():
        if len(group) > 1:
            name, codes = group[0].shuffle or "", tuple(section.code for section in group)
            number = sum(each.parent == name for each in found.values())
            column = f"{name}{number + 1 if number else ''}.order"
            found[column] = Shuffled(column, name, codes, frozenset(), {})
    return list(found.values())


def orders(
    shuffled: Shuffled,
    beside: Sequence[Beside],
    codes: Sequence[str],
    answers: NDArray[np.int16],
    offered: Sequence[Collection[str]] | None = None,
) -> list[str]:
    """Write for each respondent the codes in the order shown, those that were asked; empty if unknown.

    `offered`: what each was offered, where the slots do not tell.
    """
    places = {code: codes.index(slot) for code, slot in shuffled.slots.items()}
    found = []
    for row, each in enumerate(beside):
        shown = (
            ordered(each.seed, shuffled.parent, shuffled.codes, shuffled.fixed)
            if each.seed is not None
            else []
        )
        found.append(
            " ".join(
                code
                for code in shown
                if (code not in places or answers[row, places[code]] != NOT_ASKED)
                and (offered is None or code in offered[row])
            )
        )
    return found


def with_written(
    texts: NDArray[np.str_],
    answers: NDArray[np.int16],
    written: Mapping[str, int],
    beside: Sequence[Beside],
) -> NDArray[np.str_]:
    """Put what is written beside packed answers (n, p) into their columns; `written`: field → column."""
    if not written or not len(texts):
        return texts
    columns = [*written.values()]
    values = np.array([[each.texts.get(field, "") for field in written] for each in beside], dtype=np.str_)
    whole = texts.astype(np.result_type(texts, values))
    whole[:, columns] = np.where(answers[:, columns] == GIVEN, values, "")
    return whole
