"""Resamples of one sample, with what its kind of interval needs beside the draws."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from csi_model.answers import sampling
from csi_model.answers.moments import Likelihood, MeanReplaced, RandomGroups
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.errors import Caution
from csi_model.inference import kinds
from csi_model.options import Options, Progress
from csi_model.resampling.bootstrap import LARGE, bootstrap
from csi_model.resampling.draws import Draws
from csi_model.resampling.jackknife import jackknife
from csi_model.resampling.nested import bootstrap_t
from csi_model.specify import ModelSpec


class Resampled(NamedTuple):
    """Draws and the kind of interval they serve.

    Attributes
    ----------
    kind : {"percentile", "bca", "studentised"}
        What was asked for, unless a caution says otherwise.
    errors : Draws or None
        Standard errors of the draws, for studentised intervals (`nested.bootstrap_t`).
    shares : Draws or None
        The sampling units' shares in the estimates, for BCa intervals (`influence.jackknife`).
    cautions : of the design
    df : float
        Degrees of freedom of the sample's variances: units less strata, infinite for a plain sample.
    """

    draws: Draws
    kind: str
    errors: Draws | None = None
    shares: Draws | None = None
    cautions: tuple[Caution, ...] = ()
    df: float = np.inf

    def ends(self, name: str, point: F64, usable: NDArray[np.bool_], level: float) -> tuple[F64, F64]:
        """Give the interval ends of one field of `Draws` from the usable draws.

        Percentiles know nothing of how well few units tell the spread: theirs and BCa's level is expanded.
        """
        draws = getattr(self.draws, name)[usable]
        if self.errors is not None:
            return kinds.studentised(draws, point, getattr(self.errors, name)[usable], level)
        wide = kinds.expanded(level, self.df)
        if self.shares is not None:
            return kinds.bca(draws, point, getattr(self.shares, name), wide)
        return kinds.percentile(draws, wide)


class _How(TypedDict):
    scheme: str
    method: str
    jobs: int
    progress: Progress | None


def resampled(
    spec: ModelSpec,
    data: IndicatorMatrix,
    source: MeanReplaced | Likelihood | RandomGroups,
    options: Options,
    progress: Progress | None = None,
) -> Resampled:
    """Draw resamples for the kind of interval asked for, or for the best that the sample allows.

    Raises
    ------
    DataError
        All respondents are of one cluster.
    """
    units = sampling.units_of(data)
    sampling.check(units)
    cautions = sampling.cautions(data, units)
    n, seed = options.bootstrap, options.seed
    how: _How = {
        "scheme": options.scheme,
        "method": options.method,
        "jobs": options.jobs,
        "progress": progress,
    }
    if isinstance(source, RandomGroups) or options.interval == "percentile":
        if options.interval != "percentile":
            message = f"Above {LARGE} respondents intervals are percentile intervals."
            cautions.append(Caution("percentile-used", message))
        draws = bootstrap(spec, data, source, n, seed, **how)
        return Resampled(draws, "percentile", cautions=tuple(cautions), df=units.df)
    jackknifed = jackknife(spec, data, source, options.scheme, options.method)
    if options.interval == "studentised" and (units.draws(2) > 0).all():
        draws, errors = bootstrap_t(spec, data, source, n, seed, jackknifed, **how)
        return Resampled(draws, "studentised", errors, cautions=tuple(cautions), df=units.df)
    if options.interval == "studentised":
        message = "A stratum has two units only, too few for studentised intervals: they are BCa."
        cautions.append(Caution("bca-used", message))
    draws = bootstrap(spec, data, source, n, seed, **how)
    return Resampled(draws, "bca", shares=jackknifed[0], cautions=tuple(cautions), df=units.df)
