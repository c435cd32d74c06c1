"""Finite mixtures of inner regressions on fixed scores (FIMIX-PLS), by EM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, I64, Mask

LEAST_VARIANCE = 1e-3
TOLERANCE = 1e-7  # of the log-likelihood, for each answer
MOST_ITERATIONS = 5000
AT_ONCE = 4_000_000  # memberships held at a time
TINY = 1e-300
RIDGE = 1e-9  # so that a class that lost its members has some regression


class Mixture(NamedTuple):
    """The best of several starts.

    Attributes
    ----------
    log_likelihood : float
    share : ndarray of shape (n_classes,)
        Descending.
    paths : ndarray of shape (n_classes, n_constructs, n_constructs)
        `[class, target, source]`.
    variance : ndarray of shape (n_classes, n_constructs)
        Of residuals, `LEAST_VARIANCE` at least; 1 for constructs without sources.
    membership : ndarray of shape (n_respondents, n_classes)
        Probabilities.
    converged : bool
    """

    log_likelihood: float
    share: F64
    paths: F64
    variance: F64
    membership: F64
    converged: bool


def mixture(
    scores: F64,
    weights: F64,
    path_matrix: Mask,
    n_classes: int,
    rng: np.random.Generator,
    n_starts: int = 10,
) -> Mixture:
    r"""Fit classes of respondents that differ in the paths between their scores.

    Parameters
    ----------
    scores : ndarray of shape (n_respondents, n_constructs)
        Standardised.
    weights : ndarray of shape (n_respondents,)
        How much each counts in the likelihood.
    path_matrix : ndarray of shape (n_constructs, n_constructs)
        `[target, source]`.

    Notes
    -----
    .. math:: \ln L = \sum_i w_i \ln \sum_k \rho_k \prod_j
              \phi\!\left(\eta_{ij} - \textstyle\sum_b \beta_{kjb}\, \eta_{ib};\; \psi_{kj}\right)

    over the constructs j with sources b; without intercepts, as scores have mean 0. Each start deals random
    memberships; EM ends where an iteration adds less than `TOLERANCE` for each answer.

    References
    ----------
    Hahn, Johnson, Herrmann and Huber (2002), Schmalenbach Business Review 54(3), 243-269.
    """
    held = max(1, AT_ONCE // max(1, len(scores) * n_classes))
    starts = 1 if n_classes == 1 else n_starts
    best: Mixture | None = None
    for first in range(0, starts, held):
        dealt = rng.dirichlet(np.ones(n_classes), (min(held, starts - first), len(scores)))
        for found in _climbed(scores, weights, path_matrix, dealt):
            if best is None or found.log_likelihood > best.log_likelihood:
                best = found
    if best is None:  # pragma: no cover  there is a start at least
        raise AssertionError
    order = np.argsort(-best.share, kind="stable")
    return best._replace(
        share=best.share[order],
        paths=best.paths[order],
        variance=best.variance[order],
        membership=best.membership[:, order],
    )


def _climbed(scores: F64, weights: F64, path_matrix: Mask, dealt: F64) -> Iterator[Mixture]:
    """Run EM from dealt memberships (n_starts, n_respondents, n_classes), all starts side by side."""
    n, k = scores.shape
    products = (scores[:, :, None] * scores[:, None, :]).reshape(n, k * k)
    targets = np.flatnonzero(path_matrix.any(axis=1))
    total = weights.sum()
    former, membership = np.full(len(dealt), -np.inf), dealt
    for step in range(1, MOST_ITERATIONS + 1):
        mass = np.swapaxes(membership, 1, 2) * weights  # (s, c, n)
        size = mass.sum(axis=2)
        cross = (mass @ products).reshape(*size.shape, k, k) / np.maximum(size, TINY)[..., None, None]
        share = size / total
        paths, variance = _regressions(cross, path_matrix, targets)
        density = _log_density(scores, paths, variance, targets) + np.log(np.maximum(share, TINY))[:, None]
        top = density.max(axis=2, keepdims=True)
        relative = np.exp(density - top)
        mixed = relative.sum(axis=2, keepdims=True)
        likelihood = (top + np.log(mixed))[..., 0] @ weights
        membership = relative / mixed
        converged = np.abs(likelihood - former) < TOLERANCE * total
        ended = converged | (step == MOST_ITERATIONS)
        for one in np.flatnonzero(ended):
            yield Mixture(
                float(likelihood[one]),
                share[one],
                paths[one],
                variance[one],
                membership[one],
                bool(converged[one]),
            )
        former, membership = likelihood[~ended], membership[~ended]
        if ended.all():
            break


def _regressions(cross: F64, path_matrix: Mask, targets: I64) -> tuple[F64, F64]:
    """Least squares of every target in every class, from the classes' mean cross-products."""
    paths = np.zeros_like(cross)
    variance = np.ones(cross.shape[:3])
    for target in targets:
        sources = np.flatnonzero(path_matrix[target])
        system = cross[..., sources[:, None], sources] + RIDGE * np.eye(len(sources))
        wanted = cross[..., sources, target]
        found = np.linalg.solve(system, wanted[..., None])[..., 0]
        paths[..., target, sources] = found
        left = cross[..., target, target] - (found * (2 * wanted - (system @ found[..., None])[..., 0])).sum(
            -1
        )
        variance[..., target] = np.maximum(left, LEAST_VARIANCE)
    return paths, variance


def _log_density(scores: F64, paths: F64, variance: F64, targets: I64) -> F64:
    """Log density of every respondent in every class, (n_starts, n_respondents, n_classes)."""
    found = np.zeros((len(paths), len(scores), paths.shape[1]))
    for target in targets:
        foretold = np.einsum("nb,scb->snc", scores, paths[:, :, target], optimize=True)
        spread = variance[:, None, :, target]
        found -= 0.5 * (np.log(2 * np.pi * spread) + (scores[:, None, target] - foretold) ** 2 / spread)
    return found
