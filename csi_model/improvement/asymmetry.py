"""Whether the index falls faster below what is usual than it rises above: penalties and rewards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.estimation.scores import respondent_scores
from csi_model.improvement.crowded import left_of_a_line
from csi_model.inference import seeds
from csi_model.inference.figures import Figure
from csi_model.inference.kinds import spread
from csi_model.inference.making import from_normal
from csi_model.inference.many import benjamini_hochberg
from csi_model.measures.importance import leads
from csi_model.resampling.estimator import LARGE, chunks

FEWEST = 100  # answers to both
FEWEST_ON_A_SIDE = 15
MOST_DRAWS = 200  # of large samples, whose errors are small: each draw counts every respondent


class Slopes(NamedTuple):
    """Slopes below and above the middle of one driver, and their difference.

    Attributes
    ----------
    penalty, reward, asymmetry : Figure
        Standard deviations of the index's normal score by one of the driver's: below the middle, above it,
        and the latter less the former.
    n : int
        Respondents with both.
    """

    penalty: Figure
    reward: Figure
    asymmetry: Figure
    n: int


def asymmetry(result: Result) -> dict[str, list[dict[str, Any]]]:
    r"""Say of constructs and questions that lead to the index whether they punish or reward, as plain values.

    Returns
    -------
    dict
        ``constructs`` and ``indicators`` → rows with ``id``, ``n``, ``penalty``, ``reward`` and
        ``asymmetry``, each with ``_se`` and ``_ci``, ``p``, ``p_adjusted`` (Benjamini and Hochberg within
        the level) and ``kind``: ``penalty`` (a bad rating costs more than a good one brings), ``reward``,
        ``even``, or ``few`` (below 100 answers, or below 15 on a side).

    Raises
    ------
    DataError
        The estimation has no resamples, or these went with a part's result.

    Notes
    -----
    .. math:: z_y = a + b^- \min(z_x, 0) + b^+ \max(z_x, 0)

    by weighted least squares over who answered both, with :math:`z` conditional means of a standard normal
    variable within each answer's share of the distribution: on the ratings themselves a crowd at the end of
    the scale alone would look like asymmetry. Where the outcome's best answers crowd, even a straight
    relation bends: slopes are divided by what is left of one there (`crowded.left_of_a_line`). Scores are
    made anew in every resample; p and interval are by the standard error. A correlation within one wave, no
    cause.

    References
    ----------
    Mittal, Ross and Baldasare (1998), Journal of Marketing 62(1), 33-47; Brandt (1987), in Add Value to Your
    Service, 61-65 (penalty and reward); conditional means: Brockett (1981), Annals of Statistics 9, 1359.
    """
    if result.estimator is None or not result.options.bootstrap:
        raise DataError(
            "There are no resamples, so nothing could be said about chance.",
            code="draws",
            remedy="Estimate with PLS or PLSc and 1000 resamples, 20 at least.",
        )
    spec, sample = result.spec, result.estimator.sample
    scores = respondent_scores(result, sample)
    index = scores[:, spec.place[spec.index]]
    wanted = leads(spec)
    drivers = {
        "constructs": [(spec.construct_ids[k], scores[:, k]) for k in np.flatnonzero(wanted["constructs"])],
        "indicators": [
            (spec.indicator_ids[k], sample.values[:, k]) for k in np.flatnonzero(wanted["indicators"])
        ],
    }
    return {
        level: _told([(name, slopes(result, x, index)) for name, x in own]) for level, own in drivers.items()
    }


def slopes(result: Result, x: F64, y: F64) -> Slopes | None:
    """Fit the slopes of one driver and an outcome, (n_respondents,) each; None where few answered."""
    assert result.estimator is not None
    sample, options = result.estimator.sample, result.options
    both = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(both) < FEWEST:
        return None
    table = _Table(x[both], y[both])
    weights = sample.weights[both]
    left = table.left_of_a_line(weights)
    point, score = table.slopes(weights[None], left)
    sides = [int((side * table.n_of_x).sum()) for side in (score[0] < 0, score[0] > 0)]
    if min(sides) < FEWEST_ON_A_SIDE or not np.isfinite(point).all():
        return None
    size = options.bootstrap if len(sample) <= LARGE else min(options.bootstrap, MOST_DRAWS)
    drawn = np.concatenate(
        [table.slopes(counts[:, both] * weights, left)[0] for counts in _counts(result, size)]
    )
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    df = np.inf if result.resampled is None else result.resampled.df
    parts = [
        from_normal(np.asarray(value), np.asarray(se), level=options.level, df=df)
        for value, se in zip(point[0], spread(drawn), strict=True)
    ]
    return Slopes(parts[0], parts[1], parts[2], len(both))


def _counts(result: Result, size: int) -> Iterator[F64]:
    assert result.estimator is not None
    units = result.estimator.sample.units
    for child, part in chunks(size, result.options.seed):
        yield units.counts(part, seeds.of_child(child))


class _Table:
    """Which pairs of answers there are, and who gave them: all that a resample changes is how many did."""

    def __init__(self, x: F64, y: F64) -> None:
        levels, self.x = np.unique(x, return_inverse=True)
        _, self.y = np.unique(y, return_inverse=True)
        cells, place = np.unique(np.stack([self.x, self.y], axis=1), axis=0, return_inverse=True)
        self.x, self.y = cells.T
        self.n_of_x = np.bincount(self.x[place.ravel()], minlength=len(levels))
        ones = np.ones(len(x))
        self._into = csr_array((ones, (np.arange(len(x)), place.ravel())), shape=(len(x), len(cells)))

    def left_of_a_line(self, weights: F64) -> tuple[float, float]:
        """Give `crowded.left_of_a_line` of these answers."""
        cells = np.asarray(weights[None] @ self._into)
        sums = [_sums(cells, place) for place in (self.x, self.y)]
        of_x, of_y = ((part[0] / cells.sum(), _normal(part)[0]) for part in sums)
        together = float(cells[0] @ (of_x[1][self.x] * of_y[1][self.y]) / cells.sum())
        return left_of_a_line(of_x, of_y, together)

    def slopes(self, mass: F64, left: tuple[float, float]) -> tuple[F64, F64]:
        """Give the slopes below and above and their difference, (n_draws, 3), and the driver's scores.

        Slopes are divided by what is `left` of a line below and above.
        """
        cells = np.asarray(mass @ self._into)
        of_x, of_y = (_normal(_sums(cells, place)) for place in (self.x, self.y))
        score, outcome = of_x[:, self.x], of_y[:, self.y]
        design = np.stack([np.ones_like(score), np.minimum(score, 0.0), np.maximum(score, 0.0)], axis=2)
        weighted = design * cells[:, :, None]
        system = np.swapaxes(weighted, 1, 2) @ design
        wanted = np.swapaxes(weighted, 1, 2) @ outcome[:, :, None]
        possible = np.linalg.cond(system) < 1e10
        found = np.full((len(mass), 3), np.nan)
        found[possible] = np.linalg.solve(system[possible], wanted[possible])[:, :, 0]
        with np.errstate(divide="ignore", invalid="ignore"):  # where nothing is left of a line
            below, above = found[:, 1] / left[0], found[:, 2] / left[1]
        return np.stack([below, above, above - below], axis=1), of_x


def _sums(cells: F64, place: np.ndarray) -> F64:
    into = csr_array((np.ones(len(place)), (np.arange(len(place)), place)))
    return np.asarray(cells @ into)


def _normal(mass: F64) -> F64:
    """Mean of a standard normal variable within each category's share, (n_draws, n_categories)."""
    share = mass / mass.sum(axis=1, keepdims=True)
    ends = np.clip(np.cumsum(share, axis=1), 0.0, 1.0)
    density = np.exp(-0.5 * ndtri(ends) ** 2) / np.sqrt(2 * np.pi)
    density[:, -1] = 0.0
    before = np.concatenate([np.zeros((len(mass), 1)), density[:, :-1]], axis=1)
    found = np.divide(before - density, share, out=np.zeros_like(share), where=share > 0)
    return np.asarray(found)


def _told(found: list[tuple[str, Slopes | None]]) -> list[dict[str, Any]]:
    p = np.array([np.nan if each is None else float(each.asymmetry.p) for _, each in found])
    adjusted = benjamini_hochberg(p)
    return [_row(name, each, chance) for (name, each), chance in zip(found, adjusted, strict=True)]


def _row(name: str, found: Slopes | None, adjusted: float) -> dict[str, Any]:
    if found is None:
        return {"id": name, "kind": "few"}
    sure = adjusted <= 1 - found.asymmetry.level
    kind = "even" if not sure else "penalty" if found.asymmetry.value < 0 else "reward"
    parts = {
        "penalty": found.penalty,
        "reward": found.reward,
        "asymmetry": found.asymmetry,
    }
    row: dict[str, Any] = {"id": name, "n": found.n, "kind": kind}
    for key, each in parts.items():
        row |= each.plain(key, ("se", "ci"), named=True)
    return row | {"p": float(found.asymmetry.p), "p_adjusted": float(adjusted)}
