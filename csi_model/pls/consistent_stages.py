"""Second-order constructs by PLSc: made of, or shown by, first-order factors rather than their scores."""

from __future__ import annotations

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64, I64, Mask
from csi_model.measures import reliability
from csi_model.pls import algorithm
from csi_model.pls.stages import Stage, component_weights, first_stage, second_stage
from csi_model.pls.steps import regress
from csi_model.specify import ModelSpec


def solve(corr: F64, spec: ModelSpec, scheme: str) -> tuple[algorithm.Solution, F64]:
    r"""Fit a model with second-order constructs to batches of correlations of its indicators.

    Returns
    -------
    Solution
        With corrected loadings, correlations and paths.
    ndarray of shape (n_batch, n_constructs)
        Reliability of each construct's composite; of a second-order one that its components form, 1.

    Notes
    -----
    Stage one corrects the correlations of the components' scores with all else for their reliability
    (:math:`\rho_A`), so that stage two has factors as items, whose weights are consistent; stage three
    corrects what reflective constructs, of second order too, still lack.

    References
    ----------
    Van Riel, Henseler, Kemény and Sasovova (2017), Industrial Management & Data Systems 117(3), 459-477.
    """
    p, names = len(spec.indicator_ids), len(spec.constructs)
    early = first_stage(spec)
    first = algorithm.solve(corr, early, scheme)
    weights = np.zeros((len(corr), p, names))
    weights[:, :, early.columns] = first.weights
    rho = np.ones((len(weights), names))
    rho[:, early.columns] = _reliability(corr, first.weights, early.block_mask, early.modes)
    combined, late = second_stage(spec, Moments(np.zeros((len(corr), p)), corr), weights, None)
    parts, rows = _parts_of(spec, late.columns, late.block_mask)
    items = np.swapaxes(combined, 1, 2) @ corr @ combined
    items[:, rows] /= np.sqrt(rho[:, parts])[:, :, None]
    items[:, :, rows] /= np.sqrt(rho[:, parts])[:, None, :]
    diagonal = np.arange(items.shape[1])
    items[:, diagonal, diagonal] = 1.0
    second = algorithm.solve(items, late, scheme)
    rho[:, late.columns] = _reliability(items, second.weights, late.block_mask, late.modes)
    between = _between(items, second, rho, late, (parts, rows))

    weights[:, :, late.columns] = combined @ second.weights
    crossed = corr @ weights
    norm = np.sqrt((weights * crossed).sum(axis=1, keepdims=True))
    paths = np.zeros_like(between)
    for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
        sources = np.flatnonzero(spec.path_matrix[target])
        paths[:, target, sources] = regress(between, sources, int(target))
    usable = first.converged & second.converged & np.isfinite(paths).all(axis=(1, 2)) & (rho > 0).all(axis=1)
    solution = algorithm.Solution(
        weights / norm,
        crossed / norm,
        between,
        paths,
        np.einsum("bts,bts->bt", paths, between),
        first.iterations + second.iterations,
        usable,
        component_weights(spec, between),
    )
    return solution, rho


def _between(
    items: F64, second: algorithm.Solution, rho: F64, late: Stage, components: tuple[I64, I64]
) -> F64:
    """Correlations of all factors, (n_batch, n_constructs, n_constructs): of stage two, corrected by rho."""
    parts, rows = components
    names = rho.shape[1]
    quality = np.sqrt(rho)
    with_late = second.loadings / quality[:, None, late.columns]
    own_weights = np.where(late.block_mask, second.weights, 0.0)
    as_factor = own_weights * (quality[:, late.columns] / (own_weights**2).sum(axis=1))[:, None, :]
    shown = late.block_mask & _factors(late.block_mask, late.modes)
    with_late = np.where(shown, as_factor, with_late)
    between = np.zeros((len(items), names, names))
    between[:, parts[:, None], late.columns] = with_late[:, rows]
    between[:, late.columns[:, None], parts] = np.swapaxes(with_late[:, rows], 1, 2)
    between[:, parts[:, None], parts] = items[:, rows[:, None], rows]
    between[:, late.columns[:, None], late.columns] = second.construct_corr / (
        quality[:, late.columns, None] * quality[:, None, late.columns]
    )
    everywhere = np.arange(names)
    between[:, everywhere, everywhere] = np.where(np.isfinite(rho), 1.0, np.nan)
    return between


def _reliability(corr: F64, weights: F64, block: Mask, modes: tuple[str, ...]) -> F64:
    return np.where(_factors(block, modes), reliability.rho_a(corr, weights, block), 1.0)


def _factors(block: Mask, modes: tuple[str, ...]) -> Mask:
    return np.asarray((np.array(modes) == "A") & (block.sum(axis=0) > 1))


def _parts_of(spec: ModelSpec, columns: I64, block: Mask) -> tuple[I64, I64]:
    """Give the components and the items of stage two that are their scores."""
    parts, rows = [], []
    for column, number in enumerate(columns):
        construct = spec.constructs[number]
        if construct.components:
            parts += [spec.place[name] for name in construct.components]
            rows += np.flatnonzero(block[:, column]).tolist()
    return np.array(parts, dtype=np.int64), np.array(rows, dtype=np.int64)
