"""The steps of the PLS iteration, many fits at once: blocks, inner weights, outer weights, regressions."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64


class Design(Protocol):
    """What the algorithm needs of a model; `ModelSpec` is one."""

    @property
    def block_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_constructs)."""

    @property
    def path_matrix(self) -> NDArray[np.bool_]:
        """Shape (n_constructs, n_constructs), `[target, source]`."""

    @property
    def modes(self) -> tuple[str, ...]:
        """Mode of each construct: A, B or unit."""

    @property
    def is_plain(self) -> bool:
        """Whether it has first-order constructs alone; `stages.solve` fits the others."""


class Blocks:
    """Outer weights as one number per indicator of a block: the dense matrix is mostly zeros.

    Attributes
    ----------
    rows, columns : ndarray of shape (n_cells,)
        Indicator and construct of each weight.
    """

    def __init__(self, spec: Design) -> None:
        self.shape = spec.block_mask.shape
        self.rows, self.columns = np.nonzero(spec.block_mask)
        self._flat = self.rows * self.shape[1] + self.columns
        self._member = (self.columns[:, None] == np.arange(self.shape[1])).astype(float)

    def spread(self, cells: F64) -> F64:
        """Give the dense (n_batch, n_indicators, n_constructs)."""
        dense = np.zeros((len(cells), self.shape[0] * self.shape[1]))
        dense[:, self._flat] = cells
        return dense.reshape(len(cells), *self.shape)

    def gather(self, dense: F64) -> F64:
        """Give the cells of a dense (n_batch, n_indicators, n_constructs)."""
        return np.asarray(
            dense.reshape(len(dense), self.shape[0] * self.shape[1])[:, self._flat], dtype=np.float64
        )

    def sums(self, cells: F64) -> F64:
        """Sum the cells of each construct, (n_batch, n_constructs)."""
        return np.asarray(cells @ self._member, dtype=np.float64)


class InnerWeights:
    """Inner weights `[neighbour, construct]` of a scheme, from the constructs' correlations."""

    def __init__(self, spec: Design, scheme: str) -> None:
        paths = spec.path_matrix
        self.scheme, self.neighbours = scheme, paths | paths.T
        self.follows = self.neighbours & ~paths.T
        sizes = paths.sum(axis=1)
        # Targets with as many sources are solved together: (n_targets, n_sources) and (n_targets,).
        self.systems = [
            (np.array([np.flatnonzero(paths[target]) for target in targets]), targets)
            for targets in (np.flatnonzero(sizes == size) for size in np.unique(sizes[sizes > 0]))
        ]

    def __call__(self, construct_corr: F64) -> F64:
        """Give the weights of all batches, (n_batch, n_constructs, n_constructs)."""
        if self.scheme == "centroid":
            return np.sign(construct_corr) * self.neighbours
        if self.scheme == "factorial":
            return construct_corr * self.neighbours
        inner = construct_corr * self.follows
        for sources, targets in self.systems:
            inner[:, sources, targets[:, None]] = regress(construct_corr, sources, targets)
        return inner


def regress(construct_corr: F64, sources: NDArray[np.int64], target: NDArray[np.int64] | int) -> F64:
    """Regress constructs on others, in all batches; a singular system gives ``nan``.

    Parameters
    ----------
    sources : ndarray of shape (n_sources,) or (n_targets, n_sources)
    target : int or ndarray of shape (n_targets,)

    Returns
    -------
    ndarray of shape (n_batch, n_sources) or (n_batch, n_targets, n_sources)
    """
    system = construct_corr[:, sources[..., :, None], sources[..., None, :]]
    wanted = construct_corr[:, sources, np.asarray(target)[..., None]]
    if sources.shape[-1] == 1:
        return np.asarray(wanted / system[..., 0], dtype=np.float64)
    try:
        return np.asarray(np.linalg.solve(system, wanted[..., None])[..., 0], dtype=np.float64)
    except np.linalg.LinAlgError:
        usable = np.linalg.cond(system) < 1e12
        solved = np.full_like(wanted, np.nan)
        solved[usable] = np.linalg.solve(system[usable], wanted[usable][..., None])[..., 0]
        return solved


class OuterWeights:
    """New outer weights, a cell each, from the indicators' covariances with the inner proxies."""

    def __init__(self, spec: Design, blocks: Blocks) -> None:
        self.unit = np.array([mode == "unit" for mode in spec.modes])[blocks.columns]
        self.formative = [
            (cells, blocks.rows[cells])
            for cells in (
                np.flatnonzero(blocks.columns == j) for j, mode in enumerate(spec.modes) if mode == "B"
            )
        ]

    def __call__(self, corr: F64, proxies: F64) -> F64:
        """Give the weights, not yet of unit variance, (n_batch, n_cells)."""
        weights = np.where(self.unit, 1.0, proxies)
        for cells, rows in self.formative:
            system = corr[:, rows[:, None], rows]
            try:
                weights[:, cells] = np.linalg.solve(system, proxies[:, cells, None])[..., 0]
            except np.linalg.LinAlgError:
                weights[:, cells] = np.einsum("bij,bj->bi", np.linalg.pinv(system), proxies[:, cells])
        return weights
