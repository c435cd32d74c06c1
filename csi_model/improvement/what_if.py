"""What the index would gain if some questions were answered better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.estimation.result import Result
from csi_model.improvement.ranking import drawn_of
from csi_model.inference import seeds
from csi_model.inference.checks import check_answers, check_points, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_draws
from csi_model.inference.means import variances, weighted_means
from csi_model.options import LEVEL


def scenario(result: Result, sample: Sample, lifts: Mapping[str, float]) -> WhatIf:
    """Say what the index gains if questions are answered so many points better.

    Parameters
    ----------
    sample
        The answers that `result` was estimated from.
    lifts
        Code of a question → points (of 0-100) by which each answer rises, -100 to 100.

    Raises
    ------
    DataError
        A code that the model does not have, or none at all; a lift that is no number of points.

    See Also
    --------
    what_if.what_if : the formula.
    """
    spec = result.spec
    unknown = [code for code in lifts if code not in spec.indicator_ids]
    if unknown or not lifts:
        raise DataError(
            f"The model has no question {unknown[0]}." if unknown else "No question is to be raised.",
            code="lift",
            remedy=f"Its questions: {', '.join(spec.indicator_ids)}.",
        )
    drawn = drawn_of(result)
    place = spec.place[spec.index]
    return what_if(
        sample.points,
        np.array([lifts.get(code, 0.0) for code in spec.indicator_ids], dtype=float),
        result.figure("importance_indicators").value,
        drawn.of("importance_indicators"),
        index_points=float(result.points.constructs[0, place]),
        weights=sample.weights,
        clusters=None if sample.clusters is None else sample.clusters.number,
        df=drawn.df,
        rng=seeds.generator(result.options.seed, seeds.WHAT_IF),
        level=result.options.level,
        names=spec.indicator_ids,
    )


@dataclass(frozen=True)
class WhatIf:
    """The gain in the index if some questions were answered better.

    Attributes
    ----------
    gain : Figure
        Index points (shape ()).
    by_indicator : Figure
        The part each question brings, (n_indicators,); the parts sum to ``gain``.
    realised : ndarray of shape (n_indicators,)
        How far the mean of each question rises (points): at most the lift, less at the ceiling.
    index_after : float
        Index points after the change.
    cautions : tuple of Caution
    """

    gain: Figure
    by_indicator: Figure
    realised: F64
    index_after: float
    cautions: tuple[Caution, ...] = ()


def what_if(
    points: F64,
    lifts: F64,
    importance_: F64,
    importance_draws: F64,
    *,
    index_points: float,
    weights: F64 | None = None,
    clusters: NDArray[Any] | None = None,
    df: float = np.inf,
    rng: np.random.Generator | None = None,
    level: float = LEVEL,
    names: Sequence[str] | None = None,
) -> WhatIf:
    r"""Say what the index would gain if questions were answered so many points better.

    Parameters
    ----------
    points : ndarray of shape (n_respondents, n_indicators)
        Present answers as points 0-100, ``nan`` missing.
    lifts : ndarray of shape (n_indicators,)
        Points by which each answer shall rise, 0 where nothing is done.
    importance_ : ndarray of shape (n_indicators,)
        Index points per point of each question (level 4 of :func:`measures.importance.importance`).
    importance_draws : ndarray of shape (n_draws, n_indicators)
        The same from bootstrap resamples.
    index_points : float
        Present index.
    clusters : ndarray of shape (n_respondents,), optional
        Sampling units, for the error of the realised rise.
    df : float
        Degrees of freedom of the draws' variances.
    rng : numpy.random.Generator, optional
        With it, the sampling error of the realised rise enters the interval too.
    names : sequence of str, optional
        Codes of the questions for the cautions; positions without them.

    Notes
    -----
    A rise is diminishing at the ceiling: an answer x moves to min(x + d, 100), so a lift of d raises the
    mean by the weighted mean of min(d, 100 - x) only, and a question that everyone rates 100 can bring
    nothing. The index gains :math:`\sum_i \mathrm{importance}_i \cdot r_i(d_i)`, where importance comes
    from the linear structural model: it holds for moderate lifts, and a caution marks lifts beyond one
    standard deviation of the answers.
    """
    points = check_answers(points)
    weights = check_weights(weights, len(points))
    lifts, effect = np.asarray(lifts, float), np.asarray(importance_, float)
    draws = np.asarray(importance_draws, float)
    _check_scenario(points, lifts, effect, draws)
    raised = np.clip(points + lifts, 0, 100) - points
    concerned = np.flatnonzero(lifts != 0)
    realised, error = np.zeros(len(lifts)), np.zeros((len(lifts), len(lifts)))
    cautions = []
    if len(concerned):
        means, covariance = weighted_means(raised[:, concerned], weights, clusters)
        realised[concerned] = means
        error[np.ix_(concerned, concerned)] = covariance
        spread = np.sqrt(variances(points[:, concerned], weights))

        def named(which: NDArray[np.bool_]) -> str:
            return ", ".join(str(k) if names is None else names[k] for k in concerned[which])

        if far := named(np.abs(lifts[concerned]) > np.maximum(spread, 1e-12)):
            text = f"The lift of {far} exceeds a standard deviation of the answers: extrapolated."
            cautions.append(Caution("extrapolated", text, about=(far,)))
        if lost := named(np.abs(means) < 0.8 * np.abs(lifts[concerned])):
            text = f"Answers to {lost} are near the end of the scale; part of the lift cannot happen."
            cautions.append(Caution("ceiling", text, about=(lost,)))
        if idle := named(effect[concerned] == 0):
            text = f"{idle} has no weight, or no path to the index: raising it brings nothing."
            cautions.append(Caution("no-effect", text, about=(idle,)))
    drawn_rise = np.broadcast_to(realised, draws.shape)
    if rng is not None:
        values, vectors = np.linalg.eigh(error)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        drawn_rise = realised + rng.standard_normal(draws.shape) @ root.T
    parts, part_draws = effect * realised, draws * drawn_rise
    total = float(parts.sum())
    after = index_points + total
    if not 0 <= after <= 100:
        text = f"The linear model takes the index to {after:.1f}; it is shown as its end of the scale."
        cautions.append(Caution("beyond-scale", text, about=(f"{after:.1f}",)))
    return WhatIf(
        gain=from_draws(total, part_draws.sum(axis=-1), level=level, df=df),
        by_indicator=from_draws(parts, part_draws, level=level, df=df),
        realised=realised,
        index_after=float(np.clip(after, 0, 100)),
        cautions=tuple(cautions),
    )


def _check_scenario(points: F64, lifts: F64, effect: F64, draws: F64) -> None:
    n = points.shape[1]
    if lifts.shape != (n,) or effect.shape != (n,) or draws.ndim != 2 or draws.shape[1] != n:
        msg = f"{n} questions but lifts {lifts.shape}, importance {effect.shape} and draws {draws.shape}."
        raise DataError(msg, code="shape", remedy="Give one entry per question, 0 for those left alone.")
    if not np.isfinite(lifts).all() or (np.abs(lifts) > 100).any():
        raise DataError("A lift is no number of points up to 100.", code="lift", remedy="Use 5, say.")
    check_points(points, "Answers")
