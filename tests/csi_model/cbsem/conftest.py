"""Compares a fit with one of lavaan's files, kind by kind."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

FIT = {
    "df": "df",
    "npar": "n_parameters",
    "pvalue": "p",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
    "logl": "logl",
    "chisq.scaling.factor": "scaling_factor",
    "cfi.scaled": "cfi_scaled",
    "tli.scaled": "tli_scaled",
    "rmsea.scaled": "rmsea_scaled",
    "cfi.robust": "cfi_robust",
    "tli.robust": "tli_robust",
    "rmsea.robust": "rmsea_robust",
}
CHI2 = {
    "chisq": "chi2",
    "chisq.scaled": "chi2_scaled",
    "baseline.chisq": "baseline_chi2",
    "baseline.chisq.scaled": "baseline_chi2_scaled",
}


@pytest.fixture(scope="session")
def same_as_lavaan(compare) -> Callable[..., int]:
    def check(
        result: Any,
        expected: dict[str, Any],
        file: str,
        *,
        rtol: float = 1e-3,
        atol: float = 1e-5,
        se_rtol: float | None = 2e-3,
    ) -> int:
        """Estimates within rtol (or atol), chi-squares within 1e-2, fit within 1e-4; figures compared."""
        numbers = {name: k + 1 for k, name in enumerate(result.groups)}
        rows = {(r.get("group", 1), r["lhs"], r["op"], r["rhs"]): r for r in expected["estimates"]}
        standardised = {(r["lhs"], r["op"], r["rhs"]): r for r in expected.get("standardized", [])}
        pairs: dict[str, list[tuple[float, float]]] = {"estimates": [], "standard errors": [], "std.all": []}
        met = set()
        for own in result.estimates:
            key = (numbers[own.group], own.lhs, own.op, own.rhs)
            key = key if key in rows else (key[0], own.rhs, own.op, own.lhs)
            met.add(key)
            line = rows[key]
            pairs["estimates"].append((own.est, line["est"]))
            if se_rtol is not None and line["se"] is not None:
                pairs["standard errors"].append((own.se, line["se"]))
            std = standardised.get(key[1:], {}).get("est.std")
            if std is not None:
                pairs["std.all"].append((own.std_all, std))
        # Scales and means of ordered items are fixed and not rows of ours.
        left = set(rows) - met
        assert all(key[2] in {"~*~", "~1"} and rows[key]["se"] == 0 for key in left)
        pairs["r squared"] = [
            (result.r_squared[0][name], share)
            for name, share in expected.get("r2", {}).items()
            if share is not None
        ]
        figures = expected["fit"]
        for label, table in (("chi-squares", CHI2), ("fit", FIT)):
            pairs[label] = [
                (getattr(result.fit, ours), figures[theirs])
                for theirs, ours in table.items()
                if figures.get(theirs) is not None and getattr(result.fit, ours) is not None
            ]
        ends = (figures["rmsea.ci.lower"], figures["rmsea.ci.upper"])
        pairs["fit"] += list(zip(result.fit.rmsea_ci, ends, strict=True))
        limits = {
            "chi-squares": {"atol": 1e-2},
            "fit": {"rtol": 1e-4, "atol": 1e-5},
            "standard errors": {"rtol": se_rtol or 0.0, "atol": 1e-5},
            "estimates": {"rtol": rtol, "atol": atol},
        }
        for label, both in pairs.items():
            if both:
                ours, theirs = np.array(both).T
                compare(file, label, ours, theirs, **limits.get(label, {"rtol": rtol, "atol": 1e-4}))
        return sum(len(both) for both in pairs.values())

    return check


@pytest.fixture(scope="session")
def to_five() -> Callable[..., dict[str, np.ndarray]]:
    """Ten scale points joined to five ordered categories, as the reference runs did."""

    def halve(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.ceil(x / 2) if x.dtype == float else x for name, x in columns.items()}

    return halve
