"""Direct, indirect and total effects, standardised and in points per point."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, Mask


def total_effects(paths: F64) -> F64:
    r"""Give the total effects of a recursive model.

    Parameters
    ----------
    paths : ndarray of shape (..., n_constructs, n_constructs)
        `[target, source]`.

    Returns
    -------
    ndarray of the same shape
        `[target, source]`; zero on the diagonal.

    Notes
    -----
    .. math:: T = (I - B)^{-1} - I

    References
    ----------
    Bollen (1987), Sociological Methodology 17, 37-69, equation 8.
    """
    unit = np.eye(paths.shape[-1])
    return np.linalg.inv(unit - paths) - unit


def points_per_point(effects: F64, sd_points: F64) -> F64:
    """Turn standardised effects into points of the target per point of the source.

    `sd_points` has shape (..., n_constructs): the standard deviation of each construct's 0–100 score.
    """
    return effects * sd_points[..., :, None] / sd_points[..., None, :]


def f_squared(construct_corr: F64, path_matrix: Mask, r_squared: F64) -> F64:
    """Effect size of each path, `[target, source]`; ``nan`` where there is none.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, section 9.3: (R² − R² without the source) / (1 − R²).
    """
    found = np.full(construct_corr.shape, np.nan)
    for target in np.flatnonzero(path_matrix.any(axis=1)):
        sources = np.flatnonzero(path_matrix[target])
        for source in sources:
            rest = sources[sources != source]
            without = np.zeros(construct_corr.shape[:-2])
            if len(rest):
                wanted = construct_corr[..., rest, target]
                system = construct_corr[..., rest[:, None], rest]
                solved = np.linalg.solve(system, wanted[..., None])[..., 0]
                without = (solved * wanted).sum(axis=-1)
            found[..., target, source] = (r_squared[..., target] - without) / (1 - r_squared[..., target])
    return found


def r_squared_adjusted(r_squared: F64, path_matrix: Mask, n: int) -> F64:
    """Adjust R² for the number of sources (Ezekiel 1930); 0 stays for exogenous constructs."""
    sources = path_matrix.sum(axis=1)
    return np.asarray(np.where(sources > 0, 1 - (1 - r_squared) * (n - 1) / (n - 1 - sources), r_squared))


def bic(r_squared: F64, path_matrix: Mask, n: float) -> F64:
    r"""Give the Bayesian information criterion of each target's regression; ``nan`` for exogenous constructs.

    Parameters
    ----------
    r_squared : ndarray of shape (..., n_constructs)
    n
        Respondents, of weighted ones the effective number.

    Notes
    -----
    .. math:: n \ln\left((1 - R^2)\frac{n - 1}{n}\right) + (k + 1) \ln n

    with k sources: the squared errors of scores whose variance has the divisor n − 1. Among models of one
    construct from the same answers the lowest is to be preferred.

    References
    ----------
    Schwarz (1978), Annals of Statistics 6(2), 461-464; Sharma, Shmueli, Sarstedt, Danks and Ray (2021),
    Decision Sciences 52(3), 567-607.
    """
    sources = path_matrix.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = n * np.log((1 - r_squared) * (n - 1) / n) + (sources + 1) * np.log(n)
    return np.asarray(np.where((sources > 0) & np.isfinite(found), found, np.nan))
