"""Resamples of one sample, with what its kind of interval needs beside the draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from csi_model.answers import sampling
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution
from csi_model.inference import kinds
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import spread
from csi_model.inference.making import from_draws
from csi_model.options import Progress
from csi_model.resampling.bootstrap import bootstrap
from csi_model.resampling.draws import Draws
from csi_model.resampling.estimator import LARGE, Estimator
from csi_model.resampling.jackknife import jackknife
from csi_model.resampling.nested import bootstrap_t


@dataclass(frozen=True)
class Resampled:
    """Draws and the kind of interval they serve.

    Attributes
    ----------
    kind : {"percentile", "bca", "studentised"}
        What was asked for, unless a caution says otherwise.
    errors : Draws or None
        Standard errors of the draws, for studentised intervals (`nested.bootstrap_t`).
    shares : Draws or None
        The sampling units' shares in the estimates, for BCa intervals (`jackknife.jackknife`).
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

    @cached_property
    def usable(self) -> Mask:
        """Which draws have a solution."""
        return self.draws.usable

    def of(self, name: str) -> F64:
        """Give one field of the draws that have a solution, (n_usable, ...)."""
        return np.asarray(getattr(self.draws, name)[self.usable])

    def percentiles(self, drawn: F64, point: F64, level: float) -> Figure:
        """Give what is no field of the draws its percentile interval; `drawn` has a row for each draw."""
        return from_draws(point, drawn[self.usable], level=level, df=self.df)

    def derived(self, drawn: F64, point: F64, level: float, shares: F64 | None) -> Figure:
        """Give what is computed from the draws its interval, BCa where these are and `shares` are given.

        p is by the draws, as percentiles have it; standard errors of draws there are none, so that no
        interval is studentised.
        """
        if self.usable.sum() < 2:
            return figure(point, level=level)
        if self.kind != "bca" or shares is None:
            return self.percentiles(drawn, point, level)
        kept = drawn[self.usable]
        low, high = kinds.ends(kept, point, kind="bca", df=self.df, level=level, shares=shares)
        return replace(self.percentiles(drawn, point, level), low=low, high=high)

    def figure(self, name: str, point: F64, level: float) -> Figure:
        """Give one field with its interval around the sample's estimate; p is by its standard error."""
        drawn = self.of(name)
        error = spread(drawn)
        low, high = kinds.ends(
            drawn,
            point,
            kind=self.kind,
            df=self.df,
            level=level,
            errors=None if self.errors is None else getattr(self.errors, name)[self.usable],
            shares=None if self.shares is None else getattr(self.shares, name),
        )
        return figure(point, error, low, high, kinds.against_zero(point, error), level=level)


def resampled(estimator: Estimator, progress: Progress | None = None) -> Resampled:
    """Draw resamples for the kind of interval asked for, or for the best that the sample allows.

    Raises
    ------
    DataError
        All respondents are of one cluster.
    """
    sample, wanted = estimator.sample, estimator.options.interval
    units, strata = sample.units, sample.strata
    sampling.check(units)
    names = () if strata is None else strata.names
    cautions = sampling.cautions(units, names, are_clusters=sample.clusters is not None)
    if estimator.is_large and wanted != "percentile":
        message = f"Above {LARGE} respondents intervals are percentile intervals."
        cautions.append(Caution("percentile-used", message, about=(f"n = {len(sample)}",)))
    if estimator.is_large or wanted == "percentile":
        draws = bootstrap(estimator, progress)
        return Resampled(draws, "percentile", cautions=tuple(cautions), df=units.df)
    jackknifed = jackknife(estimator)
    if wanted == "studentised" and (units.draws(2) > 0).all():
        draws, errors = bootstrap_t(estimator, jackknifed, progress=progress)
        return Resampled(draws, "studentised", errors, cautions=tuple(cautions), df=units.df)
    if wanted == "studentised":
        message = "A stratum has two units only, too few for studentised intervals: they are BCa."
        cautions.append(Caution("bca-used", message, about=_of_two(estimator.sample)))
    draws = bootstrap(estimator, progress)
    return Resampled(draws, "bca", shares=jackknifed, cautions=tuple(cautions), df=units.df)


def _of_two(sample: Sample) -> tuple[str, ...]:
    """Name the strata of two sampling units; pooled ones each by its own name."""
    units = sample.units
    small = (units.draws(2) <= 0)[units.stratum][units.member]
    return sample.strata.where(small).present if sample.strata is not None else (f"n = {len(units.stratum)}",)
