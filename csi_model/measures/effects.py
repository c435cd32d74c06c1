"""Direct, indirect and total effects, standardised and in points per point."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, I64, Mask

ROUNDING = 1e-12  # an eigenvalue that is this small is none
SAME = 1e-6


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

    It does not exist where the correlations of a target and its sources contradict each other (not positive
    definite, as corrected ones may be: R² is 1 or more, or two shares of no regression), nor where R² is none
    of the regression on the sources (disturbances of a covariance model that correlate with a source).

    References
    ----------
    Cohen (1988), Statistical Power Analysis, section 9.3: (R² − R² without the source) / (1 − R²).
    """
    found = np.full(construct_corr.shape, np.nan)
    for target in map(int, np.flatnonzero(path_matrix.any(axis=1))):
        sources = np.flatnonzero(path_matrix[target])
        share = r_squared[..., target]
        exists = np.asarray(definite(construct_corr, np.append(sources, target)) & (share < 1))
        corr = np.where(exists[..., None, None], construct_corr, np.eye(construct_corr.shape[-1]))
        exists = exists & (np.abs(_explained(corr, sources, target) - share) < SAME)
        for source in sources:
            gained: F64 = share - _explained(corr, sources[sources != source], target)
            # Fewer sources never explain more: what is below zero is rounding.
            found[..., target, source] = np.where(exists, np.maximum(gained, 0.0) / (1 - share), np.nan)
    return found


def definite(corr: F64, places: I64) -> Mask:
    """Say in which of a batch the correlations of some constructs are those of anything."""
    among = corr[..., places[:, None], places]
    known = np.asarray(np.isfinite(among).all(axis=(-2, -1)))
    least = np.linalg.eigvalsh(np.where(known[..., None, None], among, np.eye(len(places))))[..., 0]
    return np.asarray(known & (least > ROUNDING))


def _explained(corr: F64, sources: I64, target: int) -> F64:
    """Give R² of the regression of one construct on others."""
    if not len(sources):
        return np.zeros(corr.shape[:-2])
    wanted = corr[..., sources, target]
    solved = np.linalg.solve(corr[..., sources[:, None], sources], wanted[..., None])[..., 0]
    return np.asarray((solved * wanted).sum(axis=-1))


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
