"""Price tolerance: how many customers stay as the price rises, and where half have left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_answers, check_floor, check_weights
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import critical
from csi_model.inference.making import from_normal, share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.options import FLOOR, LEVEL


@dataclass(frozen=True)
class PriceTolerance:
    """How many stay as the price rises.

    Attributes
    ----------
    increases : ndarray of shape (n_steps,)
        Price increases asked about, percent.
    staying : Figure
        Share 0-1 that stays at each increase, never rising with the price.
    tolerated : Figure
        Increase at which half have left (percent, shape ()), by straight lines between the steps. A value or
        an end beyond the highest increase asked is ``nan``; ``p`` has no meaning and is ``nan``.
    points : Figure
        Area under the curve as a percentage of all staying throughout (0-100, shape ()).
    n : int
        Respondents who answered any step.
    """

    increases: F64
    staying: Figure
    tolerated: Figure
    points: Figure
    n: int
    cautions: tuple[Caution, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, all but the cautions; of the tolerated increase one end may be None."""
        steps = zip(self.increases.tolist(), self.staying.plain("share"), strict=True)
        return {
            "n": self.n,
            "tolerated": self.tolerated.plain(),
            "points": self.points.plain(),
            "steps": [{"increase": increase} | share for increase, share in steps],
        }


def price_tolerance(
    increases: F64,
    staying: F64,
    *,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    level: float = LEVEL,
) -> PriceTolerance:
    r"""Draw the share of customers who stay against a price increase.

    Parameters
    ----------
    increases : ndarray of shape (n_steps,)
        Increases asked about, percent, rising and positive.
    staying : ndarray of shape (n_respondents, n_steps)
        Likelihood to stay, 0 to 1 (an answer of 1-10 as points / 100, or yes/no as 1/0), ``nan`` missing.
    weights, clusters
        Respondent weights and sampling units.

    Raises
    ------
    DataError
        Increases that do not rise, likelihoods outside 0-1, fewer answers to a step than `FLOOR`.

    Notes
    -----
    At no increase everybody stays. Shares that rise with the price contradict themselves; neighbours are
    pooled, weighted by the mass of those who answered (pool adjacent violators, Barlow et al. 1972), which is
    said in a caution. Pooling is taken as given in the standard errors.

    With S(x) the curve, straight between the steps, and V(x) its linearised (weighted, clustered) variance,
    the interval of the tolerated increase holds every x at which half may have left:

    .. math:: \{x : (S(x) - \tfrac12)^2 \le z^2 V(x)\},

    the interval of a median survival time of Brookmeyer & Crowley (1982), Biometrics 38:29-41, equation 2. It
    needs no slope at the crossing; the standard error, by the delta method, does.
    """
    increases = np.asarray(increases, float)
    staying = check_answers(staying)
    if increases.shape != (staying.shape[1],) or (np.diff(increases) <= 0).any() or not (increases > 0).all():
        msg = f"{staying.shape[1]} steps were answered for increases {increases.tolist()}."
        raise DataError(msg, code="increases", remedy="Give one positive, rising percentage per step.")
    if ((staying < 0) | (staying > 1)).any():
        raise DataError("A likelihood lies outside 0 to 1.", code="range", remedy="Divide points by 100.")
    check_floor(staying, FLOOR)
    mass = check_weights(weights, len(staying))
    means, covariance = weighted_means(staying, mass, clusters)
    shares, mix = _falling(means, mass @ ~np.isnan(staying))
    covariance = mix @ covariance @ mix.T
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    cautions: tuple[Caution, ...] = ()
    if (np.diff(means) > 1e-12).any():
        text = "More customers stay at a higher price than at a lower one; neighbouring steps were pooled."
        steps = tuple(f"{increases[k + 1]:g} %" for k in np.flatnonzero(np.diff(means) > 1e-12))
        cautions = (Caution("not-monotone", text, about=steps),)
    # The curve begins at no increase, where all stay for certain.
    at, curve = np.append(0.0, increases), np.append(1.0, shares)
    spread = np.pad(covariance, ((1, 0), (1, 0)))
    area = np.convolve(np.diff(at), [0.5, 0.5]) / at[-1] * 100  # trapezoidal rule
    return PriceTolerance(
        increases,
        share_interval(shares, error, n_effective(mass), level=level),
        _half_left(at, curve, spread, level),
        from_normal(area @ curve, np.sqrt(max(area @ spread @ area, 0.0)), level=level),
        int((~np.isnan(staying)).any(axis=1).sum()),
        cautions,
    )


def _half_left(at: F64, curve: F64, covariance: F64, level: float) -> Figure:
    """Find where the curve crosses one half, and the ends of the set in which it may."""
    z = critical(level)
    value = error = np.nan
    if curve[-1] <= 0.5:
        k = int(np.argmax(curve <= 0.5))
        slope = (curve[k] - curve[k - 1]) / (at[k] - at[k - 1])
        value = at[k - 1] + (0.5 - curve[k - 1]) / slope
        t = (value - at[k - 1]) / (at[k] - at[k - 1])
        line = np.array([1 - t, t])
        error = np.sqrt(max(line @ covariance[k - 1 : k + 1, k - 1 : k + 1] @ line, 0.0)) / abs(slope)
    ends = []
    for k in range(len(at) - 1):
        # On this line (S - 1/2)² - z² V is a polynomial of degree two in t, the place between its ends.
        a, b = curve[k] - 0.5, curve[k + 1] - curve[k]
        (c, d), (_, e) = z**2 * covariance[k : k + 2, k : k + 2]
        roots = np.roots([b**2 - (c - 2 * d + e), 2 * a * b - 2 * (d - c), a**2 - c])
        real = roots.real[(np.abs(roots.imag) < 1e-7) & (roots.real >= -1e-9) & (roots.real <= 1 + 1e-9)]
        ends += (at[k] + real * (at[k + 1] - at[k])).tolist()
    low = min(ends, default=np.nan)
    left_for_certain = curve[-1] < 0.5 and (curve[-1] - 0.5) ** 2 > z**2 * covariance[-1, -1]
    high = max(ends, default=np.nan) if left_for_certain else np.nan
    return figure(value, error, low, high, level=level)


def _falling(means: F64, mass: F64) -> tuple[F64, F64]:
    """Pool adjacent steps until shares never rise; also the matrix that makes pooled from raw shares."""
    pools: list[list[int]] = []
    for step in range(len(means)):
        pools.append([step])
        while len(pools) > 1 and _pooled(means, mass, pools[-1]) > _pooled(means, mass, pools[-2]):
            last = pools.pop()
            pools[-1] += last
    mix = np.zeros((len(means), len(means)))
    for pool in pools:
        mix[np.ix_(pool, pool)] = mass[pool] / mass[pool].sum()
    return mix @ means, mix


def _pooled(means: F64, mass: F64, pool: list[int]) -> float:
    return float(mass[pool] @ means[pool] / mass[pool].sum())
