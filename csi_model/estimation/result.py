"""What an estimation gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from csi_model.answers.moments import Moments
from csi_model.errors import Caution
from csi_model.estimation import by_covariance, weight_effect
from csi_model.measures.points import Points
from csi_model.options import Options
from csi_model.pls import items as measurement
from csi_model.pls.algorithm import Solution
from csi_model.resampling.draws import Draws, describe
from csi_model.resampling.plan import Resampled
from csi_model.specify import ModelSpec

Interval = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Result:
    """Everything estimated from one sample; arrays as in `pls.Solution`, a batch of one.

    A group's result keeps the intervals (`summary`) and the number of failed draws, not the draws: those of
    hundreds of groups would fill the memory.
    """

    spec: ModelSpec
    options: Options
    moments: Moments
    solution: Solution
    points: Points
    resampled: Resampled | None
    n_respondents: int
    n_used: int
    cautions: tuple[Caution, ...]
    groups: Mapping[str, Result | None] = field(default_factory=dict)
    covariance: by_covariance.Fitted | None = None
    summary: Mapping[str, Interval | None] = field(default_factory=dict)
    failed: int = 0
    interval_kind: str = "percentile"
    weighting: weight_effect.WeightEffect | None = None

    @cached_property
    def estimates(self) -> Draws:
        """The sample's estimates in the same shape as the draws, one row."""
        return describe(self.moments, self.spec, self.solution)

    @cached_property
    def items(self) -> measurement.Items:
        """What measures each construct: questions, and component scores for the second order."""
        return measurement.items(self.spec, self.moments, self.solution)

    @property
    def draws(self) -> Draws | None:
        """Estimates of the resamples, where they are kept."""
        return None if self.resampled is None else self.resampled.draws

    @property
    def n_failed(self) -> int:
        """Resamples without a solution."""
        return self.failed if self.draws is None else int((~self._usable).sum())

    def without_draws(self) -> Result:
        """Give the result with its intervals but without the draws they come from."""
        if self.draws is None:
            return self
        summary = {name: self.interval(name) for name in Draws._fields}
        return replace(self, resampled=None, summary=summary, failed=self.n_failed)

    @cached_property
    def _usable(self) -> NDArray[np.bool_]:
        if self.draws is None:
            return np.zeros(0, dtype=bool)
        return np.asarray(np.isfinite(self.draws.constructs[:, self.spec.scored]).all(axis=1))

    @cached_property
    def _intervals(self) -> dict[str, Interval | None]:
        return {}

    def interval(self, name: str) -> Interval | None:
        """Give standard errors and interval ends of one field of `Draws`, or None where there are none."""
        if name not in self._intervals:
            self._intervals[name] = self._interval(name)
        return self._intervals[name]

    def _interval(self, name: str) -> Interval | None:
        point = getattr(self.estimates, name)[0]
        if self.covariance is not None:
            error = self.covariance.errors.get(name)
            if error is None:
                return None
            half = ndtri(0.5 + self.options.level / 2) * error
            return error, point - half, point + half
        if self.resampled is None:
            return self.summary.get(name)
        usable = getattr(self.resampled.draws, name)[self._usable]
        if len(usable) < 2:
            nothing = np.full(point.shape, np.nan)
            return nothing, nothing, nothing
        with np.errstate(invalid="ignore"):
            error = usable.std(axis=0, ddof=1)
        return error, *self.resampled.ends(name, point, self._usable, self.options.level)
