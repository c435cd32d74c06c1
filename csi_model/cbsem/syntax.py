"""lavaan's statements to a parameter table: what is written, and what lavaan adds by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.models import Given
from csi_model.cbsem.starting import Starts, starts
from csi_model.cbsem.structure import FIXED, MatrixName, Row, Structure
from csi_model.errors import SpecificationError
from csi_model.specify.grammar import Term, Written

ORDER = {"=~": 0, "~": 1, "~~": 2, "~1": 4}


def specify(
    model: Given,
    values: F64,
    *,
    means: F64 | None = None,
    group: int = 0,
    n_groups: int = 1,
) -> Structure:
    """One group's structure, start values from the data.

    As lavaan's ``sem`` does, the first item of a construct is fixed at 1 unless it has another value or NA,
    and variances, covariances of exogenous constructs and of those that depend only are free. The variances
    and covariances of exogenous observed variables are free too: they give the same fit and the same other
    estimates as when they are fixed to the sample's.

    Parameters
    ----------
    values : ndarray of shape (n, p)
        Answers in the order of ``model.written.observed``; gaps are filled by means, to start from only.
    means : ndarray of shape (p,), optional
        With them intercepts are estimated, beginning there; those of constructs are zero.
    group, n_groups : int
        Which entry of `c(...)` holds.

    Raises
    ------
    SpecificationError
        Two lines say the same parameter; `c(...)` has another number of entries than there are groups; equal
        parameters are fixed at different values.
    """
    written = model.written
    filled = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    terms = [_of_group(term, group, n_groups) for term in written.terms]
    marked = _with_markers(terms)
    fixed = {(t.lhs, t.rhs): t.values[0] for t in marked if t.op in {"=~", "~~"} and t.values and t.values[0]}
    measured = {name: [t.rhs for t in marked if t.op == "=~" and t.lhs == name] for name in written.latent}
    begin = starts(measured, fixed, filled, written.observed)
    said = {term.key for term in marked}
    every = [*marked, *(term for term in _added(written, model.orthogonal) if term.key not in said)]
    every += [term for term in _variances(written) if term.key not in said]
    if means is not None:
        every += [term for term in _intercepts(written) if term.key not in said]
    bare = Structure(written.observed, (*written.latent, *_acting(written)), written.latent, ())
    centre = {} if means is None else _centres(every, begin, dict(zip(written.observed, means, strict=True)))
    rows = [_row(term, bare, _start(term, written, begin, filled, centre)) for term in every]
    _check_cells(rows)
    rows = _held_equal(rows, every)
    units = [
        Row(0, name, "=~", name, "lambda", bare.observed.index(name), bare.factors.index(name), FIXED, 1.0)
        for name in bare.factors
        if name in bare.observed
    ]
    ranks = {name: k for k, name in enumerate((*bare.observed, *bare.latent))}
    rows.sort(key=lambda row: _rank(row, ranks))
    return bare.with_rows((*rows, *units), mean_structure=means is not None)


def _of_group(term: Term, group: int, n_groups: int) -> Term:
    picked: dict[str, Any] = {}
    for kind in ("values", "starts", "labels", "equal"):
        entries = getattr(term, kind)
        if len(entries) not in {0, 1, n_groups}:
            raise SpecificationError(
                f"Line {term.line}: c() before {term.rhs or 1} has {len(entries)} entries, and there "
                f"{'is one group' if n_groups == 1 else f'are {n_groups} groups'}.",
                code="groups-of-modifier",
                remedy="Give one entry a group, and groups: manyi estimate --multigroup.",
            )
        if entries:
            picked[kind] = (entries[0] if len(entries) == 1 else entries[group],)
    return replace(term, **picked)


def _with_markers(terms: Iterable[Term]) -> list[Term]:
    """Fix the first item of each construct at 1; a value, NA, and as in lavaan start() take its place."""
    found, begun = [], set()
    for term in terms:
        if term.op == "=~" and term.lhs not in begun:
            begun.add(term.lhs)
            if not term.values:
                at = term.starts[0] if term.starts and term.starts[0] is not None else 1.0
                found.append(replace(term, values=(at,)))
                continue
        found.append(term)
    return found


def _added(written: Written, orthogonal: bool) -> list[Term]:
    """Covariances that lavaan frees by itself (of constructs: fixes at zero where orthogonal)."""
    latent = written.latent
    parts = {term.rhs for term in written.of("=~")}
    targets = {term.lhs for term in written.of("~")}
    sources = {term.rhs for term in written.of("~")}
    exogenous = [name for name in latent if name not in targets | parts]
    given = [name for name in written.observed if name in sources - targets - parts]
    last = [name for name in (*latent, *written.observed) if name in targets - sources - parts]
    pairs = [*combinations(exogenous, 2), *combinations(last, 2), *combinations(given, 2)]
    zero = (0.0,) if orthogonal else ()
    return [Term(a, "~~", b, values=zero if {a, b} <= set(latent) else ()) for a, b in pairs]


def _variances(written: Written) -> list[Term]:
    """Give the variances: data cannot tell the residual of the only item of a construct, which is 0."""
    items = [term.rhs for term in written.of("=~")]
    sizes = {name: sum(term.lhs == name for term in written.of("=~")) for name in written.latent}
    single = {t.rhs for t in written.of("=~") if sizes[t.lhs] == 1 and items.count(t.rhs) == 1}
    return [
        Term(name, "~~", name, values=(0.0,) if name in single - set(written.latent) else ())
        for name in (*written.observed, *written.latent)
    ]


def _intercepts(written: Written) -> list[Term]:
    free = [Term(name, "~1", "") for name in written.observed]
    return [*free, *(Term(name, "~1", "", values=(0.0,)) for name in written.latent)]


def _acting(written: Written) -> tuple[str, ...]:
    """Observed variables that act as constructs do: in paths, not items, or tied to one that does."""
    items = {term.rhs for term in written.of("=~")}
    acting = {name for term in written.of("~") for name in (term.lhs, term.rhs)}
    acting |= set(written.observed) - items
    known = acting | set(written.latent)
    while True:
        more = {
            name
            for term in written.of("~~")
            for name, other in ((term.lhs, term.rhs), (term.rhs, term.lhs))
            if other in known and name not in known
        }
        if not more:
            return tuple(name for name in written.observed if name in known)
        known |= more


def _centres(terms: list[Term], begin: Starts, means: Mapping[str, float]) -> dict[str, float]:
    """Where intercepts begin: a free mean of a construct follows from an item whose intercept is fixed."""
    fixed = {term.lhs: term.values[0] for term in terms if term.op == "~1" and term.values}
    centre = dict(means)
    for name in begin.variances:
        items = {item: by for (of, item), by in begin.loadings.items() if of == name and item in means and by}
        at = fixed.get(name)
        if at is None:
            known = [
                (means[item] - own) / by for item, by in items.items() if (own := fixed.get(item)) is not None
            ]
            at = known[0] if known else 0.0
        centre[name] = at
        for item, by in items.items():
            centre[item] -= by * at
    return centre


def _start(term: Term, written: Written, begin: Starts, values: F64, centre: Mapping[str, float]) -> float:
    """Where a parameter begins: at its fixed value, where `start()` says, or where the data do."""
    if term.values and term.values[0] is not None:
        return term.values[0]
    if term.starts and term.starts[0] is not None:
        return term.starts[0]
    if term.op == "=~":
        return begin.loadings[term.lhs, term.rhs]
    if term.op == "~1":
        return centre[term.lhs]
    if term.op == "~" or term.lhs in written.latent or term.rhs in written.latent:
        return begin.variances[term.lhs] if term.op == "~~" and term.lhs == term.rhs else 0.0
    a, b = (written.observed.index(name) for name in (term.lhs, term.rhs))
    depends = {each.rhs for each in written.of("=~")} | {each.lhs for each in written.of("~")}
    if a != b and {term.lhs, term.rhs} & depends:
        return 0.0
    share = 0.5 if term.lhs in depends else 1.0
    return share * float(np.cov(values[:, a], values[:, b], bias=True)[0, 1])


def _row(term: Term, bare: Structure, value: float) -> Row:
    """Put a parameter into its matrix, free unless it is fixed; every free one is its own at first."""
    left, right, matrix = term.lhs, term.rhs, _matrix(term, bare)
    if term.op == "~~":
        order = [*bare.observed, *bare.latent]
        left, right = sorted((left, right), key=order.index)
    row, column = (right, left) if term.op == "=~" else (left, right or left)
    places = {name: k for k, name in enumerate(bare.factors)}
    i = bare.observed.index(row) if matrix in {"lambda", "theta", "nu"} else places[row]
    j = bare.observed.index(column) if matrix in {"theta", "nu"} else places[column]
    is_fixed = bool(term.values) and term.values[0] is not None
    label = term.labels[0] if term.labels else ""
    return Row(0, left, term.op, right, matrix, i, j, FIXED if is_fixed else 0, value, label)


def _matrix(term: Term, bare: Structure) -> MatrixName:
    if term.op == "=~":
        return "beta" if term.rhs in bare.factors else "lambda"
    if term.op == "~":
        return "beta"
    if term.op == "~1":
        return "alpha" if term.lhs in bare.factors else "nu"
    return "psi" if term.lhs in bare.factors else "theta"


def _check_cells(rows: list[Row]) -> None:
    seen: dict[tuple[object, ...], Row] = {}
    for row in rows:
        ends = sorted((row.i, row.j)) if row.op == "~~" else (row.i, row.j)
        other = seen.setdefault((row.matrix, *ends), row)
        if other is not row:
            raise SpecificationError(
                f"{other.name} and {row.name} are the same parameter.",
                code="duplicate",
                remedy="Keep one of them.",
            )


def _held_equal(rows: list[Row], terms: list[Term]) -> list[Row]:
    """Number the free parameters; those of one label, or said to be equal, share a number or a value."""
    place = {"".join(term.key[1:2]) + term.op + "".join(term.key[2:]): k for k, term in enumerate(terms)}
    place |= {f"{term.lhs}{term.op}{term.rhs}": k for k, term in enumerate(terms)}
    place |= {f"{term.rhs}{term.op}{term.lhs}": k for k, term in enumerate(terms) if term.op == "~~"}
    owner = list(range(len(rows)))

    def root(k: int) -> int:
        while owner[k] != k:
            k = owner[k]
        return k

    first: dict[str, int] = {}
    for k, (row, term) in enumerate(zip(rows, terms, strict=True)):
        if row.label:
            owner[root(k)] = root(first.setdefault(row.label, k))
        for name in filter(None, term.equal):
            if name not in place:
                raise SpecificationError(
                    f"Line {term.line}: equal('{name}') names no parameter of the model.",
                    code="unknown-parameter",
                    remedy="Name it without blanks as its line does, such as QUAL=~q2.",
                )
            owner[root(k)] = root(place[name])
    values: dict[int, Row] = {}
    for k, row in enumerate(rows):
        if row.free == FIXED and (other := values.setdefault(root(k), row)).value != row.value:
            raise SpecificationError(
                f"{row.name} is fixed at {row.value:g}, and is to equal {other.name},"
                f" fixed at {other.value:g}.",
                code="contradiction",
                remedy="Leave one of the two values out.",
            )
    return [
        replace(row, free=FIXED, value=values[root(k)].value)
        if root(k) in values
        else replace(row, free=root(k))
        for k, row in enumerate(rows)
    ]


def _rank(row: Row, ranks: Mapping[str, int]) -> tuple[int, ...]:
    if row.op in {"=~", "~"}:
        return (ORDER[row.op], 0)
    if row.op == "~1":
        return (ORDER[row.op], ranks[row.lhs])
    return (ORDER[row.op], int(row.lhs != row.rhs), ranks[row.lhs], ranks[row.rhs])
