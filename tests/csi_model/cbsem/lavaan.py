"""Compares a fit with one of lavaan's files, kind by kind."""

from typing import Any

import numpy as np
from scipy.special import ndtr

from csi_model.cbsem import modification_indices
from csi_model.cbsem.fit_measures import rmsea
from csi_model.cbsem.moments import by_pattern
from csi_model.cbsem.results import CbsemResult
from csi_model.cbsem.saturated import saturated
from tests.csi_model.figures import Figures

CHI2 = {
    "chisq": "chi2",
    "chisq.scaled": "chi2_scaled",
    "baseline.chisq": "baseline_chi2",
    "baseline.chisq.scaled": "baseline_chi2_scaled",
}
FIT = {
    "npar": "n_parameters",
    "ntotal": "n_respondents",
    "df": "df",
    "df.scaled": "df",
    "baseline.df": "baseline_df",
    "baseline.df.scaled": "baseline_df",
    "pvalue": "p",
    "pvalue.scaled": "p_scaled",
    "cfi": "cfi",
    "tli": "tli",
    "nnfi": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
    "logl": "logl",
    "chisq.scaling.factor": "scaling_factor",
    "cfi.scaled": "cfi_scaled",
    "tli.scaled": "tli_scaled",
    "nnfi.scaled": "tli_scaled",
    "rmsea.scaled": "rmsea_scaled",
    "cfi.robust": "cfi_robust",
    "tli.robust": "tli_robust",
    "nnfi.robust": "tli_robust",
    "rmsea.robust": "rmsea_robust",
}
ERRORS = ("se", "z", "pvalue", "ci.lower", "ci.upper")


def two_sided(z: Any) -> Any:
    return 2.0 * ndtr(-np.abs(z))


def names_of(result: CbsemResult, figures: Figures, place: str) -> list[str]:
    """The rows of ours as the file names them; covariances may stand in either order."""
    rows = {key[1] for key in figures.values if key[0] == place}
    several = len(result.groups) > 1
    groups = {name: f"{k + 1} {k + 1} " for k, name in enumerate(result.groups)} if several else {}
    found = []
    for row in result.estimates:
        prefix = groups.get(row.group, "")
        both = f"{prefix}{row.lhs} {row.op} {row.rhs}", f"{prefix}{row.rhs} {row.op} {row.lhs}"
        found.append(both[0] if both[0] in rows or both[1] not in rows else both[1])
    return found


def check_parameters(
    figures: Figures, result: CbsemResult, limits: dict[str, Any], se_rtol: float | None
) -> None:
    """Estimates, errors, z, probabilities and 95 % intervals, raw and standardised."""
    rows = result.estimates
    est, se = np.array([row.est for row in rows]), np.array([row.se for row in rows])
    std, std_se = np.array([row.std_all for row in rows]), np.array([row.se_std_all for row in rows])
    names = names_of(result, figures, "estimates")
    figures.same("estimates", est[:, None], names, ["est"], **limits)
    std_limits = {"rtol": limits["rtol"], "atol": 1e-4}
    for title, each in (("std.all", std), ("std.lv", np.array([row.std_lv for row in rows]))):
        if ("estimates", names[0], title) in figures.values:
            figures.same("estimates", each[:, None], names, [title], **std_limits)
    figures.drop("std.all once more, where no observed variable is exogenous", "estimates/*/std.nox")
    tables = [("estimates", est, se, names)]
    if any(key[0] == "standardized" for key in figures.values):
        names = names_of(result, figures, "standardized")
        figures.same("standardized", std[:, None], names, ["est.std"], **std_limits)
        tables.append(("standardized", std, std_se, names))
    for place, value, error, labels in tables:
        if se_rtol is None:
            figures.leave(
                "lavaan's default errors of ULS invert plain cross-products; ours are Browne's",
                *(f"{place}/*/{title}" for title in ERRORS),
            )
            continue
        free = error > 1e-9
        fixed = [name for name, each in zip(labels, free, strict=True) if not each]
        shown = [name for name, each in zip(labels, free, strict=True) if each]
        value, error = value[free], error[free]  # noqa: PLW2901
        figures.same(place, error[:, None], shown, ["se"], rtol=se_rtol, atol=1e-5)
        figures.same(place, (value / error)[:, None], shown, ["z"], rtol=3 * se_rtol, atol=1e-2)
        figures.same(place, two_sided(value / error)[:, None], shown, ["pvalue"], atol=10 * se_rtol)
        half = 1.959963984540054 * error
        ends = np.column_stack([value - half, value + half])
        unit = np.maximum(1.0, error)[:, None] * np.ones(2)
        figures.same(
            place, ends, shown, ["ci.lower", "ci.upper"], unit=unit, rtol=5 * se_rtol, atol=5 * se_rtol
        )
        if any((place, name, "se") in figures.open for name in fixed):
            figures.same(place, np.zeros((len(fixed), 1)), fixed, ["se"])
        nothing = [f"{place}/{name}/{title}" for name in fixed for title in ERRORS[1:]]
        figures.drop("of a fixed parameter: no test, an interval of no width", *nothing)
    figures.drop(
        "scales and means that are fixed for ordered answers", "estimates/* ~[*]~ *", "standardized/* ~[*]~ *"
    )
    figures.drop(
        "scales and means that are fixed for ordered answers", "estimates/* ~1 ", "standardized/* ~1 "
    )


def check_fit_measures(figures: Figures, result: CbsemResult, *, chi2: float = 1e-2) -> None:
    measures = result.fit
    for table, allowed in ((CHI2, {"atol": chi2}), (FIT, {"rtol": 1e-4, "atol": 1e-5})):
        pairs = {key: getattr(measures, name) for key, name in table.items()}
        known = {
            key: each for key, each in pairs.items() if each is not None and ("fit", key) in figures.values
        }
        figures.same("fit", list(known.values()), list(known), **allowed)
    scaled = measures.rmsea_ci_scaled
    if scaled is not None and result.estimator in {"MLR", "MLM"}:
        # lavaan takes the unscaled statistic for one of chi-square with c df degrees of freedom, which has
        # its mean but too small a variance; ours is of the scaled statistic with df. Both are computed.
        free = measures.scaling_factor * measures.df
        scaled = rmsea(measures.chi2, free, result.n_used, len(result.groups))[1]
    for pattern, ends in (("rmsea.ci.{}", measures.rmsea_ci), ("rmsea.ci.{}.scaled", scaled)):
        labels = [pattern.format(end) for end in ("lower", "upper")]
        if ends is not None and ("fit", labels[0]) in figures.values:
            figures.same("fit", ends, labels, rtol=1e-4, atol=1e-5)
    figures.leave("indices that the engine does not give", "fit")


def check_matrices(figures: Figures, result: CbsemResult, limits: dict[str, Any]) -> None:
    """Implied moments and residual correlations of a model of one group."""
    observed, latent = list(result.structure.observed), list(result.structure.latent)
    sigma = result.structure.implied(0, result.theta).sigma
    figures.same("implied_cov", sigma, observed, observed, **limits)
    figures.same("latent_cov", result.latent_covariance(), latent, latent, **limits)
    if result.structure.ordinal:
        sample = result.objective.parts[0].sample
        rows, columns = np.tril_indices(len(observed), -1)
        corr = np.eye(len(observed))
        corr[rows, columns] = corr[columns, rows] = sample[-len(rows) :]
        figures.drop("means of ordered answers, all 0", "implied_mean")
    else:
        cov = saturated(by_pattern(result.data[0].values)).covariance
        corr = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        if any(key[0] == "implied_mean" for key in figures.values):
            mu = result.structure.implied(0, result.theta).mu
            figures.same("implied_mean", mu, observed, **limits)
    model = sigma / np.sqrt(np.outer(np.diag(sigma), np.diag(sigma)))
    figures.same("residual_cor", corr - model, observed, observed, **{"atol": 1e-4} | limits)


def check_modification(figures: Figures, result: CbsemResult, rtol: float) -> None:
    """The fifteen largest indices and expected changes.

    An expected change cannot depend on whether covariances are divided by n or n - 1. In lavaan it does: the
    information of GLS, ULS and DWLS is n/(n - 1) too large for its slope. Its indices of ML with n - 1 are
    multiples of n where the chi-square is one of n - 1.
    """
    figures.drop("expected changes are given in their own unit only", "modindices_top15/*/sepc.*")
    ours = {(each.lhs, each.op, each.rhs): each for each in modification_indices(result)}
    rows = sorted({key[1] for key in figures.values if key[0] == "modindices_top15"})
    keys = [tuple(row.split(" ")) for row in rows]
    found = [ours[key] if key in ours else ours[key[::-1]] for key in keys]
    n = result.n_used
    factor = (1.0, 1.0)
    if result.estimator in {"GLS", "ULS", "WLSMV"}:
        factor = ((n - 1) / n, (n - 1) / n)
    elif "wishart" in figures.file:
        factor = (n / (n - 1), 1.0)
    table = np.array([[each.mi, each.epc] for each in found]) * factor
    figures.same("modindices_top15", table, rows, ["mi", "epc"], rtol=rtol)


def check_model(
    figures: Figures,
    result: CbsemResult,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    se_rtol: float | None = 1e-4,
    matrices: dict[str, Any] | None = None,
    modification: float = 1e-3,
) -> None:
    """All of one file, fit in one group or several."""
    check_parameters(figures, result, {"rtol": rtol, "atol": atol}, se_rtol)
    check_fit_measures(figures, result)
    figures.same("nobs", result.n_used)
    shares = result.r_squared[0]
    if any(key[0] == "r2" for key in figures.values):
        figures.same("r2", list(shares.values()), list(shares), rtol=rtol, atol=1e-4)
        check_matrices(figures, result, matrices or {"rtol": 1e-3, "atol": 1e-4})
    if any(key[0] == "modindices_top15" for key in figures.values):
        check_modification(figures, result, modification)
    figures.drop("rounds to lavaan's own criterion of convergence", "iterations")
    if len(result.groups) > 1:
        figures.leave("counts equal parameters of both groups twice", "npar")
    else:
        figures.same("npar", result.fit.n_parameters)
