"""What a covariance model is: its parameter table and the moments it implies, with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.cbsem.constraints import Reduction, reduction
from csi_model.specify.expressions import Linear

# Complex input is allowed wherever a complex-step derivative is taken through the same code.
Numeric = NDArray[Any]
MatrixName = Literal["lambda", "beta", "psi", "theta", "nu", "alpha", "tau"]
FIXED = -1
DEPENDENT = -2  # the residual variance of an ordinal indicator: whatever makes its total variance one


@dataclass(frozen=True)
class Row:
    """One line of the parameter table, in lavaan's words.

    ``free`` is the position in the parameter vector, ``FIXED`` or ``DEPENDENT``; ``value`` is the fixed
    value or the start value. ``matrix``, ``i`` and ``j`` say where the parameter stands.
    """

    group: int
    lhs: str
    op: str
    rhs: str
    matrix: MatrixName
    i: int
    j: int
    free: int
    value: float
    label: str = ""

    @property
    def name(self) -> str:
        """Left, operator and right, as written in the model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"


class Implied(NamedTuple):
    """Moments that one group's model implies, and how every table row moves them.

    ``d sigma / d row = u v' + v u'`` and ``d mu / d row = m``; rows of u, v, m are rows of the table.
    """

    mu: Numeric  # (p,)
    sigma: Numeric  # (p, p)
    phi: Numeric  # (m, m) total covariance of the factors
    kappa: Numeric  # (m,) total means of the factors
    u: Numeric
    v: Numeric
    m: Numeric
    values: Numeric  # the value of every row, dependents solved


class Layout:
    """Index arrays of one group's rows, compiled once so that evaluation is plain array work.

    The model is LISREL's with all variables endogenous (Jöreskog & Sörbom; lavaan's representation):
    ``sigma = L (I-B)^-1 Psi (I-B)^-T L' + Theta`` and ``mu = nu + L (I-B)^-1 alpha``.
    """

    def __init__(self, rows: tuple[Row, ...], n_observed: int, n_factors: int) -> None:
        self.p, self.m = n_observed, n_factors
        self.free = np.array([row.free for row in rows], dtype=int)
        self.value = np.array([row.value for row in rows], dtype=float)
        self.i = np.array([row.i for row in rows], dtype=int)
        self.j = np.array([row.j for row in rows], dtype=int)
        kinds = np.array([row.matrix for row in rows])
        self.where = {name: np.flatnonzero(kinds == name) for name in MatrixName.__args__}  # type: ignore[attr-defined]
        self.dependent = np.flatnonzero(self.free == DEPENDENT)
        self.is_free = np.flatnonzero(self.free >= 0)
        # A factor that is itself an observed variable carries its loading of one as a row of the table
        # that is not printed; see syntax.py.

    def _fill(self, name: str, values: Numeric, shape: tuple[int, ...]) -> Numeric:
        out = np.zeros(shape, dtype=values.dtype)
        at = self.where[name]
        if len(shape) == 1:
            out[self.i[at]] = values[at]
            return out
        out[self.i[at], self.j[at]] = values[at]
        if name in {"psi", "theta"}:
            out[self.j[at], self.i[at]] = values[at]
        return out

    def matrices(self, values: Numeric) -> tuple[Numeric, ...]:
        """Lambda, Beta, Psi, Theta, nu and alpha holding the given row values."""
        p, m = self.p, self.m
        return (
            self._fill("lambda", values, (p, m)),
            self._fill("beta", values, (m, m)),
            self._fill("psi", values, (m, m)),
            self._fill("theta", values, (p, p)),
            self._fill("nu", values, (p,)),
            self._fill("alpha", values, (m,)),
        )

    def evaluate(self, theta: Numeric) -> Implied:
        """Implied moments and rank-two derivatives at the parameter vector."""
        values = self.value.astype(theta.dtype)
        values[self.is_free] = theta[self.free[self.is_free]]
        values[self.dependent] = 0.0
        implied = self._moments(values)
        if self.dependent.size:
            share = 2.0 * implied.u[self.dependent] * implied.v[self.dependent]  # d diag(sigma) / d dependent
            gap = 1.0 - np.diagonal(implied.sigma)
            values[self.dependent] = np.linalg.solve(share.T, gap)
            implied = self._moments(values)
        return implied

    def _moments(self, values: Numeric) -> Implied:
        lam, beta, psi, theta_, nu, alpha = self.matrices(values)
        inner = np.linalg.inv(np.eye(self.m) - beta)
        phi = inner @ psi @ inner.T
        g = lam @ inner
        c = phi @ lam.T
        kappa = inner @ alpha
        n = values.size
        u, v, mean = (np.zeros((n, self.p), dtype=values.dtype) for _ in range(3))
        i, j = self.i, self.j
        at = self.where["lambda"]
        u[at, i[at]], v[at] = 1.0, c[j[at]]
        mean[at, i[at]] = kappa[j[at]]
        at = self.where["beta"]
        u[at], v[at] = g[:, i[at]].T, c[j[at]]
        mean[at] = g[:, i[at]].T * kappa[j[at], None]
        at = self.where["psi"]
        half = np.where(i[at] == j[at], 0.5, 1.0)[:, None]
        u[at], v[at] = g[:, i[at]].T, g[:, j[at]].T * half
        at = self.where["theta"]
        u[at, i[at]], v[at, j[at]] = 1.0, np.where(i[at] == j[at], 0.5, 1.0)
        at = self.where["nu"]
        mean[at, i[at]] = 1.0
        at = self.where["alpha"]
        mean[at] = g[:, j[at]].T if at.size else mean[at]
        return Implied(nu + lam @ kappa, lam @ c + theta_, phi, kappa, u, v, mean, values)


@dataclass(frozen=True)
class Structure:
    """A covariance model of one or more groups: names, parameter table, and which moments it explains."""

    observed: tuple[str, ...]
    factors: tuple[str, ...]  # latent variables, then observed variables that act as factors
    latent: tuple[str, ...]
    rows: tuple[Row, ...]
    n_groups: int = 1
    mean_structure: bool = False
    ordinal: bool = False
    equalities: tuple[Linear, ...] = ()  # of labels; each is zero

    @property
    def n_numbered(self) -> int:
        """Numbers that rows have as ``free``: the free parameters, were there no equalities."""
        return 1 + max((row.free for row in self.rows), default=-1)

    @property
    def n_free(self) -> int:
        """Free parameters, equal ones counted once, and less those that equalities determine."""
        return self.n_numbered if self.reduction is None else len(self.reduction.kept)

    @cached_property
    def reduction(self) -> Reduction | None:
        """How the numbered parameters follow from the free ones, where equalities bind them."""
        if not self.equalities:
            return None
        labelled = {row.label: (row.free, row.value) for row in reversed(self.rows) if row.label}
        return reduction(self.equalities, labelled, self.n_numbered)

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """The number of every free parameter among the rows."""
        return np.arange(self.n_numbered) if self.reduction is None else self.reduction.kept

    @cached_property
    def start(self) -> F64:
        """Start values of the free parameters."""
        return np.array([self._first[number].value for number in self.kept])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A readable name of every free parameter."""
        rows = [self._first[number] for number in self.kept]
        return tuple(row.name + (f" (group {row.group + 1})" if self.n_groups > 1 else "") for row in rows)

    @cached_property
    def _first(self) -> dict[int, Row]:
        return {row.free: row for row in reversed(self.rows) if row.free >= 0}

    def numbered(self, theta: Numeric) -> Numeric:
        """Give the numbered parameters at the free ones."""
        if self.reduction is None:
            return theta
        return np.asarray(self.reduction.origin + self.reduction.basis @ theta)

    def spread(self, covariance: F64) -> F64:
        """Standard errors of the numbered parameters from the free ones' covariance."""
        if self.reduction is not None:
            covariance = self.reduction.basis @ covariance @ self.reduction.basis.T
        return np.sqrt(np.maximum(np.diagonal(covariance), 0.0))

    @cached_property
    def tables(self) -> tuple[tuple[int, ...], ...]:
        """Positions in ``rows`` of every group's rows."""
        return tuple(
            tuple(k for k, row in enumerate(self.rows) if row.group == group)
            for group in range(self.n_groups)
        )

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """Compiled rows of every group."""
        return tuple(
            Layout(tuple(self.rows[k] for k in table), len(self.observed), len(self.factors))
            for table in self.tables
        )

    @cached_property
    def lower(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the covariances that count: with the diagonal unless ordinal."""
        rows, cols = np.tril_indices(len(self.observed), -1 if self.ordinal else 0)
        return rows, cols

    def moments(self, group: int, theta: Numeric) -> tuple[Numeric, Numeric]:
        """Implied moments of a group and their Jacobian in the free parameters.

        Returns
        -------
        moments : ndarray of shape (k,)
            Means (with a mean structure) or thresholds (ordinal), then the covariances of ``lower``.
        jacobian : ndarray of shape (k, n_free)
        """
        layout = self.layouts[group]
        implied = layout.evaluate(self.numbered(theta))
        a, b = self.lower
        by_row = implied.u[:, a] * implied.v[:, b] + implied.u[:, b] * implied.v[:, a]
        if layout.dependent.size:
            by_row = self._without_dependents(layout, implied, by_row)
        parts, slopes = [implied.sigma[a, b]], [by_row]
        if self.ordinal:
            at = layout.where["tau"]
            order = at[np.lexsort((layout.j[at], layout.i[at]))]
            parts.insert(0, implied.values[order])
            pick = np.zeros((by_row.shape[0], order.size), dtype=theta.dtype)
            pick[order, np.arange(order.size)] = 1.0
            slopes.insert(0, pick)
        elif self.mean_structure:
            parts.insert(0, implied.mu)
            slopes.insert(0, implied.m)
        stacked = np.concatenate(slopes, axis=1)
        jacobian = np.zeros((stacked.shape[1], self.n_numbered), dtype=theta.dtype)
        free = layout.free[layout.is_free]
        if np.unique(free).size == free.size:
            jacobian[:, free] = stacked[layout.is_free].T
        else:
            np.add.at(jacobian.T, free, stacked[layout.is_free])
        if self.reduction is not None:
            jacobian = jacobian @ self.reduction.basis
        return np.concatenate(parts), jacobian

    @staticmethod
    def _without_dependents(layout: Layout, implied: Implied, by_row: Numeric) -> Numeric:
        """Let each row move the covariances while the dependents keep all variances at one."""
        diagonal = 2.0 * implied.u * implied.v
        answer = -np.linalg.solve(diagonal[layout.dependent].T, diagonal.T)
        moved = by_row + answer.T @ by_row[layout.dependent]
        return np.asarray(moved)

    def implied(self, group: int, theta: Numeric) -> Implied:
        """Implied moments of one group."""
        return self.layouts[group].evaluate(self.numbered(theta))

    def with_rows(self, rows: tuple[Row, ...], **changes: Any) -> Structure:
        """The same names with another table, free parameters renumbered in order of appearance."""
        seen: dict[int, int] = {}
        out = []
        for row in rows:
            if row.free >= 0:
                out.append(replace(row, free=seen.setdefault(row.free, len(seen))))
            else:
                out.append(row)
        return replace(self, rows=tuple(out), **changes)
