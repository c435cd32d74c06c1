"""Does the covariance model hold exactly? Bollen and Stine's bootstrap of chi-square."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import sqrtm

from csi_model.arrays import F64
from csi_model.cbsem.bootstrap import refits
from csi_model.cbsem.data import GroupData
from csi_model.cbsem.results import CbsemResult
from csi_model.errors import SpecificationError
from csi_model.options import LEVEL


@dataclass(frozen=True)
class ExactFit:
    """Chi-square, and its distribution if the model held exactly.

    Attributes
    ----------
    chi2, df, p_normal : float, int, float
        Of the fit; `p_normal` is by the chi-square distribution, which assumes normal answers (scaled where
        the fit is robust).
    p : float
        Share of resamples with at least this chi-square, with one added on both sides.
    critical : float
        Quantile of the resampled chi-squares at the level.
    draws : ndarray of shape (n_ok,)
    failed : int
    """

    chi2: float
    df: int
    p_normal: float
    p: float
    critical: float
    draws: F64
    failed: int


def bollen_stine(result: CbsemResult, n_resamples: int, *, seed: int, level: float = LEVEL) -> ExactFit:
    r"""Test exact fit by resampling answers in which the model holds.

    Parameters
    ----------
    result : CbsemResult
        Of ML or MLR with complete answers.
    n_resamples : int
    seed : int
        Resample k depends on the seed and k alone.

    Raises
    ------
    SpecificationError
        Another estimator, incomplete answers, or fewer than two resamples.
    ConvergenceError
        More than half of the resamples could not be fitted.

    Notes
    -----
    Answers y with mean :math:`\bar y` and covariance S become
    :math:`\bar y + (y - \bar y) S^{-1/2} \hat\Sigma^{1/2}`, whose covariance is the model's. Respondents
    (clusters whole) are drawn with replacement and the model is fitted again.

    References
    ----------
    Bollen & Stine (1992), Sociological Methods & Research 21:205-229, equation 8.
    """
    complete = not any(np.isnan(group.values).any() for group in result.data)
    if result.estimator not in {"ML", "MLR"} or not complete or n_resamples < 2:
        raise SpecificationError(
            "Exact fit is resampled for ML and MLR with complete answers, at least twice.",
            code="bollen-stine",
            remedy="Leave incomplete rows out, or read the chi-square of the fit.",
        )
    held = [_where_it_holds(result, group) for group in range(len(result.data))]
    again, failed = refits(result, held, n_resamples, seed)
    found, chi2 = np.array([2.0 * each.half_chi2 for each in again]), result.fit.chi2
    scaled = result.fit.p_scaled
    normal = scaled if scaled is not None else result.fit.p
    return ExactFit(
        chi2=chi2,
        df=result.fit.df,
        p_normal=np.nan if normal is None else normal,
        p=float((1 + (found >= chi2).sum()) / (1 + len(found))),
        critical=float(np.quantile(found, level)),
        draws=found,
        failed=failed,
    )


def _where_it_holds(result: CbsemResult, group: int) -> GroupData:
    own = result.data[group]
    mean = np.average(own.values, axis=0, weights=own.weights)
    away = own.values - mean
    sample = np.atleast_2d(np.cov(away, rowvar=False, bias=True, aweights=own.weights))
    implied = result.structure.implied(group, result.theta)
    turned = away @ np.linalg.inv(sqrtm(sample).real) @ sqrtm(implied.sigma).real
    centre = implied.mu if result.structure.mean_structure else mean
    return replace(own, values=centre + turned)
