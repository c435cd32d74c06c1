"""What a questionnaire counts as, by how much of what was asked is answered.

AAPOR, Standard Definitions, 10th ed. 2023, leave the shares to the survey; they are those of most surveys:
from 80 % on complete, from 50 % on partial. Don't know and not applicable are answers. Asked is what stands
on the way that the answers lead to, on pages too that were not reached.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.collecting.packing import Layout
from surveys.document.questionnaire import Questionnaire, Stop
from surveys.logic.holding import evaluate
from surveys.logic.tree import leaves, references
from surveys.models.dispositions import Disposition

ENOUGH: Final = 0.8
HALF: Final = 0.5
NOTHING: Final = frozenset({NOT_ASKED, SKIPPED})
# What counts as answered; estimation takes the first alone unless a run says otherwise.
ANSWERED: Final = (Disposition.COMPLETE, Disposition.PARTIAL)


def of_way(router: Router, way: Way, *, is_sent: bool) -> Disposition:
    """Say what the answers of a way count as."""
    asked = {
        slot
        for page, codes in way.shown.items()
        for item in router.pages[page].items
        if item.code in codes
        for slot in item.slots
    }
    given = {slot for slot in asked if way.standing.get(slot, NOT_ASKED) not in NOTHING}
    if not given and not way.texts:
        return Disposition.BLANK
    scored, satisfying = router.scored
    return _by_share(
        len(asked & scored),
        len(given & scored),
        is_satisfied=not asked & satisfying or bool(given & satisfying),
        is_sent=is_sent,
    )


def of_sent(
    answers: NDArray[np.int16], layout: Layout, scored: Collection[str], satisfying: Collection[str]
) -> list[Disposition]:
    """Say what sent questionnaires (n, p) count as; what was not asked is stored so by then."""

    def counted(codes: Collection[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        block = answers[:, [layout.position[code] for code in codes]]
        asked = block != NOT_ASKED
        return asked.sum(axis=1), (asked & (block != SKIPPED)).sum(axis=1)

    has_answer = ((answers != NOT_ASKED) & (answers != SKIPPED)).any(axis=1)
    asked, given = counted(scored)
    of_satisfaction, satisfied = counted(satisfying)
    return [
        _by_share(int(n), int(k), is_satisfied=bool(good), is_sent=True) if some else Disposition.BLANK
        for n, k, good, some in zip(
            asked, given, (of_satisfaction == 0) | (satisfied > 0), has_answer, strict=True
        )
    ]


def _by_share(asked: int, given: int, *, is_satisfied: bool, is_sent: bool) -> Disposition:
    share = given / asked if asked else float(is_sent)
    if is_sent and share >= ENOUGH and is_satisfied:
        return Disposition.COMPLETE
    return Disposition.PARTIAL if share >= HALF else Disposition.BREAK_OFF


def of_stop(router: Router, page: str, stop: Stop, way: Way) -> Disposition:
    """Say whether a kind end is a refusal, which a question for consent has led to, or screens out.

    Where a condition looks at consent and at other things, its test of consent decides.
    """
    consents = consents_of(router.document)
    condition = next(condition for condition, each in router.pages[page].stops if each == stop)
    named = {each.name.partition(".")[0] for each in references(condition)}
    refuses = bool(named) and named <= consents
    for test in leaves(condition):
        looked_at = {each.name.partition(".")[0] for each in references(test)}
        refuses = refuses or (bool(looked_at & consents) and evaluate(test, way.seen))
    return Disposition.REFUSED if refuses else Disposition.SCREENED


def consents_of(document: Questionnaire) -> frozenset[str]:
    """Give the codes of the questions for consent."""
    return frozenset(question.code for question in document.questions() if question.nature.is_consent)


def counted(by_disposition: Mapping[str | None, int]) -> dict[Disposition, int]:
    """Give the numbers of all dispositions; what was begun before they were kept is a break-off."""
    found = dict.fromkeys(Disposition, 0)
    for name, number in by_disposition.items():
        found[Disposition(name or Disposition.BREAK_OFF)] += number
    return found
