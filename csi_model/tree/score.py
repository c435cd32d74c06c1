"""The tree score of results, with its interval, and over waves with frozen weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import Caution
from csi_model.estimation.estimated import Estimated
from csi_model.inference.figures import USUAL, Figure, figure
from csi_model.inference.making import from_draws, from_normal
from csi_model.inference.means import weighted_means
from csi_model.resampling.plan import Resampled
from csi_model.specify import ModelSpec
from csi_model.tree import weights
from csi_model.tree.weights import TreeWeights, branches, slope, tree_points


def tree_weights(result: Estimated, how: str | Mapping[str, Any]) -> TreeWeights:
    """Give the weights of the tree: ``equal``, ``effects``, or experts' judgements (`weights.by_experts`).

    Raises
    ------
    SpecificationError
        As `weights.by_experts` and `weights.by_effects` say.
    """
    spec = result.spec
    if how == weights.EQUAL:
        return weights.equal(spec)
    if how == weights.EFFECTS:
        return weights.by_effects(spec, result.estimates.points_per_point, result.estimates.shares[0])
    return weights.by_experts(spec, how)


def tree_score(result: Estimated, made: TreeWeights) -> Figure:
    r"""Give the tree score with its interval, the weights held fixed.

    Notes
    -----
    .. math:: T = \sum_j v_j P_j, \quad P_j = \sum_d u_{jd} D_{jd}, \quad D_{jd} = \sum_i t_{di} s_i

    with :math:`100 - P_j` where more of a construct is worse. The interval is :math:`T \pm t \sqrt{g' C g}`
    with C the covariance of the questions' points over the run's resamples (of a covariance model, of their
    means), g their slopes, and t by the degrees of freedom of the sample. A group, whose resamples are gone,
    has the same one as the wave that it is.
    """
    spec, level = result.spec, result.options.level
    covariance = _covariance(result)
    if covariance is None:
        point = tree_points(spec, made.shares(spec), result.points.indicators[0])
        return figure(point, n=result.n_used, level=level)
    return _of_means(spec, made, result.points.indicators[0], covariance, level, result.df)


def _of_means(
    spec: ModelSpec, made: TreeWeights, means: F64, covariance: F64, level: float, df: float = np.inf
) -> Figure:
    """Give the tree score of questions' points; those of no weight in it need none."""
    shares = made.shares(spec)
    own, lean = np.flatnonzero(shares), slope(spec, shares)
    point = tree_points(spec, shares, np.where(shares > 0, means, 0.0))
    error = np.sqrt(lean[own] @ covariance[np.ix_(own, own)] @ lean[own])
    return from_normal(point, error, level=level, df=df)


def tree_document(result: Estimated, how: str | Mapping[str, Any]) -> dict[str, Any]:
    """Give the tree score of a result and of its groups, with all weights, as plain values.

    Weights by effects are those of the whole for groups too; ``re_estimated`` beside them lets each resample
    weigh anew, so that its interval holds what the weights do not know.
    """
    made = tree_weights(result, how)
    found = _plain(result, made) | {"weights": levels(result, made)}
    if made.kind == weights.EFFECTS and result.resampled is not None:
        found["re_estimated"] = _re_estimated(result, made, result.resampled).plain("points")
    found["groups"] = {
        name: None if group is None else _plain(group, made) for name, group in result.groups.items()
    }
    return found | {"cautions": [caution.plain() for caution in made.cautions]}


def follow_tree(
    waves: Mapping[str, Estimated | tuple[F64, F64]],
    base: Estimated,
    name: str,
    how: str | Mapping[str, Any] | None,
    reworded: Mapping[str, Sequence[str]],
) -> tuple[dict[str, Any] | None, tuple[Caution, ...]]:
    """Follow the tree score with the base wave's weights, as plain values; waves are samples of their own.

    Parameters
    ----------
    waves : mapping of wave to result, in order of time
        Of one without a result: its questions' points and their covariance.
    base, name
        The result of the base wave, and how the wave is called.
    how
        As `tree_weights` takes it; None for no tree score.
    reworded
        Wave → questions worded anew from there on: a change across one of the tree is none.
    """
    if how is None:
        return None, ()
    made, spec = tree_weights(base, how), base.spec
    codes, shares = spec.indicator_ids, made.shares(spec)
    held = {code for code, share in zip(codes, shares, strict=True) if share > 0}
    rows: list[dict[str, Any]] = []
    before: Figure | None = None
    for wave, known in waves.items():
        if isinstance(known, Estimated):
            now = tree_score(known, made)
        else:
            now = _of_means(spec, made, *known, base.options.level)
        change = None
        if before is not None and not held & set(reworded.get(wave, ())):
            error = np.sqrt(now.se**2 + before.se**2)
            change = from_normal(now.value - before.value, error, level=now.level).plain()
        rows.append({"wave": wave, **now.plain("points"), "change": change})
        before = now
    return {"kind": made.kind, "base": name, "waves": rows}, made.cautions


def levels(result: Estimated, made: TreeWeights) -> dict[str, Any]:
    """Give the weights of a tree by level, each with the points it weighs."""
    spec, points = result.spec, result.points
    shares = made.shares(spec)
    constructs: dict[str, Any] = {}
    for branch in branches(spec, made.constructs > 0):
        name = spec.construct_ids[branch.construct]
        own = constructs.setdefault(
            name,
            {
                "weight": float(made.constructs[branch.construct]),
                "turned": spec.constructs[branch.construct].valence < 0,
                "dimensions": {},
            },
        )
        own["dimensions"][branch.name] = {
            "weight": made.dimensions[branch.name],
            "questions": {
                spec.indicator_ids[row]: {
                    "weight": float(made.indicators[row]),
                    "share": float(shares[row]),
                    "points": float(points.indicators[0, row]),
                }
                for row in branch.rows
            },
        }
    return constructs


def _plain(result: Estimated, made: TreeWeights) -> dict[str, Any]:
    consistency = {"consistency": dict(made.consistency)} if made.kind == weights.EXPERT else {}
    asked = USUAL if result.has_interval("constructs") else ()
    points: dict[str, Any] = tree_score(result, made).plain("points", asked)
    return {"kind": made.kind} | points | consistency


def _re_estimated(result: Estimated, made: TreeWeights, drawn: Resampled) -> Figure:
    spec = result.spec
    effect = weights.raising(spec, drawn.of("points_per_point"))
    with np.errstate(invalid="ignore", divide="ignore"):
        effect = effect / effect.sum(axis=1, keepdims=True)  # nan where a resample has no effect at all
    shares = effect[:, spec.home] * drawn.of("shares")
    point = tree_points(spec, made.shares(spec), result.points.indicators[0])
    found = tree_points(spec, shares, drawn.of("indicators"))
    return from_draws(point, found, level=result.options.level, df=drawn.df, n=result.n_used)


def _covariance(result: Estimated) -> F64 | None:
    """Give the sampling covariance of the questions' points without resamples, where it is known."""
    if result.covariance is None or result.estimator is None:
        return result.indicator_covariance
    if result.level_covariance is not None:
        return result.level_covariance
    sample = result.estimator.sample
    units = None if sample.clusters is None else sample.clusters.number
    return weighted_means(sample.points, sample.weights, units)[1]
