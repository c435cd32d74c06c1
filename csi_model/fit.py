"""How well a fitted model describes and explains the correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]


def f_squared(construct_corr: F64, path_matrix: Mask, r_squared: F64) -> F64:
    """Effect size of each path, `[target, source]`; ``nan`` where there is none.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, section 9.3: (R² − R² without the source) / (1 − R²).
    """
    found = np.full(construct_corr.shape, np.nan)
    for target in np.flatnonzero(path_matrix.any(axis=1)):
        sources = np.flatnonzero(path_matrix[target])
        for source in sources:
            rest = sources[sources != source]
            without = np.zeros(construct_corr.shape[:-2])
            if len(rest):
                wanted = construct_corr[..., rest, target]
                system = construct_corr[..., rest[:, None], rest]
                solved = np.linalg.solve(system, wanted[..., None])[..., 0]
                without = (solved * wanted).sum(axis=-1)
            found[..., target, source] = (r_squared[..., target] - without) / (1 - r_squared[..., target])
    return found


def r_squared_adjusted(r_squared: F64, path_matrix: Mask, n: int) -> F64:
    """Adjust R² for the number of sources (Ezekiel 1930); 0 stays for exogenous constructs."""
    sources = path_matrix.sum(axis=1)
    return np.asarray(np.where(sources > 0, 1 - (1 - r_squared) * (n - 1) / (n - 1 - sources), r_squared))


def implied_corr(corr: F64, loadings: F64, construct_corr: F64, block: Mask) -> F64:
    """Give the indicator correlations that a reflective model with these construct correlations implies."""
    own = np.where(block, loadings, 0.0)
    implied = own @ construct_corr @ np.swapaxes(own, -1, -2)
    diagonal = np.arange(corr.shape[-1])
    implied[..., diagonal, diagonal] = 1.0
    return np.asarray(implied)


def srmr(corr: F64, implied: F64) -> F64:
    """Standardised root mean square residual over the lower triangle, diagonal included.

    References
    ----------
    Henseler et al. (2014), Organizational Research Methods 17(2), 182-209.
    """
    rows, columns = np.tril_indices(corr.shape[-1])
    return np.asarray(np.sqrt(((corr - implied)[..., rows, columns] ** 2).mean(axis=-1)))
