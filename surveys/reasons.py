"""Reasons that people write for what they decide."""

from typing import Final

from surveys.errors import Problem, SurveyError
from surveys.signs import CONTROL

SHORTEST: Final = 3
LONGEST: Final = 1000


def require(reason: str) -> None:
    """Refuse a reason that says nothing, or that `check` refuses."""
    if len(reason.strip()) < SHORTEST:
        raise SurveyError(Problem.DECISION_REASON, limit=LONGEST)
    check(reason)


def check(reason: str) -> None:
    """Refuse a reason that is too long, or holds signs that turn round what stands beside them."""
    if len(reason.strip()) > LONGEST or CONTROL.search(reason):
        raise SurveyError(Problem.DECISION_REASON, limit=LONGEST)
