"""Against lavaan 0.6-14 on the mobile-phone data, every estimator."""

import time

import numpy as np
import pytest

from csi_model.cbsem import bootstrap, fit, modification_indices
from csi_model.errors import ConvergenceError

pytestmark = pytest.mark.reference

RUNS = {
    "ML": ("mobi.csv", {}),
    "MLR": ("mobi.csv", {"estimator": "MLR"}),
    "MLM": ("mobi.csv", {"estimator": "MLM"}),
    "GLS": ("mobi.csv", {"estimator": "GLS"}),
    "ULS": ("mobi.csv", {"estimator": "ULS"}),
    "ML_wishart": ("mobi.csv", {"likelihood": "wishart"}),
    "FIML_complete": ("mobi.csv", {"missing": "fiml"}),
    "FIML_missing10": ("mobi_missing10.csv", {"missing": "fiml"}),
    "FIML_MLR_missing10": ("mobi_missing10.csv", {"missing": "fiml", "estimator": "MLR"}),
}
# The full model is all but unidentified (standard errors up to 24): lavaan's optimiser stops where the
# likelihood is flat, up to 2e-3 from the minimum.
FLAT = {"rtol": 2.5e-3, "atol": 1e-4, "se_rtol": 5e-3}


def at_lavaan(result, expected):
    """Our parameter vector holding lavaan's estimates."""
    lines = {(r["lhs"], r["op"], r["rhs"]): r["est"] for r in expected["estimates"]}
    theta = result.theta.copy()
    for row in result.structure.rows:
        if row.free >= 0:
            key = (row.lhs, row.op, row.rhs)
            theta[row.free] = lines[key] if key in lines else lines[key[::-1]]
    return theta


@pytest.mark.parametrize("model", ["core", "cfa", "sem"])
@pytest.mark.parametrize("run", RUNS)
def test_fit_equals_lavaan(reference, same_as_lavaan, compare, model, run):
    answers, options = RUNS[run]
    file = f"lavaan_mobi_{model}_{run}.json"
    expected = reference.json(file)
    if not expected["converged"]:
        with pytest.raises(ConvergenceError):
            fit(reference.text(f"{model}.lav"), reference.columns(answers), **options)
        return
    result = fit(reference.text(f"{model}.lav"), reference.columns(answers), **options)
    limits = dict(FLAT) if model == "sem" else {"rtol": 2e-4, "se_rtol": 2e-4}
    if run == "ULS":
        # lavaan's default errors of ULS invert the plain cross-products; ours are Browne's.
        limits["se_rtol"] = None
    assert same_as_lavaan(result, expected, file, **limits) > 100
    assert np.abs(result.objective.gradient(result.theta)).max() < 1e-4
    there = result.objective.value(at_lavaan(result, expected))
    assert result.objective.value(result.theta) <= there + 1e-9
    implied = expected["implied_cov"]
    names = result.structure.observed
    theirs = np.array([[implied[a][b] for b in names] for a in names])
    compare(file, "implied covariances", result.implied_covariance(), theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("model", ["core", "cfa", "sem"])
def test_ordered_fit_equals_lavaan(reference, same_as_lavaan, to_five, model):
    result = fit(reference.text(f"{model}.lav"), to_five(reference.columns("mobi.csv")), estimator="WLSMV")
    file = f"lavaan_mobi5_{model}_WLSMV.json"
    expected = reference.json(file)
    limits = {"rtol": 5e-4, "se_rtol": 2e-4}
    if model == "sem":
        # An ordered predictor of a construct: lavaan derives the residuals of that construct's items
        # before the predictor's own, so that their total variances miss one by 4e-4.
        limits = {"rtol": 2e-3, "atol": 1e-4, "se_rtol": 1e-2}
    assert same_as_lavaan(result, expected, file, **limits) > 200
    np.testing.assert_allclose(np.diagonal(result.implied_covariance()), 1.0, rtol=1e-12)


def test_ten_ordered_categories_equal_lavaan(reference, same_as_lavaan):
    result = fit(reference.text("core.lav"), reference.columns("mobi.csv"), estimator="WLSMV")
    file = "lavaan_mobi_core_WLSMV10.json"
    assert same_as_lavaan(result, reference.json(file), file, rtol=1e-4, se_rtol=1e-4) > 300


def test_fiml_with_missing_answers_is_faster_than_lavaan(reference):
    text, data = reference.text("core.lav"), reference.columns("mobi_missing10.csv")
    fit(text, data)
    start = time.process_time()
    fit(text, data, missing="fiml")
    assert time.process_time() - start < 3.6


@pytest.mark.parametrize(
    ("model", "run", "limit"),
    [("core", "ML", 1e-3), ("cfa", "ML", 1e-3), ("core", "FIML_missing10", 1e-3), ("core", "GLS", 5e-3)],
)
def test_modification_indices_equal_lavaan(reference, compare, model, run, limit):
    answers, options = RUNS[run]
    result = fit(reference.text(f"{model}.lav"), reference.columns(answers), **options)
    ours = {(m.lhs, m.op, m.rhs): m for m in modification_indices(result)}
    file = f"lavaan_mobi_{model}_{run}.json"
    theirs = reference.json(file)["modindices_top15"]
    assert len(theirs) == 15
    for line in theirs:
        key = (line["lhs"], line["op"], line["rhs"])
        own = ours[key] if key in ours else ours[key[::-1]]
        # GLS: lavaan multiplies by n where the chi-square uses n - 1.
        compare(file, "modification", [own.mi, own.epc], [line["mi"], line["epc"]], rtol=limit)


def test_thresholds_and_polychorics_equal_lavaan(reference, compare, to_five):
    result = fit(reference.text("core.lav"), to_five(reference.columns("mobi.csv")), estimator="WLSMV")
    cuts = reference.json("lavaan_mobi5_core_thresholds.json")["thresholds"]
    ours = {f"{row.lhs}|{row.rhs}": row.est for row in result.estimates if row.op == "|"}
    assert set(ours) == set(cuts)
    compare("lavaan_mobi5_core_thresholds.json", "thresholds", [ours[c] for c in cuts], list(cuts.values()))
    file = "lavaan_mobi5_core_polychoric.csv"
    table = reference.columns(file)
    names = [str(name) for name in table["var"]]
    place = {name: k for k, name in enumerate(result.structure.observed)}
    rows, cols = np.tril_indices(len(names), -1)
    sample = result.objective.parts[0].sample[len(cuts) :]
    square = np.eye(len(names))
    square[rows, cols] = square[cols, rows] = sample
    order = [place[name] for name in names]
    compare(
        file, "polychorics", square[np.ix_(order, order)], np.column_stack([table[name] for name in names])
    )


def test_factor_scores_equal_lavaan(reference, compare):
    result = fit(reference.text("core.lav"), reference.columns("mobi.csv"))
    file = "lavaan_mobi_core_ML_scores.csv"
    theirs = reference.columns(file)
    ours = result.factor_scores()
    for k, name in enumerate(result.structure.latent):
        compare(file, name, ours[:, k], theirs[name], atol=1e-4)


def test_bootstrap_agrees_with_lavaan(reference):
    """Other random numbers, 200 against 1,000 draws: loadings and variances agree to the draw's noise."""
    result = fit(reference.text("core.lav"), reference.columns("mobi.csv"))
    drawn = bootstrap(result, 200, seed=1)
    assert drawn.failed < 20
    lines = {
        f"{r['lhs']} {r['op']} {r['rhs']}": r
        for r in reference.json("lavaan_mobi_core_ML_bootstrap1000.json")["percentile"]
    }
    ends = drawn.interval(kind="percentile")
    compared = 0
    for k, name in enumerate(drawn.names):
        line = lines[name]
        # Paths among nearly equal constructs have draws without a minimum, which lavaan keeps.
        if " ~ " in name or line["lhs"] in {"Value", "Satisfaction", "Expectation"}:
            continue
        assert drawn.se[k] == pytest.approx(line["se"], rel=0.25)
        np.testing.assert_allclose(ends[k], [line["ci.lower"], line["ci.upper"]], atol=0.5 * line["se"])
        compared += 1
    assert compared > 15
