"""The matrix of shares that makes construct points, and the scores of respondents by it."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model import DataError, ModelSpec, Options, estimate, index_among, prepare, respondent_scores
from csi_model.estimation.one import estimate_one
from csi_model.estimation.scores import points_among
from csi_model.resampling.estimator import Estimator
from tests.csi_model.staged import interacting, plain_mapping, second_order


@pytest.fixture
def plain(golden):
    return plain_mapping(golden)


@pytest.fixture
def columns(golden):
    return golden.columns("data.csv")


def with_answers(spec, columns):
    return spec, prepare(spec, columns)


KINDS = [("A", "two-stage"), ("B", "two-stage"), ("A", "repeated"), ("B", "repeated")]


@pytest.mark.parametrize(("mode", "approach"), KINDS)
def test_shares_make_the_points_of_every_construct(plain, columns, mode, approach):
    spec, data = with_answers(second_order(plain, mode, approach), columns)
    points = estimate(spec, data).points
    shares = points.construct_shares[0]
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(points.indicators[0] @ shares, points.constructs[0], rtol=1e-12)
    np.testing.assert_allclose((shares * spec.home_mask).sum(axis=1), points.shares[0], rtol=1e-12)
    assert (shares[~spec.block_mask] == 0).all()


def test_respondents_scores_average_to_the_points(plain, columns, rng):
    spec = second_order(plain)
    data = prepare(spec, columns, weights=rng.uniform(0.5, 2, 300))
    result = estimate(spec, data)
    found = respondent_scores(result, data)
    np.testing.assert_allclose(np.average(found, axis=0, weights=data.weights), result.points.constructs[0])
    sd = np.sqrt(np.average((found - result.points.constructs[0]) ** 2, axis=0, weights=data.weights))
    np.testing.assert_allclose(sd, result.points.sd[0])


@pytest.mark.parametrize("missing", ["em", "mean"])
@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_the_index_of_everybody_is_the_estimations_with_gaps_too(plain, columns, rng, missing, method):
    spec = ModelSpec.from_mapping(plain)
    whole = prepare(spec, columns)
    data = replace(whole, values=np.where(rng.random(whole.values.shape) < 0.12, np.nan, whole.values))
    result = estimate(spec, data, Options(method=method, missing=missing))
    index = spec.place[spec.index]
    assert index_among(result, data) == result.points.constructs[0, index]
    low = respondent_scores(result, data)[:, index] < 60
    assert index_among(result, data.where(low)) < 60 < index_among(result, data.where(~low))
    few = data.where(low)  # fitted by themselves, from nowhere near
    alone = Estimator(spec, few, result.options).moments.level[0]
    np.testing.assert_allclose(result.estimator.moments_of(few).level[0], alone, atol=1e-5)


@pytest.mark.parametrize("clustered", [False, True])
def test_many_are_reckoned_as_an_estimation_of_theirs_would(clustered):
    r = np.random.default_rng(9)
    quality = r.standard_normal(25_000)
    columns = {code: np.clip(np.rint(6 + quality + r.standard_normal(25_000)), 1, 10) for code in "ABC"}
    spec = ModelSpec.from_lavaan("Q =~ A + B\nSAT =~ C\nSAT ~ Q")
    clusters = np.arange(25_000) // 3 if clustered else None
    data = prepare(spec, columns, weights=r.uniform(0.2, 3, 25_000), clusters=clusters)
    result = estimate(spec, data)
    points = result.points.constructs[0]
    assert points_among(result, data).tolist() == points.tolist()
    many = data.where(np.arange(25_000) > 3_000)
    of_theirs = estimate_one(spec, many, result.options, common=result.points.construct_shares[0])
    assert points_among(result, many).tolist() == of_theirs.points.constructs[0].tolist()
    np.testing.assert_allclose(  # another sum of the same: rounding alone
        points_among(result, many), np.average(respondent_scores(result, many), axis=0, weights=many.weights)
    )


def test_the_index_of_some_is_their_mean_where_nothing_is_missing(plain, columns):
    spec, data = with_answers(second_order(plain), columns)
    result = estimate(spec, data)
    some = np.arange(300) < 90
    own = respondent_scores(result, data)[some, spec.place[spec.index]].mean()
    assert index_among(result, data.where(some)) == pytest.approx(own, abs=1e-11)
    assert np.isnan(index_among(result, data.where(some & ~some)))
    with pytest.raises(DataError):
        index_among(result, replace(data, codes=data.codes[::-1]))


def test_an_interaction_has_neither_shares_nor_scores(plain, columns):
    spec, data = with_answers(interacting(plain), columns)
    result = estimate(spec, data)
    both = spec.place["BOTH"]
    assert (result.points.construct_shares[0, :, both] == 0).all()
    found = respondent_scores(result, data)
    assert np.isnan(found[:, both]).all()
    assert np.isfinite(np.delete(found, both, axis=1)).all()


def test_scores_pass_over_gaps_and_refuse_other_questions(golden, plain, columns):
    spec, data = with_answers(ModelSpec.from_mapping(plain), columns)
    result = estimate(spec, data)
    gaps = data.values.copy()
    gaps[0, spec.home_mask[:, spec.place["SAT"]]] = np.nan
    first = np.flatnonzero(spec.home_mask[:, spec.place["QUAL"]])
    gaps[1, first[0]] = np.nan
    found = respondent_scores(result, replace(data, values=gaps))
    assert np.isnan(found[0, spec.place["SAT"]])
    shares = result.points.shares[0, first[1:]]
    by_hand = (100 * (gaps[1, first[1:]] - 1) / 9) @ shares / shares.sum()
    assert found[1, spec.place["QUAL"]] == pytest.approx(by_hand)
    with pytest.raises(DataError, match="not those to this model"):
        respondent_scores(result, prepare(second_order(plain), columns))
