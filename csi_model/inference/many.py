"""Looking many times: Holm's correction, and how much many estimates differ beyond chance."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from csi_model.arrays import F64, I64
from csi_model.errors import DataError
from csi_model.inference.checks import check_standard_errors


def holm(p: F64) -> F64:
    """Correct p-values for looking many times, by Holm's step-down.

    Parameters
    ----------
    p : ndarray of shape (n,)
        ``nan`` entries (not tested) stay ``nan`` and do not count.

    Returns
    -------
    ndarray of shape (n,)
        Adjusted p-values, at most 1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    p, order = _sorted(p)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted


def benjamini_hochberg(p: F64) -> F64:
    """Correct p-values so that at most that share of what is called more than chance is chance.

    Parameters
    ----------
    p : ndarray of shape (n,)
        ``nan`` entries (not tested) stay ``nan`` and do not count.

    Returns
    -------
    ndarray of shape (n,)
        Adjusted p-values, at most 1.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    p, order = _sorted(p)
    adjusted = np.full(p.shape, np.nan)
    steps = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return adjusted


def _sorted(p: F64) -> tuple[F64, I64]:
    """Give the p-values, checked, and the places of those that were tested, the smallest first."""
    p = np.asarray(p, float)
    tested = np.flatnonzero(~np.isnan(p))
    if ((p[tested] < 0) | (p[tested] > 1)).any():
        raise DataError("A p-value lies outside 0 to 1.", code="p-value", remedy="Give probabilities.")
    return p, tested[np.argsort(p[tested], kind="stable")]


def between_variance(points: F64, standard_errors: F64) -> float:
    """Variance of true unit levels beyond sampling error, by restricted maximum likelihood.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_units,)

    Returns
    -------
    float
        Squared points, zero where the units differ no more than sampling error explains.

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30:261-293, section 2.5.
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    variance = standard_errors**2

    def minus_twice_log_likelihood(between: float) -> float:
        precision = 1 / (variance + between)
        centre = (precision @ points) / precision.sum()
        return float(
            np.log(variance + between).sum() + np.log(precision.sum()) + precision @ (points - centre) ** 2
        )

    spread = float(np.var(points, ddof=1)) if len(points) > 1 else 0.0
    if spread == 0:
        return 0.0
    found = optimize.minimize_scalar(
        minus_twice_log_likelihood, bounds=(0, 4 * spread), method="bounded", options={"xatol": 1e-9 * spread}
    )
    at_zero = minus_twice_log_likelihood(0.0) if (variance > 0).all() else np.inf
    return 0.0 if at_zero <= found.fun else float(found.x)


def satterthwaite(variance: F64, df: float, other: F64, other_df: float) -> F64:
    r"""Degrees of freedom of the variance of a difference of two independent figures.

    Parameters
    ----------
    variance, other : ndarray
        Variances of the two, of one shape.
    df, other_df : float
        Their degrees of freedom; infinite where they are known.

    Notes
    -----
    .. math:: \nu = (v_1 + v_2)^2 / (v_1^2/\nu_1 + v_2^2/\nu_2)

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114.
    """
    share = variance**2 / df + other**2 / other_df
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(share > 0, (variance + other) ** 2 / share, np.inf))
