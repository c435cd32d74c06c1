"""One structure of several groups, and what is held equal between them (lavaan's ``group.equal``)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace

from csi_model.cbsem.structure import FIXED, Row, Structure
from csi_model.specify.grammar import Written

EQUAL = ("loadings", "intercepts", "residuals", "means", "regressions")

INVARIANCE = {"configural": (), "metric": ("loadings",), "scalar": ("loadings", "intercepts")}


def together(apart: Sequence[Structure], written: Written, equal: Collection[str]) -> Structure:
    """Join the groups' structures; parameters of one label, and those of the kinds in `equal`, are one.

    Where intercepts are equal and means are not, constructs' means are free from the second group on, unless
    the model says what they are: items tell how far apart the groups are.
    """
    observed = set(apart[0].observed)
    said = {term.lhs for term in written.of("~1")}
    frees_means = "intercepts" in equal and "means" not in equal
    targets = {row.lhs for row in apart[0].rows if row.op == "~"} | {
        row.rhs for row in apart[0].rows if row.op == "=~"
    }
    owner: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        while owner.setdefault(node, node) != node:
            node = owner[node]
        return node

    rows, nodes = [], []
    for group, one in enumerate(apart):
        for row in one.rows:
            free = row.free
            is_mean = row.op == "~1" and row.lhs not in observed
            node: Hashable = (group, free)
            if frees_means and group > 0 and is_mean and free == FIXED and row.lhs not in said:
                free, node = 0, (group, "mean", row.lhs)
            if free >= 0:
                key = ("label", row.label) if row.label else (_kind(row, observed, targets), row.lhs, row.rhs)
                if row.label or key[0] in equal:
                    owner[root(node)] = root(key)
            rows.append(replace(row, group=group, free=free))
            nodes.append(node)
    number: dict[Hashable, int] = {}
    numbered = tuple(
        replace(row, free=number.setdefault(root(node), len(number))) if row.free >= 0 else row
        for row, node in zip(rows, nodes, strict=True)
    )
    return apart[0].with_rows(numbered, n_groups=len(apart))


def _kind(row: Row, observed: Collection[str], targets: Collection[str]) -> str:
    """Give lavaan's word for a parameter, empty where it has none here."""
    if row.op == "~1":
        return "intercepts" if row.lhs in observed else "means"
    if row.op == "~~":
        return "residuals" if row.lhs == row.rhs and row.lhs in observed and row.lhs in targets else ""
    return {"=~": "loadings", "~": "regressions"}.get(row.op, "")
