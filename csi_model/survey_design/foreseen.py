"""What a model promises before anybody has answered: whether it is identified, and how precise it will be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scipy import stats

from csi_model.specify.model import ModelSpec
from csi_model.survey_design.design import USUAL_SD_POINTS, Design
from csi_model.survey_design.sample_size import answers_needed, half_width

# A single question scatters by this much between customers, an index of several by `USUAL_SD_POINTS`.
ONE_QUESTION_SD = 28.0
SMALLEST_PATH = 0.2
POWER = 0.8
ANSWERS, WANTED = 400, 2.0  # what a wave usually has, and how near the index usually must be
LEVEL_OF_TEST = 0.05


@dataclass(frozen=True)
class Foreseen:
    """A model before fieldwork.

    Attributes
    ----------
    n_constructs, n_paths, n_questions : int
        Its size; interactions and constructs of the second order count as constructs.
    moments, parameters : int
        Variances and covariances of the questions, and what the covariance model estimates from them.
    weak : tuple of str
        Constructs with a single question: their error cannot be told from what they measure.
    is_identified : bool
        Whether the covariance model has one solution: no more parameters than moments and no weak
        construct, since its paths make no circle (Bollen 1989, pp. 93-104, 247, 332). Weighted composites
        (PLS) are computed in any case.
    half_width : float
        Of the index's interval with so many complete `answers`, in points.
    for_index, for_paths : int
        Answers for the half-width that is `wanted`, in points, and for standardised paths of 0.2 and more to
        be found with 80 % power (Kock & Hadaya 2018, inverse square root).
    """

    n_constructs: int
    n_paths: int
    n_questions: int
    moments: int
    parameters: int
    weak: tuple[str, ...]
    is_identified: bool
    answers: int
    half_width: float
    wanted: float
    for_index: int
    for_paths: int


def foresee(spec: ModelSpec) -> Foreseen:
    """Tell what to expect of a model from a simple random sample, before there are any answers.

    The index is taken to scatter as usual, or as a single question where it has but one. Other designs are
    planned by `answers_needed`, `half_width` and their kin.
    """
    index = spec.constructs[spec.place[spec.index]]
    usual = USUAL_SD_POINTS if len(index.indicators) != 1 else ONE_QUESTION_SD
    planned = Design(sd_points=usual)
    weak = tuple(each.id for each in spec.constructs if len(each.indicators) == 1)
    n = len(spec.indicator_ids)
    moments, parameters = n * (n + 1) // 2, sum(_parameters(spec))
    critical = stats.norm.ppf(1 - LEVEL_OF_TEST) + stats.norm.ppf(POWER)
    return Foreseen(
        n_constructs=len(spec.constructs),
        n_paths=len(spec.paths),
        n_questions=n,
        moments=moments,
        parameters=parameters,
        weak=weak,
        is_identified=parameters <= moments and not weak,
        answers=ANSWERS,
        half_width=float(half_width(ANSWERS, planned)),
        wanted=WANTED,
        for_index=int(answers_needed(WANTED, planned)),
        for_paths=math.ceil((critical / SMALLEST_PATH) ** 2),
    )


def _parameters(spec: ModelSpec) -> Iterator[int]:
    """Count what the covariance model estimates: loadings, variances, covariances of sources, paths."""
    measured = [each for each in spec.constructs if each.indicators]
    targets = {target for _, target in spec.paths}
    free = [each for each in measured if each.id not in targets]
    yield sum(len(each.indicators) - 1 for each in measured)
    yield len(spec.indicator_ids)
    yield len(measured)
    yield len(free) * (len(free) - 1) // 2
    yield len(spec.paths)
