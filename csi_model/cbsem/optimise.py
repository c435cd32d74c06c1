"""Minimise a discrepancy: damped Fisher scoring, a quasi-Newton rescue, a Newton polish, and a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from csi_model.arrays import F64
from csi_model.cbsem.discrepancy import Discrepancy
from csi_model.cbsem.structure import Structure
from csi_model.errors import ConvergenceError, IdentificationError

# Eigenvalues of a scaled information matrix below this share of the largest are none.
NO_CURVATURE = 1e-9


@dataclass(frozen=True)
class Optimum:
    """Where the search ended."""

    theta: F64
    half_chi2: float
    iterations: int
    gradient: F64


@dataclass(frozen=True)
class Objective:
    """Sum of the groups' discrepancies in the free parameters."""

    structure: Structure
    parts: Sequence[Discrepancy]

    def value(self, theta: F64) -> float:
        """Half a chi-square."""
        total = 0.0
        for group, part in enumerate(self.parts):
            moments, _ = self.structure.moments(group, theta)
            total += part.value(moments)
        return total

    def gradient(self, theta: F64) -> F64:
        """First derivative in the free parameters."""
        out = np.zeros(theta.size)
        for group, part in enumerate(self.parts):
            moments, jacobian = self.structure.moments(group, theta)
            out += jacobian.T @ part.slope(moments)
        return out

    def expected(self, theta: F64) -> F64:
        """Expected information: the metric of the scoring step."""
        out = np.zeros((theta.size, theta.size))
        for group, part in enumerate(self.parts):
            moments, jacobian = self.structure.moments(group, theta)
            out += jacobian.T @ part.weight(moments) @ jacobian
        return out

    def observed(self, theta: F64) -> F64:
        """Second derivative, exact: chain rule, with the model's own curvature by complex steps."""
        out = np.zeros((theta.size, theta.size))
        for group, part in enumerate(self.parts):
            moments, jacobian = self.structure.moments(group, theta)
            slope = part.slope(moments)
            out += jacobian.T @ part.curvature(moments) @ jacobian
            for k in range(theta.size):
                shifted = theta.astype(complex)
                shifted[k] += 1e-30j
                _, moved = self.structure.moments(group, shifted)
                out[k] += np.imag(moved.T @ slope) / 1e-30
        return 0.5 * (out + out.T)


def _step(metric: F64, gradient: F64, damping: float) -> F64:
    scale = np.sqrt(np.maximum(np.diagonal(metric), 1e-12))
    scaled = metric / np.outer(scale, scale) + damping * np.eye(scale.size)
    try:
        move = np.linalg.solve(scaled, gradient / scale)
    except np.linalg.LinAlgError:
        move = np.linalg.lstsq(scaled, gradient / scale, rcond=None)[0]
    return np.asarray(-move / scale)


def scoring(objective: Objective, start: F64, *, tolerance: float, most: int) -> tuple[F64, float, int, bool]:
    """Fisher scoring with Levenberg's damping in the parameters' own scale (Marquardt 1963)."""
    theta, value = start.copy(), objective.value(start)
    damping, gain, iteration = 1e-3, float("inf"), 0
    for iteration in range(1, most + 1):
        gradient, metric = objective.gradient(theta), objective.expected(theta)
        gain = float(-gradient @ _step(metric, gradient, 1e-12))
        if 0.0 <= gain < tolerance:
            return theta, value, iteration, True
        for _ in range(40):
            move = _step(metric, gradient, damping)
            tried = objective.value(theta + move)
            # Near the minimum differences of likelihoods drown in rounding; the step itself is trusted.
            if np.isfinite(tried) and tried <= value + (0.5 * gain if gain < 1e-4 else 0.0):
                break
            damping = max(damping, 1e-6) * 4.0
        else:
            break
        theta, value = theta + move, tried
        damping = damping / 8.0 if damping > 1e-14 else damping
    return theta, value, iteration, bool(gain < tolerance)


def optimise(
    objective: Objective,
    start: F64,
    *,
    tolerance: float = 1e-10,
    most: int = 400,
    polish: bool = True,
    rescue: bool = True,
) -> Optimum:
    """Find the minimum and prove it: gradient zero in the metric of the information.

    ``polish`` ends with Newton steps; ``rescue`` tries a quasi-Newton search where scoring fails.

    Raises
    ------
    ConvergenceError
        No minimum found from the start values.
    """
    if not np.isfinite(objective.value(start)):
        raise ConvergenceError(
            "The start values imply a covariance matrix that is not positive definite.",
            code="start-values",
            remedy="Check for items that are copies of one another and for extreme fixed values.",
        )
    theta, value, iterations, done = scoring(objective, start, tolerance=tolerance, most=most)
    if not done and rescue:
        theta, value, more = _quasi_newton(objective, theta, value)
        iterations += more
        theta, value, more, done = scoring(objective, theta, tolerance=tolerance, most=most)
        iterations += more
    if polish:
        theta, value, done = _newton(objective, theta, value, done=done)
    gradient = objective.gradient(theta)
    decrement = float(-gradient @ _step(objective.expected(theta), gradient, 1e-12))
    if not done and not decrement < 1e-6:
        raise ConvergenceError(
            f"No minimum found in {iterations} iterations; the slope is still {np.abs(gradient).max():.3g}.",
            code="not-converged",
            remedy="Simplify the model, give more answers, or look for constructs that are nearly the same.",
        )
    return Optimum(theta, value, iterations, gradient)


def _quasi_newton(objective: Objective, theta: F64, value: float) -> tuple[F64, float, int]:
    def bounded(at: F64) -> float:
        return min(objective.value(at), 1e12)

    def slope(at: F64) -> F64:
        return objective.gradient(at) if np.isfinite(objective.value(at)) else np.zeros(at.size)

    found = minimize(bounded, theta, jac=slope, method="BFGS", options={"maxiter": 2000, "gtol": 1e-7})
    if np.isfinite(found.fun) and float(found.fun) <= value:
        return np.asarray(found.x, dtype=float), float(found.fun), int(found.nit)
    return theta, value, int(found.nit)


def _newton(objective: Objective, theta: F64, value: float, *, done: bool) -> tuple[F64, float, bool]:
    """Newton steps on the observed information where it is positive definite and they do not climb."""
    for _ in range(8):
        gradient = objective.gradient(theta)
        metric = objective.observed(theta)
        try:
            np.linalg.cholesky(metric)
        except np.linalg.LinAlgError:
            break
        move = _step(metric, gradient, 0.0)
        gain = float(-gradient @ move)
        tried = objective.value(theta + move)
        if not np.isfinite(tried) or tried > value + 1e-6:
            break
        theta, value = theta + move, tried
        if abs(gain) < 1e-15:
            return theta, value, True
    return theta, value, done


def check_identified(information: F64, names: Sequence[str]) -> None:
    """Refuse a singular information matrix and name the parameters in its null space.

    Raises
    ------
    IdentificationError
        Some combination of parameters does not change the fit.
    """
    scale = np.sqrt(np.maximum(np.diagonal(information), 0.0))
    flat = [name for name, s in zip(names, scale, strict=True) if s <= 0.0]
    guilty = list(flat)
    if not flat:
        values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
        null = np.abs(vectors[:, values < NO_CURVATURE * max(1.0, float(values[-1]))])
        if null.size:
            share = null.max(axis=1)
            guilty = [
                names[k] for k in np.argsort(-share, kind="stable") if share[k] > 0.1 * float(share.max())
            ]
    if guilty:
        raise IdentificationError(
            "The data cannot tell these parameters apart: " + ", ".join(guilty[:8]) + ".",
            code="not-identified",
            remedy="Fix one of them, such as the intercept of an item, or leave the construct's mean at zero."
            if any(" ~ 1" in name for name in guilty)
            else "Fix one of them, drop a path, or give each construct three items or more.",
        )
