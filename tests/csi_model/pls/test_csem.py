"""Every figure of cSEM 0.6.1's fits that the engine has: to 1e-6, but to 3e-4 where cSEM's are coarser."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model.assessment.exact_fit import DISTANCES
from csi_model.cbsem.ordinal import ordinal_statistics
from csi_model.measures import collinearity, effects, reliability, validity
from csi_model.measures.effects import bic, f_squared, r_squared_adjusted
from csi_model.measures.importance import importance
from csi_model.pls import algorithm, consistent
from csi_model.pls.algorithm import Solution
from csi_model.pls.implied import distances, implied
from tests.csi_model.figures import Figures
from tests.csi_model.levels import performance
from tests.csi_model.pls.test_seminr import estimated

FITS = {
    "csem_mobi_modeA_path": {},
    "csem_mobi_modeA_factorial": {"scheme": "factorial"},
    "csem_mobi_modeA_centroid": {"scheme": "centroid"},
    "csem_mobi_modeB_path": {"modes": "B"},
    "csem_mobi_PLSc_path": {"method": "plsc"},
    "csem_mobi_PLSc_ImageModeB_path": {"method": "plsc", "modes": {"Image": "B"}},
    "csem_mobi_ordPLSc_path": {"method": "plsc"},
}
# cSEM takes the geodesic distance of logarithms to base 10.
BASE_10 = np.log(10) ** 2
NOT_OURS = (
    *(f"assess/{name}" for name in ("AIC", "AICc", "AICu", "FPE", "GM", "HQ", "HQc", "Mallows_Cp")),
    *(f"assess/{name}" for name in ("Chi_square", "Chi_square_df", "CFI", "GFI", "CN", "IFI", "NFI", "NNFI")),
    *(f"assess/{name}" for name in ("RMSEA", "RMS_theta", "GoF", "Df")),
    *(f"assess/{name}" for name in ("RhoC_mm", "RhoC_weighted", "RhoC_weighted_mm", "RhoT_weighted")),
)


def table(figures, place, rows, columns):
    return np.array([[figures.values.get((place, row, column), 0.0) for column in columns] for row in rows])


@pytest.mark.reference
@pytest.mark.parametrize("stem", FITS)
def test_mobi_equals_csem(reference, stem):
    result, data = estimated(reference, "ecsi.yaml", "mobi.csv", **FITS[stem])
    spec, options, corr = result.spec, result.options, result.moments.corr
    allowed = {}
    if stem == "csem_mobi_ordPLSc_path":
        # cSEM seeks each polychoric correlation to about 1e-4; ours equal lavaan's to 1e-7.
        corr, allowed = ordinal_statistics(data.values, spec.indicator_ids).correlations[None], {"atol": 3e-4}
    composite = algorithm.solve_one(corr[0], spec, options.scheme)
    corrected = options.method == "plsc"
    solution = consistent.correct(corr, composite, spec) if corrected else composite
    with Figures(f"{stem}.json", reference.json(f"{stem}.json")) as figures:
        sign = signs(figures, spec, composite)
        turned = turn(solution, sign)
        check_estimates(figures, spec, corr, turned, turn(composite, sign), allowed)
        check_effects(figures, spec, turned, allowed)
        check_quality(figures, spec, corr, turned, corrected=corrected, **allowed)
        check_distances(figures, spec, corr, turned, options.method, allowed)
        figures.leave("rounds to cSEM's own criterion of convergence", "iterations")
        figures.leave("criteria and indices that the engine does not give", *NOT_OURS)


def signs(figures, spec, solution):
    """cSEM leaves the sign of a formative construct to its first weights; ours is the sum of loadings."""
    theirs = table(figures, "weights", spec.construct_ids, spec.indicator_ids)
    return np.sign((theirs * solution.weights[0].T).sum(axis=1))


def turn(solution, sign):
    both = sign[:, None] * sign
    return Solution(
        weights=solution.weights * sign,
        loadings=solution.loadings * sign,
        construct_corr=solution.construct_corr * both,
        paths=solution.paths * both,
        r_squared=solution.r_squared,
        iterations=solution.iterations,
        converged=solution.converged,
    )


def check_estimates(figures, spec, corr, solution, composite, allowed):
    names, codes, block = spec.construct_ids, spec.indicator_ids, spec.block_mask
    figures.same("n", 250)
    figures.same("weights", solution.weights[0].T, names, codes, **allowed)
    figures.same("loadings", np.where(block, solution.loadings[0], 0).T, names, codes, **allowed)
    figures.same("paths_rows_are_targets", solution.paths[0], names, names, **allowed)
    figures.same("proxy_vcv", composite.construct_corr[0], names, names, **allowed)
    figures.same("construct_vcv", solution.construct_corr[0], names, names, **allowed)
    adjusted = r_squared_adjusted(solution.r_squared, spec.path_matrix, 250)[0]
    for place in ("r2", "assess/R2"):
        figures.same(place, solution.r_squared[0], names, **allowed)
    for place in ("r2adj", "assess/R2_adj"):
        figures.same(place, adjusted, names, **allowed)
    criterion = bic(solution.r_squared, spec.path_matrix, 250)[0]
    figures.same("assess/BIC", criterion, names, atol=2000 * allowed.get("atol", 5e-10))
    vif = collinearity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    # Inflation, f² and shares of effects divide by what is left of 1, which magnifies differences.
    loose = {"rtol": 100 * allowed["atol"]} if allowed else {}
    figures.same("vif", np.nan_to_num(vif), names, names, **loose)
    figures.same("assess/VIF", np.nan_to_num(vif), names, names, **loose)
    size = f_squared(solution.construct_corr, spec.path_matrix, solution.r_squared)[0]
    figures.same("assess/F2", np.nan_to_num(size), names, names, **loose | ({"atol": 1e-3} if loose else {}))


def check_effects(figures, spec, solution, allowed):
    names, paths = spec.construct_ids, solution.paths[0]
    total = effects.total_effects(paths)
    cells = [(i, j) for i in range(len(names)) for j in range(i)]
    rows, columns = np.array(cells).T
    labels = [f"{names[i]} ~ {names[j]}" for i, j in cells]
    with np.errstate(all="ignore"):
        share = (total - paths) / total
    for place, each in (("Direct", paths), ("Indirect", total - paths), ("Total", total)):
        figures.same(f"effects/{place}_effect", each[rows, columns][:, None], labels, ["Estimate"], **allowed)
    loose = {"rtol": 100 * allowed["atol"]} if allowed else {}
    figures.same(
        "effects/Variance_accounted_for", share[rows, columns][:, None], labels, ["Estimate"], **loose
    )


def check_quality(figures, spec, corr, solution, *, corrected, **allowed):
    names, block = spec.construct_ids, spec.block_mask
    alpha = reliability.alpha_standardised(corr, block)[0]
    rho_c = reliability.rho_c(solution.loadings, block)[0]
    rho_a = np.ones(len(names))
    if corrected:
        rho_a = reliability.rho_a(corr, solution.weights, block)[0]
        rho_a = np.where(consistent.factors_of(spec), rho_a, 1.0)
    ave = reliability.ave(solution.loadings, block)[0]
    for place, each in (
        ("assess/AVE", ave),
        ("assess/RhoC", rho_c),
        ("assess/RhoT", alpha),
        ("assess/Reliability/Cronbachs_alpha", alpha),
        ("assess/Reliability/Joereskogs_rho", rho_c),
        ("assess/Reliability/Dijkstra-Henselers_rho_A", rho_a),
        ("reliabilities", rho_a),
    ):
        figures.same(place, each, names, **allowed)
    if any(key[1] == "VIF_modeB" for key in figures.values if key[0] == "assess"):
        inflation = np.where(block.T, collinearity.item_vif(corr, block)[0], 0.0)
        figures.same("assess/VIF_modeB", inflation, names, spec.indicator_ids, **allowed)
    larcker = solution.construct_corr[0] ** 2
    np.fill_diagonal(larcker, ave)
    figures.same("assess/Fornell-Larcker", larcker, names, names, **allowed)
    for place, ratios in (
        ("assess/HTMT/htmts", validity.htmt(corr, block, absolute=False)[0]),
        ("assess/HTMT2/htmts", validity.htmt2(corr[0], block)),
    ):
        lower = np.tril(ratios, -1) + np.eye(len(names))
        figures.same(place, lower, names, names, **allowed)


def check_distances(figures, spec, corr, solution, method, allowed):
    found = distances(corr, implied(corr, solution, spec, method, "estimated"))[0]
    loose = {"rtol": 100 * allowed["atol"]} if allowed else {}
    for name, key, unit in (
        ("srmr", "SRMR", 1),
        ("d_uls", "DL", 1),
        ("d_g", "DG", BASE_10),
        ("d_ml", "DML", 1),
    ):
        figures.same(f"assess/{key}", found[DISTANCES.index(name)] / unit, **loose)


@pytest.mark.reference
def test_importance_and_performance_equal_csem(reference):
    result, data = estimated(reference, "ecsi.yaml", "mobi.csv")
    names, codes = result.spec.construct_ids, result.spec.indicator_ids
    shares = np.where(result.spec.block_mask, result.points.shares[0][:, None], 0.0)
    covariance = result.moments.cov[0]
    score_sd = np.sqrt(np.diag(shares.T @ covariance @ shares))
    found = effects.points_per_point(effects.total_effects(result.solution.paths[0]), score_sd)
    members = np.eye(len(shares), dtype=bool)
    # cSEM counts a construct's effect on itself, of 1, for its questions.
    levels = [
        importance(replace(result.spec, index=name), found, result.points.construct_shares[0])
        for name in names
    ]
    reached = performance(data.values.mean(axis=0), shares, members)
    with Figures("csem_mobi_ipma.json", reference.json("csem_mobi_ipma.json")) as figures:
        figures.same("ipma/Construct/Importance", found, names, names)
        figures.same("ipma/Construct/Performance", reached.constructs, names)
        figures.same("ipma/Indicator/Importance", [each.indicators for each in levels], names, codes)
        figures.same("ipma/Indicator/Performance", reached.indicators, codes)
