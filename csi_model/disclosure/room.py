"""How far a figure that is not printed can still move when all that is printed stays as it is."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from csi_model.arrays import F64

ENOUGH = 4.0  # points
OTHERS = 20.0  # points by which a reader may guess any figure: no held cell moves further


def room(sums: F64 | csr_array, aim: F64) -> tuple[float, F64]:
    """Give how far a held figure can move, in points, and such a move of all held cells.

    Parameters
    ----------
    sums : ndarray of shape (n_equations, n_cells)
        What is printed of the held cells: sums that do not change, with weights or numbers of answers as
        coefficients.
    aim : ndarray of shape (n_cells,)
        The figure as a sum of held cells.

    Notes
    -----
    The values themselves play no part, so that what is held tells nothing about them. A cell that is
    determined by what is printed moves by nothing.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, section 4.3 (the audit problem).
    """
    printed = csr_array(sums)
    if not printed.nnz:
        move = np.sign(aim) * OTHERS
        return float(aim @ move), move
    found = linprog(  # type: ignore[call-overload]
        -aim,
        A_eq=printed,
        b_eq=np.zeros(printed.shape[0]),
        bounds=(-OTHERS, OTHERS),
        method="highs",
    )
    return (float(aim @ found.x), found.x) if found.success else (0.0, np.zeros(len(aim)))
