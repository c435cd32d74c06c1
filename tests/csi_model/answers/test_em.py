"""The batched EM against a plain one, and questions that few were asked."""

import numpy as np
import pytest

import csi_model
from csi_model.answers.em import Patterns


def plain_em(values, weights, steps=3000):
    """One respondent at a time, as Little and Rubin (2002, section 11.2) write it."""
    mean, cov = np.nanmean(values, axis=0), np.diag(np.nanvar(values, axis=0))
    for _ in range(steps):
        first, second = np.zeros_like(mean), np.zeros_like(cov)
        for row, weight in zip(values, weights, strict=True):
            gap = np.isnan(row)
            filled, left = row.copy(), np.zeros_like(cov)
            if gap.any():
                slope = cov[np.ix_(gap, ~gap)] @ np.linalg.inv(cov[np.ix_(~gap, ~gap)])
                filled[gap] = mean[gap] + slope @ (row[~gap] - mean[~gap])
                left[np.ix_(gap, gap)] = cov[np.ix_(gap, gap)] - slope @ cov[np.ix_(~gap, gap)]
            first += weight * filled
            second += weight * (np.outer(filled, filled) + left)
        renewed = first / weights.sum()
        spread = second / weights.sum() - np.outer(renewed, renewed)
        moved = np.abs(spread - cov).max()
        mean, cov = renewed, spread
        if moved < 1e-11:
            break
    return mean, cov


@pytest.fixture
def gappy():
    rng = np.random.default_rng(5)
    values = 3 + rng.standard_normal((60, 1)) + rng.standard_normal((60, 5))
    values[rng.random(values.shape) < 0.2] = np.nan
    return values[~np.isnan(values).all(axis=1)]


def test_batches_equal_plain_em(gappy):
    rng = np.random.default_rng(1)
    n = len(gappy)
    weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=3), rng.uniform(0.5, 2, n)])
    patterns = Patterns(gappy)
    mean, cov = patterns.maximum(weights)
    warm = patterns.maximum(weights, (mean[0], cov[0]))
    for k, row in enumerate(weights):
        wanted = plain_em(gappy, row)
        np.testing.assert_allclose(mean[k], wanted[0], atol=1e-7)
        np.testing.assert_allclose(cov[k], wanted[1], atol=1e-7)
        np.testing.assert_allclose(warm[1][k], wanted[1], atol=1e-7)


def test_complete_answers_have_their_own_moments(gappy):
    complete = np.where(np.isnan(gappy), 3.0, gappy)
    mean, cov = Patterns(complete).maximum(np.ones((1, len(complete))))
    np.testing.assert_allclose(mean[0], complete.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(cov[0], np.cov(complete.T, ddof=0), rtol=1e-10)


def test_the_size_of_a_batch_changes_nothing(gappy, monkeypatch):
    n = len(gappy)
    weights = np.random.default_rng(2).multinomial(n, np.full(n, 1 / n), size=7).astype(float)
    whole = Patterns(gappy).maximum(weights)
    monkeypatch.setattr("csi_model.answers.em.AT_ONCE", 1)
    apart = Patterns(gappy).maximum(weights)
    np.testing.assert_allclose(whole[1], apart[1], atol=1e-12)


def survey(n_answers):
    """120 respondents; the last question was put to a few of them only."""
    rng = np.random.default_rng(8)
    answers = np.clip(np.rint(6 + rng.standard_normal((120, 1)) + rng.standard_normal((120, 4))), 1, 10)
    answers[n_answers:, 3] = np.nan
    spec = csi_model.ModelSpec.from_mapping(
        {
            "index": "S",
            "constructs": [
                {"id": "Q", "indicators": ["q1", "q2"]},
                {"id": "S", "indicators": ["s1", "s2"]},
            ],
            "paths": [["Q", "S"]],
        }
    )
    return spec, csi_model.prepare(spec, dict(zip(spec.indicator_ids, answers.T, strict=True)))


@pytest.mark.parametrize("missing", ["em", "fiml"])
def test_a_question_put_to_few_is_estimated_by_its_prior(missing):
    spec, data = survey(9)
    result = csi_model.estimate(spec, data, csi_model.Options(missing=missing, bootstrap=60))
    assert result.failed < 6  # all nine answered alike, or none was drawn
    figure = result.figure("constructs")
    assert (figure.low < figure.value).all()
    assert (figure.value < figure.high).all()


def test_the_older_name_of_the_treatment_gives_the_same():
    spec, data = survey(40)
    found = [csi_model.estimate(spec, data, csi_model.Options(missing=name)) for name in ("em", "fiml")]
    assert csi_model.document(found[0]) == csi_model.document(found[1])
