"""Did a measure work? Difference-in-differences of any index, with the checks that make it believable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.errors import Caution, DataError
from csi_model.intervals import F64, Estimate, check_answers, check_length, check_weights, from_normal
from csi_model.small_units import between_variance


class ParallelTrends(NamedTuple):
    """Did treated and comparison units move alike before the measure?

    ``placebo`` holds one Estimate per earlier before-wave (difference-in-differences to the last before-wave,
    shape (n_before - 1, n_figures)), ``wald`` and ``p`` the joint test (n_figures,), ``p`` is ``nan``
    where units are too few for one, ``detectable`` the
    divergence in points that the data would have shown with 80 % probability.
    """

    waves: tuple[str, ...]
    placebo: Estimate
    wald: F64
    p: F64
    detectable: F64


class RegressionToMean(NamedTuple):
    """What the treated units would have gained anyway because they started low by bad luck (n_figures,)."""

    reliability: F64
    expected_gain: F64


@dataclass(frozen=True)
class Evaluation:
    """The effect of a measure.

    Attributes
    ----------
    effect : Estimate
        Extra change of treated over comparison units (points), (n_figures,).
    levels : ndarray of shape (2, n_waves, n_figures)
        Mean of comparison (0) and treated (1) units by wave.
    waves : tuple of str
    by_wave : Estimate
        Event study: difference treated - comparison in each wave, minus that of the last before-wave.
    trends : ParallelTrends or None
        ``None`` with a single before-wave; a caution says so.
    regression_to_mean : RegressionToMean
    n_treated, n_comparison : int
        Units.
    cautions : tuple of Caution
    """

    effect: Estimate
    levels: F64
    waves: tuple[str, ...]
    by_wave: Estimate
    trends: ParallelTrends | None
    regression_to_mean: RegressionToMean
    n_treated: int
    n_comparison: int
    cautions: tuple[Caution, ...]


def evaluate_measure(
    points: F64,
    units: NDArray[np.generic],
    waves: NDArray[np.generic],
    rng: np.random.Generator,
    *,
    treated: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    weights: F64 | None = None,
    n_resamples: int = 2000,
    floor: int = 30,
    level: float = 0.95,
) -> Evaluation:
    r"""Estimate the effect of a measure by difference-in-differences with a cluster bootstrap.

    Parameters
    ----------
    points : ndarray of shape (n_respondents,) or (n_respondents, n_figures)
        Any index per respondent (frozen weights): the CSI, a construct, an item, a top-box of 0 and 100.
    units : ndarray of shape (n_respondents,)
        Organisation unit, the cluster that was treated or not as a whole.
    waves : ndarray of shape (n_respondents,)
    rng : numpy.random.Generator
    treated : sequence of str
        Units that got the measure; all other units are the comparison.
    before, after : sequence of str
        Waves in order of time.
    weights : ndarray of shape (n_respondents,), optional
    n_resamples : int
    floor : int
        Answers that the treated and the comparison units need together in every wave.

    Raises
    ------
    DataError
        An unknown unit or wave, a wave on both sides, fewer than two units on a side, a cell below the floor.

    Notes
    -----
    With :math:`\bar y_{gt}` the weighted mean of arm g in wave t, the effect is the mean over after-waves
    minus the mean over before-waves of :math:`\bar y_{1t} - \bar y_{0t}`. Each resample draws G - 1 of the
    G units of an arm with replacement, whole histories at a time, which makes the bootstrap variance
    unbiased for few units; the interval is Student's with Welch-Satterthwaite degrees of freedom from the
    two arms' variances.

    References
    ----------
    Bertrand, Duflo & Mullainathan (2004), QJE 119:249-275; Rao & Wu (1988), JASA 83:231-241 (resample size);
    Roth (2022), AER: Insights 4:305-322 (power of trend tests).
    """
    points = check_answers(points)
    n = len(points)
    weights = check_weights(weights, n)
    unit_labels = check_length(units, n, "units").astype(str)
    wave_labels = check_length(waves, n, "waves").astype(str)
    order = (*before, *after)
    unit_names, arms = _check_design(unit_labels, wave_labels, treated, before, after)
    sums, mass, answers = _unit_sums(
        points, weights, unit_labels, wave_labels, unit_names=unit_names, order=order
    )
    _check_cells(answers, arms, order, floor)
    contrast = np.where(np.arange(len(order)) < len(before), -1 / len(before), 1 / len(after))
    levels = np.stack([sums[~arms].sum(0) / mass[~arms].sum(0), sums[arms].sum(0) / mass[arms].sum(0)])
    draws = np.stack([_resampled(sums[side], mass[side], rng, n_resamples) for side in (~arms, arms)])
    anchor = np.eye(len(order)) - np.eye(len(order))[len(before) - 1]
    with np.errstate(invalid="ignore"):
        arm_variance = np.nanvar(np.einsum("t,abtk->abk", contrast, draws), axis=1, ddof=1)
    df = _welch(arm_variance, np.array([(~arms).sum(), arms.sum()]) - 1)
    effect = from_normal(
        contrast @ (levels[1] - levels[0]), np.sqrt(arm_variance.sum(0)), level=level, df=float(df.min())
    )
    steps = np.einsum("st,btk->bsk", anchor, draws[1] - draws[0])
    event_se = np.nanstd(steps, axis=0, ddof=1)
    event_se[len(before) - 1] = 0.0
    by_wave = from_normal(anchor @ (levels[1] - levels[0]), event_se, level=level, df=float(df.min()))
    trends = _parallel_trends(by_wave, steps, tuple(before), level, float(df.min()))
    rebound = _regression_to_mean(
        points, weights, unit_labels, wave_labels, unit_names=unit_names, arms=arms, before=before
    )
    cautions = _cautions(effect, trends, rebound, arms=arms, n_before=len(before), draws=draws)
    return Evaluation(
        effect, levels, tuple(order), by_wave, trends, rebound, int(arms.sum()), int((~arms).sum()), cautions
    )


def _unit_sums(
    points: F64,
    weights: F64,
    units: NDArray[np.str_],
    waves: NDArray[np.str_],
    *,
    unit_names: tuple[str, ...],
    order: tuple[str, ...],
) -> tuple[F64, F64, F64]:
    """Weighted sums, weight and number of answers, each (n_units, n_waves, n_figures)."""
    used = np.isin(waves, order)
    row = np.searchsorted(np.array(unit_names), units[used])
    column = np.array([order.index(w) for w in waves[used].tolist()])
    answered = ~np.isnan(points[used])
    shape = (len(unit_names), len(order), points.shape[1])
    sums, mass, count = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    weight = weights[used, None] * answered
    np.add.at(sums, (row, column), weight * np.where(answered, points[used], 0.0))
    np.add.at(mass, (row, column), weight)
    np.add.at(count, (row, column), answered.astype(float))
    return sums, mass, count


def _resampled(sums: F64, mass: F64, rng: np.random.Generator, n_resamples: int) -> F64:
    """Arm means (n_resamples, n_waves, n_figures) over resampled units."""
    n_units = len(sums)
    counts = rng.multinomial(n_units - 1, np.full(n_units, 1 / n_units), size=n_resamples).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.tensordot(counts, sums, 1) / np.tensordot(counts, mass, 1))


def _welch(variance: F64, df: NDArray[np.int64]) -> F64:
    spread = (variance**2 / df[:, None]).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 0, variance.sum(0) ** 2 / spread, df.sum()))


def _parallel_trends(
    by_wave: Estimate, steps: F64, before: tuple[str, ...], level: float, df: float
) -> ParallelTrends | None:
    n = len(before) - 1
    if n < 1:
        return None
    placebo = from_normal(by_wave.value[:n], by_wave.se[:n], level=level, df=df)
    usable = steps[np.isfinite(steps).all(axis=(1, 2)), :n]
    wald, p = np.zeros(usable.shape[2]), np.full(usable.shape[2], np.nan)
    for k in range(usable.shape[2]):
        covariance = np.atleast_2d(np.cov(usable[:, :, k], rowvar=False))
        value = placebo.value[:, k]
        wald[k] = float(value @ np.linalg.pinv(covariance) @ value)
        # Hotelling's scaling keeps the joint test honest when units are few.
        if df > n:
            p[k] = float(stats.f.sf(wald[k] * (df - n + 1) / (df * n), n, df - n + 1))
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    return ParallelTrends(before[:-1], placebo, wald, p, reach * placebo.se.max(axis=0))


def _regression_to_mean(
    points: F64,
    weights: F64,
    units: NDArray[np.str_],
    waves: NDArray[np.str_],
    *,
    unit_names: tuple[str, ...],
    arms: NDArray[np.bool_],
    before: Sequence[str],
) -> RegressionToMean:
    r"""Expected rebound of treated over comparison units, by figure.

    Notes
    -----
    The reliability of a unit's baseline is :math:`\tau^2 / (\tau^2 + s^2)` with :math:`\tau^2` the true
    variance between units (REML) and s the unit's sampling error. A unit's expected rebound is (1 -
    reliability) times its distance to the centre of all units (Barnett, van der Pols & Dobson 2005,
    International Journal of Epidemiology 34:215-220). It matters where units were chosen because they
    scored low.
    """
    reliability, gain = np.ones(points.shape[1]), np.zeros(points.shape[1])
    at_baseline = np.isin(waves, list(before))
    for k in range(points.shape[1]):
        mean, variance = np.full(len(unit_names), np.nan), np.full(len(unit_names), np.nan)
        for u, name in enumerate(unit_names):
            rows = at_baseline & (units == name) & ~np.isnan(points[:, k])
            total = weights[rows].sum()
            if rows.sum() > 1 and total > 0:
                mean[u] = weights[rows] @ points[rows, k] / total
                variance[u] = (weights[rows] ** 2 @ (points[rows, k] - mean[u]) ** 2) / total**2
        known = np.isfinite(mean) & (variance > 0)
        if known.sum() < 3:
            continue
        between = between_variance(mean[known], np.sqrt(variance[known]))
        own = between / (between + variance)
        centre = np.average(mean[known], weights=1 / (between + variance[known]))
        rebound = (1 - own) * (centre - mean)
        sides = known & arms, known & ~arms
        if all(side.any() for side in sides):
            reliability[k] = float(own[sides[0]].mean())
            gain[k] = float(rebound[sides[0]].mean() - rebound[sides[1]].mean())
    return RegressionToMean(reliability, gain)


def _cautions(
    effect: Estimate,
    trends: ParallelTrends | None,
    rebound: RegressionToMean,
    *,
    arms: NDArray[np.bool_],
    n_before: int,
    draws: F64,
) -> tuple[Caution, ...]:
    found = []
    fewest = int(min(arms.sum(), (~arms).sum()))
    if fewest < 8:
        text = f"Only {fewest} units on one side: read the interval with care."
        found.append(Caution("few-units", text))
    if trends is None:
        text = f"With {n_before} before-wave nothing shows whether the sides moved alike before."
        found.append(Caution("no-trend-check", text))
    elif not np.isfinite(trends.p).all():
        text = (
            f"With {fewest} units on a side and {n_before} before-waves no joint test of trends can be made;"
            " look at the placebo differences themselves."
        )
        found.append(Caution("no-trend-check", text))
    elif (trends.p < 0.05).any():
        text = (
            "Treated and comparison units moved apart before the measure already; the effect may be a trend."
        )
        found.append(Caution("trends-differ", text))
    bound = np.maximum(np.abs(effect.value) / 4, effect.se / 2)
    for k in np.flatnonzero(np.abs(rebound.expected_gain) > bound).tolist():
        text = (
            f"If treated units were chosen for their low score, {rebound.expected_gain[k]:+.1f} of"
            f" {effect.value[k]:+.1f} points would have come by regression to the mean alone. Judge the"
            " change from a wave that played no part in the choice, or compare with units that scored as low."
        )
        found.append(Caution("regression-to-mean", text))
    failed = int((~np.isfinite(draws)).any(axis=(0, 2, 3)).sum())
    if failed:
        found.append(
            Caution("failed-draws", f"{failed} resamples left a wave without answers and were not used.")
        )
    return tuple(found)


def _check_design(
    units: NDArray[np.str_],
    waves: NDArray[np.str_],
    treated: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    present = set(waves.tolist())
    unknown = [w for w in (*before, *after) if w not in present]
    if unknown:
        msg = f"No answers from wave {unknown[0]!r}."
        raise DataError(msg, code="unknown-wave", remedy=f"Choose among {sorted(present)}.")
    if not before or not after or len({*before, *after}) != len(before) + len(after):
        msg = "A wave before and a wave after the measure are needed, and none may be both or twice."
        raise DataError(msg, code="waves", remedy="Name each wave once, before or after.")
    names = tuple(sorted(set(units[np.isin(waves, [*before, *after])].tolist())))
    strangers = sorted(set(treated) - set(names))
    if strangers:
        msg = f"Treated unit {strangers[0]!r} has no answers in these waves."
        raise DataError(msg, code="unknown-unit", remedy="Check the spelling of the unit codes.")
    arms = np.isin(np.array(names), list(treated))
    if arms.sum() < 2 or (~arms).sum() < 2:
        msg = f"{int(arms.sum())} treated and {int((~arms).sum())} comparison units; two of each are needed."
        raise DataError(
            msg, code="few-units", remedy="Use smaller units, or describe the change without inference."
        )
    return names, arms


def _check_cells(answers: F64, arms: NDArray[np.bool_], order: tuple[str, ...], floor: int) -> None:
    for side, name in ((arms, "treated"), (~arms, "comparison")):
        count = answers[side].sum(axis=0).min(axis=-1)
        if (count < floor).any():
            t = int(np.argmin(count))
            n = int(count[t])
            msg = f"The {name} units have {n} answers in wave {order[t]!r}, below the floor of {floor}."
            raise DataError(msg, code="floor", remedy="Add units or waves, or lower the floor knowingly.")
