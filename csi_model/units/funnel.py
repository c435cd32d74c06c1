"""Limits within which units differ by chance alone, by their number of answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.kinds import critical
from csi_model.inference.many import between_variance


@dataclass(frozen=True)
class Funnel:
    """Limits within which a unit of given precision lies if it does not differ from the target.

    Attributes
    ----------
    target : float
    inner, outer : ndarray of shape (2, n_units)
        Lower and upper limits: 95 % and 99.8 %.
    z : ndarray of shape (n_units,)
        Standardised distance to the target.
    outside : ndarray of shape (n_units,)
        -2, -1, 0, 1 or 2: beyond which lower or upper limit.
    """

    target: float
    inner: F64
    outer: F64
    z: F64
    outside: NDArray[np.int64]


def funnel(
    points: F64, standard_errors: F64, *, target: float | None = None, overdispersed: bool = False
) -> Funnel:
    """Draw funnel limits around a target for units of different precision.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_units,)
    target : float, optional
        A set level; the precision-weighted mean of the units by default.
    overdispersed : bool
        Widen the limits by the variance between units, when units of a large network never agree exactly
        and only unusual ones shall stand out.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, sections 2 and 4 (additive overdispersion).
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if (standard_errors == 0).any():
        msg = "A unit has a standard error of zero."
        raise DataError(msg, code="zero-se", remedy="Leave out units whose answers are all equal or too few.")
    spread = standard_errors**2 + (between_variance(points, standard_errors) if overdispersed else 0.0)
    if target is None:
        target = float((points / spread).sum() / (1 / spread).sum())
    width = np.sqrt(spread)
    z = (points - target) / width
    inner, outer = critical(0.95), critical(0.998)
    sides = np.array([[-1.0], [1.0]])
    grade = np.where(np.abs(z) > outer, 2, np.where(np.abs(z) > inner, 1, 0))
    return Funnel(
        target,
        target + sides * inner * width,
        target + sides * outer * width,
        z,
        (np.sign(z) * grade).astype(np.int64),
    )
