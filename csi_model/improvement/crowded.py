"""What is left of a straight relation where answers crowd at the ends of their scales."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from csi_model.arrays import F64

POINTS = 200  # of the standard normal distribution, each of the same share
MOST, LEAST = 0.99, 0.1  # correlations: no line is steeper; below, all flatten it alike


def left_of_a_line(x: tuple[F64, F64], y: tuple[F64, F64], together: float) -> tuple[float, float]:
    r"""Give the slopes below and above the middle that a line of slope 1 would be seen with.

    Parameters
    ----------
    x, y : pairs of arrays of shape (n_categories,)
        Shares of a driver's and an outcome's categories, in order, and their normal scores.
    together
        Mean product of both scores.

    Returns
    -------
    pair of float
        1 and 1 where both are fine-grained. Where many gave the outcome's highest answer, who is above the
        middle of the driver can hardly rise: there less than 1 is left.

    Notes
    -----
    Two normal variables of correlation :math:`\rho` are cut into these categories; :math:`\rho` is the one
    that gives the scores this product (a polychoric correlation by moments). The slopes of the categories'
    scores, divided by :math:`\rho`, are what cutting leaves of a line.

    References
    ----------
    Olsson, Drasgow and Dorans (1982), Psychometrika 47, 337-347 (what cutting one of two variables leaves of
    their correlation).
    """
    at = (np.arange(POINTS) + 0.5) / POINTS
    normal = ndtri(at)
    score = x[1][_category(x[0], at)]
    design = np.stack([np.ones(POINTS), np.minimum(score, 0.0), np.maximum(score, 0.0)], axis=1)

    def expected(rho: float) -> F64:
        latent = rho * normal[:, None] + np.sqrt(1 - rho**2) * normal
        return np.asarray(y[1][_category(y[0], ndtr(latent))].mean(axis=1))

    def lack(rho: float) -> float:
        return float(score @ expected(rho)) / POINTS - together

    if lack(MOST) <= 0 or lack(-MOST) >= 0:
        rho = float(np.copysign(MOST, together))
    else:
        rho = float(brentq(lack, -MOST, MOST, xtol=1e-3))
    if abs(rho) < LEAST:
        rho = float(np.copysign(LEAST, rho))
    slopes = np.linalg.lstsq(design, expected(rho), rcond=None)[0][1:] / rho
    return float(slopes[0]), float(slopes[1])


def _category(shares: F64, at: F64) -> np.ndarray:
    ends = np.cumsum(shares)
    return np.minimum(np.searchsorted(ends, at), len(shares) - 1)
