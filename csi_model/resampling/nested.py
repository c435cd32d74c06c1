"""The nested bootstrap: resamples with a standard error each, for studentised intervals."""

from __future__ import annotations

import numpy as np

from csi_model.answers.sampling import SamplingUnits
from csi_model.arrays import F64, I64
from csi_model.inference import seeds
from csi_model.options import Progress
from csi_model.resampling.bootstrap import in_chunks
from csi_model.resampling.draws import Draws, flat, join, shaped
from csi_model.resampling.estimator import Estimator

INNER = 25  # resamples of each resample
AT_ONCE = 2_000_000  # counts of respondents held at a time


def bootstrap_t(
    estimator: Estimator,
    jackknifed: Draws,
    progress: Progress | None = None,
) -> tuple[Draws, Draws]:
    r"""Draw the resamples of `bootstrap.bootstrap` and give their estimates and their standard errors.

    Parameters
    ----------
    jackknifed
        What `jackknife.jackknife` gives.

    Notes
    -----
    The standard deviation of a few inner estimates is a noisy standard error (14 % for 25). Their linear part
    :math:`L = \sum_u w_u v_u`, with the units' shares v in the sample, has a variance in the resample that
    needs no draws; so each figure is regressed on L over the inner resamples, and

    .. math:: \hat\sigma^{*2} = b^2\,\mathrm{var}^*(L) + s_e^2

    with slope b and residual variance :math:`s_e^2`.

    References
    ----------
    Efron and Tibshirani (1993), section 12.5 (inner bootstrap of 25) and chapter 23 (control functions);
    Davison and Hinkley (1997), sections 5.2 and 9.3 (control methods).
    """
    units, source = estimator.sample.units, estimator.counted
    swayed = flat(jackknifed)

    def chunk(child: np.random.SeedSequence, size: int) -> tuple[Draws, Draws]:
        times = units.draw(size, seeds.of_child(child))
        weights = units.scaled(times)
        moments = source.of_counts(units.respondents(weights))
        found = estimator.of_moments(moments)
        rng = seeds.of_child(child.spawn(1)[0])
        held = max(1, AT_ONCE // (INNER * len(estimator.sample)))
        errors = []
        for start in range(0, size, held):
            now = slice(start, start + held)
            inner = units.scaled(units.redraw(times[now], INNER, rng), 2)
            shape = inner.shape[:2]
            drawn = source.of_counts(units.respondents(inner.reshape(-1, inner.shape[-1])))
            again = flat(estimator.of_moments(drawn)).reshape(*shape, -1)
            exact = linear_variance(units, times[now], swayed)
            errors.append(regressed_error(again, inner @ swayed, exact))
        return found, shaped(np.concatenate(errors), found)

    parts = in_chunks(chunk, estimator.options, progress)
    return join([found for found, _ in parts]), join([errors for _, errors in parts])


def linear_variance(units: SamplingUnits, times: I64, shares: F64) -> F64:
    """Variance of each figure's linear part over all resamples of each resample, (n_resamples, n_figures)."""
    found = np.zeros((len(times), shares.shape[1]))
    for members, size, drawn, again in zip(
        units.strata, units.size, units.draws(), units.draws(2), strict=True
    ):
        share, own = times[:, members] / drawn, shares[members]
        found += size**2 / again * (share @ own**2 - (share @ own) ** 2)
    return np.maximum(found, 0.0)


def regressed_error(figures: F64, linear: F64, exact: F64) -> F64:
    """Standard error of each resample's figures, from inner figures and their linear parts.

    Parameters
    ----------
    figures, linear : ndarray of shape (n_inner, n_resamples, n_figures)
        Figures that are not finite failed and are left out.
    exact : ndarray of shape (n_resamples, n_figures)
        True variance of the linear parts.

    Returns
    -------
    ndarray of shape (n_resamples, n_figures)
        ``nan`` where fewer than three inner figures are left.
    """
    usable = np.isfinite(figures)
    n = usable.sum(axis=0)
    with np.errstate(all="ignore"):
        y = np.where(usable, figures, 0.0)
        x = np.where(usable, linear, 0.0)
        y = np.where(usable, y - y.sum(axis=0) / n, 0.0)
        x = np.where(usable, x - x.sum(axis=0) / n, 0.0)
        power = (x**2).sum(axis=0)
        slope = np.where(power > 0, (x * y).sum(axis=0) / power, 0.0)
        left = ((y - slope * x) ** 2).sum(axis=0) / (n - 2)
        return np.where(n > 2, np.sqrt(slope**2 * exact + left), np.nan)
