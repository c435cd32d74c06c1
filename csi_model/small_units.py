"""Many units with few answers: shrinkage, funnel limits and tiers instead of ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from csi_model.errors import Caution, DataError
from csi_model.intervals import F64, Estimate, check_standard_errors, critical, from_normal

ABOVE, WITH, BELOW = "above", "with", "below"


@dataclass(frozen=True)
class ShrunkUnits:
    """Unit figures pulled towards what all units have in common.

    Attributes
    ----------
    points : Estimate
        Shrunken figures, (n_units,).
    raw : Estimate
        The figures as they came in, with intervals from their own standard errors.
    reliability : ndarray of shape (n_units,)
        Weight of a unit's own figure, 0 (all borrowed) to 1 (all its own).
    centre : float
        Precision-weighted mean of the units (points).
    centre_se : float
        Its standard error.
    between_sd : float
        Standard deviation of true unit levels (points).
    cautions : tuple of Caution
    """

    points: Estimate
    raw: Estimate
    reliability: F64
    centre: float
    centre_se: float
    between_sd: float
    cautions: tuple[Caution, ...] = ()


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


@dataclass(frozen=True)
class Tiers:
    """Units above, with or below all units together.

    Attributes
    ----------
    tier : tuple of str
        ``above``, ``with`` or ``below``.
    difference : Estimate
        Unit minus the overall figure, (n_units,); ``p`` is uncorrected.
    p_holm : ndarray of shape (n_units,)
        Corrected for looking at many units.
    overall : float
    """

    tier: tuple[str, ...]
    difference: Estimate
    p_holm: F64
    overall: float


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
    p = np.asarray(p, float)
    tested = np.flatnonzero(~np.isnan(p))
    if ((p[tested] < 0) | (p[tested] > 1)).any():
        raise DataError("A p-value lies outside 0 to 1.", code="p-value", remedy="Give probabilities.")
    order = tested[np.argsort(p[tested], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else steps
    return adjusted


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


def shrink_units(points: F64, standard_errors: F64, *, level: float = 0.95) -> ShrunkUnits:
    r"""Shrink unit figures towards their common mean by empirical Bayes.

    Parameters
    ----------
    points : ndarray of shape (n_units,)
        Index of each unit from its own answers.
    standard_errors : ndarray of shape (n_units,)
        Positive.
    level : float
        Nominal coverage of the intervals.

    Raises
    ------
    DataError
        Fewer than three units, or a standard error of zero; report the raw figures then.

    Notes
    -----
    Units :math:`y_i \sim N(\theta_i, s_i^2)` with :math:`\theta_i \sim N(\mu, \tau^2)`;
    :math:`\hat\theta_i = \gamma_i y_i + (1-\gamma_i)\hat\mu`,
    :math:`\gamma_i = \tau^2 / (\tau^2 + s_i^2)`. The mean squared error adds the uncertainty of
    :math:`\hat\mu` (g2) and, twice, of :math:`\hat\tau^2` (g3) to the posterior variance (g1).

    References
    ----------
    Prasad & Rao (1990), JASA 85:163-171; Datta & Lahiri (2000), Statistica Sinica 10:613-627, eq. 3.4 (REML).
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if len(points) < 3:
        msg = f"Shrinkage learns from other units and needs at least 3 of them, not {len(points)}."
        raise DataError(msg, code="few-units", remedy="Report the raw figures with their own intervals.")
    if (standard_errors == 0).any():
        msg = "A unit has a standard error of zero."
        raise DataError(msg, code="zero-se", remedy="Leave out units whose answers are all equal or too few.")
    variance = standard_errors**2
    between = between_variance(points, standard_errors)
    total = variance + between
    centre_variance = 1 / (1 / total).sum()
    centre = centre_variance * (points / total).sum()
    own = between / total
    g1 = own * variance
    g2 = (1 - own) ** 2 * centre_variance
    g3 = variance**2 / total**3 * (2 / (total**-2).sum())
    cautions = []
    if len(points) < 8:
        text = f"Only {len(points)} units: how far units truly differ is itself uncertain."
        cautions.append(Caution("few-units", text))
    if between == 0:
        text = "The units differ no more than chance explains; all shrink to their common mean."
        cautions.append(Caution("no-difference", text))
    return ShrunkUnits(
        points=from_normal(own * points + (1 - own) * centre, np.sqrt(g1 + g2 + 2 * g3), level=level),
        raw=from_normal(points, standard_errors, level=level),
        reliability=own,
        centre=float(centre),
        centre_se=float(np.sqrt(centre_variance)),
        between_sd=float(np.sqrt(between)),
        cautions=tuple(cautions),
    )


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


def tier_units(
    points: F64,
    standard_errors: F64,
    *,
    shares: F64 | None = None,
    margin: float = 0.0,
    level: float = 0.95,
) -> Tiers:
    r"""Say which units stand above or below all units together, with Holm's correction.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_units,)
    shares : ndarray of shape (n_units,), optional
        What part of all customers a unit has; equal parts by default. They are scaled to sum to 1.
    margin : float
        A difference of up to so many points counts as none.
    level : float
        One minus the probability of naming any unit wrongly.

    Notes
    -----
    A unit is part of the overall figure :math:`\bar y = \sum_j a_j y_j`, so the difference has variance
    :math:`s_i^2 (1 - 2 a_i) + \sum_j a_j^2 s_j^2`.
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if len(points) < 2:
        raise DataError(
            "One unit cannot be compared with others.", code="few-units", remedy="Give two or more."
        )
    shares = np.ones(len(points)) if shares is None else np.asarray(shares, float)
    if (
        shares.shape != points.shape
        or not np.isfinite(shares).all()
        or (shares < 0).any()
        or shares.sum() <= 0
    ):
        msg = "Customer shares must be one non-negative number per unit, not all zero."
        raise DataError(msg, code="shares", remedy="Give the number of customers of each unit.")
    shares = shares / shares.sum()
    variance = standard_errors**2
    overall = float(shares @ points)
    error = np.sqrt(np.maximum(variance * (1 - 2 * shares) + shares**2 @ variance, 0.0))
    difference = from_normal(points - overall, error, level=level)
    beyond = np.maximum(np.abs(difference.value) - margin, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.norm.sf(np.where(beyond == 0, 0.0, beyond / error))
    corrected = holm(p)
    tier = tuple(
        WITH if q > 1 - level else ABOVE if d > 0 else BELOW
        for q, d in zip(corrected, difference.value, strict=True)
    )
    return Tiers(tier, difference, corrected, overall)
