"""Answers sorted by what is missing, filled by what the rest lets expect: the E-step, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from csi_model.arrays import F64, I64, Mask
from csi_model.inference import seeds

SLICE = 10_000  # respondents whose products are held at a time


class _Alike(NamedTuple):
    """Respondents with equally many gaps: rows `start` to `end`, sorted by pattern."""

    start: int
    end: int
    gaps: I64  # (n_patterns, n_gaps)
    pattern: I64  # of each row


class Filled(NamedTuple):
    """A slice filled at some mean and covariance.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Places of the slice's respondents among all.
    deviations : ndarray of shape (n, p)
        From the mean; at gaps what the rest lets expect.
    left : sparse array of shape (n_patterns, p (p + 1) / 2)
        Covariance of the gaps given the rest, upper triangle.
    pattern : ndarray of shape (n,)
        Row of `left` that is a respondent's; rows are sorted by it.
    weights : ndarray of shape (n,)
    """

    rows: I64
    deviations: F64
    left: csr_array
    pattern: I64
    weights: F64


class _Slice:
    def __init__(self, values: F64, weights: F64, rows: I64) -> None:
        missing = np.isnan(values)
        packed = np.packbits(missing, axis=1)
        number = missing.sum(axis=1)
        order = np.lexsort((*packed.T, number))
        packed, number, missing = packed[order], number[order], missing[order]
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = (packed[1:] != packed[:-1]).any(axis=1)
        self.rows, self.weights, self.seen = rows[order], weights[order], ~missing
        self.values = np.where(missing, 0.0, values[order])
        self.pattern = np.cumsum(fresh) - 1
        self.n_patterns = int(self.pattern[-1]) + 1
        self.alike = []
        for size in np.unique(number[number > 0]):
            start, end = (int(np.searchsorted(number, size, side)) for side in ("left", "right"))
            kinds = missing[start:end][fresh[start:end]]
            gaps = np.nonzero(kinds)[1].reshape(len(kinds), size)
            self.alike.append(_Alike(start, end, gaps, self.pattern[start:end] - self.pattern[start]))

    def filled(self, mean: F64, precision: F64) -> tuple[F64, list[F64]]:
        """Give deviations from the mean, and the covariances of the gaps for each of `alike`."""
        found = self.values - self.seen * mean
        pulled = found @ precision
        left: list[F64] = []
        for start, end, gaps, pattern in self.alike:
            here = gaps[pattern]
            spread: F64 = np.asarray(np.linalg.inv(precision[gaps[:, :, None], gaps[:, None, :]]), float)
            drawn = np.take_along_axis(pulled[start:end], here, axis=1)
            expected = -np.matmul(spread[pattern], drawn[:, :, None])[:, :, 0]
            np.put_along_axis(found[start:end], here, expected, axis=1)
            left.append(spread)
        return found, left


class Filling:
    """All answers, ready to be filled.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        ``nan`` is missing.
    weights : ndarray of shape (n_respondents,)
    """

    def __init__(self, values: F64, weights: F64) -> None:
        self.n, self.p = values.shape
        self.total = float(weights.sum())
        self.upper = np.triu_indices(self.p)
        self.place = np.empty((self.p, self.p), dtype=np.int64)
        self.place[self.upper] = self.place.T[self.upper] = np.arange(len(self.upper[0]))
        starts = range(0, self.n, SLICE)
        self.slices = [
            _Slice(values[k : k + SLICE], weights[k : k + SLICE], np.arange(k, min(k + SLICE, self.n)))
            for k in starts
        ]

    def sums(self, mean: F64, cov: F64) -> tuple[F64, F64]:
        """Give weighted means of deviations from `mean` and of their squares and products, as expected."""
        p, precision = self.p, np.asarray(np.linalg.inv(cov), float)
        first, second, left = np.zeros(p), np.zeros((p, p)), np.zeros(p * p)
        for each in self.slices:
            found, spreads = each.filled(mean, precision)
            weighted = found * each.weights[:, None]
            first += weighted.sum(axis=0)
            second += weighted.T @ found
            for (start, end, gaps, pattern), spread in zip(each.alike, spreads, strict=True):
                mass = np.bincount(pattern, each.weights[start:end])
                place = gaps[:, :, None] * p + gaps[:, None, :]
                left += np.bincount(place.ravel(), (spread * mass[:, None, None]).ravel(), minlength=p * p)
        return first / self.total, (second + left.reshape(p, p)) / self.total

    def filled(self, mean: F64, cov: F64) -> Iterator[Filled]:
        """Give the answers filled, slice by slice; the mean is of all, (p,), or each one's, (n, p)."""
        precision = np.asarray(np.linalg.inv(cov), float)
        for each in self.slices:
            found, spreads = each.filled(mean if mean.ndim == 1 else mean[each.rows], precision)
            yield Filled(each.rows, found, self._left(each, spreads), each.pattern, each.weights)

    def products(self, part: Filled) -> F64:
        """Give deviations and their expected products, upper triangle, (n, p + p (p + 1) / 2)."""
        rows, columns = self.upper
        found = np.empty((len(part.rows), self.p + len(rows)))
        found[:, : self.p] = part.deviations
        pairs = found[:, self.p :]
        np.multiply(part.deviations[:, rows], part.deviations[:, columns], out=pairs)
        pairs += part.left.toarray()[part.pattern]
        return found

    def _left(self, each: _Slice, spreads: list[F64]) -> csr_array:
        values, columns, number = [], [], np.zeros(each.n_patterns, dtype=np.int64)
        for (start, _, gaps, _), spread in zip(each.alike, spreads, strict=True):
            one, other = np.triu_indices(gaps.shape[1])
            first = each.pattern[start]
            values.append(spread[:, one, other].ravel())
            columns.append(self.place[gaps[:, one], gaps[:, other]].ravel())
            number[first : first + len(gaps)] = len(one)
        shape = (each.n_patterns, len(self.upper[0]))
        if not values:
            return csr_array(shape)
        ends = np.concatenate([[0], np.cumsum(number)])
        return csr_array((np.concatenate(values), np.concatenate(columns), ends), shape=shape)


def some(n: int, wanted: int) -> Mask:
    """Say which of n respondents stand for all in a first approach: as many as wanted, at random."""
    found = np.zeros(n, dtype=bool)
    found[seeds.generator(n).permutation(n)[:wanted]] = True
    return found
