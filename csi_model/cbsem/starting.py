"""Where a covariance model starts: residuals of single questions, loadings and variances of constructs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from csi_model.cbsem.structure import FIXED, Row


def is_written(effects: Any, left: str, right: str) -> bool:
    """Tell whether the statements name this variance or covariance, either way round."""
    written = effects.get("~~", {})
    return right in written.get(left, {}) or left in written.get(right, {})


def fix_single_items(rows: list[Row], effects: Any, residual: float) -> list[Row]:
    """The residual of a construct's only item: fixed, as lavaan's auto.fix.single does."""
    measured = effects.get("=~", {})
    single = {next(iter(items)) for items in measured.values() if len(items) == 1}
    shared = {item for item in single if sum(item in items for items in measured.values()) > 1}
    out = []
    for row in rows:
        own = row.op == "~~" and row.lhs == row.rhs and row.lhs in single - shared
        if own and not is_written(effects, row.lhs, row.lhs) and row.lhs not in measured:
            out.append(Row(0, row.lhs, row.op, row.rhs, row.matrix, 0, 0, FIXED, residual))
        else:
            out.append(row)
    return out


def start_constructs(rows: list[Row], effects: Any, variances: dict[str, float]) -> list[Row]:
    """Start a construct's variance at half of its first item's, at all of it where that item is alone.

    semopy starts every construct at 0.05, far below what answers on ten points have: with an item without
    residual the first steps then pass through nearly singular matrices, and some machines stay there. It
    starts the loadings of constructs on a construct at 0, where that construct explains nothing and the
    search can run off to a variance of 0; they start at 1, as the first of them is fixed to, or at -1 where
    the marker of one of the two runs against its other items.
    """
    measured = effects.get("=~", {})
    sums = dict.fromkeys(measured, 0.0)
    for row in rows:
        if row.op == "=~" and row.rhs not in measured:
            sums[row.lhs] += row.value
    out = []
    for row in rows:
        if row.op == "=~" and row.rhs in measured and row.free >= 0:
            first = next(iter(measured[row.lhs]))
            against = (sums.get(first, 0.0) < 0) != (sums[row.rhs] < 0)
            out.append(replace(row, value=-1.0 if against else 1.0))
            continue
        construct = row.lhs == row.rhs and row.op == "~~" and row.lhs in measured
        if not construct or row.free == FIXED:
            out.append(row)
            continue
        at, share = row.lhs, 1.0
        while at in measured:
            share *= 0.5 if len(measured[at]) > 1 else 1.0
            at = next(iter(measured[at]))
        out.append(replace(row, value=share * max(variances.get(at, 0.0), 0.1)))
    return out
