"""Group comparisons, invariance and importance against cSEM 0.6.1 on the mobi data."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from csi_model import Options, estimate, prepare
from csi_model.compare import compare_groups
from csi_model.compare_pls import RELATIONS, pls_statistic, pls_weights
from csi_model.effects import total_effects
from csi_model.micom import measurement_invariance
from csi_model.overall import overall_difference
from csi_model.pls import solve
from csi_model.priorities import importance, performance, unstandardised_effects
from csi_model.specify import ModelSpec

MOBI = Path(__file__).resolve().parents[3] / "shared" / "reference" / "mobi"
GROUPINGS = ("g_random", "g_value")

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(
        not MOBI.is_dir() and not os.environ.get("CI"),
        reason="../shared/reference is not here: comparisons with cSEM were not run",
    ),
]


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_yaml((MOBI / "ecsi.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def answers(spec):
    with (MOBI / "mobi.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[code]) for code in spec.indicator_ids] for row in rows])


def _groups(name):
    with (MOBI / "mobi_groups.csv").open(newline="") as file:
        return np.array([row[name] for row in csv.DictReader(file)])


def _reference(kind, name):
    found = json.loads((MOBI / f"csem_mobi_{kind}_{name}.json").read_text("utf-8"))
    return found["micom"] if kind == "micom" else found["r"]


@pytest.mark.parametrize("name", GROUPINGS)
def test_micom_equals_csem(spec, answers, name):
    theirs = _reference("micom", name)
    ours = measurement_invariance(
        answers, _groups(name), pls_weights(spec), np.random.default_rng(1), n_permutations=999
    )
    pair = "_".join(ours.groups)
    steps = [
        (theirs["Step2"], ours.correlation, ours.p_correlation, "1_2"),
        (theirs["Step3"]["Mean"], ours.mean_difference, ours.p_mean, pair),
        (theirs["Step3"]["Var"], ours.variance_difference, ours.p_variance, pair),
    ]
    for step, statistic, p, key in steps:
        expected = [step["Test_statistic"][pair][c] for c in spec.construct_ids]
        np.testing.assert_allclose(statistic, expected, atol=1e-6)
        their_p = np.array([step["P_value"]["none"][key][c] for c in spec.construct_ids])
        # Four standard errors of two Monte Carlo p-values from 499 and 999 permutations.
        pooled = (499 * their_p + 999 * p) / (499 + 999)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / 499 + 1 / 999))
        assert (np.abs(p - their_p) <= 4 * spread).all()


@pytest.mark.parametrize("name", GROUPINGS)
def test_differences_of_paths_and_weights_equal_csem(spec, answers, name):
    theirs = _reference("mgd", name)["Chin"]
    ours = compare_groups(
        answers,
        _groups(name),
        pls_statistic(spec),
        np.random.default_rng(2),
        n_permutations=1999,
        n_resamples=0,
        aligned=RELATIONS,
    ).pairs[0]
    pair = f"{ours.first}_{ours.second}"
    constructs, indicators = spec.construct_ids, spec.indicator_ids
    compared = 0
    for row, expected in theirs["Test_statistic"][pair].items():
        left, operator, right = row.split()
        if operator == "~":
            key, place = "paths", (constructs.index(left), constructs.index(right))
        else:
            key, place = "weights", (indicators.index(right),)
        assert ours.difference[key].value[place] == pytest.approx(expected, abs=1e-6), row
        # cSEM doubles a tail and gives 2 for a weight that cannot vary.
        their_p = min(1.0, theirs["P_value"]["none"][pair][row])
        p = ours.p_permutation[key][place]
        pooled = (199 * their_p + 1999 * p) / (199 + 1999)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / 199 + 1 / 1999))
        assert abs(p - their_p) <= 4 * spread, row
        compared += 1
    assert compared == 36


@pytest.mark.parametrize("name", GROUPINGS)
def test_the_difference_as_a_whole_equals_csem(spec, answers, name):
    """Klesel's test. cSEM's geodesic distance takes logarithms to base 10."""
    theirs = _reference("mgd", name)["Klesel"]
    ours = overall_difference(answers, _groups(name), spec, np.random.default_rng(4), n_permutations=999)
    assert ours.d_g / np.log(10) ** 2 == pytest.approx(theirs["Test_statistic"]["dG"], abs=1e-9)
    assert ours.d_uls == pytest.approx(theirs["Test_statistic"]["dL"], abs=1e-9)
    for p, key in ((ours.p_d_g, "dG"), (ours.p_d_uls, "dL")):
        their_p = theirs["P_value"][key]
        pooled = (199 * their_p + 999 * p) / (199 + 999)
        assert abs(p - their_p) <= 4 * np.sqrt(pooled * (1 - pooled) * (1 / 199 + 1 / 999)), key


@pytest.mark.parametrize("name", GROUPINGS)
def test_parametric_tests_of_differences_agree_with_csem(spec, answers, name):
    """Keil's pooled t from our bootstrap errors: theirs rest on 199 resamples, about 7 % noise."""
    theirs = _reference("mgd", name)["Keil"]
    labels = _groups(name)
    names = np.unique(labels)
    pair = "_".join(names)
    spread, value, size = [], [], []
    for label in names:
        columns = dict(zip(spec.indicator_ids, answers[labels == label].T, strict=True))
        found = estimate(spec, prepare(spec, columns), Options(bootstrap=1000, seed=6))
        spread.append(found.interval("paths")[0])
        value.append(found.estimates.paths[0])
        size.append(int((labels == label).sum()))
    df = sum(size) - 2
    assert df == theirs["df"]
    pooled = sum((n - 1) ** 2 / df * se**2 for n, se in zip(size, spread, strict=True))
    error = np.sqrt(pooled * sum(1 / n for n in size))
    ratios = []
    for row, t in theirs["Test_statistic"][pair].items():
        left, operator, right = row.split()
        if operator == "~":
            place = spec.construct_ids.index(left), spec.construct_ids.index(right)
            ratios.append((value[0] - value[1])[place] / error[place] / t)
    assert len(ratios) == 12
    assert np.median(ratios) == pytest.approx(1, abs=0.06)
    assert min(ratios) > 0.7
    assert max(ratios) < 1.4


@pytest.mark.parametrize("name", GROUPINGS)
def test_bootstrap_errors_of_differences_agree_with_csem(spec, answers, name):
    """cSEM's unpooled t (Nitzl) is difference / bootstrap error; 199 resamples leave about 7 % noise."""
    theirs = _reference("mgd", name)
    ours = compare_groups(
        answers,
        _groups(name),
        pls_statistic(spec),
        np.random.default_rng(3),
        n_permutations=10,
        n_resamples=1000,
    ).pairs[0]
    pair = f"{ours.first}_{ours.second}"
    ratios = []
    for row, t in theirs["Nitzl"]["Test_statistic"][pair].items():
        left, operator, right = row.split()
        if operator == "~":
            place = spec.construct_ids.index(left), spec.construct_ids.index(right)
            mine = ours.difference["paths"].value[place] / ours.difference["paths"].se[place]
            ratios.append(mine / t)
    assert np.median(ratios) == pytest.approx(1, abs=0.06)
    assert max(ratios) < 1.4
    assert min(ratios) > 0.7


def test_importance_and_performance_equal_csem(spec, answers):
    theirs = json.loads((MOBI / "csem_mobi_ipma.json").read_text("utf-8"))["ipma"]
    covariance = np.cov(answers, rowvar=False)
    sd = np.sqrt(np.diag(covariance))
    fit = solve(np.corrcoef(answers, rowvar=False)[None], spec)
    raw = fit.weights[0] * spec.block_mask / sd[:, None]
    shares = raw / raw.sum(axis=0)
    score_sd = np.sqrt(np.diag(shares.T @ covariance @ shares))
    effects = unstandardised_effects(total_effects(fit.paths[0]), score_sd)
    for j, target in enumerate(spec.construct_ids):
        expected = [theirs["Construct"]["Importance"][target][c] for c in spec.construct_ids]
        np.testing.assert_allclose(effects[j], expected, atol=1e-6)
        with_own = effects[j] + np.eye(len(effects))[j]
        levels = importance(with_own, shares, np.eye(len(shares), dtype=bool))
        expected = [theirs["Indicator"]["Importance"][target][i] for i in spec.indicator_ids]
        np.testing.assert_allclose(levels.indicators, expected, atol=1e-6)
    reached = performance(answers.mean(axis=0), shares, np.eye(len(shares), dtype=bool))
    expected = [theirs["Construct"]["Performance"][c] for c in spec.construct_ids]
    np.testing.assert_allclose(reached.constructs, expected, atol=1e-6)
