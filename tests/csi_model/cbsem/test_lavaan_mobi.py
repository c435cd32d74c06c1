"""Every figure of lavaan 0.6-14 on the mobile-phone data, every estimator."""

import time
from dataclasses import replace

import numpy as np
import pytest

from csi_model.cbsem import bootstrap, fit
from csi_model.errors import ConvergenceError
from tests.csi_model.cbsem.lavaan import check_model
from tests.csi_model.cbsem.scoring import factor_scores
from tests.csi_model.figures import Figures
from tests.csi_model.pls.test_seminr import check_table

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
def test_fit_equals_lavaan(reference, model, run):
    answers, options = RUNS[run]
    file = f"lavaan_mobi_{model}_{run}.json"
    expected = reference.json(file)
    figures = Figures(file, expected)
    if not expected["converged"]:
        with pytest.raises(ConvergenceError):
            fit(reference.text(f"{model}.lav"), reference.columns(answers), **options)
        figures.leave("lavaan did not converge either", "*")
        return
    result = fit(reference.text(f"{model}.lav"), reference.columns(answers), **options)
    limits = dict(FLAT) if model == "sem" else {"rtol": 2e-4, "se_rtol": 2e-4}
    if run == "ULS":
        limits["se_rtol"] = None
    with figures:
        check_model(figures, result, **limits)
    assert np.abs(result.objective.gradient(result.theta)).max() < 1e-4
    there = result.objective.value(at_lavaan(result, expected))
    assert result.objective.value(result.theta) <= there + 1e-9


@pytest.mark.parametrize("model", ["core", "cfa", "sem"])
def test_ordered_fit_equals_lavaan(reference, to_five, model):
    result = fit(reference.text(f"{model}.lav"), to_five(reference.columns("mobi.csv")), estimator="WLSMV")
    limits = {"rtol": 5e-4, "se_rtol": 2e-4}
    if model == "sem":
        # An ordered predictor of a construct: lavaan derives the residuals of that construct's items
        # before the predictor's own, so that their total variances miss one by 4e-4.
        limits = {
            "rtol": 2e-3,
            "atol": 1e-3,
            "se_rtol": 1e-2,
            "modification": 2e-2,
            "matrices": {"atol": 5e-4},
        }
    file = f"lavaan_mobi5_{model}_WLSMV.json"
    with Figures(file, reference.json(file)) as figures:
        check_model(figures, result, **limits)
    np.testing.assert_allclose(np.diagonal(result.structure.implied(0, result.theta).sigma), 1.0, rtol=1e-12)


def test_ten_ordered_categories_equal_lavaan(reference):
    result = fit(reference.text("core.lav"), reference.columns("mobi.csv"), estimator="WLSMV")
    file = "lavaan_mobi_core_WLSMV10.json"
    with Figures(file, reference.json(file)) as figures:
        check_model(figures, result, rtol=2e-4)


def test_fiml_with_missing_answers_is_faster_than_lavaan(reference):
    text, data = reference.text("core.lav"), reference.columns("mobi_missing10.csv")
    fit(text, data)
    start = time.process_time()
    fit(text, data, missing="fiml")
    assert time.process_time() - start < 3.6


def test_thresholds_and_polychorics_equal_lavaan(reference, to_five):
    result = fit(reference.text("core.lav"), to_five(reference.columns("mobi.csv")), estimator="WLSMV")
    ours = {f"{row.lhs}|{row.rhs}": row.est for row in result.estimates if row.op == "|"}
    file = "lavaan_mobi5_core_thresholds.json"
    with Figures(file, reference.json(file)) as figures:
        figures.same("thresholds", list(ours.values()), list(ours))
    file = "lavaan_mobi5_core_polychoric.csv"
    table = reference.columns(file)
    items = [str(item) for item in table.pop("var")]
    place = {name: k for k, name in enumerate(result.structure.observed)}
    rows, cols = np.tril_indices(len(items), -1)
    square = np.eye(len(items))
    square[rows, cols] = square[cols, rows] = result.objective.parts[0].sample[len(ours) :]
    order = [place[name] for name in items]
    stored = {name: dict(zip(items, column.tolist(), strict=True)) for name, column in table.items()}
    with Figures(file, stored) as figures:
        figures.same("", square[np.ix_(order, order)], items, items)


@pytest.mark.parametrize("model", ["core", "cfa"])
def test_factor_scores_equal_lavaan(reference, model):
    result = fit(reference.text(f"{model}.lav"), reference.columns("mobi.csv"))
    check_table(
        reference,
        f"lavaan_mobi_{model}_ML_scores.csv",
        factor_scores(result),
        result.structure.latent,
        atol=1e-4,
    )


def test_factor_scores_of_a_model_with_an_observed_predictor_equal_lavaan(reference):
    """lavaan adds the observed item's mean to all scores and misses its own part in those it predicts."""
    result = fit(reference.text("sem.lav"), reference.columns("mobi.csv"))
    file = "lavaan_mobi_sem_ML_scores.csv"
    latent, scores = result.structure.latent, factor_scores(result)
    rows = [str(row) for row in range(len(scores))]
    columns = reference.columns(file)
    around = {
        name: dict(zip(rows, (columns[name] - columns[name].mean()).tolist(), strict=True)) for name in latent
    }
    with Figures(file, around) as figures:
        place = latent.index("Loyalty")
        others = [name for name in latent if name != "Loyalty"]
        figures.same("", np.delete(scores, place, axis=1).T, others, rows, atol=1e-4)
        gap = columns["Loyalty"] - columns["Loyalty"].mean() - scores[:, place]
        path = result.estimate("Loyalty", "~", "CUSCO").est
        items = result.data[0].values - result.data[0].values.mean(axis=0)
        pull = np.linalg.lstsq(items, gap, rcond=None)[0][result.structure.observed.index("CUSCO")]
        assert abs(pull / path + 1) < 0.05
        figures.leave("without the part of an observed predictor", "Loyalty")


def test_bootstrap_agrees_with_lavaan(reference):
    """Other random numbers, 100 against 1,000 draws: what is identified agrees within Monte Carlo error.

    Errors of a standard deviation are sd/√(2B), those of a 2.5 % quantile √(0.025·0.975/B)/0.0584 sd. (lavaan
    draws from `set.seed(runif(1) * 999999999)` after `set.seed(123)`; all its 1,000 draws take minutes.)
    """
    result = fit(reference.text("core.lav"), reference.columns("mobi.csv"))
    drawn = bootstrap(result, 100, seed=1)
    assert drawn.failed < 10
    file = "lavaan_mobi_core_ML_bootstrap1000.json"
    with Figures(file, reference.json(file)) as figures:
        # Paths among nearly equal constructs have draws without a minimum, which lavaan keeps.
        loose = [
            name
            for name in drawn.names
            if " ~ " in name or name.split()[0] == name.split()[2] in {"Quality", "Value", "Satisfaction"}
        ]
        kept = [name for name in drawn.names if name not in loose]
        places = [drawn.names.index(name) for name in kept]
        share = (1 / 100 + 1 / 1000) ** 0.5
        biased = replace(
            drawn, influence=np.zeros_like(drawn.influence)
        )  # lavaan's bca.simple has no acceleration
        for place, own, kind in (("percentile", drawn, "percentile"), ("bca", biased, "bca")):
            figures.same(place, drawn.estimates[:, None], drawn.names, ["est"], rtol=2e-4)
            error, found = drawn.se[places, None], own.figure(kind=kind)
            ends = np.column_stack([found.low, found.high])[places]
            figures.within(place, error, kept, ["se"], spread=error * share / 2**0.5, errors=5)
            figures.within(place, ends, kept, ["ci.lower", "ci.upper"], spread=2.67 * error * share, errors=5)
            why = "of draws without a minimum, which lavaan keeps and we count as failed"
            figures.leave(why, *(f"{place}/{name}" for name in loose))
            figures.leave("fixed, or a normal test of the bootstrap error", place)
        figures.leave("the number of draws", "n_ok")
