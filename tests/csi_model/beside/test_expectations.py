"""Expected, perceived, and the gap."""

import numpy as np
import pytest

from csi_model.beside.expectations import TierAnswers, expectation_gaps
from csi_model.errors import DataError


def _tiers(rng, n=400, gaps=(12.0, 0.0, -8.0)):
    answers = {}
    for tier, gap in zip(("basic", "price_linked", "beyond_value"), gaps, strict=True):
        person = 12 * rng.standard_normal((n, 1))
        expected = 65 + person + 8 * rng.standard_normal((n, 2))
        perceived = 65 - gap + person + 8 * rng.standard_normal((n, 3))
        answers[tier] = TierAnswers(np.clip(expected, 0, 100), np.clip(perceived, 0, 100))
    return answers


def test_planted_gaps_are_found_by_tier():
    gaps = expectation_gaps(_tiers(np.random.default_rng(1)))
    assert gaps.verdict == ("short", "met", "exceeded")
    np.testing.assert_allclose(gaps.gap.value, [12, 0, -8], atol=1.5)
    np.testing.assert_allclose(gaps.expected.value - gaps.perceived.value, gaps.gap.value, atol=1e-10)


def test_gap_error_is_that_of_paired_differences():
    answers = _tiers(np.random.default_rng(2))
    gaps = expectation_gaps(answers)
    paired = answers["basic"].expected.mean(1) - answers["basic"].perceived.mean(1)
    assert gaps.gap.se[0] == pytest.approx(paired.std(ddof=1) / np.sqrt(len(paired)), rel=1e-12)
    assert gaps.gap.se[0] < np.hypot(gaps.expected.se[0], gaps.perceived.se[0])


def test_gap_intervals_cover():
    rng = np.random.default_rng(3)
    hits = []
    for _ in range(400):
        gaps = expectation_gaps(_tiers(rng, 120))
        hits.append((gaps.gap.low <= [12, 0, -8]) & (gaps.gap.high >= [12, 0, -8]))
    assert 0.93 < np.mean(hits) < 0.97


def test_few_with_both_sides_make_all_figures_of_their_tier_indicative():
    answers = _tiers(np.random.default_rng(5), 130)
    answers["beyond_value"].perceived[:40] = np.nan
    gaps = expectation_gaps(answers)
    for side in (gaps.expected, gaps.perceived, gaps.gap):
        assert side.rests_on_few.tolist() == [False, False, True]
        assert side.n.tolist() == [130, 130, 90]
    assert not expectation_gaps(answers, indicative=90).gap.is_indicative


def test_only_respondents_with_both_sides_count():
    answers = _tiers(np.random.default_rng(4))
    answers["basic"].expected[:100] = np.nan
    gaps = expectation_gaps(answers)
    assert gaps.n[0] == 300
    assert gaps.expected.value[0] == pytest.approx(np.nanmean(answers["basic"].expected[100:].mean(1)))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({}, "tiers"),
        ({"basic": TierAnswers(np.full((10, 1), 50.0), np.full((10, 1), 50.0))}, "floor"),
        ({"basic": TierAnswers(np.full((50, 1), 50.0), np.full((40, 1), 50.0))}, "length"),
        ({"basic": TierAnswers(np.full((50, 1), 50.0), np.full((50, 1), 150.0))}, "scales"),
    ],
)
def test_gaps_refuse_with_a_named_reason(answers, code):
    with pytest.raises(DataError) as refusal:
        expectation_gaps(answers)
    assert refusal.value.code == code
    assert refusal.value.remedy
