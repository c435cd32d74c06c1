"""Every figure of seminr 2.3.2, to 1e-6: estimates, resamples drawn again from their seeds, predictions."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from csi_model.answers.prepare import prepare
from csi_model.assessment.predict import predict
from csi_model.estimation.estimate import estimate
from csi_model.inference.kinds import percentile
from csi_model.measures import collinearity, reliability, validity
from csi_model.measures.effects import bic, r_squared_adjusted
from csi_model.options import Options
from csi_model.pls import algorithm, consistent
from csi_model.resampling.bootstrap import bootstrap
from tests.csi_model.figures import Figures
from tests.csi_model.r_random import Mersenne, replayed

GOLDEN = {
    "seminr_modeA_path": {},
    "seminr_modeA_factorial": {"scheme": "factorial"},
    "seminr_PLSc_path": {"method": "plsc"},
    "seminr_QUALmodeB_path": {"modes": {"QUAL": "B"}},
    "seminr_missing_meanrepl_path": {"data": "data_missing.csv"},
    "seminr_groupA_path": {"group": "A"},
    "seminr_groupB_path": {"group": "B"},
}
MOBI = {
    "seminr_mobi_modeA_path": {},
    "seminr_mobi_modeA_factorial": {"scheme": "factorial"},
    "seminr_mobi_PLSc_path": {"method": "plsc"},
    "seminr_mobi_ImageModeB_path": {"modes": {"Image": "B"}},
    "seminr_mobi_unit_path": {"modes": "unit"},
    "seminr_mobi_missing10_meanrepl_path": {"data": "mobi_missing10.csv"},
}
REPLICATES = ("seminr_mobi_modeA_path", "seminr_mobi_modeA_factorial", "seminr_mobi_PLSc_path")


def estimated(shelf, model, data, *, scheme="path", method="pls", modes=None, group=None):
    """Result of one model and its answers; `modes` is one mode for all constructs or a mapping of some."""
    spec = shelf.spec(model)
    if modes:
        chosen = modes if isinstance(modes, dict) else dict.fromkeys(spec.construct_ids, modes)
        spec = replace(
            spec, constructs=tuple(replace(c, mode=chosen.get(c.id, c.mode)) for c in spec.constructs)
        )
    columns = shelf.columns(data)
    if group:
        columns = {name: column[columns["group"] == group] for name, column in columns.items()}
    matrix = prepare(spec, columns)
    return estimate(spec, matrix, Options(scheme=scheme, method=method, missing="mean")), matrix


def own(result, values):
    return np.where(result.spec.block_mask, values, 0.0).sum(axis=1)


def check(shelf, stem, model, data, options):
    result, matrix = estimated(
        shelf, model, options.get("data", data), **{k: v for k, v in options.items() if k != "data"}
    )
    document = shelf.json(f"{stem}.json")
    with Figures(f"{stem}.json", document) as figures:
        check_estimates(figures, result)
        check_quality(figures, result)
        if "bootstrap" in document:
            check_bootstrap(figures, result, matrix, document["bootstrap"])
        if "plspredict_DA" in document:
            check_prediction(figures, shelf, stem, result.spec, matrix)
        figures.leave("rounds to seminr's own criterion of convergence", "iterations")
        figures.leave("the engine has one information criterion, BIC", "it_criteria/AIC")
    check_scores(shelf, stem, result, matrix)


def check_estimates(figures, result):
    spec, solution = result.spec, result.solution
    names, codes, n = spec.construct_ids, spec.indicator_ids, result.n_used
    scores = algorithm.solve_one(result.moments.corr[0], spec, result.options.scheme)
    figures.same("n", n)
    figures.same("outer_weights", own(result, solution.weights[0]), codes)
    figures.same("outer_loadings", own(result, solution.loadings[0]), codes)
    figures.same("cross_loadings", scores.loadings[0], codes, names)
    figures.same("indicator_mean", result.moments.mean[0], codes)
    sd = np.sqrt(np.diag(result.moments.cov[0]) * n / (n - 1))
    figures.same("indicator_sd", sd, codes)
    effects = result.estimates.total_effects[0]
    for place, table in (
        ("path_coef", solution.paths[0]),
        ("direct", solution.paths[0]),
        ("total", effects),
        ("indirect_total", effects - solution.paths[0]),
        ("construct_correlations", scores.construct_corr[0]),
    ):
        figures.same(place, table.T, names, names)
    figures.same("r2/Rsq", solution.r_squared[0], names)
    adjusted = r_squared_adjusted(solution.r_squared, spec.path_matrix, n)[0]
    figures.same("r2/AdjRsq", adjusted, names)
    figures.same("it_criteria/BIC", bic(scores.r_squared, spec.path_matrix, n)[0], names)


def check_quality(figures, result):
    spec, solution, corr = result.spec, result.solution, result.moments.corr
    names, codes, block = spec.construct_ids, spec.indicator_ids, spec.block_mask
    scores = algorithm.solve_one(corr[0], spec, result.options.scheme)
    measures = {
        "alpha": reliability.alpha_standardised(corr, block)[0],
        "rhoA": reliability.rho_a(corr, solution.weights, block)[0],
        "rhoC": reliability.rho_c(solution.loadings, block)[0],
        "AVE": reliability.ave(solution.loadings, block)[0],
    }
    formative = np.array([c.mode == "B" for c in spec.constructs])
    if formative.any():
        places = [f"reliability_alpha_rhoC_AVE_rhoA/{names[j]}" for j in np.flatnonzero(formative)]
        figures.leave("of a formative construct, which has no reliability", *places)
    reflective = [name for name, is_b in zip(names, formative, strict=True) if not is_b]
    table = np.column_stack(list(measures.values()))[~formative]
    figures.same("reliability_alpha_rhoC_AVE_rhoA", table, reflective, list(measures))
    figures.same("htmt_abs", np.tril(validity.htmt(corr, block)[0], -1), names, names)
    larcker = validity.fornell_larcker(scores.construct_corr, measures["AVE"][None])[0]
    figures.same("fornell_larcker", larcker, names, names)
    inflation = collinearity.item_vif(corr, block)[0]
    figures.same("vif_items", np.where(block.T, inflation, 0.0), names, codes)
    vif = collinearity.antecedent_vif(scores.construct_corr, spec.path_matrix)[0]
    figures.same("vif_antecedents", vif, names, names)
    if any(key[0] == "f2" for key in figures.values):  # seminr has none where answers are missing
        figures.same("f2", refitted_f_squared(result).T, names, names)


def refitted_f_squared(result):
    """seminr's f2 estimates the model anew without the path; ours and cSEM's keep the weights."""
    spec, corr = result.spec, result.moments.corr
    found = np.zeros((len(spec.constructs), len(spec.constructs)))
    full = result.solution.r_squared[0]
    for path in spec.paths:
        source_place, target = (spec.construct_ids.index(name) for name in path)
        rest = 0.0
        without = replace(spec, paths=tuple(each for each in spec.paths if each != path))
        if any(each[1] == path[1] for each in without.paths):
            solution = algorithm.solve_one(corr[0], without, result.options.scheme)
            if result.options.method == "plsc":
                solution = consistent.correct(corr, solution, without)
            rest = solution.r_squared[0, target]
        found[target, source_place] = (full[target] - rest) / (1 - full[target])
    return found


@cache
def drawn_rows(n, seed, n_resamples):
    """`sample.int(n, replace = TRUE)` after `set.seed(seed + i)` for each resample i from 1."""
    return np.stack([Mersenne(seed + number).rows(n) for number in range(1, n_resamples + 1)])


def replicates(result, matrix, rows):
    options = result.options
    return bootstrap(replayed(result.spec, matrix, rows, scheme=options.scheme, method=options.method))


def check_bootstrap(figures, result, matrix, given):
    """Means, deviations and interval ends of all resamples.

    seminr iterates them to 1e-7 only, which PLSc magnifies in resamples whose constructs all but coincide.
    """
    allowed = {"rtol": 2e-6} if result.options.method == "plsc" else {}
    spec = result.spec
    names = spec.construct_ids
    draws = replicates(result, matrix, drawn_rows(result.n_used, given["seed"], given["nboot"]))
    figures.leave(
        "the number of resamples and the seed they were drawn from", "bootstrap/nboot", "bootstrap/seed"
    )
    homes = [f"{code}  ->  {c.id}" for c in spec.constructs for code in c.indicators]
    order = [spec.indicator_ids.index(code) for c in spec.constructs for code in c.indicators]
    below = [(i, j) for i in range(len(names)) for j in range(i)]
    tables = {
        "paths": (spec.paths, draws.paths, result.estimates.paths[0]),
        "total": (
            [(names[j], names[i]) for i, j in below],
            draws.total_effects,
            result.estimates.total_effects[0],
        ),
        "htmt": ([(names[j], names[i]) for i, j in below], draws.htmt, result.estimates.htmt[0]),
    }
    blocks = {
        "weights": (homes, draws.weights[:, order], result.estimates.weights[0][order]),
        "loadings": (homes, draws.loadings[:, order], result.estimates.loadings[0][order]),
    }
    for place, (pairs, many, one) in tables.items():
        cells = [(names.index(target), names.index(origin)) for origin, target in pairs]
        cells = [cell if place != "htmt" else tuple(sorted(cell, reverse=True)) for cell in cells]
        labels = [f"{origin}  ->  {target}" for origin, target in pairs]
        rows, columns = np.array(cells).T
        blocks[place] = labels, many[:, rows, columns], one[rows, columns]
    for place, (labels, many, one) in blocks.items():
        error = many.std(axis=0, ddof=1)
        low, high = percentile(many)
        with np.errstate(all="ignore"):
            columns = {
                "Original Est.": one,
                "Bootstrap Mean": many.mean(axis=0),
                "Bootstrap SD": error,
                "2.5% CI": low,
                "97.5% CI": high,
                "T Stat.": one / error,
            }
        for title, column in columns.items():
            figures.same(f"bootstrap/{place}", column[:, None], labels, [title], **allowed)


def check_prediction(figures, shelf, stem, spec, matrix):
    start = stem.removesuffix("_path")
    folds = shelf.columns(f"{start}_plspredict_folds.csv")
    assert (folds["row"] == np.arange(1, len(folds["row"]) + 1)).all()
    for technique in ("DA", "EA"):
        found = predict(spec, matrix, folds=folds["fold"], technique=technique, benchmark="others")
        for kind, errors in (
            ("PLS_out_of_sample", found.pls),
            ("LM_out_of_sample", found.lm),
            ("PLS_in_sample", found.pls_in_sample),
            ("LM_in_sample", found.lm_in_sample),
        ):
            for measure, ours in (("RMSE", errors.rmse), ("MAE", errors.mae)):
                figures.same(f"plspredict_{technique}/{kind}/{measure}", ours, found.codes)
        check_table(shelf, f"{start}_path_plspredict_{technique}_oos.csv", found.predicted, found.codes)


def check_table(shelf, file, ours, names, **allowed):
    """A table of one row each respondent, all columns."""
    columns = shelf.columns(file)
    rows = [str(row) for row in range(len(ours))]
    table = {
        name: dict(zip(rows, column.tolist(), strict=True))
        for name, column in columns.items()
        if name != "row"
    }
    with Figures(file, table) as figures:
        figures.same("", np.transpose(ours), list(names), rows, **allowed)


def check_scores(shelf, stem, result, matrix):
    """Standardised scores with divisor n − 1; gaps hold the mean of their question."""
    n, mean = result.n_used, result.moments.mean[0]
    sd = np.sqrt(np.diag(result.moments.cov[0]) * n / (n - 1))
    standard = (np.where(np.isnan(matrix.values), mean, matrix.values) - mean) / sd
    scores = standard @ np.where(result.spec.block_mask, result.solution.weights[0], 0.0)
    check_table(shelf, f"{stem}_scores.csv", scores, result.spec.construct_ids)


def check_first_resamples(shelf, stem, model, data, options):
    """The replicates as stored, from the rows as stored; those rows are what R draws from the seed."""
    result, matrix = estimated(shelf, model, data, **options)
    stored = shelf.columns(f"{stem}_boot_indices_first20.csv")
    rows = np.column_stack([column for name, column in stored.items() if name != "resample"]).astype(int) - 1
    labels, respondents = [str(k) for k in range(len(rows))], [str(k) for k in range(rows.shape[1])]
    with Figures(f"{stem}_boot_indices_first20.csv", rows.tolist()) as figures:
        figures.same("", drawn_rows(rows.shape[1], 123, len(rows)), labels, respondents)
    draws = replicates(result, matrix, rows)
    spec, names = result.spec, result.spec.construct_ids
    paths = [draws.paths[:, names.index(t), names.index(s)] for s, t in spec.paths]
    want = shelf.columns(f"{stem}_boot_first20.csv")
    want = {title: dict(zip(labels, column.tolist(), strict=True)) for title, column in want.items()}
    with Figures(f"{stem}_boot_first20.csv", want) as figures:
        figures.same("", paths, [f"{s}->{t}" for s, t in spec.paths], labels)
        figures.same("", draws.weights.T, spec.indicator_ids, labels)
        figures.same("", [[k + 1.0 for k in range(len(rows))]], ["resample"], labels)


@pytest.mark.parametrize("stem", GOLDEN)
def test_simulated_survey_equals_seminr(golden, stem):
    check(golden, stem, "model.yaml", "data.csv", GOLDEN[stem])


@pytest.mark.reference
@pytest.mark.parametrize("stem", MOBI)
def test_mobi_equals_seminr(reference, stem):
    check(reference, stem, "ecsi.yaml", "mobi.csv", MOBI[stem])


def test_given_resamples_of_the_simulated_survey_equal_seminr(golden):
    check_first_resamples(golden, "seminr_modeA_path", "model.yaml", "data.csv", {})


@pytest.mark.reference
@pytest.mark.parametrize("stem", REPLICATES)
def test_given_resamples_of_mobi_equal_seminr(reference, stem):
    check_first_resamples(reference, stem, "ecsi.yaml", "mobi.csv", MOBI[stem])
