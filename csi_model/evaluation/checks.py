"""What makes an effect believable: trends before the measure, regression to the mean, enough units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import Caution
from csi_model.evaluation.panel import Panel
from csi_model.inference.figures import Figure
from csi_model.inference.kinds import critical
from csi_model.inference.many import between_variance

FEW_UNITS = 8
SAME = 1e-10  # of the largest variance: below it waves move as others do, and rounding is left


class ParallelTrends(NamedTuple):
    """Did treated and comparison units move alike before the measure?

    ``p`` (n_figures,) is that of the joint test of the differences in ``waves``, the before-waves but the
    last, ``nan`` where units are too few for one, or none moves; ``detectable`` (n_figures,) the divergence
    in points that the data would have shown with 80 % probability.
    """

    waves: tuple[str, ...]
    p: F64
    detectable: F64


class RegressionToMean(NamedTuple):
    """What the treated units would have gained anyway because they started low by bad luck.

    Both (n_figures,): ``reliability`` 0-1 of the treated units' baselines, ``expected_gain`` in points over
    the comparison units; ``nan`` where answers do not vary, or no unit has two in one wave.
    """

    reliability: F64
    expected_gain: F64


def parallel_trends(by_wave: Figure, steps: F64, before: tuple[str, ...], df: F64) -> ParallelTrends | None:
    r"""Test whether both sides moved alike before the measure; None with fewer than two waves before.

    Notes
    -----
    With d the differences of the arms in the n before-waves but the last, each less that of the last, S their
    covariance over resamples and :math:`\nu` degrees of freedom, :math:`W = d'S^{-1}d` and
    :math:`W (\nu - n + 1) / (n \nu)` is F with n and :math:`\nu - n + 1`. Where waves move as others do, n is
    the rank of S and :math:`S^{-1}` its pseudoinverse. Detectable is
    :math:`(z_{(1 + level) / 2} + z_{0.8}) \max s_t`.

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2:360-378; Roth (2022), AER: Insights 4:305-322.
    """
    n = len(before) - 1
    if n < 1:
        return None
    placebo, p = by_wave.value[:n], np.full(steps.shape[2], np.nan)
    for k, own in enumerate(df.tolist()):
        if not own > n:  # too few units for one, or for any error
            continue
        covariance = np.atleast_2d(np.cov(steps[:, :n, k], rowvar=False))
        spread, along = np.linalg.eigh(covariance)
        kept = spread > SAME * spread[-1]
        if not (rank := int(kept.sum())):
            continue
        wald = float((((placebo[:, k] @ along) ** 2)[kept] / spread[kept]).sum())
        # Hotelling's scaling keeps the joint test honest when units are few.
        p[k] = float(stats.f.sf(wald * (own - rank + 1) / (own * rank), rank, own - rank + 1))
    reach = critical(by_wave.level) + stats.norm.ppf(0.8)
    return ParallelTrends(before[:-1], p, reach * by_wave.se[:n].max(axis=0))


def regression_to_mean(panel: Panel, n_before: int) -> RegressionToMean:
    r"""Expected rebound of treated over comparison units, by figure.

    Notes
    -----
    A unit's baseline is the mean of its before-wave means, with sampling error s. Its reliability is
    :math:`\tau^2 / (\tau^2 + s^2)` with :math:`\tau^2` the true variance between units (REML). A unit's
    expected rebound is (1 - reliability) times its distance to the centre of all units (Barnett, van der
    Pols & Dobson 2005, International Journal of Epidemiology 34:215-220). It matters where units were chosen
    because they scored low. Units count by their fixed weights, as in the effect.
    """
    baseline = panel.means[:, :n_before].mean(axis=1)
    variance = panel.variance[:, :n_before].sum(axis=1) / n_before**2
    reliability, gain = np.full(baseline.shape[1], np.nan), np.full(baseline.shape[1], np.nan)
    for k in np.flatnonzero((variance > 0).all(axis=0)).tolist():
        between = between_variance(baseline[:, k], np.sqrt(variance[:, k]))
        total = between + variance[:, k]
        centre = np.average(baseline[:, k], weights=1 / total)
        rebound = variance[:, k] / total * (centre - baseline[:, k])
        reliability[k] = between / total[panel.treated] @ panel.weights[panel.treated]
        gain[k] = rebound @ np.where(panel.treated, panel.weights, -panel.weights)
    return RegressionToMean(reliability, gain)


def unit_cautions(fewest: int, df: float) -> list[Caution]:
    """Caution where few units carry the effect, or too few for any error (``df`` is ``nan`` then)."""
    if np.isnan(df):
        units = "1 unit" if fewest == 1 else f"{fewest} units"
        text = f"Only {units} on one side: not enough to tell an effect from chance."
    elif fewest < FEW_UNITS:
        text = f"Only {fewest} units on one side: read the interval with care."
    elif df + 1 < FEW_UNITS:
        text = (
            f"The units of one side differ so much in weight that they say no more than {df + 1:.0f} alike."
        )
    else:
        return []
    return [Caution("few-units", text, about=(f"{min(fewest, df + 1):.0f} < {FEW_UNITS}",))]


def trend_cautions(trends: ParallelTrends | None, n_before: int, level: float) -> list[Caution]:
    """Caution where the sides moved apart before, or nothing shows whether they did."""
    if trends is None:
        text = f"With {n_before} before-wave nothing shows whether the sides moved alike before."
        return [Caution("no-trend-check", text, about=(f"{n_before}",))]
    if np.isnan(trends.detectable).all():  # too few units for any error: said of the effect
        return []
    if not np.isfinite(trends.p).all():
        text = (
            f"With so few units and {n_before} before-waves no joint test of trends can be made;"
            " look at the placebo differences themselves."
        )
        return [Caution("no-joint-trend", text, about=(f"{n_before}",))]
    if (trends.p < 1 - level).any():
        text = (
            "Treated and comparison units moved apart before the measure already; the effect may be a trend."
        )
        return [Caution("trends-differ", text, about=(f"p = {np.nanmin(trends.p):.3f}",))]
    return []


def rebound_cautions(effect: Figure, rebound: RegressionToMean) -> list[Caution]:
    """Caution where the effect may be a return to the mean."""
    bound = np.fmax(np.abs(effect.value) / 4, effect.se / 2)
    return [
        Caution(
            "regression-to-mean",
            "If treated units were chosen for their"
            f" {'low' if rebound.expected_gain[k] > 0 else 'high'} score,"
            f" {rebound.expected_gain[k]:+.1f} points beside the {effect.value[k]:+.1f} found would have come"
            " by regression to the mean alone.",
            about=(f"{rebound.expected_gain[k]:+.1f} / {effect.value[k]:+.1f}",),
        )
        for k in np.flatnonzero(np.abs(rebound.expected_gain) > bound).tolist()
    ]
