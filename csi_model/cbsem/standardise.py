"""Standardised solution, explained variance and admissibility of a fitted model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.structure import Numeric, Structure
from csi_model.errors import Caution


def standardised(structure: Structure, theta: Numeric, *, latent_only: bool = False) -> Numeric:
    """Every table row in units of standard deviations (lavaan's std.all; std.lv if ``latent_only``).

    Returns
    -------
    ndarray of shape (n_rows,)
        Covariances are residual correlations; ``nan`` where a variance is negative.
    """
    out = np.zeros(len(structure.rows), dtype=theta.dtype)
    observed = set(structure.observed)
    with np.errstate(invalid="ignore", divide="ignore"):
        for group, table in enumerate(structure.tables):
            implied = structure.implied(group, theta)
            values = implied.values
            _, _, psi, residual, _, _ = structure.layouts[group].matrices(values)
            item = _roots(np.diagonal(implied.sigma))
            factor = _roots(np.diagonal(implied.phi))
            if latent_only:
                item = np.ones_like(item)
                factor = np.array(
                    [
                        1.0 if name in observed else scale
                        for name, scale in zip(structure.factors, factor, strict=True)
                    ],
                    dtype=factor.dtype,
                )
            psi_scale, residual_scale = _roots(np.diagonal(psi)), _roots(np.diagonal(residual))
            for k, value in zip(table, values, strict=True):
                row = structure.rows[k]
                i, j = row.i, row.j
                if row.matrix == "lambda":
                    scale = factor[j] / item[i]
                elif row.matrix == "beta":
                    scale = factor[j] / factor[i]
                elif row.matrix == "psi" and i == j:
                    scale = 1.0 / (factor[i] * factor[i])
                elif row.matrix == "psi":
                    scale = 1.0 / (psi_scale[i] * psi_scale[j])
                elif row.matrix == "theta" and i == j:
                    scale = 1.0 / (item[i] * item[i])
                elif row.matrix == "theta":
                    scale = 1.0 if latent_only else 1.0 / (residual_scale[i] * residual_scale[j])
                elif row.matrix == "alpha":
                    scale = 1.0 / factor[i]
                else:
                    scale = 1.0 / item[i]
                out[k] = value * scale
    return out


def _roots(variances: Numeric) -> Numeric:
    """Standard deviations; ``nan`` for a negative variance also under complex steps."""
    return np.asarray(np.where(variances.real > 0.0, np.sqrt(variances), np.nan))


def derivative(function: Callable[[Numeric], Numeric], theta: F64) -> F64:
    """Jacobian by complex steps, exact to rounding."""
    columns = []
    for k in range(theta.size):
        shifted = theta.astype(complex)
        shifted[k] += 1e-30j
        columns.append(np.imag(function(shifted)) / 1e-30)
    return np.stack(columns, axis=-1) if columns else np.zeros((function(theta).size, 0))


def r_squared(structure: Structure, group: int, theta: F64) -> dict[str, float]:
    """Explained share of every indicator and every endogenous variable; ``nan`` at negative variances."""
    implied = structure.implied(group, theta)
    lam, beta, psi, residual, _, _ = structure.layouts[group].matrices(implied.values)
    out: dict[str, float] = {}
    factors = list(structure.factors)
    for k, name in enumerate(structure.observed):
        if name not in factors and np.any(lam[k] != 0.0):
            out[name] = _share(residual[k, k], implied.sigma[k, k])
    rows = {row.i for row in structure.rows if row.matrix == "beta"}
    for k, name in enumerate(factors):
        if k in rows and np.any(beta[k] != 0.0):
            out[name] = _share(psi[k, k], implied.phi[k, k])
    return out


def _share(unexplained: float, total: float) -> float:
    return float(1.0 - unexplained / total) if total > 0.0 and unexplained >= 0.0 else float("nan")


def admissibility(structure: Structure, theta: F64, names: tuple[str, ...]) -> tuple[Caution, ...]:
    """Cautions about solutions that cannot be: negative variances, impossible correlations."""
    found = []
    for group in range(structure.n_groups):
        where = f" in group {names[group]}" if structure.n_groups > 1 else ""
        implied = structure.implied(group, theta)
        table = structure.tables[group]
        negative = [
            structure.rows[k].lhs
            for k, value in zip(table, implied.values, strict=True)
            if structure.rows[k].op == "~~"
            and structure.rows[k].lhs == structure.rows[k].rhs
            and value < -1e-10
        ]
        if negative:
            found.append(
                Caution(
                    "heywood",
                    f"Negative variance of {', '.join(negative)}{where}: the model asks more of these items "
                    "than they carry; figures that rest on this variance are not to be read.",
                    about=tuple(negative),
                )
            )
        latent = [structure.factors.index(name) for name in structure.latent]
        phi = implied.phi[np.ix_(latent, latent)]
        if latent and float(np.linalg.eigvalsh(phi)[0]) < -1e-10 * float(np.abs(phi).max()):
            pairs = _one_thing(phi, structure.latent)
            found.append(
                Caution(
                    "latent-covariance",
                    f"The covariance matrix of the constructs{where} is not positive definite: some of them "
                    f"are the same thing measured twice ({', '.join(pairs)}).",
                    about=tuple(pairs),
                )
            )
    return tuple(found)


def _one_thing(phi: F64, names: Sequence[str]) -> list[str]:
    """Name the pairs that correlate beyond 1, else what makes up the direction without variance."""
    spread = np.sqrt(np.abs(np.diagonal(phi)))
    corr = phi / np.outer(spread, spread)
    beyond = np.argwhere(np.triu(np.abs(corr) > 1.0, 1)).tolist()
    if beyond:
        return [f"{names[one]} ~ {names[other]} {corr[one, other]:.2f}" for one, other in beyond]
    flat = np.abs(np.linalg.eigh(corr)[1][:, 0])
    return [" ~ ".join(names[k] for k in np.flatnonzero(flat > flat.max() / 2).tolist())]
