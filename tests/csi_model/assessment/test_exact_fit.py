"""Distances of fit and the bootstrap test of exact fit: properties and refusals."""

import numpy as np
import pytest

from csi_model import Options
from csi_model.answers.prepare import prepare
from csi_model.answers.random_groups import RandomGroups
from csi_model.answers.treatment import of_all
from csi_model.assessment import exact_fit as room
from csi_model.assessment.exact_fit import DISTANCES, _transformation
from csi_model.errors import DataError, IdentificationError, SpecificationError
from csi_model.measures import fit
from csi_model.pls import algorithm, consistent
from csi_model.pls.implied import distances, implied, implied_corr, structural_corr
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

SPEC = ModelSpec.from_yaml("""
index: LOY
scale: {low: -50, high: 50}
constructs:
  - {id: QUAL, name: {en: Quality}, indicators: [Q1, Q2, Q3]}
  - {id: SAT, name: {en: Satisfaction}, indicators: [S1, S2, S3]}
  - {id: LOY, name: {en: Loyalty}, indicators: [L1, L2, L3]}
paths: [[QUAL, SAT], [SAT, LOY]]
""")


def survey(rng, n=400, *, shortcut=0.0):
    """A chain of three common factors; `shortcut` is an effect of quality on loyalty that SPEC denies."""
    quality = rng.standard_normal(n)
    happy = 0.7 * quality + np.sqrt(0.51) * rng.standard_normal(n)
    loyal = 0.6 * happy + shortcut * quality + 0.8 * rng.standard_normal(n)
    latent = np.column_stack([quality] * 3 + [happy] * 3 + [loyal] * 3)
    return 5 + latent + 0.6 * rng.standard_normal((n, 9))


def prepared(values, spec=SPEC, **options):
    return prepare(spec, dict(zip(spec.indicator_ids, values.T, strict=True)), **options)


def exact_fit(data, n_resamples, seed, *, spec=SPEC, method="pls", groups=None):
    own = Estimator(spec, data, Options(method=method, seed=seed))
    if groups is not None:
        rng = np.random.default_rng(1)
        drawn_from = RandomGroups(own.counted, data.units, rng, groups=groups)
        own.drawn, own.moments = drawn_from.draw, drawn_from.sample()
    return room.exact_fit(own, n_resamples)


def fitted(spec, data, scheme="path", method="pls"):
    corr = of_all(data.values, data.weights, "mean").corr
    solution = algorithm.solve_one(corr[0], spec, scheme)
    return corr, consistent.correct(corr, solution, spec) if method == "plsc" else solution


def test_distances_are_zero_where_the_model_holds_exactly():
    loadings = np.array([0.9, 0.7, 0.8, 0.6, 0.75, 0.85, 0.7, 0.8, 0.9])
    paths = np.zeros((3, 3))
    paths[1, 0], paths[2, 1] = 0.7, 0.6
    factors = np.array([[1, 0.7, 0.42], [0.7, 1, 0.6], [0.42, 0.6, 1]])
    pattern = SPEC.block_mask * loadings[:, None]
    r_squared = np.array([0, 0.49, 0.36])
    np.testing.assert_allclose(
        structural_corr(paths, factors, r_squared, SPEC.path_matrix), factors, rtol=1e-12
    )
    corr = implied_corr(np.eye(9), pattern, factors, SPEC.block_mask)
    solution = consistent.correct(corr[None], algorithm.solve_one(corr, SPEC), SPEC)
    model = implied(corr[None], solution, SPEC, "plsc", "estimated")
    np.testing.assert_allclose(model[0], corr, atol=1e-9)
    np.testing.assert_allclose(distances(corr[None], model), 0, atol=1e-9)


def test_distances_are_what_their_formulas_say(rng):
    corr, solution = fitted(SPEC, prepared(survey(rng)))
    model = implied(corr, solution, SPEC, "pls", "saturated")
    srmr, d_uls, d_g, d_ml = distances(corr, model)[0]
    residual = (corr - model)[0]
    assert srmr == pytest.approx(np.sqrt(2 * d_uls / (9 * 10)), rel=1e-12)
    assert d_uls == pytest.approx(np.trace(residual @ residual) / 2, rel=1e-12)
    ratios = np.linalg.eigvals(np.linalg.inv(corr[0]) @ model[0]).real
    assert d_g == pytest.approx((np.log(ratios) ** 2).sum() / 2, rel=1e-9)
    inverse = np.linalg.inv(model[0])
    likelihood = np.linalg.slogdet(model[0])[1] - np.linalg.slogdet(corr[0])[1]
    assert d_ml == pytest.approx(likelihood + np.trace(corr[0] @ inverse) - 9, rel=1e-9)


def test_own_correlations_of_composites_stand(rng):
    corr, solution = fitted(SPEC, prepared(survey(rng)))
    model = implied(corr, solution, SPEC, "pls", "estimated")[0]
    own = SPEC.block_mask.astype(int) @ SPEC.block_mask.T.astype(int) > 0
    np.testing.assert_array_equal(model[own], corr[0][own])
    factors = implied_corr(corr[0], solution.loadings[0], solution.construct_corr[0], SPEC.block_mask)
    assert np.abs((factors - corr[0])[own]).max() > 0.01
    np.testing.assert_array_equal(np.diag(factors), 1)


def test_geodesic_distance_does_not_mind_units_and_directions(rng):
    first, second = (np.cov(rng.standard_normal((4, 30))) for _ in range(2))
    turn = rng.standard_normal((4, 4))
    near = fit.d_g(first, second)
    assert fit.d_g(second, first) == pytest.approx(near, rel=1e-9)
    assert fit.d_g(turn.T @ first @ turn, turn.T @ second @ turn) == pytest.approx(near, rel=1e-8)


def test_geodesic_distance_of_impossible_matrices_is_none():
    good, copies, broken = np.eye(2), np.ones((2, 2)), np.array([[1, 2.0], [2, 1]])
    left, right = (
        np.stack([good, copies, good, good]),
        np.stack([good, good, broken, np.full((2, 2), np.nan)]),
    )
    for measure in (fit.d_g, fit.d_ml):
        np.testing.assert_array_equal(measure(left, right), [0, np.nan, np.nan, np.nan])
        assert measure(good, good) == 0


@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_a_true_model_holds_and_a_false_one_is_rejected(method):
    data = prepared(survey(np.random.default_rng(3)))
    true = exact_fit(data, 200, 1, method=method)
    data = prepared(survey(np.random.default_rng(3), shortcut=0.6))
    false = exact_fit(data, 200, 1, method=method)
    assert all(false.statistic[name] > true.statistic[name] for name in DISTANCES)
    assert false.statistic["srmr"] > false.critical["srmr"]
    assert false.p["srmr"] == pytest.approx(1 / 201)
    if method == "plsc":
        assert all(true.statistic[name] <= true.critical[name] for name in DISTANCES)
        assert true.p["d_uls"] > 0.05


def test_what_is_critical_goes_by_the_level_of_the_options():
    own = Estimator(SPEC, prepared(survey(np.random.default_rng(3))), Options(seed=1))
    strict, lax = (room.exact_fit(own.again(level=level), 60) for level in (0.95, 0.8))
    np.testing.assert_array_equal(strict.draws, lax.draws)
    for place, name in enumerate(DISTANCES):
        assert lax.critical[name] == np.quantile(lax.draws[:, place], 0.8)
        assert lax.critical[name] < strict.critical[name]


def test_the_test_keeps_its_size():
    """Twice forty true models: a test at 10 % rejects 10 % of them, within four binomial errors."""
    rejected = 0
    for seed in range(80):
        data = prepared(survey(np.random.default_rng(seed), n=150))
        found = exact_fit(data, 60, seed, method="plsc")
        rejected += found.p["srmr"] <= 0.1
    assert rejected <= 8 + 4 * np.sqrt(80 * 0.1 * 0.9)


def test_same_seed_same_draws_and_units_do_not_matter(rng):
    values = survey(rng)
    data, stretched = prepared(values), prepared(3 + values * np.linspace(0.5, 2, 9))
    first = exact_fit(data, 40, 9)
    again = exact_fit(data, 40, 9)
    other = exact_fit(data, 40, 10)
    scaled = exact_fit(stretched, 40, 9)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert (first.draws != other.draws).all()
    np.testing.assert_allclose(scaled.draws, first.draws, rtol=1e-6)


def test_transformed_answers_obey_the_model(rng):
    """A second derivation: transform and resample rows instead of moments."""
    values = survey(rng, n=100)
    data = prepared(values)
    found = exact_fit(data, 20, 4)
    corr, solution = fitted(SPEC, data)
    model = implied(corr, solution, SPEC, "pls", "estimated")[0]
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    rows = standard @ root(np.linalg.inv(corr[0])) @ root(model)
    np.testing.assert_allclose(np.corrcoef(rows.T), model, atol=1e-9)
    rng = np.random.default_rng(np.random.SeedSequence(4).spawn(1)[0])
    for draw, times in zip(found.draws, rng.multinomial(100, np.full(100, 0.01), size=20), strict=True):
        under = np.corrcoef(np.repeat(rows, times, axis=0).T)[None]
        refitted = algorithm.solve_one(under[0], SPEC)
        again = distances(under, implied(under, refitted, SPEC, "pls", "estimated"))[0]
        np.testing.assert_allclose(again, draw, rtol=1e-6)


def root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(values) @ vectors.T


def test_large_samples_take_draws_of_moments():
    data = prepared(survey(np.random.default_rng(3), n=1500))
    by_group = exact_fit(data, 400, 1, method="plsc", groups=700)
    by_row = exact_fit(data, 400, 1, method="plsc")
    for name in DISTANCES:
        assert by_group.statistic[name] == pytest.approx(by_row.statistic[name], rel=1e-6)
    assert by_group.critical["srmr"] == pytest.approx(by_row.critical["srmr"], rel=0.15)


@pytest.mark.parametrize("wish", [{"method": "cbsem"}, {"n_resamples": 19}])
def test_unknown_wishes_are_refused(rng, wish):
    data = prepared(survey(rng))
    arguments = {"n_resamples": 100, "seed": 1} | wish
    with pytest.raises((SpecificationError, DataError), match=r"Choose|Ask for 20"):
        exact_fit(data, **arguments)


def test_copied_indicators_are_refused(rng):
    values = survey(rng)
    values[:, 1] = 2 * values[:, 0] - 1
    data = prepared(values)
    with pytest.raises(IdentificationError, match="Leave one of them out"):
        exact_fit(data, 20, 1)


def test_implied_correlations_without_a_root_are_refused():
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(IdentificationError, match="contradict each other"):
        _transformation(np.eye(3), impossible)
    np.testing.assert_allclose(_transformation(np.eye(2), np.ones((2, 2))), np.full((2, 2), 0.5**0.5))


def test_resamples_without_solutions_are_counted_and_too_many_refused(rng):
    """What one respondent alone answers differently does not vary in a third of the resamples."""
    values = survey(rng, n=60)
    values[:, 2] = 5.0
    values[7, 2] = 6.0
    data = prepared(values)
    found = exact_fit(data, 100, 1)
    assert 15 < found.n_failed < 50
    assert len(found.draws) == 100 - found.n_failed
    with pytest.raises(DataError, match="of 20 resamples had no solution"):
        exact_fit(data, 20, 1)


def test_interactions_are_refused(rng):
    plain = SPEC.to_mapping()
    both = {"id": "BOTH", "name": {"en": "Both"}, "product": ["QUAL", "SAT"]}
    spec = ModelSpec.from_mapping(
        plain
        | {
            "constructs": [*plain["constructs"], both],
            "paths": [*plain["paths"], ["QUAL", "LOY"], ["BOTH", "LOY"]],
        }
    )
    data = prepared(survey(rng), spec)
    with pytest.raises(SpecificationError, match="first-order constructs"):
        exact_fit(data, 20, 1, spec=spec)
