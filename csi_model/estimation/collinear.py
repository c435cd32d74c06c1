"""Copies, collinearity, and constructs that are one: one caution a kind, everything concerned named.

References
----------
Hair, Risher, Sarstedt and Ringle (2019), European Business Review 31(1), 2-24: a variance inflation above 5
makes weights and paths doubtful. Henseler, Ringle and Sarstedt (2015), JAMS 43, 115-135: HTMT above 0.90.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import Caution
from csi_model.estimation.edits import in_mode, left_out
from csi_model.measures import collinearity
from csi_model.pls.algorithm import Solution
from csi_model.pls.items import Items, nested, ratio
from csi_model.specify import ModelSpec

MOST_VIF = 5.0
SENSELESS_VIF = 1e3
MOST_HTMT = 0.90
MOST_CORRELATION = 0.95
LOOSE = 0.2  # mean correlation of a construct's own questions
CLEARLY_BELOW = 0.6  # of their mean correlation with another construct's: of copies both are high


def cautions(spec: ModelSpec, items: Items, solution: Solution) -> list[Caution]:
    """Look at the first fit of a batch."""
    codes = spec.indicator_ids
    found = []
    copies = [
        tuple(codes[row] for row in rows)
        for rows in collinearity.copies(items.corr[0, : len(codes), : len(codes)])
    ]
    if copies:
        said = "; ".join(map(" and ".join, copies))
        about = tuple(map(" = ".join, copies))
        edit = left_out(spec, [code for alike in copies for code in alike[1:]])
        message = f"Copies of each other, or all but: {said}."
        found.append(Caution("duplicate-items", message, edit=edit, about=about))
    inflated = list(_items(spec, items))
    if inflated:
        message = f"Formative items that the others of their construct foretell: {'; '.join(inflated)}."
        edit = in_mode([each.partition(":")[0] for each in inflated], "A")
        found.append(Caution("collinear-items", message, edit=edit, about=tuple(inflated)))
    inner = collinearity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    inflated = list(_antecedents(spec, inner))
    if inflated:
        message = f"Antecedents that foretell each other: of {'; of '.join(inflated)}."
        if np.nanmax(inner) > SENSELESS_VIF:
            message += f" A VIF above {SENSELESS_VIF:.0f} leaves its path without any meaning."
        found.append(Caution("collinear-constructs", message, about=tuple(inflated)))
    alike = list(_alike(spec, items, solution))
    loose = {name: said for name, said in (_loose(spec, items, pair) for pair in alike) if name}
    of = {said: name for name, said in reversed(loose.items())}
    found += [
        Caution("not-coherent", message, edit=in_mode([of[message]], "B"), about=(of[message],))
        for message in dict.fromkeys(loose.values())
    ]
    alike = [pair for pair in alike if not set(pair.names) & set(loose)]
    if alike:
        said = ", ".join(f"{' and '.join(pair.names)} ({pair.figure})" for pair in alike)
        found.append(Caution("not-distinct", f"Hardly distinct: {said}.", about=tuple(map(str, alike))))
    return found


def _items(spec: ModelSpec, items: Items) -> Iterator[str]:
    vif = collinearity.item_vif(items.corr, items.block)[0]
    for place, construct in enumerate(spec.constructs):
        rows = np.flatnonzero(items.block[:, place] & (vif > MOST_VIF))
        if construct.mode == "B" and len(rows):
            named = ", ".join(f"{items.names[row]} (VIF {vif[row]:.1f})" for row in rows)
            yield f"{construct.id}: {named}"


def _antecedents(spec: ModelSpec, vif: F64) -> Iterator[str]:
    names = spec.construct_ids
    for target, row in enumerate(vif):
        sources = np.flatnonzero(row > MOST_VIF)
        if len(sources):
            named = ", ".join(f"{names[source]} (VIF {row[source]:.1f})" for source in sources)
            yield f"{names[target]}: {named}"


class _Pair(NamedTuple):
    names: tuple[str, str]
    kind: str
    size: float

    @property
    def figure(self) -> str:
        """The figure that says how alike they are."""
        return f"{self.kind} {self.size:.2f}"

    def __str__(self) -> str:
        return f"{' ~ '.join(self.names)} {self.size:.2f}"


def _alike(spec: ModelSpec, items: Items, solution: Solution) -> Iterator[_Pair]:
    """Pairs by HTMT where both are reflective, else by correlation; a component and its whole are no pair."""
    between = ratio(spec, items)[0]
    corr = solution.construct_corr[0]
    reflective = [mode == "A" for mode in spec.modes]
    inside = nested(spec)
    for second in np.flatnonzero(spec.scored):
        for first in np.flatnonzero(spec.scored[:second]):
            names = spec.construct_ids[first], spec.construct_ids[second]
            if inside[first, second]:
                continue
            if reflective[first] and reflective[second] and between[first, second] > MOST_HTMT:
                yield _Pair(names, "HTMT", float(between[first, second]))
            elif abs(corr[first, second]) > MOST_CORRELATION:
                yield _Pair(names, "correlation", float(corr[first, second]))


def _loose(spec: ModelSpec, items: Items, pair: _Pair) -> tuple[str, str]:
    """Name the construct of a pair whose own questions do not hang together: then no ratio says anything."""
    if pair.kind != "HTMT":
        return "", ""
    blocks = [np.flatnonzero(items.block[:, spec.place[name]]) for name in pair.names]
    size = np.abs(items.corr[0])
    across = float(size[np.ix_(*blocks)].mean())
    within = [_mean_within(size[np.ix_(rows, rows)]) for rows in blocks]
    for at in np.argsort(within):
        name, other = pair.names[at], pair.names[1 - at]
        if len(blocks[at]) > 1 and within[at] < max(LOOSE, CLEARLY_BELOW * across):
            return name, (
                f"The questions of {name} do not hang together (mean |r| {within[at]:.2f} within {name},"
                f" {across:.2f} with {other}, {within[1 - at]:.2f} within {other}), so that the ratio"
                f" ({pair.figure}) says nothing of whether the two are distinct."
            )
    return "", ""


def _mean_within(size: F64) -> float:
    n = len(size)
    return float((size.sum() - np.trace(size)) / (n * (n - 1))) if n > 1 else 1.0
