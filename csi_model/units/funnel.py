"""Limits within which units differ by chance alone, by their number of answers."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, I64
from csi_model.errors import DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.kinds import critical

INNER, OUTER = 0.95, 0.998


def beyond_limits(points: F64, standard_errors: F64) -> I64:
    """Say which units lie beyond funnel limits around their precision-weighted mean.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_units,)

    Returns
    -------
    ndarray of shape (n_units,)
        -2, -1, 0, 1 or 2: beyond the lower or upper limit of 95 % (1) or of 99.8 % (2) of units that do not
        differ.

    Raises
    ------
    DataError
        A standard error of zero.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, section 2.
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if (standard_errors == 0).any():
        msg = "A unit has a standard error of zero."
        raise DataError(msg, code="zero-se", remedy="Leave out units whose answers are all equal or too few.")
    precision = standard_errors**-2.0
    z = (points - (points * precision).sum() / precision.sum()) / standard_errors
    grade = (np.abs(z) > critical(INNER)).astype(np.int64) + (np.abs(z) > critical(OUTER))
    return np.asarray(np.sign(z).astype(np.int64) * grade)
