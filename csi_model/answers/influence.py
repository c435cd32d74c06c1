"""How moments of answers with gaps follow the weights of respondents, to first order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from csi_model.answers.filling import Filling
from csi_model.arrays import F64, I64, Mask

MATRICES = 256  # held at a time


class Influence(NamedTuple):
    """A fit's derivative.

    Attributes
    ----------
    carried : ndarray of shape (T, T)
        Derivative of the expected statistics (deviations, products) by the moments that fill the gaps: 0
        without gaps, near 1 in a direction that hardly anybody's answers tell of.
    mean : ndarray of shape (T,)
        Weighted mean of the expected statistics.
    """

    carried: F64
    mean: F64

    @property
    def size(self) -> int:
        """Statistics, T."""
        return len(self.mean)

    def shares(self, kept: float) -> F64:
        """Give how much of each statistic is the answers' and not the prior's: of means all, (T,)."""
        p = _columns(len(self.mean))
        return np.concatenate([np.ones(p), np.full(len(self.mean) - p, kept)])


class Settling:
    r"""What a change of the moments comes to when all is filled anew: :math:`(I - P J)^{-1}`, as factors.

    Parameters
    ----------
    carried : ndarray of shape (T, T)
        J, `Influence.carried`.
    shares : ndarray of shape (T,)
        The diagonal of P, `Influence.shares`.
    """

    def __init__(self, carried: F64, shares: F64) -> None:
        self.shares = shares
        self._factors = lu_factor(np.eye(len(carried)) - shares[:, None] * carried)

    def towards(self, change: F64) -> F64:
        """Give what a change of the moments, (T,), comes to."""
        return np.asarray(lu_solve(self._factors, change))

    def moved(self, sums: F64) -> F64:
        """Give what changed means of the statistics, (n, T), move the moments by, (n, T)."""
        return np.asarray(lu_solve(self._factors, (sums * self.shares).T).T)

    def slopes(self, slopes: F64) -> F64:
        """Give slopes by the means of the statistics from those by the moments, (T, k)."""
        return np.asarray(self.shares[:, None] * lu_solve(self._factors, slopes, trans=1))


def _columns(n_statistics: int) -> int:
    """Of how many columns these are the means and products."""
    return round(float(np.sqrt(2 * n_statistics + 2.25)) - 1.5)


def influence(filling: Filling, mean: F64, cov: F64) -> Influence:
    r"""Give the derivative of the E-step at a mean and covariance.

    Notes
    -----
    The statistics of a respondent are the expected deviations f and products
    :math:`f f' + C`, with C the covariance of the gaps given the rest. By the rule of exponential families
    their derivative by the moments is the mean of their covariance given the answers (Q) times the inverse
    of their covariance in the population (V), both by Isserlis' theorem.

    References
    ----------
    Louis (1982), JRSS B 44, 226-233; Meng and Rubin (1991), JASA 86, 899-909.
    """
    p, (rows, columns) = filling.p, filling.upper
    n_pairs = len(rows)
    half, third, left = np.zeros((n_pairs, n_pairs)), np.zeros((n_pairs, p)), np.zeros(n_pairs)
    total = np.zeros(p + n_pairs)
    for part in filling.filled(mean, cov):
        weighted = filling.products(part) * part.weights[:, None]
        total += weighted.sum(axis=0)
        first = np.flatnonzero(np.diff(part.pattern, prepend=-1))
        mass = np.add.reduceat(part.weights, first)
        by_pattern = np.add.reduceat(weighted, first, axis=0)
        # The sums of products hold C itself once: half of it goes, for C C' stands once in Q, not twice.
        spread = part.left.toarray() * mass[:, None]
        half += part.left.T @ (by_pattern[:, p:] - 0.5 * spread)
        third += part.left.T @ by_pattern[:, :p]
        left += spread.sum(axis=0)
    whole = half + half.T
    place = filling.place
    a, b, c, d = rows[:, None], columns[:, None], rows[None], columns[None]
    carried = np.empty((p + n_pairs, p + n_pairs))
    carried[p:, p:] = whole[place[a, c], place[b, d]] + whole[place[a, d], place[b, c]]
    each = np.arange(p)[:, None]
    carried[:p, p:] = third[place[each, c], d] + third[place[each, d], c]
    carried[p:, :p] = carried[:p, p:].T
    carried[:p, :p] = left[place]
    carried /= filling.total
    return Influence(by_moments(carried, cov, filling.upper), total / filling.total)


def of_asked(filling: Filling, mean: F64, cov: F64, asked: Mask) -> F64:
    """Give the derivative by the moments of the sums of what those asked are expected to say, (p, T).

    By the same rule as `influence`. Of a question that nobody asked left open it is 0.
    """
    p, (rows, columns) = filling.p, filling.upper
    alone, with_other = np.zeros((p, p)), np.zeros((p, p, p))
    for part in filling.filled(mean, cov):
        first = np.flatnonzero(np.diff(part.pattern, prepend=-1))
        left = part.left.toarray()
        for question in range(p):
            open_to = np.flatnonzero(left[:, filling.place[question, question]] > 0)
            weights = part.weights * asked[part.rows, question]
            if not len(open_to) or not weights.any():
                continue
            spread = left[np.ix_(open_to, filling.place[question])]
            alone[question] += np.add.reduceat(weights, first)[open_to] @ spread
            by_pattern = np.add.reduceat(part.deviations * weights[:, None], first, axis=0)[open_to]
            with_other[question] += spread.T @ by_pattern
    pairs = with_other[:, rows, columns] + with_other[:, columns, rows]
    return by_moments(np.concatenate([alone, pairs], axis=1), cov, filling.upper)


def by_moments(covariances: F64, cov: F64, upper: tuple[I64, I64]) -> F64:
    r"""Turn covariances with the statistics of a normal distribution, (n, T), into derivatives by moments.

    Notes
    -----
    A row's covariances with the products, as a symmetric matrix S, become :math:`P S P` with P the inverse
    of `cov`, its diagonal halved: the inverse of the products' covariance,
    :math:`V_{ab,cd} = cov_{ac} cov_{bd} + cov_{ad} cov_{bc}`, without forming it.
    """
    p, (rows, columns) = len(cov), upper
    precision = np.linalg.inv(cov)
    found = np.empty_like(covariances)
    found[:, :p] = covariances[:, :p] @ precision
    square = np.empty((min(len(covariances), MATRICES), p, p))
    for start in range(0, len(covariances), MATRICES):
        products = covariances[start : start + MATRICES, p:]
        here = square[: len(products)]
        here[:, rows, columns] = here[:, columns, rows] = products
        turned = precision @ (here @ precision)
        found[start : start + MATRICES, p:] = turned[:, rows, columns]
    found[:, p:] *= np.where(rows == columns, 0.5, 1.0)
    return found
