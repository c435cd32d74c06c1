"""Ordered answers: thresholds, polychoric correlations (two steps) and their covariance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from csi_model.arrays import F64
from csi_model.errors import ConvergenceError, DataError

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)
_FAR = 8.0  # a threshold beyond eight standard deviations is infinite to sixteen digits
_MOST_CATEGORIES = 30
_LIMIT = 0.9999


@dataclass(frozen=True)
class Ordinal:
    """Sample statistics of ordered answers.

    ``thresholds`` one array per item; ``correlations`` (p, p); ``gamma`` (k, k) n times the covariance of
    [thresholds, correlations of the strict lower triangle, row by row].
    """

    thresholds: tuple[F64, ...]
    correlations: F64
    gamma: F64
    n: int

    @property
    def sample(self) -> F64:
        """Thresholds, then correlations: the sample moments."""
        a, b = np.tril_indices(self.correlations.shape[0], -1)
        return np.concatenate([*self.thresholds, self.correlations[a, b]])


def bivariate_normal_cdf(x: F64, y: F64, rho: F64) -> F64:
    """P(X < x, Y < y) of standard normals with correlation rho, by Gauss-Legendre quadrature.

    References
    ----------
    Drezner & Wesolowsky (1990), Journal of Statistical Computation and Simulation 35.
    """
    x, y = np.clip(x, -_FAR, _FAR), np.clip(y, -_FAR, _FAR)
    half = 0.5 * np.arcsin(rho)
    out = ndtr(x) * ndtr(y)
    square, product = 0.5 * (x * x + y * y), x * y
    for node, weight in zip(_NODES, _NODE_WEIGHTS, strict=True):
        sine = np.sin(half * (1.0 + node))
        out = out + weight * half / (2.0 * np.pi) * np.exp((sine * product - square) / (1.0 - sine * sine))
    return np.asarray(out)


def bivariate_normal_density(x: F64, y: F64, rho: F64) -> F64:
    """Density of two standard normals with correlation rho."""
    free = 1.0 - rho * rho
    inside = np.exp(-(x * x - 2.0 * rho * x * y + y * y) / (2.0 * free))
    return np.asarray(inside / (2.0 * np.pi * np.sqrt(free)))


def _corners(grid: F64) -> F64:
    """Rectangle values from corner values, over the last two axes."""
    return grid[..., 1:, 1:] - grid[..., :-1, 1:] - grid[..., 1:, :-1] + grid[..., :-1, :-1]


def _padded(cuts: F64, width: int) -> F64:
    """Thresholds between minus and plus infinity, upper end repeated to a common width."""
    out = np.full(width, _FAR)
    out[0] = -_FAR
    out[1 : 1 + cuts.size] = cuts
    return out


def coded(values: F64, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Answers as category numbers 0, 1, ….

    Raises
    ------
    DataError
        An item has one category only, or so many that it is not ordinal.
    """
    codes = np.empty(values.shape, dtype=np.intp)
    for k, name in enumerate(names):
        kinds, codes[:, k] = np.unique(values[:, k], return_inverse=True)
        if not 2 <= kinds.size <= _MOST_CATEGORIES:
            raise DataError(
                f"Item {name} has {kinds.size} different answers; ordered estimation needs 2 to "
                f"{_MOST_CATEGORIES}.",
                code="ordinal-categories",
                remedy="Drop the item, join categories, or use estimator='MLR'.",
            )
    return codes


def _batches(n_pairs: int, width: int) -> Iterator[slice]:
    step = max(1, 2_000_000 // (width * width))
    for first in range(0, n_pairs, step):
        yield slice(first, min(first + step, n_pairs))


def _polychoric(tables: F64, x: F64, y: F64) -> F64:
    """Maximum likelihood correlations of many tables at once, thresholds held (Fisher scoring).

    Raises
    ------
    ConvergenceError
        A pair's likelihood has no maximum inside (-1, 1).
    """
    n = tables.sum(axis=(1, 2))
    rho = np.zeros(tables.shape[0])
    row, col = x[:, :, None], y[:, None, :]

    def cells(at: F64) -> F64:
        grid = bivariate_normal_cdf(row, col, at[:, None, None])
        return np.maximum(_corners(grid), 1e-14)

    def likelihood(probabilities: F64) -> F64:
        return np.asarray((tables * np.log(probabilities)).sum(axis=(1, 2)))

    probabilities = cells(rho)
    value = likelihood(probabilities)
    for _ in range(100):
        change = _corners(bivariate_normal_density(row, col, rho[:, None, None]))
        score = (tables / probabilities * change).sum(axis=(1, 2))
        information = n * (change * change / probabilities).sum(axis=(1, 2))
        step = score / information
        for _ in range(30):
            tried = np.clip(rho + step, -_LIMIT, _LIMIT)
            new = cells(tried)
            fresh = likelihood(new)
            worse = fresh < value - 1e-9 * np.abs(value)
            if not worse.any():
                break
            step = np.where(worse, 0.5 * step, step)
        moved = np.abs(tried - rho).max()
        rho, probabilities, value = tried, new, fresh
        if moved < 1e-11:
            return np.asarray(rho)
    raise ConvergenceError(
        "A polychoric correlation did not settle.",
        code="polychoric-not-converged",
        remedy="Join sparse categories or drop one of two items that are nearly the same.",
    )


def ordinal_statistics(values: F64, names: tuple[str, ...]) -> Ordinal:
    """Thresholds from the margins, polychorics pair by pair, and the covariance of both.

    Parameters
    ----------
    values : ndarray of shape (n, p)
        Ordered codes, complete.
    names : tuple of str

    Raises
    ------
    DataError
        See ``coded``.
    ConvergenceError
        A correlation has no maximum inside (-1, 1).

    References
    ----------
    Olsson (1979), Psychometrika 44(4); Muthen (1984), Psychometrika 49(1).
    """
    codes = coded(values, names)
    n, p = codes.shape
    counts = [np.bincount(codes[:, k]) for k in range(p)]
    width = max(count.size for count in counts) + 1
    thresholds = tuple(ndtri(np.cumsum(count)[:-1] / n) for count in counts)
    cuts = np.stack([_padded(own, width) for own in thresholds])
    a, b = np.tril_indices(p, -1)
    onehot = np.stack([np.equal.outer(codes[:, k], np.arange(width - 1)) for k in range(p)], 1).astype(float)
    flat = onehot.reshape(n, -1)
    joint = (flat.T @ flat).reshape(p, width - 1, p, width - 1)
    rho = np.empty(a.size)
    n_cuts = np.array([own.size for own in thresholds])
    first = np.concatenate([[0], np.cumsum(n_cuts)])
    n_thresholds = int(first[-1])
    by_cut = np.zeros((n, n_thresholds))
    for k in range(p):
        by_cut[:, first[k] : first[k + 1]] = _margin_scores(codes[:, k], counts[k] / n, thresholds[k])
    by_rho = np.empty((n, a.size))
    slope = np.zeros((a.size, n_thresholds))
    for part in _batches(a.size, width):
        x, y = cuts[a[part]], cuts[b[part]]
        tables = joint[a[part], :, b[part], :]
        rho[part] = _polychoric(tables, x, y)
        for at, pair in zip(range(part.start, part.stop), range(part.stop - part.start), strict=True):
            one, two = a[at], b[at]
            score_rho, score_x, score_y = _pair_scores(x[pair], y[pair], rho[at])
            own = score_rho[codes[:, one], codes[:, two]]
            by_rho[:, at] = own
            table = tables[pair] * score_rho
            slope[at, first[one] : first[one + 1]] = np.einsum("ij,ijk->k", table, score_x)[: n_cuts[one]]
            slope[at, first[two] : first[two + 1]] = np.einsum("ij,ijk->k", table, score_y)[: n_cuts[two]]
    correlations = np.eye(p)
    correlations[a, b] = correlations[b, a] = rho
    scores = np.concatenate([by_cut, by_rho], axis=1)
    meat = scores.T @ scores
    bread = np.zeros_like(meat)
    for k in range(p):
        block = slice(first[k], first[k + 1])
        bread[block, block] = meat[block, block]
    bread[n_thresholds:, :n_thresholds] = slope
    rest = np.arange(n_thresholds, bread.shape[0])
    bread[rest, rest] = (by_rho**2).sum(axis=0)
    inverse = np.linalg.inv(bread)
    return Ordinal(thresholds, correlations, n * (inverse @ meat @ inverse.T), n)


def _density(x: F64) -> F64:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def _margin_scores(codes: NDArray[np.intp], shares: F64, cuts: F64) -> F64:
    """Slope of each respondent's log-probability of an item's answer in the item's thresholds."""
    by_category = np.zeros((shares.size, cuts.size))
    at = np.arange(cuts.size)
    by_category[at, at] = _density(cuts) / shares[at]
    by_category[at + 1, at] = -_density(cuts) / shares[at + 1]
    return np.asarray(by_category[codes])


def _pair_scores(x: F64, y: F64, rho: float) -> tuple[F64, F64, F64]:
    """Slopes of the log cell probabilities in rho and in both items' thresholds."""
    r = np.asarray(rho)
    probabilities = np.maximum(_corners(bivariate_normal_cdf(x[:, None], y[None, :], r)), 1e-14)
    by_rho = _corners(bivariate_normal_density(x[:, None], y[None, :], r)) / probabilities
    k = x.size - 2
    spread = np.sqrt(1.0 - rho * rho)
    # d P(X < x, Y < y) / dx = density(x) P(Y < y | x)
    along_x = _density(x)[:, None] * ndtr((y[None, :] - rho * x[:, None]) / spread)
    along_y = _density(y)[None, :] * ndtr((x[:, None] - rho * y[None, :]) / spread)
    steps_x, steps_y = np.diff(along_x, axis=1), np.diff(along_y, axis=0)
    by_x, by_y = np.zeros((k + 1, k + 1, k)), np.zeros((k + 1, k + 1, k))
    for c in range(k):
        by_x[c, :, c], by_x[c + 1, :, c] = steps_x[c + 1], -steps_x[c + 1]
        by_y[:, c, c], by_y[:, c + 1, c] = steps_y[:, c + 1], -steps_y[:, c + 1]
    return by_rho, by_x / probabilities[:, :, None], by_y / probabilities[:, :, None]
