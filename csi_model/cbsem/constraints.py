"""Linear equalities between parameters: what is left free, and how everything else follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import SpecificationError
from csi_model.specify.expressions import Linear, read
from csi_model.specify.grammar import Written


class Reduction(NamedTuple):
    """All parameters are ``origin + basis @ free``; ``kept`` are the places of the free ones among all."""

    origin: F64
    basis: F64
    kept: NDArray[np.intp]


def forms(written: Written, labels: Sequence[str]) -> tuple[Linear, ...]:
    """Give the equalities as forms of labels that are zero.

    Raises
    ------
    SpecificationError
        One is not linear, or names what is neither a label nor a defined parameter.
    """
    known = {label: Linear({label: 1.0}) for label in labels}
    found = []
    crooked: set[str] = set()
    for formula in (*written.defined, *written.equalities):
        each = read(formula.text, formula.line)
        unknown = [name for name in each.names if name not in known and name not in crooked]
        if unknown:
            raise unlabelled(unknown[0], formula.line, labels)
        form = None if crooked & set(each.names) else each.linear(known)
        if formula.name and form is not None:
            known[formula.name] = form
        elif formula.name:
            crooked.add(formula.name)
        elif form is not None:
            found.append(replace(form, line=formula.line))
        else:
            raise SpecificationError(
                f"Line {formula.line} uses a non-linear equality (==), which is not estimated.",
                code="syntax-unsupported",
                remedy="Write sums of labels times numbers, such as a == 2*b, or define the figure by :=.",
            )
    return tuple(found)


def unlabelled(name: str, line: int, labels: Sequence[str]) -> SpecificationError:
    """Refuse a name that no parameter has."""
    known = ", ".join(dict.fromkeys(labels)) or "none"
    return SpecificationError(
        f"Line {line} names {name}, which labels no parameter (labels: {known}).",
        code="unknown-label",
        remedy=f"Label one, as in SAT ~ {name}*QUAL.",
    )


def reduction(equalities: Sequence[Linear], labelled: Mapping[str, tuple[int, float]], n: int) -> Reduction:
    """Solve equalities, each a form that is zero, for as many of n parameters as they determine.

    Parameters
    ----------
    labelled
        Label -> number of the parameter, below zero where it is fixed, and then its value.

    Raises
    ------
    SpecificationError
        The equalities contradict one another.
    """
    matrix, plus = np.zeros((len(equalities), n)), np.zeros(len(equalities))
    for k, form in enumerate(equalities):
        plus[k] = form.plus
        for label, by in form.of.items():
            number, value = labelled[label]
            if number >= 0:
                matrix[k, number] += by
            else:
                plus[k] += by * value
    rows = np.column_stack([matrix, -plus])
    pivots: list[int] = []
    done = 0
    for _ in range(len(rows)):
        left = np.abs(rows[done:, :n])
        if not left.size or left.max() < 1e-10:
            break
        row, column = np.unravel_index(int(np.argmax(left)), left.shape)
        rows[[done, done + int(row)]] = rows[[done + int(row), done]]
        rows[done] /= rows[done, column]
        for other in range(len(rows)):
            if other != done:
                rows[other] -= rows[other, column] * rows[done]
        pivots.append(int(column))
        done += 1
    if np.abs(rows[done:, n]).max(initial=0.0) > 1e-8:
        where = ", ".join(str(form.line) for form in equalities)
        raise SpecificationError(
            f"Line {where}: the equalities (==) contradict one another, or a fixed value.",
            code="contradiction",
            remedy="Leave one of them out.",
        )
    kept = np.array([k for k in range(n) if k not in pivots], dtype=np.intp)
    origin, basis = np.zeros(n), np.zeros((n, len(kept)))
    basis[kept, np.arange(len(kept))] = 1.0
    for place, pivot in enumerate(pivots):
        origin[pivot] = rows[place, n]
        basis[pivot] = -rows[place, kept]
    return Reduction(origin, basis, kept)
