"""What a run stores beside the index and never inside it: net promoter score, customer effort."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import csi_model
from surveys.analysing.matrix import AnswerMatrix
from surveys.document.questionnaire import Questionnaire

PROMOTION, EFFORT = "promotion", "effort"
COMPANIONS = (PROMOTION, EFFORT)


def beside_the_index(
    document: Questionnaire, answers: AnswerMatrix, roles: Mapping[str, str], options: csi_model.Options
) -> dict[str, dict[str, Any]]:
    """Give the companions that a wave rated, by question; where answers cannot carry one, a note says why."""
    rated = (each for question in document.questions() for each in question.rated(document.scales))
    ends = {each.code: each.ends for each in rated}
    found = {}
    for role in COMPANIONS:
        code = roles.get(role)
        if code is None or code not in ends or code not in answers.question_codes:
            continue
        column = answers.column(code)
        try:
            made = _promotion(column, options) if role == PROMOTION else _effort(column, ends[code], options)
        except csi_model.DataError as error:
            made = {"value": None, "n": int(np.isfinite(column).sum()), "note": error.plain()}
        found[code] = made
    return found


def _promotion(column: Any, options: csi_model.Options) -> dict[str, Any]:
    found = csi_model.net_promoter(column, floor=options.floor, level=options.level)
    score: dict[str, Any] = found.score.plain()
    return score | {"n": found.n, "shares": found.shares.plain()}


def _effort(column: Any, ends: tuple[float, float], options: csi_model.Options) -> dict[str, Any]:
    low, high = map(int, ends)
    found = csi_model.boxes(column, low=low, high=high, floor=options.floor, level=options.level)
    mean: dict[str, Any] = found.mean.plain()
    return mean | {"n": found.n, "top": found.top.plain(), "bottom": found.bottom.plain()}
