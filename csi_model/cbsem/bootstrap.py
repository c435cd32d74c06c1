"""Bootstrap of the covariance model's estimates: percentile and bias-corrected intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from csi_model.answers.sampling import drawn_rows
from csi_model.arrays import F64
from csi_model.cbsem.data import GroupData
from csi_model.cbsem.discrepancy import Likelihood
from csi_model.cbsem.moments import by_pattern
from csi_model.cbsem.optimise import Objective, Optimum, optimise
from csi_model.cbsem.results import CbsemResult
from csi_model.cbsem.saturated import saturated
from csi_model.cbsem.standard_errors import inverse
from csi_model.errors import ConvergenceError, SpecificationError
from csi_model.inference import kinds, seeds
from csi_model.inference.figures import Figure, figure
from csi_model.options import LEVEL


@dataclass(frozen=True)
class ParameterBootstrap:
    """Replicates of the free parameters, (n_ok, n_free), and what failed.

    ``influence`` (n, n_free) is each respondent's pull on the estimates, for the acceleration of BCa.
    """

    names: tuple[str, ...]
    estimates: F64
    replicates: F64
    failed: int
    seed: int
    influence: F64

    @property
    def se(self) -> F64:
        """Standard deviations of the replicates."""
        return kinds.spread(self.replicates)

    def figure(self, level: float = LEVEL, kind: Literal["percentile", "bca"] = "percentile") -> Figure:
        """All free parameters with errors and intervals, (n_free,), as of all other draws (`kinds.ends`)."""
        ends = kinds.ends(self.replicates, self.estimates, kind=kind, level=level, shares=self.influence)
        return figure(self.estimates, self.se, *ends, level=level)


def refit(result: CbsemResult, answers: Sequence[GroupData]) -> Optimum:
    """Fit a likelihood model to other answers of each group, from its own estimates.

    Raises
    ------
    ConvergenceError, numpy.linalg.LinAlgError
        No maximum, or no covariance matrix, in these answers.
    """
    drawn = []
    for group, part in zip(answers, result.objective.parts, strict=True):
        patterns = by_pattern(group.values, group.weights)
        free = saturated(patterns, tolerance=1e-6)
        own = isinstance(part, Likelihood) and part.mean is not None
        drawn.append(Likelihood(patterns, free.logl, free.mean if own else None))
    objective = Objective(result.structure, drawn)
    return optimise(objective, result.theta, tolerance=1e-8, most=100, polish=False, rescue=False)


def refits(
    result: CbsemResult, groups: Sequence[GroupData], n_resamples: int, seed: int
) -> tuple[list[Optimum], int]:
    """Fit to resamples of the answers in groups, clusters whole; give those fitted and how many were not.

    Raises
    ------
    ConvergenceError
        More than half of the resamples could not be fitted.
    """
    found: list[Optimum] = []
    for child in seeds.spawned(seed, n_resamples):
        rng = seeds.of_child(child)
        try:
            drawn = [own.drawn(drawn_rows(own.clusters, len(own.values), rng)) for own in groups]
            found.append(refit(result, drawn))
        except (ConvergenceError, np.linalg.LinAlgError):
            continue
    failed = n_resamples - len(found)
    if len(found) < max(2, n_resamples // 2):
        raise ConvergenceError(
            f"{failed} of {n_resamples} resamples could not be fitted.",
            code="bootstrap-failed",
            remedy="Simplify the model or give more respondents.",
        )
    return found, failed


def bootstrap(result: CbsemResult, n_resamples: int, *, seed: int) -> ParameterBootstrap:
    """Draw respondents (clusters whole) with replacement within groups and fit again from the estimates.

    Parameters
    ----------
    result : CbsemResult
        Of ML or MLR, complete or FIML.
    n_resamples : int
    seed : int
        Resample k depends on the seed and k alone.

    Raises
    ------
    SpecificationError
        The estimator is not a likelihood.
    ConvergenceError
        More than half of the resamples could not be fitted.
    """
    structure = result.structure
    parts = [part for part in result.objective.parts if isinstance(part, Likelihood)]
    if len(parts) != len(result.objective.parts) or n_resamples < 2:
        raise SpecificationError(
            "Parameters are resampled for likelihood estimators, at least twice.",
            code="bootstrap-estimator",
            remedy="Use estimator='ML' or 'MLR' and two resamples or more.",
        )
    found, failed = refits(result, result.data, n_resamples, seed)
    bread = inverse(result.objective.observed(result.theta))
    pulls = []
    for k, part in enumerate(parts):
        moments, jacobian = structure.moments(k, result.theta)
        pulls.append(part.scores(moments) @ jacobian @ bread)
    return ParameterBootstrap(
        structure.names,
        result.theta,
        np.array([each.theta for each in found]),
        failed,
        seed,
        np.concatenate(pulls),
    )
