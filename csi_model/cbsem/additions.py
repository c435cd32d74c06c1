"""What is added to a written covariance structure: thresholds, and rows fixed at one."""

from __future__ import annotations

from dataclasses import replace

from csi_model.arrays import F64
from csi_model.cbsem.structure import DEPENDENT, Row, Structure
from csi_model.errors import SpecificationError


def is_unit_row(row: Row) -> bool:
    """The loading of one of an observed variable on itself: needed inside, not printed."""
    return row.op == "=~" and row.lhs == row.rhs


def as_ordinal(structure: Structure, thresholds: list[F64]) -> Structure:
    """Thresholds in place of intercepts; one variance per item follows from its total variance of one.

    That is the residual variance of the item, or the variance of the construct if the item is its only
    one and measured without error.

    Raises
    ------
    SpecificationError
        An item's variances are all fixed.
    """
    rows = list(structure.rows)
    for name in structure.observed:
        own = {name} | {row.lhs for row in rows if row.op == "=~" and row.rhs == name}
        at = [i for i, row in enumerate(rows) if row.op == "~~" and row.lhs == row.rhs and row.lhs in own]
        at.sort(key=lambda i: rows[i].lhs != name)
        first = next((i for i in at if rows[i].free >= 0), None)
        if first is None:
            raise SpecificationError(
                f"The variance of the ordered item {name} is fixed.",
                code="ordinal-variance",
                remedy="Ordered items have a total variance of one: do not fix their variances.",
            )
        rows[first] = replace(rows[first], free=DEPENDENT)
    start = structure.n_free
    cuts = [(k, c, float(cut)) for k, own_cuts in enumerate(thresholds) for c, cut in enumerate(own_cuts)]
    for extra, (k, c, cut) in enumerate(cuts):
        name = structure.observed[k]
        rows.append(Row(0, name, "|", f"t{c + 1}", "tau", k, c, start + extra, cut))
    return structure.with_rows(tuple(rows), ordinal=True)
