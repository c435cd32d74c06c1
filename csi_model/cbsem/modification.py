"""What one more parameter would change: score tests and expected changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from csi_model.cbsem.optimise import Objective
from csi_model.cbsem.results import CbsemResult
from csi_model.cbsem.structure import MatrixName, Row, Structure


@dataclass(frozen=True)
class Modification:
    """A parameter the model fixes at zero: ``mi`` is about the drop of chi-square if it were free."""

    group: str
    lhs: str
    op: str
    rhs: str
    mi: float
    epc: float


def modification_indices(result: CbsemResult) -> tuple[Modification, ...]:
    r"""Score tests of all cross-loadings, residual covariances and paths that the model leaves out.

    Returns
    -------
    tuple of Modification
        Largest first. ``epc`` is the value the parameter would take, in its own units.

    Notes
    -----
    .. math:: MI = g^2 / (I_{ff} - I_{f\theta} I_{\theta\theta}^{-1} I_{\theta f})

    with slope g and expected information I at the estimates. They are suggestions to think about, not
    orders: a model changed after them must be tested on other answers.

    References
    ----------
    Sörbom (1989), Psychometrika 54, 371-384; Saris, Satorra and Sörbom (1987), Sociological Methodology 17,
    105-129.
    """
    structure = result.structure
    added = [row for group in range(structure.n_groups) for row in _candidates(structure, group)]
    if not added:
        return ()
    known = structure.n_free
    rows = structure.rows + tuple(replace(row, free=structure.n_numbered + k) for k, row in enumerate(added))
    wide = Structure(
        structure.observed,
        structure.factors,
        structure.latent,
        rows,
        structure.n_groups,
        structure.mean_structure,
        structure.ordinal,
        structure.equalities,
    )
    at = np.concatenate([result.theta, np.zeros(len(added))])
    objective = Objective(wide, result.objective.parts)
    slope, metric = objective.gradient(at)[known:], objective.expected(at)
    cross = metric[known:, :known]
    explained = np.einsum("ij,ji->i", cross, np.linalg.solve(metric[:known, :known], cross.T))
    own = np.diagonal(metric)[known:]
    left = own - explained
    found = [
        Modification(
            result.groups[row.group], row.lhs, row.op, row.rhs, float(g * g / free), float(-g / free)
        )
        for row, g, free, whole in zip(added, slope, left, own, strict=True)
        # What the free parameters can already do gives no test.
        if free > 1e-8 * whole
    ]
    return tuple(sorted(found, key=lambda each: -each.mi))


def _candidates(structure: Structure, group: int) -> list[Row]:
    taken = {
        (row.matrix, *pair)
        for row in structure.rows
        if row.group == group
        for pair in ((row.i, row.j), (row.j, row.i))[: 2 if row.op == "~~" else 1]
    }
    observed, factors = structure.observed, structure.factors
    out: list[Row] = []

    def offer(name: tuple[str, str, str], matrix: MatrixName, i: int, j: int) -> None:
        if (matrix, i, j) not in taken:
            out.append(Row(group, *name, matrix, i, j, 0, 0.0))

    for latent in structure.latent:
        j = factors.index(latent)
        for k, item in enumerate(observed):
            if item in factors:
                offer((latent, "=~", item), "beta", factors.index(item), j)
            else:
                offer((latent, "=~", item), "lambda", k, j)
    plain = [k for k, item in enumerate(observed) if item not in factors]
    for a, b in combinations(plain, 2):
        offer((observed[a], "~~", observed[b]), "theta", a, b)
    for a, b in combinations(range(len(factors)), 2):
        offer((factors[a], "~~", factors[b]), "psi", a, b)
    targets = {row.i for row in structure.rows if row.matrix == "beta" and row.op == "~"}
    for i in sorted(targets):
        for j in range(len(factors)):
            if i != j:
                offer((factors[i], "~", factors[j]), "beta", i, j)
    return out
