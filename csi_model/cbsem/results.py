"""What a covariance fit gives: estimates, fit, and the pieces of the result file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from csi_model.arrays import F64
from csi_model.cbsem import index_weights
from csi_model.cbsem.data import GroupData
from csi_model.cbsem.fit_measures import Fit
from csi_model.cbsem.optimise import Objective
from csi_model.cbsem.structure import Structure
from csi_model.errors import Caution, ModelError
from csi_model.inference.figures import Figure, figure
from csi_model.inference.plain import number
from csi_model.options import LEVEL


@dataclass(frozen=True)
class Parameter:
    """One line of the result in lavaan's row form; ``se`` is 0 for a fixed or dependent parameter."""

    group: str
    lhs: str
    op: str
    rhs: str
    label: str
    est: float
    se: float
    std_all: float
    std_lv: float
    se_std_all: float
    free: bool

    @property
    def z(self) -> float | None:
        """Estimate over its standard error; none for a fixed parameter."""
        return self.est / self.se if self.se > 0.0 else None

    @property
    def p(self) -> float | None:
        """Two-sided normal probability of z."""
        return None if self.z is None else float(2.0 * ndtr(-abs(self.z)))

    def figure(self, level: float = LEVEL) -> Figure:
        """The estimate with its normal-theory interval."""
        half = float(ndtri(0.5 + level / 2.0)) * self.se
        p = np.nan if self.p is None else self.p
        return figure(self.est, self.se, self.est - half, self.est + half, p, level=level)


@dataclass(frozen=True)
class CbsemResult:
    """A fitted covariance model.

    ``estimates`` follow lavaan's row order; ``r_squared`` has one mapping per group; ``covariance`` is
    that of the free parameters (named by ``structure.names``). ``objective`` and ``data`` let further
    figures (modification indices, bootstrap) be computed without another fit.
    """

    estimator: str
    missing: str
    groups: tuple[str, ...]
    n_given: int
    n_used: int
    iterations: int
    fit: Fit
    estimates: tuple[Parameter, ...]
    r_squared: tuple[Mapping[str, float], ...]
    cautions: tuple[Caution, ...]
    structure: Structure
    theta: F64
    covariance: F64
    objective: Objective
    data: tuple[GroupData, ...]

    @property
    def converged(self) -> bool:
        """Always true: what does not converge raises ``ConvergenceError``."""
        return True

    def estimate(self, lhs: str, op: str, rhs: str = "", *, group: str | None = None) -> Parameter:
        """The row of one parameter; covariances may be named in either order."""
        for row in self.estimates:
            names = {(row.lhs, row.rhs)} | ({(row.rhs, row.lhs)} if op == "~~" else set())
            if row.op == op and (lhs, rhs) in names and group in {None, row.group}:
                return row
        raise ModelError(
            f"The model has no parameter {lhs} {op} {rhs}.",
            code="parameter-unknown",
            remedy="See the rows of the estimates.",
        )

    def latent_covariance(self, group: int = 0) -> F64:
        """Model-implied covariance of the latent variables, in the order of ``structure.latent``."""
        at = [self.structure.factors.index(name) for name in self.structure.latent]
        return np.asarray(self.structure.implied(group, self.theta).phi[np.ix_(at, at)])

    def latent_means(self, group: int = 0) -> dict[str, float]:
        """Means of the latent variables (0 in the first group)."""
        kappa = self.structure.implied(group, self.theta).kappa
        factors = self.structure.factors
        return {name: float(kappa[factors.index(name)]) for name in self.structure.latent}

    def loadings(self, group: int = 0) -> dict[str, dict[str, float]]:
        """Standardised loadings: construct -> item -> loading."""
        out: dict[str, dict[str, float]] = {}
        for row in self.estimates:
            if row.op == "=~" and row.group == self.groups[group]:
                out.setdefault(row.lhs, {})[row.rhs] = row.std_all
        return out

    def index_weights(self, group: int = 0) -> dict[str, dict[str, float]]:
        """Weights of each construct's own items in its index, non-negative, summing to one.

        See Also
        --------
        index_weights.weights : the formula.
        """
        found = index_weights.weights(self.structure, self.theta, group)
        return {name: weights for name, (weights, _) in found.items()}

    def directions(self, group: int = 0) -> dict[str, float]:
        """1 for each construct whose standardised loadings sum to a positive number, else -1.

        A construct points where its marker item does, which may be against all its other items. The
        estimates keep the marker's direction, as lavaan's do; the index turns the construct by this sign.
        """
        found = index_weights.measured(self.structure, self.theta, group)
        return {name: each.direction for name, each in found.items()}

    def _defined(self, row: Parameter) -> dict[str, Any]:
        return {
            "name": row.lhs,
            "formula": row.rhs,
            **row.figure().plain("est", ("se", "p", "ci")),
            "z": row.z,
            "std_all": number(row.std_all),
        }

    def document(self) -> dict[str, Any]:
        """The pieces of the result file: fit, estimates, loadings, r_squared, index weights, cautions."""
        fit = {key: value for key, value in asdict(self.fit).items() if value is not None}
        ends = {"rmsea_ci": self.fit.rmsea_ci, "rmsea_ci_scaled": self.fit.rmsea_ci_scaled}
        fit |= {name: figure(np.nan, np.nan, *each).plain()["ci"] for name, each in ends.items() if each}
        several = len(self.groups) > 1
        rows = []
        for row in self.estimates:
            line: dict[str, Any] = {"group": row.group} if several else {}
            line |= {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "label": row.label}
            line |= row.figure().plain("est", ("se",))
            line |= {"z": row.z, "p": row.p, "std_all": number(row.std_all), "std_lv": number(row.std_lv)}
            rows.append(line)
        per_group = [
            {
                "loadings": {
                    name: {item: number(value) for item, value in items.items()}
                    for name, items in self.loadings(group).items()
                },
                "r_squared": {name: number(value) for name, value in self.r_squared[group].items()},
                "index_weights": self.index_weights(group),
                "latent_means": self.latent_means(group),
            }
            for group in range(len(self.groups))
        ]
        out: dict[str, Any] = {
            "estimator": self.estimator,
            "missing": self.missing,
            "n_respondents": self.n_given,
            "n_used": self.n_used,
            "converged": self.converged,
            "iterations": self.iterations,
            "fit": fit,
            "estimates": rows,
            "defined": [self._defined(row) for row in self.estimates if row.op == ":="],
            "cautions": [each.plain() for each in self.cautions],
        }
        if several:
            out["groups"] = dict(zip(self.groups, per_group, strict=True))
        else:
            out |= per_group[0]
        return out
