"""Prediction out of sample: its properties and its refusals."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model.answers.prepare import prepare
from csi_model.assessment.folds import draw_folds
from csi_model.assessment.predict import predict
from csi_model.errors import DataError, ModelError, SpecificationError
from csi_model.pls import algorithm
from csi_model.specify import ModelSpec

SPEC = ModelSpec.from_yaml("""
index: SAT
constructs:
  - {id: QUAL, name: {en: Quality}, indicators: [Q1, Q2, Q3]}
  - {id: VAL, name: {en: Value}, indicators: [V1, V2]}
  - {id: SAT, name: {en: Satisfaction}, indicators: [S1, S2, S3]}
paths: [[QUAL, VAL], [QUAL, SAT], [VAL, SAT]]
scale: {low: -50, high: 50}
""")


def survey(rng, n=120, noise=0.7):
    """Answers to SPEC: value follows quality, satisfaction both."""
    quality = rng.standard_normal(n)
    value = 0.6 * quality + noise * rng.standard_normal(n)
    satisfaction = 0.5 * quality + 0.4 * value + noise * rng.standard_normal(n)
    latent = np.column_stack([quality] * 3 + [value] * 2 + [satisfaction] * 3)
    return 5 + 1.5 * latent + noise * rng.standard_normal((n, 8))


def prepared(values, spec=SPEC, **options):
    return prepare(spec, dict(zip(spec.indicator_ids, values.T, strict=True)), **options)


def test_predictions_follow_from_construct_scores(rng):
    """A second derivation: scores of a held-out respondent, paths, loadings, one respondent at a time."""
    values = survey(rng)
    deal = np.arange(len(values)) % 4
    direct = predict(SPEC, prepared(values), folds=deal, technique="DA")
    early = predict(SPEC, prepared(values), folds=deal, technique="EA")
    for row in (0, 5, 118):
        training = values[deal != deal[row]]
        mean, sd = training.mean(axis=0), training.std(axis=0)
        fitted = algorithm.solve_one(np.corrcoef(training.T), SPEC)
        quality, value, _ = ((values[row] - mean) / sd) @ (fitted.weights[0] * SPEC.block_mask)
        paths, loadings = fitted.paths[0], fitted.loadings[0]
        for found, seen in ((direct, value), (early, paths[1, 0] * quality)):
            satisfaction = paths[2, 0] * quality + paths[2, 1] * seen
            expected = mean[5:] + sd[5:] * loadings[5:, 2] * satisfaction
            np.testing.assert_allclose(found.predicted[row, 2:], expected, rtol=1e-10)
            expected = mean[3:5] + sd[3:5] * loadings[3:5, 1] * paths[1, 0] * quality
            np.testing.assert_allclose(found.predicted[row, :2], expected, rtol=1e-10)


def test_benchmark_is_least_squares_with_intercept(rng):
    values = survey(rng)
    deal = np.arange(len(values)) % 3
    found = predict(SPEC, prepared(values), folds=deal, benchmark="exogenous")
    kept = deal != 1
    slopes = np.linalg.lstsq(np.c_[np.ones(kept.sum()), values[kept, :3]], values[kept, 3:], rcond=None)[0]
    expected = np.c_[np.ones((~kept).sum()), values[~kept, :3]] @ slopes
    np.testing.assert_allclose(found.predicted_lm[~kept], expected, rtol=1e-9)
    naive = np.array([values[deal != fold].mean(axis=0) for fold in deal])
    squares = ((values[:, 3:] - found.predicted) ** 2).sum(axis=0)
    spread = ((values - naive)[:, 3:] ** 2).sum(axis=0)
    np.testing.assert_allclose(found.q2_predict, 1 - squares / spread, rtol=1e-10)


def test_same_seed_same_folds_and_folds_are_of_equal_size(rng):
    data = prepared(survey(rng, n=103))
    first, again, other = (predict(SPEC, data, rng=np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.pls.rmse, again.pls.rmse)
    assert (first.pls.rmse != other.pls.rmse).any()
    deal = draw_folds(data, 10, np.random.default_rng(7))
    assert sorted(np.bincount(deal)) == [10] * 7 + [11] * 3
    np.testing.assert_array_equal(predict(SPEC, data, folds=deal).pls.rmse, first.pls.rmse)


def test_repetitions_average_the_errors_of_single_runs(rng):
    data = prepared(survey(rng))
    deals = np.stack([rng.permutation(len(data)) % 10 for _ in range(2)])
    both = predict(SPEC, data, folds=deals)
    single = [predict(SPEC, data, folds=deal) for deal in deals]

    def mean(pick):
        return np.mean([pick(run) for run in single], axis=0)

    np.testing.assert_allclose(both.pls.rmse, mean(lambda run: run.pls.rmse), rtol=1e-12)
    np.testing.assert_allclose(both.q2_predict, mean(lambda run: run.q2_predict), rtol=1e-12)
    np.testing.assert_allclose(both.predicted, mean(lambda run: run.predicted), rtol=1e-12)


def test_order_of_respondents_and_names_of_folds_do_not_matter(rng):
    values, deal = survey(rng), rng.permutation(120) % 5
    order = rng.permutation(120)
    first = predict(SPEC, prepared(values), folds=deal)
    second = predict(SPEC, prepared(values[order]), folds=3 - 2 * deal[order])
    np.testing.assert_allclose(second.predicted, first.predicted[order], rtol=1e-9)
    np.testing.assert_allclose(second.pls.rmse, first.pls.rmse, rtol=1e-9)


def test_errors_follow_the_unit_of_their_question(rng):
    """Another unit of one question scales its errors and leaves all others and every Q2 alone."""
    values, deal = survey(rng), np.arange(120) % 6
    stretched = values.copy()
    stretched[:, 6] = 3 * values[:, 6] - 4
    first, second = (predict(SPEC, prepared(v), folds=deal) for v in (values, stretched))
    unit = np.array([1, 1, 1, 3, 1])
    for name in ("pls", "lm", "naive", "pls_in_sample", "lm_in_sample"):
        one, other = getattr(first, name), getattr(second, name)
        np.testing.assert_allclose(other.rmse, unit * one.rmse, rtol=1e-9)
        np.testing.assert_allclose(other.mae, unit * one.mae, rtol=1e-9)
    np.testing.assert_allclose(first.q2_predict, second.q2_predict, rtol=1e-8)


@pytest.mark.parametrize("technique", ["DA", "EA"])
def test_perfect_measurement_of_a_perfect_chain_is_predicted_perfectly(rng, technique):
    spec = replace(SPEC, paths=(("QUAL", "VAL"), ("VAL", "SAT")))
    quality = rng.standard_normal(60)
    values = np.column_stack([quality, 2 * quality, 1 + quality] + [quality + k for k in range(5)])
    blurred = values + 1e-5 * rng.standard_normal(values.shape)
    data = prepared(blurred, spec)
    found = predict(spec, data, folds=draw_folds(data, 5, rng), technique=technique)
    assert (found.pls.rmse < 1e-4).all()
    np.testing.assert_allclose(found.q2_predict, 1, atol=1e-8)


def test_constructs_that_cannot_be_told_apart_are_refused_with_the_fold(rng):
    values = survey(rng)
    values[:30] += 0.1 * rng.standard_normal((30, 8))
    values[30:, 3:5] = values[30:, :1]
    values[30:, 1:3] = values[30:, :1]
    with pytest.raises(ModelError, match=r"With fold 1 held out: .* are copies of others"):
        predict(SPEC, prepared(values), folds=np.repeat([0, 1, 2, 3], 30))


def test_noise_has_no_predictive_power(rng):
    found = predict(SPEC, prepared(5 + rng.standard_normal((200, 8))), rng=rng)
    assert (found.q2_predict < 0.05).all()
    assert found.pls_in_sample.rmse.mean() < found.pls.rmse.mean()


def test_power_counts_indicators_that_beat_the_benchmark(rng):
    found = predict(SPEC, prepared(survey(rng)), rng=rng)
    error, ones = found.pls.rmse, np.ones(5)
    for better, power in ((5, "high"), (3, "medium"), (2, "low"), (0, "none")):
        lm = found.lm._replace(rmse=error + np.where(np.arange(5) < better, 0.1, -0.1))
        assert replace(found, lm=lm, q2_predict=ones).power == power
    assert replace(found, lm=found.lm._replace(rmse=error + 1), q2_predict=-ones).power == "none"


def test_gaps_count_as_training_means_and_not_as_errors(rng):
    values, deal = survey(rng), np.arange(120) % 4
    holes = values.copy()
    holes[3, :3], holes[10, 6] = np.nan, np.nan
    found = predict(SPEC, prepared(holes), folds=deal, technique="EA")
    means = np.nanmean(holes[deal != deal[3]], axis=0)
    np.testing.assert_allclose(found.predicted[3], means[3:], rtol=1e-10)
    there = np.delete(np.arange(120), 10)
    gap = holes[there, 6] - found.predicted[there, 3]
    assert found.pls.rmse[3] == pytest.approx(np.sqrt((gap**2).mean()), rel=1e-12)


def test_a_weight_of_two_is_a_respondent_twice(rng):
    values = survey(rng, n=60)
    deal = np.arange(60) % 3
    weights = 1.0 + (np.arange(60) % 2)
    twice = np.repeat(np.arange(60), weights.astype(int))
    weighted = predict(SPEC, prepared(values, weights=weights), folds=deal)
    repeated = predict(SPEC, prepared(values[twice]), folds=deal[twice])
    np.testing.assert_allclose(weighted.pls.rmse, repeated.pls.rmse, rtol=1e-9)
    np.testing.assert_allclose(weighted.lm.mae, repeated.lm.mae, rtol=1e-9)


def test_clusters_stay_whole(rng):
    towns = np.repeat(np.arange(20), 6)
    data = prepared(survey(rng), clusters=towns)
    deal = draw_folds(data, 4, rng)
    assert all(len(set(deal[towns == town])) == 1 for town in range(20))
    assert np.bincount(deal).tolist() == [30, 30, 30, 30]


@pytest.mark.parametrize(
    ("folds", "words"),
    [
        (np.arange(119) % 4, "shape .* for 120 respondents"),
        (np.where(np.arange(120) == 5, np.nan, np.arange(120) % 4), "no partition"),
        (np.repeat("left", 120), "no partition"),
        (np.zeros(120), "single fold"),
        (np.zeros((2, 2, 120)), "shape"),
    ],
)
def test_folds_that_are_no_partition_are_refused(rng, folds, words):
    with pytest.raises(DataError, match=words):
        predict(SPEC, prepared(survey(rng)), folds=folds)


@pytest.mark.parametrize("n_folds", [-1, 0, 1, 121])
def test_too_few_or_too_many_folds_are_refused(rng, n_folds):
    with pytest.raises(DataError, match="Ask for 2 to 120 folds"):
        draw_folds(prepared(survey(rng)), n_folds, rng)


def test_a_constant_column_in_training_is_named(rng):
    values = survey(rng)
    values[:, 4] = 5.0
    values[::4, 4] += rng.standard_normal(30)
    with pytest.raises(DataError, match="V2 does not vary where fold 1 is held out"):
        predict(SPEC, prepared(values), folds=np.arange(120) % 4)


def test_a_column_without_answers_in_training_is_named(rng):
    values = survey(rng)
    values[np.arange(120) % 4 != 0, 4] = np.nan
    with pytest.raises(DataError, match="V2 does not vary where fold 1 is held out"):
        predict(SPEC, prepared(values), folds=np.arange(120) % 4)


@pytest.mark.parametrize("wish", [{"technique": "da"}, {"benchmark": "mean"}, {"scheme": "star"}])
def test_unknown_wishes_are_refused(rng, wish):
    with pytest.raises(SpecificationError, match=f"{next(iter(wish.values()))}.*Choose"):
        predict(SPEC, prepared(survey(rng)), rng=rng, **wish)


def test_neither_folds_nor_generator_is_refused(rng):
    with pytest.raises(DataError, match="nothing to draw them by"):
        predict(SPEC, prepared(survey(rng)))


def test_a_benchmark_that_is_not_determined_is_refused(rng):
    values = survey(rng)
    values[:, 1] = 2 * values[:, 0]
    with pytest.raises(DataError, match="copies of others"):
        predict(SPEC, prepared(values), rng=rng)


def gappy(rng, n=400):
    values = survey(rng, n)
    holes = np.where(rng.random(values.shape) < 0.25, np.nan, values)
    nothing = np.isnan(holes).all(axis=1)
    holes[nothing] = values[nothing]
    return values, holes


def test_gaps_are_filled_by_the_predictors_alone(rng):
    """What a respondent answered to the targets tells nothing of what is foretold for him."""
    _, holes = gappy(rng)
    deal = np.arange(len(holes)) % 4
    row = int(np.flatnonzero(np.isnan(holes[:, 0]) & np.isfinite(holes[:, 1:3]).all(axis=1))[0])
    other = holes.copy()
    other[row, 3:] = 9.0
    found, moved = (
        predict(SPEC, prepared(each), folds=deal, technique="EA", missing="em") for each in (holes, other)
    )
    np.testing.assert_array_equal(found.predicted[row], moved.predicted[row])
    np.testing.assert_array_equal(found.predicted_lm[row], moved.predicted_lm[row])
    other[row, 1] += 3  # a predictor that is there tells of one that is not
    again = predict(SPEC, prepared(other), folds=deal, technique="EA", missing="em")
    assert (again.predicted[row] > moved.predicted[row]).all()


def test_expected_answers_foretell_better_than_means(rng):
    values, holes = gappy(rng, 1500)
    deal = np.arange(len(holes)) % 5
    whole, by_em, by_mean = (
        predict(SPEC, prepared(each), folds=deal, missing=missing)
        for each, missing in ((values, "em"), (holes, "em"), (holes, "mean"))
    )
    assert (by_em.pls.rmse < by_mean.pls.rmse).all()
    assert (by_em.lm.rmse < by_mean.lm.rmse).all()
    assert (by_em.pls.rmse < 1.1 * whole.pls.rmse).all()
    np.testing.assert_allclose(by_em.naive.rmse, by_mean.naive.rmse, rtol=1e-12)
    plain = predict(SPEC, prepared(values), folds=deal)
    np.testing.assert_array_equal(whole.predicted, plain.predicted)
