"""PLS figures against seminr 2.3.2, plspm 0.4.9 and cSEM 0.6.1: all to 1e-6."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model import fit, pls, reliability, validity
from csi_model.estimate import Options, estimate
from csi_model.moments import source
from csi_model.prepare import prepare
from csi_model.resample import from_indices

GOLDEN = {
    "seminr_modeA_path.json": {},
    "seminr_modeA_factorial.json": {"scheme": "factorial"},
    "seminr_QUALmodeB_path.json": {"modes": {"QUAL": "B"}},
    "seminr_missing_meanrepl_path.json": {"data": "data_missing.csv"},
    "seminr_groupA_path.json": {"group": "A"},
    "seminr_groupB_path.json": {"group": "B"},
    "plspm_centroid.json": {"scheme": "centroid"},
}
MOBI = {
    "seminr_mobi_modeA_path.json": {},
    "seminr_mobi_modeA_factorial.json": {"scheme": "factorial"},
    "seminr_mobi_ImageModeB_path.json": {"modes": {"Image": "B"}},
    "seminr_mobi_unit_path.json": {"modes": "unit"},
    "seminr_mobi_missing10_meanrepl_path.json": {"data": "mobi_missing10.csv"},
    "plspm_mobi_modeA_path_scaled.json": {},
    "plspm_mobi_modeA_factorial_scaled.json": {"scheme": "factorial"},
    "plspm_mobi_modeA_centroid_scaled.json": {"scheme": "centroid"},
    "csem_mobi_modeA_path.json": {},
    "csem_mobi_modeA_factorial.json": {"scheme": "factorial"},
    "csem_mobi_modeA_centroid.json": {"scheme": "centroid"},
    "csem_mobi_modeB_path.json": {"modes": "B"},
}


def estimated(shelf, model, data, *, scheme="path", modes=None, group=None):
    """Result of one model; `modes` is one mode for all constructs or a mapping of some."""
    spec = shelf.spec(model)
    if modes:
        chosen = modes if isinstance(modes, dict) else dict.fromkeys(spec.construct_ids, modes)
        spec = replace(
            spec, constructs=tuple(replace(c, mode=chosen.get(c.id, c.mode)) for c in spec.constructs)
        )
    columns = shelf.columns(data)
    if group:
        columns = {name: column[columns["group"] == group] for name, column in columns.items()}
    return estimate(spec, prepare(spec, columns), Options(scheme=scheme))


def table(mapping, rows, columns):
    return np.array([[mapping[row][column] or 0.0 for column in columns] for row in rows], dtype=float)


def own(result, values):
    return np.where(result.spec.block_mask, values, 0.0).sum(axis=1)


def check_seminr(compare, file, want, result):
    spec, solution = result.spec, result.solution
    names, codes, block = spec.construct_ids, spec.indicator_ids, spec.block_mask
    corr = result.moments.corr

    def same(name, got, wanted):
        compare(file, name, got, wanted)

    def square(key):
        return table(want[key], names, names).T

    same("outer weights", own(result, solution.weights[0]), [want["outer_weights"][c] for c in codes])
    same("loadings", own(result, solution.loadings[0]), [want["outer_loadings"][c] for c in codes])
    same("cross-loadings", solution.loadings[0], table(want["cross_loadings"], codes, names))
    same("means", result.moments.mean[0], [want["indicator_mean"][c] for c in codes])
    n = result.n_used
    sd = np.sqrt(np.diag(result.moments.cov[0]) * n / (n - 1))
    same("standard deviations", sd, [want["indicator_sd"][c] for c in codes])
    same("paths", solution.paths[0], square("path_coef"))
    effects = result.estimates.total_effects[0]
    same("total effects", effects, square("total"))
    same("indirect effects", effects - solution.paths[0], square("indirect_total"))
    same("construct correlations", solution.construct_corr[0], square("construct_correlations"))
    targets = [j for j, name in enumerate(names) if name in want["r2"]["Rsq"]]
    same("R2", solution.r_squared[0][targets], [want["r2"]["Rsq"][names[j]] for j in targets])
    adjusted = fit.r_squared_adjusted(solution.r_squared, spec.path_matrix, n)[0]
    same("R2 adjusted", adjusted[targets], [want["r2"]["AdjRsq"][names[j]] for j in targets])
    measures = {
        "alpha": reliability.alpha_standardised(corr, block)[0],
        "rhoA": reliability.rho_a(corr, solution.weights, block)[0],
        "rhoC": reliability.rho_c(solution.loadings, block)[0],
        "AVE": reliability.ave(solution.loadings, block)[0],
    }
    reflective = [j for j, c in enumerate(spec.constructs) if c.mode != "B"]
    for key, found in measures.items():
        wanted = [want["reliability_alpha_rhoC_AVE_rhoA"][names[j]][key] for j in reflective]
        same(key, found[reflective], wanted)
    lower = np.tril_indices(len(names), -1)
    same("HTMT", validity.htmt(corr, block)[0][lower], square("htmt_abs").T[lower])
    same("VIF of indicators", validity.item_vif(corr, block)[0],
         [want["vif_items"][next(c.id for c in spec.constructs if code in c.indicators)][code] for code in codes])  # noqa: E501  # fmt: skip
    vif = validity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    for source_id, target in spec.paths:
        place = names.index(target), names.index(source_id)
        if len(want["vif_antecedents"][target]) > 1:
            same(f"VIF {source_id} of {target}", vif[place], want["vif_antecedents"][target][source_id])
            if want["f2"]:
                found = refitted_f_squared(result, source_id, target)
                same(
                    f"f2 {source_id} on {target}, weights estimated anew",
                    found,
                    want["f2"][source_id][target],
                )


def refitted_f_squared(result, source_id, target):
    """seminr's f2 estimates the model anew without the path; ours and cSEM's keep the weights."""
    spec, place = result.spec, result.spec.construct_ids.index(target)
    without = replace(spec, paths=tuple(path for path in spec.paths if path != (source_id, target)))
    rest = pls.solve_one(result.moments.corr[0], without, result.options.scheme).r_squared[0, place]
    full = result.solution.r_squared[0, place]
    return (full - rest) / (1 - full)


def check_plspm(compare, file, want, result):
    names, codes = result.spec.construct_ids, result.spec.indicator_ids
    solution = result.solution
    compare(
        file, "outer weights", own(result, solution.weights[0]), [want["outer_weights"][c] for c in codes]
    )
    compare(file, "loadings", own(result, solution.loadings[0]), [want["outer_loadings"][c] for c in codes])
    compare(file, "paths", solution.paths[0], table(want["path_coef_rows_are_targets"], names, names))
    compare(file, "R2", solution.r_squared[0], [want["r2"][name] for name in names])
    if "construct_correlations" in want:
        theirs = table(want["construct_correlations"], names, names)
        compare(file, "construct correlations", solution.construct_corr[0], theirs)
        total = result.estimates.total_effects[0]
        pairs = [row["relationships"].split(" -> ") for row in want["effects"]]
        mine = [total[names.index(target), names.index(origin)] for origin, target in pairs]
        compare(file, "total effects", mine, [row["total"] for row in want["effects"]])


def check_csem(compare, file, want, result):
    names, codes = result.spec.construct_ids, result.spec.indicator_ids
    solution = result.solution
    # cSEM leaves the sign of a formative construct to its first weights; ours is the sum of loadings.
    sign = np.sign(np.sum(table(want["weights"], names, codes) * solution.weights[0].T, axis=1))
    theirs = table(want["weights"], names, codes).T * sign
    compare(file, "outer weights", solution.weights[0], theirs)
    loadings = table(want["loadings"], names, codes).T * sign
    compare(file, "loadings", np.where(result.spec.block_mask, solution.loadings[0], 0.0), loadings)
    paths = table(want["paths_rows_are_targets"], names, names) * sign[:, None] * sign
    compare(file, "paths", solution.paths[0], paths)
    endogenous = [j for j, name in enumerate(names) if name in want["r2"]]
    compare(file, "R2", solution.r_squared[0][endogenous], [want["r2"][names[j]] for j in endogenous])
    adjusted = fit.r_squared_adjusted(solution.r_squared, result.spec.path_matrix, result.n_used)[0]
    compare(file, "R2 adjusted", adjusted[endogenous], [want["r2adj"][names[j]] for j in endogenous])
    effect = fit.f_squared(solution.construct_corr, result.spec.path_matrix, solution.r_squared)[0]
    places = [(names.index(t), names.index(s)) for s, t in result.spec.paths]
    theirs = [want["assess"]["F2"][t][s] for s, t in result.spec.paths]
    compare(file, "f2", [effect[place] for place in places], theirs)


CHECKS = {"seminr": check_seminr, "plspm": check_plspm, "csem": check_csem}


@pytest.mark.parametrize("file", GOLDEN)
def test_simulated_survey_equals_r_packages(golden, compare, file):
    options = dict(GOLDEN[file])
    result = estimated(golden, "model.yaml", options.pop("data", "data.csv"), **options)
    CHECKS[file.split("_")[0]](compare, file, golden.json(file), result)


@pytest.mark.reference
@pytest.mark.parametrize("file", MOBI)
def test_mobi_equals_r_packages(reference, compare, file):
    options = dict(MOBI[file])
    result = estimated(reference, "ecsi.yaml", options.pop("data", "mobi.csv"), **options)
    CHECKS[file.split("_")[0]](compare, file, reference.json(file), result)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("items", "scheme"), [*(("mobi", s) for s in pls.SCHEMES), ("mobi100", "path"), ("mobi100", "centroid")]
)
def test_raw_items_equal_plspm(reference, compare, items, scheme):
    """Unstandardised items: the solver on covariances instead of correlations."""
    file = f"plspm_{items}_modeA_{scheme}_raw.json"
    want = reference.json(file)
    spec = reference.spec("ecsi.yaml")
    data = prepare(spec, reference.columns("mobi.csv"))
    unit = 100 / 9 if items == "mobi100" else 1.0
    cov = np.cov(data.values.T, bias=True) * unit**2
    solution = pls.solve(cov[None], spec, scheme)
    ours = np.where(spec.block_mask, solution.weights[0], 0.0).sum(axis=1)
    loadings = np.where(spec.block_mask, solution.loadings[0], 0.0).sum(axis=1) / np.sqrt(np.diag(cov))
    names, codes = spec.construct_ids, spec.indicator_ids
    compare(file, "outer weights", ours, [want["outer_weights"][c] for c in codes])
    compare(file, "loadings", loadings, [want["outer_loadings"][c] for c in codes])
    compare(file, "paths", solution.paths[0], table(want["path_coef_rows_are_targets"], names, names))
    compare(file, "R2", solution.r_squared[0], [want["r2"][name] for name in names])


def test_simulated_index_is_acsi_formula(golden, compare):
    want = golden.json("index.json")
    result = estimated(golden, "model.yaml", "data.csv")
    names, codes = result.spec.construct_ids, result.spec.indicator_ids
    compare("index.json", "points", result.points.constructs[0], [want["index"][n] for n in names])
    shares = [want["normalised_unstandardised_weights"][c] for c in codes]
    compare("index.json", "shares", result.points.shares[0], shares)


@pytest.mark.reference
def test_mobi_index_is_acsi_formula(reference, compare):
    file = "index_mobi.json"
    want = reference.json(file)
    result = estimated(reference, "ecsi.yaml", "mobi.csv")
    names, codes = result.spec.construct_ids, result.spec.indicator_ids
    compare(file, "points", result.points.constructs[0], [want["index"][n] for n in names])
    shares = [want["normalised_unstandardised_weights"][c] for c in codes]
    compare(file, "shares", result.points.shares[0], shares)
    n = result.n_used
    sd = result.points.sd[0] * np.sqrt(n / (n - 1))
    compare(file, "sd of scores", sd, [want["sd_scores_0_100"][name] for name in names])
    compare(
        file, "se with fixed weights", sd / np.sqrt(n), [want["se_fixed_weights"][name] for name in names]
    )
    effects = table(want["unstandardised_total_effects_on_0_100"], names, names).T
    compare(file, "points per point", result.estimates.points_per_point[0], effects)


def check_replicates(compare, shelf, stem, model, data, scheme="path"):
    spec = shelf.spec(model)
    matrix = prepare(spec, shelf.columns(data))
    indices = shelf.columns(f"{stem}_boot_indices_first20.csv")
    rows = np.column_stack([column for name, column in indices.items() if name != "resample"]).astype(int) - 1
    draws = from_indices(spec, source(matrix, "mean"), rows, scheme)
    want = shelf.columns(f"{stem}_boot_first20.csv")
    names = spec.construct_ids
    file = f"{stem}_boot_first20.csv"
    paths = np.column_stack([draws.paths[:, names.index(t), names.index(s)] for s, t in spec.paths])
    compare(file, "paths", paths, np.column_stack([want[f"{s}->{t}"] for s, t in spec.paths]))
    compare(file, "weights", draws.weights, np.column_stack([want[c] for c in spec.indicator_ids]))


def test_given_resamples_of_the_simulated_survey_equal_seminr(golden, compare):
    check_replicates(compare, golden, "seminr_modeA_path", "model.yaml", "data.csv")


@pytest.mark.reference
@pytest.mark.parametrize("scheme", ["path", "factorial"])
def test_given_resamples_of_mobi_equal_seminr(reference, compare, scheme):
    check_replicates(compare, reference, f"seminr_mobi_modeA_{scheme}", "ecsi.yaml", "mobi.csv", scheme)
