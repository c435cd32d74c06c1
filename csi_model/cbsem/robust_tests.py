"""Robust tests of fit from slopes and curvature at the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.standard_errors import inverse


class Projected(NamedTuple):
    """Browne's sandwich and both traces of ``U Gamma``."""

    covariance: F64
    trace: float
    trace_square: float


def browne(
    jacobians: Sequence[F64],
    weights: Sequence[F64],
    gammas: Sequence[F64],
    shares: Sequence[float],
    n: float,
) -> Projected:
    """Robust covariance of estimates and the traces of ``U Gamma``, from moments alone (MLM, WLSMV).

    Parameters
    ----------
    jacobians, weights, gammas : sequences, one entry a group
        ``Delta``, the weight of one respondent, and n times the covariance of the sample moments.
    shares : sequence of float
        Each group's share of the respondents.
    n : float
        What the covariance is divided by.

    References
    ----------
    Browne (1984), BJMSP 37; Satorra & Bentler (1994); Muthen (1993).
    """
    information = sum(
        (f * (d.T @ w @ d) for f, d, w in zip(shares, jacobians, weights, strict=True)),
        start=np.zeros((jacobians[0].shape[1], jacobians[0].shape[1])),
    )
    bread = inverse(information)
    meat = np.zeros_like(bread)
    blocks = []
    for f, d, w, g in zip(shares, jacobians, weights, gammas, strict=True):
        pull = w @ d
        meat += f * (pull.T @ g @ pull)
        blocks.append((f, pull, w, g))
    trace = trace_square = 0.0
    for a, (f, pull, w, g) in enumerate(blocks):
        for b, (f2, pull2, _, g2) in enumerate(blocks):
            u = -np.sqrt(f * f2) * (pull @ bread @ pull2.T)
            if a == b:
                u = w + u
                trace += float(np.sum(u * g))
            trace_square += float(np.sum((u @ g2) * (g @ u)))
    return Projected(bread @ meat @ bread / n, trace, trace_square)


def mean_and_variance_adjusted(chi2: float, df: int, projected: Projected) -> tuple[float, float]:
    """Scaled and shifted chi-square and its scaling factor (Asparouhov & Muthen 2010).

    Returns
    -------
    scaled : float
        ``a T + df - a tr(U Gamma)``, ``a = sqrt(df / tr((U Gamma)^2))``.
    factor : float
        ``1 / a``.
    """
    if df <= 0:
        return chi2, 1.0
    a = float(np.sqrt(df / projected.trace_square))
    return a * chi2 + df - a * projected.trace, 1.0 / a
