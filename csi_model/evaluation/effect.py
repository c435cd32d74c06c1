"""Did a measure work? Difference-in-differences of any index, with the checks that make it believable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.evaluation.checks import (
    ParallelTrends,
    RegressionToMean,
    parallel_trends,
    rebound_cautions,
    regression_to_mean,
    trend_cautions,
    unit_cautions,
)
from csi_model.evaluation.panel import Panel, unit_panel
from csi_model.evaluation.permuted import Permutation, permutation
from csi_model.inference.checks import check_answers
from csi_model.inference.figures import Figure, figure
from csi_model.inference.making import from_normal
from csi_model.options import FLOOR, LEVEL

ENOUGH = 5  # units on a side, below which no error can be told
# The figures of respondents who count by these weights.
Figures = Callable[[F64], F64]


@dataclass(frozen=True)
class Evaluation:
    """The effect of a measure.

    Attributes
    ----------
    effect : Figure
        Extra change of treated over comparison units (points), (n_figures,).
    levels : ndarray of shape (2, n_waves, n_figures)
        Mean of comparison (0) and treated (1) units by wave.
    waves : tuple of str
    by_wave : Figure
        Event study: difference treated - comparison in each wave, minus that of the last before-wave.
    trends : ParallelTrends or None
        ``None`` with a single before-wave; a caution says so.
    regression_to_mean : RegressionToMean
    permutation : Permutation
        How often the difference is as large over assignments of units.
    shares : tuple of two mappings of unit to float
        What the comparison (0) and the treated (1) units count in the levels; each sums to one.
    n_treated, n_comparison : int
        Units; below `ENOUGH` on a side nothing has an error, and only the permutation says anything.
    cautions : tuple of Caution
    """

    effect: Figure
    levels: F64
    waves: tuple[str, ...]
    by_wave: Figure
    trends: ParallelTrends | None
    regression_to_mean: RegressionToMean
    permutation: Permutation
    shares: tuple[dict[str, float], dict[str, float]]
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
    unit_weights: Mapping[str, float] | None = None,
    figures: Figures | None = None,
    n_resamples: int = 2000,
    floor: int = FLOOR,
    level: float = LEVEL,
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
        Respondent weights; they count within a unit and wave and, without ``unit_weights``, in the unit's.
    unit_weights : mapping of unit to float, optional
        What each unit counts, its number of customers say; by default the mean weight of its respondents
        per before-wave. It is the same in every wave.
    figures : callable, optional
        Gives the figures, (n_figures,), of respondents with weights, (n_respondents,), 0 for who does not
        count: levels are then reckoned as other calls reckon them. The weighted means of `points` by default.
    n_resamples : int
        At least 2.
    floor : int
        Answers that the treated and the comparison units need together in every wave.

    Raises
    ------
    DataError
        An unknown unit or wave, a wave on both sides, no unit on a side that answered in every wave or fewer
        than three in all, a cell below the floor, unit weights that lack a unit or are not positive.

    Notes
    -----
    With :math:`\bar y_{ut}` the weighted mean of unit u in wave t and :math:`a_u` its fixed weight, scaled
    to sum to one over its arm g, the effect is the mean over after-waves minus the mean over before-waves of
    :math:`\sum_{u \in 1} a_u \bar y_{ut} - \sum_{u \in 0} a_u \bar y_{ut}`: a mean over respondents, each
    with his weight times :math:`a_u` over the weight of all of his unit and wave. How often a unit answers in
    a wave thus moves no level. A unit without answers in one of the waves is left out, with a caution.

    Each resample draws G - 1 of the G units of an arm with replacement, whole histories and weights at a
    time, which makes the bootstrap variance unbiased for few units of equal weight; the interval is Student's
    with Welch-Satterthwaite degrees of freedom from the two arms' variances and
    :func:`degrees_of_freedom`. Below five units on a side there is no error: `permuted.permutation` alone.

    References
    ----------
    Angrist & Pischke (2009), Mostly Harmless Econometrics, section 5.2; Bertrand, Duflo & Mullainathan
    (2004), QJE 119:249-275 (whole histories); Cameron, Gelbach & Miller (2008), Review of Economics and
    Statistics 90:414-427 (few clusters); Rao & Wu (1988), JASA 83:231-241 (resample size); Roth (2022), AER:
    Insights 4:305-322 (power of trend tests).
    """
    if n_resamples < 2:
        msg = f"{n_resamples} resamples give no standard error."
        raise DataError(msg, code="draws", remedy="Ask for more resamples, 1000 at least.")
    panel = unit_panel(
        points,
        units,
        waves,
        treated=treated,
        before=before,
        after=after,
        weights=weights,
        unit_weights=unit_weights,
        floor=floor,
    )
    n_waves, n_before = len(panel.waves), len(before)
    contrast = np.where(np.arange(n_waves) < n_before, -1 / n_before, 1 / len(after))
    levels = _levels(panel, figures or _means_of(points))
    n_comparison, n_treated = int((~panel.treated).sum()), int(panel.treated.sum())
    fewest = min(n_treated, n_comparison)
    draws, arm_df = _drawn(panel, fewest, rng, n_resamples)
    arm_variance = np.var(np.einsum("t,abtk->abk", contrast, draws), axis=1, ddof=1)
    df = _welch(arm_variance, arm_df)
    effect = _by_figure(contrast @ (levels[1] - levels[0]), np.sqrt(arm_variance.sum(0)), level, df)
    anchor = np.eye(n_waves) - np.eye(n_waves)[n_before - 1]
    steps = np.einsum("st,btk->bsk", anchor, draws[1] - draws[0])
    by_wave = _by_figure(anchor @ (levels[1] - levels[0]), steps.std(axis=0, ddof=1), level, df)
    trends = parallel_trends(by_wave, steps, tuple(before), df)
    rebound = regression_to_mean(panel, n_before)
    counts = panel.weights * np.where(panel.treated, *panel.totals)
    change = np.asarray(np.einsum("t,utk->uk", contrast, panel.means))
    cautions = (
        *panel.cautions,
        *unit_cautions(fewest, float(arm_df.min())),
        *trend_cautions(trends, n_before, level),
        *rebound_cautions(effect, rebound),
    )
    return Evaluation(
        effect,
        levels,
        panel.waves,
        by_wave,
        trends,
        rebound,
        permutation(change, counts, panel.treated, rng.spawn(1)[0]),
        (_shares(panel, ~panel.treated), _shares(panel, panel.treated)),
        n_treated,
        n_comparison,
        cautions,
    )


def _shares(panel: Panel, side: NDArray[np.bool_]) -> dict[str, float]:
    names = np.array(panel.names)[side].tolist()
    return dict(zip(names, panel.weights[side].tolist(), strict=True))


def _by_figure(value: F64, se: F64, level: float, df: F64) -> Figure:
    """Give figures (..., n_figures) by Student's distribution, each with its own degrees of freedom."""
    parts = [from_normal(value[..., k], se[..., k], level=level, df=own) for k, own in enumerate(df.tolist())]
    names = ("value", "se", "low", "high", "p")
    return figure(
        *(np.stack([getattr(part, name) for part in parts], axis=-1) for name in names), level=level
    )


def _levels(panel: Panel, figures: Figures) -> F64:
    """Give the figures of both arms by wave, (2, n_waves, n_figures), answers counting unit by unit."""
    n_waves, n_figures = len(panel.waves), panel.balance.shape[1]
    found = np.empty((2 * n_waves, n_figures))
    alike, kind = np.unique(panel.balance, axis=1, return_inverse=True)
    for cell in range(len(found)):
        there = panel.cell == cell
        own = np.array([figures(np.where(there, balance, 0.0)) for balance in alike.T])
        found[cell] = own[kind, np.arange(n_figures)]
    return found.reshape(2, n_waves, n_figures)


def _means_of(points: F64) -> Figures:
    answers = np.nan_to_num(check_answers(points))

    def figures(weights: F64) -> F64:
        counts = weights > 0
        return np.asarray(weights[counts] @ answers[counts] / weights[counts].sum())

    return figures


def degrees_of_freedom(weights: F64) -> float:
    r"""Degrees of freedom of the variance of a weighted mean over few units.

    Parameters
    ----------
    weights : ndarray of shape (n_units,)
        Positive, summing to one.

    Returns
    -------
    float
        n_units - 1 for equal weights, fewer the more unequal they are.

    Notes
    -----
    With :math:`q_u = a_u^2 / (1 - 2 a_u + \sum_v a_v^2)` the bias-reduced (CR2) variance of
    :math:`\sum_u a_u y_u` is :math:`y' M y`,
    :math:`M = \mathrm{diag}(q) - q a' - a q' + (\sum_v q_v) a a'`. The degrees of freedom are
    :math:`(\mathrm{tr} M)^2 / \mathrm{tr} M^2`, as if units scattered alike.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169-181; Imbens & Kolesar (2016), Review of Economics and
    Statistics 98:701-712.
    """
    a = np.asarray(weights, float)
    q = a**2 / (1 - 2 * a + a @ a)
    m = np.diag(q) - np.outer(q, a) - np.outer(a, q) + q.sum() * np.outer(a, a)
    return float(np.trace(m) ** 2 / (m**2).sum())


def _drawn(panel: Panel, fewest: int, rng: np.random.Generator, n_resamples: int) -> tuple[F64, F64]:
    """Resample the arms, (2, n_resamples, n_waves, n_figures); degrees of freedom (2,); nan for few units."""
    if fewest < ENOUGH:
        return np.full((2, 2, len(panel.waves), panel.means.shape[2]), np.nan), np.full(2, np.nan)
    arms = [(panel.means[side], panel.weights[side]) for side in (~panel.treated, panel.treated)]
    return (
        np.stack([_resampled(means, weight, rng, n_resamples) for means, weight in arms]),
        np.array([degrees_of_freedom(weight) for _, weight in arms]),
    )


def _resampled(means: F64, weights: F64, rng: np.random.Generator, n_resamples: int) -> F64:
    """Arm means (n_resamples, n_waves, n_figures) over resampled units."""
    n_units = len(means)
    counts = rng.multinomial(n_units - 1, np.full(n_units, 1 / n_units), size=n_resamples) * weights
    return np.asarray(np.tensordot(counts / counts.sum(axis=1, keepdims=True), means, 1))


def _welch(variance: F64, df: F64) -> F64:
    spread = (variance**2 / df[:, None]).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 0, variance.sum(0) ** 2 / spread, df.sum()))
