"""What a batch of resamples gives: every figure of the model, a row a resample."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.measures import effects, points, reliability
from csi_model.measures.importance import importance
from csi_model.pls import items as measurement
from csi_model.pls.algorithm import Solution
from csi_model.specify import ModelSpec


class Draws(NamedTuple):
    """Estimates of many resamples (first axis); ``nan`` rows failed.

    `importance_constructs`, `importance_dimensions`, `importance_indicators` are index points per point.
    """

    constructs: F64
    dimensions: F64
    indicators: F64
    shares: F64
    construct_shares: F64
    weights: F64
    loadings: F64
    paths: F64
    total_effects: F64
    points_per_point: F64
    importance_constructs: F64
    importance_dimensions: F64
    importance_indicators: F64
    r_squared: F64
    alpha: F64
    rho_a: F64
    rho_c: F64
    ave: F64
    htmt: F64

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which of them have a solution."""
        scored = np.isfinite(self.constructs).any(axis=0)
        return np.asarray(np.isfinite(self.constructs[:, scored]).all(axis=1) & scored.any())


def describe(moments: Moments, spec: ModelSpec, solution: Solution, common: F64 | None = None) -> Draws:
    """Give every estimate of batches of fits; a fit that failed has ``nan``.

    Points, shares and importance are by the `common` question shares, where there are any.
    """
    with np.errstate(all="ignore"):
        items, home = measurement.items(spec, moments, solution), spec.home_mask
        scored = points.points(spec, moments.level, moments.cov, solution.weights)
        if common is not None:
            scored = points.by_common_weights(spec, scored, common)
        total = effects.total_effects(solution.paths)
        unstandardised = effects.points_per_point(total, scored.sd)
        lifts = importance(spec, unstandardised, scored.construct_shares)
        return Draws(
            np.where(solution.converged[:, None], scored.constructs, np.nan),
            scored.dimensions,
            np.where(solution.converged[:, None], scored.indicators, np.nan),
            scored.shares,
            scored.construct_shares,
            np.where(home, solution.weights, 0.0).sum(axis=2),
            np.where(home, solution.loadings, 0.0).sum(axis=2),
            solution.paths,
            total,
            unstandardised,
            *lifts,
            solution.r_squared,
            reliability.alpha_standardised(items.corr, items.block),
            reliability.rho_a(items.corr, items.weights, items.block),
            reliability.rho_c(items.loadings, items.block),
            reliability.ave(items.loadings, items.block),
            measurement.ratio(spec, items),
        )


def flat(draws: Draws) -> F64:
    """Give all figures of draws side by side, (n_draws, n_figures)."""
    return np.concatenate([field.reshape(len(field), -1) for field in draws], axis=1)


def shaped(figures: F64, like: Draws) -> Draws:
    """Undo `flat`; `like` has the shapes of the fields."""
    ends = np.cumsum([field[0].size for field in like])[:-1]
    parts = np.split(figures, ends, axis=1)
    return Draws(
        *(part.reshape(len(part), *field.shape[1:]) for part, field in zip(parts, like, strict=True))
    )


def join(parts: list[Draws]) -> Draws:
    """Put chunks of draws together."""
    return Draws(*(np.concatenate(field) for field in zip(*parts, strict=True)))
