"""Second-order constructs and interactions: models that take two stages, on batches of moments.

Stage one fits the first-order constructs. Their scores are linear in the answers, so stage two needs no
scores at all: its "items" are linear combinations, and their covariances follow from those of the answers.
An interaction's score is the product of two standardised scores, hence linear in the products of their
indicators; `augment` appends these products as columns, so that batches of resamples stay batches.

References
----------
Second order: Sarstedt, Hair, Cheah, Becker and Ringle (2019), Australasian Marketing Journal 27(3), 197-211
(disjoint two-stage; repeated indicators). Interaction: Henseler and Chin (2010), Structural Equation
Modeling 17(1), 82-109 (two-stage, recommended there).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.pls import algorithm
from csi_model.pls.products import own, product
from csi_model.pls.steps import regress
from csi_model.specify import Construct, ModelSpec


@dataclass(frozen=True)
class Stage:
    """One stage's design; `columns` are the places of its constructs in the whole model."""

    block_mask: NDArray[np.bool_]
    path_matrix: NDArray[np.bool_]
    modes: tuple[str, ...]
    columns: NDArray[np.int64]
    is_plain: bool = True


def solve_one(moments: Moments, spec: ModelSpec, scheme: str, center: F64 | None) -> algorithm.Solution:
    """Fit one sample; raise as `algorithm.solve_one` does instead of giving ``nan``."""
    solution = solve(moments, spec, scheme, center)
    check_one(solution, moments, spec)
    return solution


def check_one(solution: algorithm.Solution, moments: Moments, spec: ModelSpec) -> None:
    """Raise as `algorithm.solve_one` does where the fit of one sample is none."""
    corr = own(moments, spec).corr[0]
    algorithm.check_formative(corr, spec)
    algorithm.check_solution(solution, corr, spec)


def solve(
    moments: Moments, spec: ModelSpec, scheme: str = "path", center: F64 | None = None
) -> algorithm.Solution:
    """Fit any model to batches of moments.

    Parameters
    ----------
    moments
        Of the indicators, followed by the products of `augment` where the model has interactions.
    center : ndarray of shape (n_indicators,), optional
        The sample means that `augment` used.

    Returns
    -------
    Solution
        Over all constructs of `spec`. Loadings and weights refer to the indicators; an interaction has
        loadings and no weights. Components have no paths; their weights stand in `components`.
    """
    return solve_scores(moments, spec, scheme, center)[0]


def solve_scores(
    moments: Moments, spec: ModelSpec, scheme: str = "path", center: F64 | None = None
) -> tuple[algorithm.Solution, F64]:
    """Fit as `solve` does and say how scores come about.

    Returns
    -------
    Solution
    ndarray of shape (n_batch, n_columns, n_constructs)
        Standardised scores are deviations of the columns of the moments from their means times these.
    """
    p = len(spec.indicator_ids)
    if spec.is_plain:
        solution = algorithm.solve(moments.corr, spec, scheme)
        sd = np.sqrt(np.einsum("bii->bi", moments.cov))
        return solution, np.where(spec.block_mask, solution.weights, 0.0) / sd[:, :, None]
    first = first_stage(spec)
    with np.errstate(all="ignore"):
        solved = algorithm.solve(Moments(moments.mean[:, :p], moments.cov[:, :p, :p]).corr, first, scheme)
        weights = np.zeros((len(moments.mean), p, len(spec.constructs)))
        weights[:, :, first.columns] = solved.weights
        items, second = second_stage(spec, moments, weights, center)
        covariance = np.swapaxes(items, 1, 2) @ moments.cov @ items
        sd = np.sqrt(np.einsum("bii->bi", covariance))
        ended = algorithm.solve(covariance / (sd[:, :, None] * sd[:, None, :]), second, scheme)
        return _join(spec, moments, weights, items / sd[:, None, :], second, ended, solved)


def _repeats(construct: Construct) -> bool:
    return bool(construct.components) and construct.approach == "repeated"


def first_stage(spec: ModelSpec) -> Stage:
    """First-order constructs; a path of a second-order construct holds for each component.

    A construct of repeated indicators takes part and is tied to its components: they lead to it where it
    is formative (mode B), it leads to them where it is reflective.
    """
    place = spec.place
    stands_for = {
        construct.id: construct.components
        if construct.components and not _repeats(construct)
        else (construct.id,)
        for construct in spec.constructs
        if not construct.product
    }
    matrix = np.zeros_like(spec.path_matrix)
    for source, target in spec.paths:
        for origin in stands_for.get(source, ()):
            for end in stands_for[target]:
                matrix[place[end], place[origin]] = True
    for construct in spec.constructs:
        if _repeats(construct):
            _tie(matrix, construct, place)
    kept = [
        number
        for number, construct in enumerate(spec.constructs)
        if construct.indicators or _repeats(construct)
    ]
    return _stage(spec, spec.block_mask[:, kept], matrix, kept)


def _tie(matrix: NDArray[np.bool_], construct: Construct, place: dict[str, int]) -> None:
    for part in construct.components:
        if construct.mode == "B":
            matrix[place[construct.id], place[part]] = True
        else:
            matrix[place[part], place[construct.id]] = True


def _stage(spec: ModelSpec, block: NDArray[np.bool_], matrix: NDArray[np.bool_], kept: list[int]) -> Stage:
    modes = tuple(spec.modes[number] for number in kept)
    return Stage(block, matrix[np.ix_(kept, kept)], modes, np.array(kept, dtype=np.int64))


def second_stage(spec: ModelSpec, moments: Moments, weights: F64, center: F64 | None) -> tuple[F64, Stage]:
    """Items of stage two as combinations of the columns of the moments, and its design."""
    p = len(spec.indicator_ids)
    n_batch, width = moments.mean.shape
    sd = np.sqrt(np.einsum("bii->bi", moments.cov[:, :p, :p]))
    parts = [
        name
        for construct in spec.constructs
        if construct.components and not _repeats(construct)
        for name in construct.components
    ]
    kept = [n for n, construct in enumerate(spec.constructs) if construct.id not in parts]
    combined, members = [], []
    for number in kept:
        construct = spec.constructs[number]
        if construct.product:
            found = [product(spec, construct, moments, weights / sd[:, :, None], center)]
        elif construct.components and not _repeats(construct):
            found = [weights[:, :, spec.place[part]] / sd for part in construct.components]
        else:
            unit = np.eye(p)
            found = [
                np.broadcast_to(unit[row], (n_batch, p)) for row in np.flatnonzero(spec.block_mask[:, number])
            ]
        combined += found
        members += [number] * len(found)
    items = np.zeros((n_batch, width, len(combined)))
    for column, combination in enumerate(combined):
        items[:, : combination.shape[1], column] = combination
    matrix = spec.path_matrix.copy()
    for construct in spec.constructs:
        if _repeats(construct):
            _tie(matrix, construct, spec.place)
    block = np.array([[member == number for number in kept] for member in members])
    return items, _stage(spec, block, matrix, kept)


def _join(
    spec: ModelSpec,
    moments: Moments,
    weights: F64,
    items: F64,
    second: Stage,
    ended: algorithm.Solution,
    first: algorithm.Solution,
) -> tuple[algorithm.Solution, F64]:
    """Put the stages together over all constructs of the model; give the coefficients of scores too."""
    p = len(spec.indicator_ids)
    sd = np.sqrt(np.einsum("bii->bi", moments.cov[:, :p, :p]))
    scores = np.zeros((len(weights), moments.mean.shape[1], len(spec.constructs)))
    scores[:, :p] = weights / sd[:, :, None]
    scores[:, :, second.columns] = items @ ended.weights
    weights = scores[:, :p] * sd[:, :, None]
    weights[:, :, [n for n, c in enumerate(spec.constructs) if c.product]] = 0.0
    crossed = moments.cov @ scores
    construct_corr = np.swapaxes(scores, 1, 2) @ crossed
    paths = np.zeros_like(construct_corr)
    r_squared = np.zeros(construct_corr.shape[:2])
    columns = second.columns
    paths[:, columns[:, None], columns] = ended.paths
    paths *= spec.path_matrix
    r_squared[:, columns] = ended.r_squared
    joined = algorithm.Solution(
        weights,
        crossed[:, :p] / sd[:, :, None],
        construct_corr,
        paths,
        r_squared,
        first.iterations + ended.iterations,
        first.converged & ended.converged,
        component_weights(spec, construct_corr),
    )
    return joined, scores


def component_weights(spec: ModelSpec, construct_corr: F64) -> F64:
    """Weights of standardised component scores in each second-order score, from their correlations."""
    found = np.zeros_like(construct_corr)
    for number, construct in enumerate(spec.constructs):
        if construct.components:
            parts = np.array([spec.place[part] for part in construct.components])
            found[:, parts, number] = regress(construct_corr, parts, number)
    return found
