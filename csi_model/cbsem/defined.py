"""Defined parameters (`ind := a*b`): their values, and errors by the delta method."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.constraints import unlabelled
from csi_model.cbsem.results import Parameter
from csi_model.cbsem.standardise import derivative, standardised
from csi_model.cbsem.structure import Numeric, Structure
from csi_model.errors import Caution
from csi_model.specify.expressions import read
from csi_model.specify.grammar import Written


def parameters(written: Written, structure: Structure, theta: F64, covariance: F64) -> tuple[Parameter, ...]:
    r"""Work out the defined parameters; their formulas may name earlier ones.

    Standardised, a formula is worked out of standardised parameters, as in lavaan.

    Raises
    ------
    SpecificationError
        A formula cannot be read, or names what is neither a label nor defined before.

    Notes
    -----
    .. math:: se^2 = g' V g, \quad g = \partial f/\partial\theta

    References
    ----------
    Sobel (1982), Sociological Methodology 13, 290-312.
    """
    labels = [row.label for row in structure.rows]
    formulas = [(each, read(each.text, each.line)) for each in written.defined]
    known = set(filter(None, labels))
    for each, formula in formulas:
        for name in formula.names:
            if name not in known:
                raise unlabelled(name, each.line, tuple(filter(None, labels)))
        known.add(each.name)

    def worked_out(rows: Numeric) -> Numeric:
        values = {label: rows[k] for k, label in reversed(list(enumerate(labels))) if label}
        found = []
        for each, formula in formulas:
            values[each.name] = formula.work_out(values)
            found.append(values[each.name])
        return np.array(found, dtype=rows.dtype)

    def plain(at: Numeric) -> Numeric:
        return worked_out(_values(structure, at))

    def std_all(at: Numeric) -> Numeric:
        return worked_out(standardised(structure, at))

    if not formulas:
        return ()
    errors = []
    for function in (plain, std_all):
        slope = derivative(function, theta)
        with np.errstate(invalid="ignore"):
            error = np.sqrt(np.maximum(np.einsum("ri,ij,rj->r", slope, covariance, slope), 0.0))
            errors.append(np.where(np.isfinite(function(theta)), error, np.nan))
    std_lv = worked_out(standardised(structure, theta, latent_only=True))
    figures = (plain(theta), errors[0], std_all(theta), std_lv, errors[1])
    table: list[list[float]] = np.column_stack(figures).tolist()
    return tuple(
        Parameter("", each.name, ":=", each.text, each.name, est, se, std, lv, std_se, free=False)
        for (each, _), (est, se, std, lv, std_se) in zip(formulas, table, strict=True)
    )


def cautions(found: Iterable[Parameter]) -> tuple[Caution, ...]:
    """Name what has no value at these estimates, such as the logarithm of a negative number."""
    without = [f"{each.lhs} := {each.rhs}" for each in found if not np.isfinite(each.est)]
    if not without:
        return ()
    message = f"No number at these estimates: {'; '.join(without)}."
    return (Caution("defined-without-value", message, about=tuple(without)),)


def _values(structure: Structure, theta: Numeric) -> Numeric:
    """The value of every row of the table."""
    out = np.zeros(len(structure.rows), dtype=theta.dtype)
    for group, table in enumerate(structure.tables):
        out[list(table)] = structure.implied(group, theta).values
    return out
