"""How far implied moments are from the data: likelihood and least squares, with slopes and curvature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.cbsem.moments import LOG_2PI, Newest, Patterns, masked_inverse


class Discrepancy(Protocol):
    """Half a chi-square as a function of one group's moments (as stacked by ``Structure.moments``)."""

    def value(self, moments: F64) -> float:
        """Half a chi-square; infinite where the moments are impossible."""
        ...

    def slope(self, moments: F64) -> F64:
        """First derivative in the moments."""
        ...

    def weight(self, moments: F64) -> F64:
        """Expected curvature, positive definite: the metric of a scoring step."""
        ...

    def curvature(self, moments: F64) -> F64:
        """Second derivative in the moments, as observed."""
        ...


def vech_weight(p: int) -> F64:
    """1 for covariances, one half for variances: the entries of ``d sigma = w (e_i e_j' + e_j e_i')``."""
    a, b = np.tril_indices(p)
    return np.where(a == b, 0.5, 1.0)


def vech_matrix(vech: F64, p: int) -> F64:
    """Symmetric matrix from its lower triangle, row by row."""
    out = np.zeros((p, p))
    a, b = np.tril_indices(p)
    out[a, b] = out[b, a] = vech
    return out


def vech_place(p: int) -> NDArray[np.intp]:
    """Place of each entry of a symmetric matrix in its lower triangle, (p, p)."""
    place = np.empty((p, p), dtype=np.intp)
    a, b = np.tril_indices(p)
    place[a, b] = place[b, a] = np.arange(a.size)
    return place


@dataclass(frozen=True)
class Likelihood:
    """Minus the normal log-likelihood over the saturated one; casewise when answers are missing.

    With ``mean`` given, the means are saturated and stay there; else the moments begin with the means.
    """

    patterns: Patterns
    saturated_logl: float
    mean: F64 | None = None

    @cached_property
    def _inverse(self) -> Newest[tuple[F64, F64]]:
        return Newest(partial(masked_inverse, self.patterns))

    @cached_property
    def _around(self) -> Newest[tuple[F64, F64]]:
        return Newest(self.patterns.around)

    @property
    def p(self) -> int:
        """Number of observed variables."""
        return int(self.patterns.seen.shape[1])

    def split(self, moments: F64) -> tuple[F64, F64]:
        """Mean vector and covariance matrix."""
        if self.mean is not None:
            return self.mean, vech_matrix(moments, self.p)
        return moments[: self.p], vech_matrix(moments[self.p :], self.p)

    def value(self, moments: F64) -> float:
        """Half a chi-square; infinite where a covariance matrix is not positive definite."""
        mean, sigma = self.split(moments)
        try:
            inverse, log_det = self._inverse(sigma)
        except np.linalg.LinAlgError:
            return float("inf")
        _, second = self._around(mean)
        n, answered = self.patterns.n, self.patterns.seen.sum(axis=1)
        fit = n @ (answered * LOG_2PI + log_det) + np.einsum("aij,aij->", inverse, second)
        return float(0.5 * fit + self.saturated_logl)

    def slope(self, moments: F64) -> F64:
        """First derivative in the moments."""
        mean, sigma = self.split(moments)
        inverse, _ = self._inverse(sigma)
        first, second = self._around(mean)
        spread = self.patterns.n[:, None, None] * inverse - inverse @ second @ inverse
        a, b = np.tril_indices(self.p)
        by_sigma = spread.sum(axis=0)[a, b] * vech_weight(self.p)
        if self.mean is not None:
            return np.asarray(by_sigma)
        by_mean = -np.einsum("aij,aj->i", inverse, first)
        return np.concatenate([by_mean, by_sigma])

    def weight(self, moments: F64) -> F64:
        """Expected second derivative."""
        inverse, _ = self._inverse(self.split(moments)[1])
        n, (a, b), w = self.patterns.n, np.tril_indices(self.p), vech_weight(self.p)
        i, j, k, m = a[:, None], b[:, None], a[None, :], b[None, :]
        triangles = np.sqrt(n)[:, None] * inverse[:, a, b]
        product, at = triangles.T @ triangles, vech_place(self.p)
        block = product[at[i, k], at[j, m]] + product[at[i, m], at[j, k]]
        return self._stack(np.tensordot(n, inverse, 1), None, block * np.outer(w, w))

    def curvature(self, moments: F64) -> F64:
        """Observed second derivative."""
        mean, sigma = self.split(moments)
        inverse, _ = self._inverse(sigma)
        first, second = self._around(mean)
        weighted = self.patterns.n[:, None, None] * inverse
        spread = inverse @ second @ inverse - 0.5 * weighted
        (a, b), w = np.tril_indices(self.p), vech_weight(self.p)
        i, j, k, m = a[:, None], b[:, None], a[None, :], b[None, :]
        product, at = inverse[:, a, b].T @ spread[:, a, b], vech_place(self.p)
        block = product[at[j, k], at[m, i]] + product[at[j, m], at[k, i]]
        block += product[at[i, k], at[m, j]] + product[at[i, m], at[k, j]]
        if self.mean is not None:
            return np.asarray(block * np.outer(w, w))
        pull = np.einsum("aij,aj->ai", inverse, first)
        three = np.einsum("aij,ak->ijk", inverse, pull, optimize=True)  # [mean, i, j]
        cross = (three[:, a, b] + three[:, b, a]) * w
        return self._stack(weighted.sum(axis=0), cross, block * np.outer(w, w))

    def _stack(self, means: F64, cross: F64 | None, block: F64) -> F64:
        if self.mean is not None:
            return block
        q = self.p + block.shape[0]
        out = np.zeros((q, q))
        out[: self.p, : self.p] = means
        out[self.p :, self.p :] = block
        if cross is not None:
            out[: self.p, self.p :] = cross
            out[self.p :, : self.p] = cross.T
        return out

    def scores(self, moments: F64) -> F64:
        """Each respondent's slope of the (weighted) log-likelihood in the moments, (n, k)."""
        mean, sigma = self.split(moments)
        inverse, _ = self._inverse(sigma)
        p, member = self.p, self.patterns.member
        away = np.where(self.patterns.seen[member], self.patterns.values - mean, 0.0)
        whole = inverse.shape[0] == 1
        pull = away @ inverse[0] if whole else np.einsum("nij,nj->ni", inverse[member], away)
        a, b = np.tril_indices(p)
        by_sigma = (pull[:, a] * pull[:, b] - inverse[:, a, b][member]) * vech_weight(p)
        slopes = by_sigma if self.mean is not None else np.concatenate([pull, by_sigma], axis=1)
        weights = self.patterns.weights
        return np.asarray(slopes if weights is None else weights[:, None] * slopes)


@dataclass(frozen=True)
class LeastSquares:
    """``n/2 (s - sigma)' W (s - sigma)`` with a fixed weight: GLS, ULS, DWLS.

    References
    ----------
    Browne (1974), South African Statistical Journal 8; Muthen (1984), Psychometrika 49(1).
    """

    sample: F64
    weights: F64  # (k, k), or (k,) if diagonal
    n: float

    def _times(self, vector: F64) -> F64:
        return self.weights * vector if self.weights.ndim == 1 else self.weights @ vector

    def value(self, moments: F64) -> float:
        """Half a chi-square; infinite where a covariance matrix is not positive definite."""
        gap = self.sample - moments
        return float(0.5 * self.n * (gap @ self._times(gap)))

    def slope(self, moments: F64) -> F64:
        """First derivative in the moments."""
        return -self.n * self._times(self.sample - moments)

    def weight(self, moments: F64) -> F64:
        """Expected second derivative."""
        del moments
        return self.n * (np.diag(self.weights) if self.weights.ndim == 1 else self.weights)

    def curvature(self, moments: F64) -> F64:
        """Observed second derivative."""
        return self.weight(moments)


def normal_weight(sigma: F64, *, means: bool = False) -> F64:
    """Normal-theory weight of one respondent: ``1/2 D'(S^-1 x S^-1)D`` on the lower triangle.

    Returns
    -------
    ndarray of shape (k, k)
        Inverse of the moments' normal-theory covariance times n; means first if ``means``.
    """
    p = sigma.shape[0]
    inverse = np.linalg.inv(sigma)
    a, b = np.tril_indices(p)
    w = vech_weight(p)
    block = inverse[np.ix_(a, a)] * inverse[np.ix_(b, b)] + inverse[np.ix_(a, b)] * inverse[np.ix_(b, a)]
    block = block * np.outer(w, w)
    if not means:
        return np.asarray(block)
    out = np.zeros((p + a.size, p + a.size))
    out[:p, :p], out[p:, p:] = inverse, block
    return out


def free_distribution_covariance(values: F64, *, means: bool = False) -> F64:
    """Covariance of the sample moments times n without assuming a distribution (Browne 1984)."""
    away = values - values.mean(axis=0)
    a, b = np.tril_indices(values.shape[1])
    products = away[:, a] * away[:, b]
    stacked = np.concatenate([away, products], axis=1) if means else products
    stacked = stacked - stacked.mean(axis=0)
    return np.asarray(stacked.T @ stacked / values.shape[0])
