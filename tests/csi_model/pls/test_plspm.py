"""Every figure of plspm 0.4.9, to 1e-6: three schemes, standardised and raw items, resamples, scores."""

import numpy as np
import pytest
from scipy.stats import t as student

from csi_model.answers.prepare import prepare
from csi_model.inference.kinds import percentile
from csi_model.measures import collinearity, effects, reliability
from csi_model.options import SCHEMES
from csi_model.pls import algorithm
from csi_model.resampling.bootstrap import bootstrap
from tests.csi_model.figures import Figures
from tests.csi_model.pls.test_seminr import check_table
from tests.csi_model.r_random import Mersenne, replayed

MOBI = [
    *((items, scheme, kind) for items in ("mobi",) for scheme in SCHEMES for kind in ("scaled", "raw")),
    ("mobi100", "path", "raw"),
    ("mobi100", "centroid", "raw"),
]


def check(shelf, stem, spec, columns, scheme, *, scaled=True, points=False):
    """One file; raw items, of the scale or as points, are solved on covariances instead of correlations."""
    data = prepare(spec, columns)
    values = (data.values - 1) * 100 / 9 if points else data.values
    cov = np.cov(values.T, bias=True)
    sd = np.sqrt(np.diag(cov))
    metric = sd if scaled else np.ones(len(sd))
    solution = algorithm.solve((cov / np.outer(metric, metric))[None], spec, scheme)
    weights = np.where(spec.block_mask, solution.weights[0], 0.0)
    document = shelf.json(f"{stem}.json")
    with Figures(f"{stem}.json", document) as figures:
        check_estimates(figures, spec, solution, weights, sd / metric, cov)
        if "effects" in document:
            check_inner_model(figures, spec, solution, data.n_given)
            check_rescaled(figures, shelf, stem, spec, values, weights)
        if "bootstrap" in document:
            check_bootstrap(figures, spec, data, scheme, document["bootstrap"])
    if "effects" in document:
        scores = (values - values.mean(axis=0)) / metric @ weights
        check_table(shelf, f"{stem}_scores.csv", scores, spec.construct_ids)


def check_estimates(figures, spec, solution, weights, sd, cov):
    names, codes, block = spec.construct_ids, spec.indicator_ids, spec.block_mask
    loadings = np.where(block, solution.loadings[0], 0.0) / sd[:, None]
    r_squared = solution.r_squared[0]
    figures.same("n", len_of(figures))
    figures.same("outer_weights", weights.sum(axis=1), codes)
    figures.same("outer_loadings", loadings.sum(axis=1), codes)
    figures.same("path_coef_rows_are_targets", solution.paths[0], names, names)
    figures.same("r2", r_squared, names)
    if ("gof",) not in figures.values:
        return
    square = loadings**2
    figures.same("communality", square.sum(axis=1), codes)
    figures.same("redundancy", square @ r_squared, codes)
    ave = reliability.ave(loadings[None], block)[0]
    figures.same("AVE", ave, names)
    figures.same("mean_redundancy", ave * r_squared, names)
    corr = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    alpha = reliability.alpha_standardised(corr[None], block)[0]
    figures.same("unidim", np.column_stack([block.sum(axis=0), alpha]), names, ["MVs", "C.alpha"])
    figures.leave(
        "of principal components, which the engine does not take", "unidim/*/DG.rho", "unidim/*/eig.*"
    )
    figures.leave("no test value, and no measure of fit (Henseler & Sarstedt 2013)", "gof")
    figures.leave("rounds to plspm's own criterion of convergence", "iterations")
    figures.same("construct_correlations", solution.construct_corr[0], names, names)


def len_of(figures):
    return 300 if figures.file == "plspm_centroid.json" else 250


def check_inner_model(figures, spec, solution, n):
    """Effects, and least-squares errors of the paths from R² and variance inflation."""
    names, paths = spec.construct_ids, solution.paths[0]
    total = effects.total_effects(paths)
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    rows, columns = np.array(pairs).T
    labels = [f"{names[j]} -> {names[i]}" for i, j in pairs]
    table = np.column_stack([each[rows, columns] for each in (paths, total - paths, total)])
    figures.same("effects", table, labels, ["direct", "indirect", "total"])
    vif = collinearity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    free = n - 1 - spec.path_matrix.sum(axis=1)
    error = np.sqrt(((1 - solution.r_squared[0]) / free)[:, None] * np.where(np.isnan(vif), 1.0, vif))
    p = 2 * student.sf(np.abs(paths / error), free[:, None])
    for title, each in (
        ("Estimate", paths),
        ("Std. Error", error),
        ("t value", paths / error),
        ("Pr(>|t|)", p),
    ):
        figures.same("inner_model", each[:, :, None], names, names, [title])
    figures.leave("zero, of standardised scores", "inner_model/*/Intercept")


def check_rescaled(figures, shelf, stem, spec, values, weights):
    """Scores in the unit of the items: shares of the outer weights, not divided by standard deviations."""
    found = values @ (weights / weights.sum(axis=0))
    figures.same("rescaled_mean_original_units", found.mean(axis=0), spec.construct_ids)
    check_table(shelf, f"{stem}_rescaled.csv", found, spec.construct_ids)


def check_bootstrap(figures, spec, data, scheme, given):
    """All resamples of one seed, drawn one after another."""
    generator, n = Mersenne(given["seed"]), data.n_given
    rows = np.stack([generator.rows(n) for _ in range(given["br"])])
    draws = bootstrap(replayed(spec, data, rows, scheme=scheme))
    figures.leave(
        "the number of resamples and the seed they were drawn from", "bootstrap/br", "bootstrap/seed"
    )
    names = spec.construct_ids
    homes = [f"{c.id}-{code}" for c in spec.constructs for code in c.indicators]
    order = [spec.indicator_ids.index(code) for c in spec.constructs for code in c.indicators]
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    arrows = [f"{names[j]} -> {names[i]}" for i, j in pairs]
    low, below = np.array(pairs).T
    original = algorithm.solve_one(np.corrcoef(data.values.T), spec, scheme)
    for place, labels, many, one in (
        (
            "weights",
            homes,
            draws.weights[:, order],
            original.weights[0].sum(axis=1, where=spec.block_mask)[order],
        ),
        (
            "loadings",
            homes,
            draws.loadings[:, order],
            original.loadings[0].sum(axis=1, where=spec.block_mask)[order],
        ),
        ("paths", arrows, draws.paths[:, low, below], original.paths[0][low, below]),
        (
            "total.efs",
            arrows,
            draws.total_effects[:, low, below],
            effects.total_effects(original.paths[0])[low, below],
        ),
        ("rsq", names, draws.r_squared, original.r_squared[0]),
    ):
        ends = percentile(many)
        table = np.column_stack([one, many.mean(axis=0), many.std(axis=0, ddof=1), *ends])
        titles = ["Original", "Mean.Boot", "Std.Error", "perc.025", "perc.975"]
        figures.same(f"bootstrap/{place}", table, labels, titles)


def test_simulated_survey_equals_plspm(golden):
    spec = golden.spec("model.yaml")
    check(golden, "plspm_centroid", spec, golden.columns("data.csv"), "centroid")


@pytest.mark.reference
@pytest.mark.parametrize(("items", "scheme", "kind"), MOBI)
def test_mobi_equals_plspm(reference, items, scheme, kind):
    stem = f"plspm_{items}_modeA_{scheme}_{kind}"
    spec, columns = reference.spec("ecsi.yaml"), reference.columns("mobi.csv")
    check(reference, stem, spec, columns, scheme, scaled=kind == "scaled", points=items == "mobi100")
