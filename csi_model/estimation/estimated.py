"""What an estimation gives, as its documents and tables read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution
from csi_model.estimation import by_covariance, weight_effect
from csi_model.estimation.told import Told
from csi_model.inference.figures import FEW, INDICATIVE, SHOWN, Figure, figure
from csi_model.inference.making import from_normal
from csi_model.measures.importance import Levels
from csi_model.measures.indirect import ARROW, Routes, routes_of
from csi_model.measures.points import Points
from csi_model.options import Options
from csi_model.pls import items as measurement
from csi_model.pls.algorithm import Solution
from csi_model.resampling.draws import Draws, describe
from csi_model.resampling.estimator import Estimator
from csi_model.resampling.plan import Resampled
from csi_model.specify import ModelSpec

# The names along the axes of each field of `Draws`: of constructs, dimensions or questions.
_CONSTRUCTS, _DIMENSIONS, _QUESTIONS = ("constructs",), ("dimensions",), ("indicators",)
AXES: dict[str, tuple[str, ...]] = dict.fromkeys(Draws._fields, _CONSTRUCTS) | {
    "dimensions": _DIMENSIONS,
    "importance_dimensions": _DIMENSIONS,
    **dict.fromkeys(("indicators", "shares", "weights", "loadings", "importance_indicators"), _QUESTIONS),
    "construct_shares": ("indicators", "constructs"),
    **dict.fromkeys(
        ("paths", "total_effects", "points_per_point", "htmt", "htmt2", "indirect_effects"),
        ("constructs", "constructs"),
    ),
    "specific_effects": ("routes",),
}

# What is computed from the draws' paths, and is no field of them.
INDIRECT = ("indirect_effects", "specific_effects")

# Figures of which it matters how many answered; behind all others stand the rows used.
ANSWERED = ("constructs", "dimensions", "indicators")


@dataclass(frozen=True, repr=False)
class Estimated:
    """Everything estimated from one sample; arrays as in `pls.Solution`, a batch of one.

    Attributes
    ----------
    estimator : Estimator or None
        What it was estimated by; the same with other options serves other calls. None with the resamples.
    n_given, n_used : int
        Respondents given, and those that the model was estimated from.
    answered : Levels
        How many answered each question, and any question of each dimension and construct.
    told : Told
        Who did not answer each question, and why.
    resampled : Resampled or None
        The one set of resamples. The result of a group has none: those of hundreds of groups would fill the
        memory; its `figures` were made before they went.
    figures : mapping of name to Figure
        What `figure` has made, where the resamples are gone.
    kept_covariance, kept_level_covariance, kept_df : ndarray of shape (p, p) or None, float
        `indicator_covariance`, `level_covariance` and `df`, where the resamples are gone.
    common : ndarray of shape (p, n_constructs) or None
        Question shares by which points were made, instead of its own: a group's, those of the whole.
    failed : int
        Resamples without a solution.
    """

    spec: ModelSpec
    options: Options
    moments: Moments
    solution: Solution
    points: Points
    n_given: int
    n_used: int
    answered: Levels
    told: Told
    estimator: Estimator | None = None
    resampled: Resampled | None = None
    cautions: tuple[Caution, ...] = ()
    groups: Mapping[str, Self | None] = field(default_factory=dict)
    covariance: by_covariance.Fitted | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    kept_covariance: F64 | None = None
    kept_level_covariance: F64 | None = None
    kept_df: float = np.inf
    common: F64 | None = None
    failed: int = 0
    interval_kind: str = "percentile"
    weighting: weight_effect.WeightEffect | None = None

    def __repr__(self) -> str:
        """Give a line, not the arrays."""
        place, options = self.spec.place[self.spec.index], self.options
        points = self.points.constructs[0, place]
        groups = f", {len(self.groups)} groups" if self.groups else ""
        return (
            f"<{type(self).__name__}: {self.spec.index} {points:.1f} by {options.method},"
            f" {self.n_used} of {self.n_given} respondents, {options.bootstrap} resamples{groups},"
            f" {len(self.cautions)} caution{'' if len(self.cautions) == 1 else 's'}>"
        )

    @cached_property
    def estimates(self) -> Draws:
        """The sample's estimates in the same shape as the draws, one row."""
        return describe(self.moments, self.spec, self.solution, self.common)

    @cached_property
    def items(self) -> measurement.Items:
        """What measures each construct: questions, and component scores for the second order."""
        return measurement.items(self.spec, self.moments, self.solution)

    def has_interval(self, name: str) -> bool:
        """Whether a field of `Draws` has standard errors and intervals here."""
        if self.covariance is not None:
            return name in self.covariance.errors
        return self.resampled is not None or name in self.figures

    @cached_property
    def routes(self) -> Routes:
        """The specific indirect paths, in the order of `specific_effects`."""
        return routes_of(self.spec.path_matrix)

    def figure(self, name: str) -> Figure:
        """Give a field of `Draws`, htmt2 or one of `INDIRECT`, with what uncertainty there is.

        p is by the standard error, of indirect effects by the draws: products are skewed.
        """
        if name not in self._made:
            self._made[name] = self.figures[name] if name in self.figures else self._figure(name)
        return self._made[name]

    def without_draws(self) -> Self:
        """Give the result with its figures but without the draws they come from."""
        if self.resampled is None:
            return replace(self, estimator=None, kept_level_covariance=self.level_covariance)
        figures = {name: self.figure(name) for name in (*Draws._fields, *INDIRECT)}
        together = self.indicator_covariance
        return replace(
            self,
            estimator=None,
            resampled=None,
            figures=figures,
            kept_covariance=together,
            kept_level_covariance=self.level_covariance,
            kept_df=self.df,
        )

    @property
    def df(self) -> float:
        """Degrees of freedom of the variances of resamples, infinite for a plain sample."""
        return self.kept_df if self.resampled is None else self.resampled.df

    @property
    def indicator_covariance(self) -> F64 | None:
        """Sampling covariance of the questions' points from the resamples, (p, p), where there are any."""
        if self.resampled is None:
            return self.kept_covariance
        drawn = self.resampled.of("indicators")
        return np.atleast_2d(np.cov(drawn, rowvar=False)) if len(drawn) > 1 else None

    @cached_property
    def level_covariance(self) -> F64 | None:
        """Sampling covariance of the questions' points, without resamples; None where no gaps were fitted."""
        if self.estimator is None:
            return self.kept_level_covariance
        return self.estimator.level_covariance()

    @cached_property
    def _made(self) -> dict[str, Figure]:
        return {}

    def _figure(self, name: str) -> Figure:
        level = self.options.level
        if name == "htmt2":
            return self._htmt2(level)
        if name in INDIRECT:
            return self._named(name, self._indirect(self.routes if name == INDIRECT[1] else None, level))
        point: F64 = getattr(self.estimates, name)[0]
        if self.covariance is not None and name in self.covariance.errors:
            found = from_normal(point, self.covariance.errors[name], level=level)
        elif self.resampled is not None:
            found = self.resampled.figure(name, point, level)
        else:
            found = figure(point, level=level)
        return self._named(name, found)

    def _htmt2(self, level: float) -> Figure:
        point = measurement.ratio(self.spec, self.items, "htmt2")[0]
        if self.resampled is None or self.estimator is None:
            return self._named("htmt2", figure(point, level=level))
        drawn = self.estimator.htmt2_of_resamples()
        return self._named("htmt2", self.resampled.percentiles(drawn, point, level))

    def _indirect(self, routes: Routes | None, level: float) -> Figure:
        """Give the products along routes, or all that is indirect between two constructs."""

        def of(part: Draws) -> F64:
            return part.total_effects - part.paths if routes is None else routes.products(part.paths)

        point = of(self.estimates)[0]
        if self.resampled is None:
            return figure(point, level=level)
        sway, moved = self.resampled.shares, None
        if sway is not None:
            moved = of(sway) if routes is None else routes.shares(self.estimates.paths[0], sway.paths)
        return self.resampled.derived(of(self.resampled.draws), point, level, moved)

    def _named(self, name: str, found: Figure) -> Figure:
        n: F64 = getattr(self.answered, name) if name in ANSWERED else np.full(found.value.shape, self.n_used)
        return replace(
            found, n=n.astype(float), state=self._state(found, n), axes=tuple(map(self._names, AXES[name]))
        )

    def _state(self, found: Figure, n: F64) -> NDArray[np.int8]:
        seen = np.where(n < self.options.floor, FEW, np.where(n < self.options.indicative, INDICATIVE, SHOWN))
        return np.where(found.state == SHOWN, seen, found.state).astype(np.int8)

    def _names(self, axis: str) -> tuple[str, ...]:
        if axis == "dimensions":
            return tuple(node.id for _, node in self.spec.dimensions)
        if axis == "routes":
            names = self.spec.construct_ids
            return tuple(ARROW.join(names[place] for place in route) for route in self.routes.places)
        return self.spec.construct_ids if axis == "constructs" else self.spec.indicator_ids


def answered(spec: ModelSpec, sample: Sample) -> Levels:
    """Count who answered each question, and any question of each dimension and construct.

    Behind an interaction stand all.
    """
    there = ~np.isnan(sample.values)
    each = there.sum(axis=0)

    def any_of(mask: Mask) -> F64:
        """Count who answered any question of each column of `mask`: all, where one was answered by all."""
        inside = (np.flatnonzero(column) for column in mask.T)
        return np.array(
            [
                n if (n := each[own].max(initial=0)) == len(sample) else there[:, own].any(axis=1).sum()
                for own in inside
            ],
            dtype=float,
        )

    whole, parts = any_of(spec.block_mask), any_of(spec.dimension_mask)
    return Levels(np.where(spec.scored, whole, len(sample)), parts, each.astype(float))
