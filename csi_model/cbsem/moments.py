"""Data reduced to what likelihoods need: sums by missing pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64

T = TypeVar("T")

LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Patterns:
    """Sums over the respondents who answered the same items.

    ``seen`` (k, p) bool; ``n`` (k,); ``total`` (k, p) and ``cross`` (k, p, p) sums of answers and of their
    products, zero where an item was not answered; ``member`` (n,) the pattern of each respondent. Where
    respondents have ``weights`` (n,), all sums are weighted.
    """

    values: F64
    seen: NDArray[np.bool_]
    n: F64
    total: F64
    cross: F64
    member: NDArray[np.intp]
    weights: F64 | None = None

    @property
    def n_respondents(self) -> float:
        """Rows behind the sums, or their weight."""
        return float(self.n.sum())

    def around(self, mean: F64) -> tuple[F64, F64]:
        """Sums and products of deviations from a mean vector, by pattern."""
        centre = np.where(self.seen, mean, 0.0)
        first = self.total - self.n[:, None] * centre
        outer = self.total[:, :, None] * centre[:, None, :]
        second = (
            self.cross
            - outer
            - outer.transpose(0, 2, 1)
            + self.n[:, None, None] * (centre[:, :, None] * centre[:, None, :])
        )
        return first, second


def by_pattern(values: F64, weights: F64 | None = None) -> Patterns:
    """Group respondents by which items they answered; rows without any answer must be gone."""
    each = np.ones(len(values)) if weights is None else weights
    seen = ~np.isnan(values)
    kinds, member = np.unique(seen, axis=0, return_inverse=True)
    member = member.reshape(-1)
    filled = np.where(seen, values, 0.0)
    k, p = kinds.shape
    total, cross = np.zeros((k, p)), np.zeros((k, p, p))
    order = np.argsort(member, kind="stable")
    edges = np.searchsorted(member[order], np.arange(k + 1))
    for a in range(k):
        rows = order[edges[a] : edges[a + 1]]
        block, weighted = filled[rows], filled[rows] * each[rows, None]
        total[a], cross[a] = weighted.sum(axis=0), block.T @ weighted
    n = np.bincount(member, weights=each, minlength=k).astype(float)
    return Patterns(values, kinds, n, total, cross, member, weights)


def masked_inverse(patterns: Patterns, sigma: F64) -> tuple[F64, F64]:
    """Inverse (zero outside the answered items) and log determinant of each pattern's covariance.

    Raises
    ------
    numpy.linalg.LinAlgError
        A pattern's covariance is not positive definite.
    """
    both = patterns.seen[:, :, None] & patterns.seen[:, None, :]
    block = np.where(both, sigma, np.eye(sigma.shape[0]))
    root = np.linalg.cholesky(block)
    log_det = 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.where(both, np.linalg.inv(block), 0.0), log_det


class Newest(Generic[T]):
    """A function of one array that keeps its newest value: a search asks for several things at one place."""

    def __init__(self, work: Callable[[F64], T]) -> None:
        self.work = work
        self.kept: tuple[F64, T] | None = None

    def __call__(self, at: F64) -> T:
        """Give the value at a place."""
        if self.kept is None or not np.array_equal(self.kept[0], at):
            self.kept = at.copy(), self.work(at)
        return self.kept[1]


def log_likelihood(patterns: Patterns, mean: F64, sigma: F64) -> float:
    """Casewise normal log-likelihood, grouped by missing pattern."""
    inverse, log_det = masked_inverse(patterns, sigma)
    _, second = patterns.around(mean)
    answered = patterns.seen.sum(axis=1)
    constant = patterns.n @ (answered * LOG_2PI + log_det)
    return float(-0.5 * (constant + np.einsum("aij,aij->", inverse, second)))
