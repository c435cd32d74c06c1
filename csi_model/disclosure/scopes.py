"""Groups of respondents as somebody sees them who subtracts: how many answered what, which lies in which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from csi_model.answers.labels import Labels
from csi_model.arrays import I64, Mask

WHOLE = ""
BETWEEN = ":"


class Table(NamedTuple):
    """Groups of one kind that lie within another, or within the whole; what is left over is no group."""

    parent: int
    members: I64


class Scopes(NamedTuple):
    """The whole (the first, without a name) and its groups, `kind:label`.

    `n` is (n_scopes,), `answered` (n_scopes, p) and `any_of` (n_scopes, n_blocks): who answered a question,
    and any question of a block. Tables have the largest parents first.
    """

    names: tuple[str, ...]
    n: I64
    answered: I64
    any_of: I64
    tables: tuple[Table, ...]


def scopes_of(answered: Mask, labels: Mapping[str, Labels], blocks: Sequence[I64]) -> Scopes:
    """Count the answers of every group, and find which groups lie within which.

    Parameters
    ----------
    answered : ndarray of shape (n_respondents, p)
    labels : mapping of the kind of group to labels
    blocks : sequence of arrays
        Columns of each construct.
    """
    parts = [(WHOLE, np.arange(len(answered)))]
    parts += [
        (f"{kind}{BETWEEN}{name}", rows) for kind, own in labels.items() for name, rows in own.rows().items()
    ]
    names = tuple(name for name, _rows in parts)
    some = np.column_stack([answered[:, columns].any(axis=1) for columns in blocks])
    return Scopes(
        names,
        np.array([len(rows) for _name, rows in parts]),
        np.array([answered[rows].sum(axis=0) for _name, rows in parts]),
        np.array([some[rows].sum(axis=0) for _name, rows in parts]),
        tuple(_tables(labels, {name: at for at, name in enumerate(names)})),
    )


def _tables(labels: Mapping[str, Labels], place: Mapping[str, int]) -> Iterator[Table]:
    within = {
        (inner, outer): _within(labels[inner], labels[outer])
        for inner in labels
        for outer in labels
        if inner != outer
    }
    found = []
    for kind, own in labels.items():
        rows = own.rows()
        found.append((kind, 0, list(rows), len(place)))
        for outer in labels:
            if outer == kind:
                continue
            inside: dict[str, list[str]] = {}
            for name in rows:
                if (around := within[kind, outer].get(name)) is not None:
                    inside.setdefault(around, []).append(name)
            found += [
                (kind, place[f"{outer}{BETWEEN}{around}"], names, len(rows))
                for around, names in inside.items()
            ]
    for kind, parent, names, _size in found:
        members = np.array([place[f"{kind}{BETWEEN}{name}"] for name in names], dtype=np.int64)
        if names and not any(_stands_between(within, kind, parent, names, outer, place) for outer in labels):
            yield Table(parent, members)


def _within(inner: Labels, outer: Labels) -> dict[str, str]:
    """Give the one name of `outer` that everybody of a name of `inner` has, where there is one."""
    found = {}
    for name, rows in inner.rows().items():
        around = np.unique(outer.number[rows])
        if len(around) == 1 and around[0] >= 0:
            found[name] = outer.names[int(around[0])]
    return found


def _stands_between(
    within: Mapping[tuple[str, str], Mapping[str, str]],
    kind: str,
    parent: int,
    names: Sequence[str],
    outer: str,
    place: Mapping[str, int],
) -> bool:
    """Tell whether all lie in fewer groups of another kind, which lie in the parent: these say it all."""
    if outer == kind:
        return False
    around = {within[kind, outer].get(name) for name in names}
    if None in around or len(around) >= len(names):
        return False
    if parent == 0:
        return True
    own = next(name for name, at in place.items() if at == parent)
    above, _between, label = own.partition(BETWEEN)
    return above not in {kind, outer} and all(
        within[outer, above].get(name) == label for name in around if name is not None
    )
