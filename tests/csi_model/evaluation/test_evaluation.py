"""Difference-in-differences with a cluster bootstrap."""

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.evaluation.effect import evaluate_measure
from tests.csi_model.evaluation.panels import WAVES, drawn_panel, evaluate


def test_effect_equals_the_four_means():
    panel = drawn_panel(np.random.default_rng(1))
    result = evaluate(panel, np.random.default_rng(0))
    points, units, waves, treated = panel
    arm, after = np.isin(units, treated), waves == "w4"
    by_hand = (points[arm & after].mean() - points[arm & ~after].mean()) - (
        points[~arm & after].mean() - points[~arm & ~after].mean()
    )
    assert result.effect.value[0] == pytest.approx(by_hand)
    assert (result.n_treated, result.n_comparison) == (12, 12)


def test_planted_effects_are_covered():
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(300):
        effect = evaluate(drawn_panel(rng, n=10), rng, n_resamples=300).effect
        hits.append(effect.low[0] <= 5 <= effect.high[0])
    assert 0.92 < np.mean(hits) < 0.98


def test_bootstrap_error_equals_the_clustered_analytic_one():
    """Second derivation for equal cells: variance of unit-level changes in either arm."""
    rng = np.random.default_rng(3)
    points, units, waves, treated = drawn_panel(rng)
    table = points.reshape(24, 4, 25).mean(axis=2)
    change = table[:, 3] - table[:, :3].mean(axis=1)
    analytic = np.sqrt(change[:12].var(ddof=1) / 12 + change[12:].var(ddof=1) / 12)
    result = evaluate((points, units, waves, treated), rng, n_resamples=20_000)
    assert result.effect.se[0] == pytest.approx(analytic, rel=0.02)


def test_trend_test_holds_its_level_and_finds_a_drift():
    rng = np.random.default_rng(4)
    quiet = [evaluate(drawn_panel(rng, n=8), rng, n_resamples=200).trends.p[0] < 0.05 for _ in range(300)]
    assert 0.02 < np.mean(quiet) < 0.09
    drifting = evaluate(drawn_panel(rng, drift=4.0), rng)
    assert drifting.trends.p[0] < 0.001
    assert "trends-differ" in {c.code for c in drifting.cautions}
    assert drifting.trends.detectable[0] > 0


def test_a_wave_that_is_given_twice_tells_nothing_more_of_the_trends():
    points, units, waves, treated = drawn_panel(np.random.default_rng(4), drift=2.5)
    again = waves == "w2"
    twice = (
        np.concatenate([points, points[again]]),
        np.concatenate([units, units[again]]),
        np.concatenate([waves, np.full(again.sum(), "w2, again")]),
        treated,
    )
    rng = np.random.default_rng
    once, more = (
        evaluate((points, units, waves, treated), rng(0)),
        evaluate(twice, rng(0), before=("w1", "w2", "w2, again", "w3")),
    )
    assert more.trends.waves == ("w1", "w2", "w2, again")
    # The mean of the waves before, and so the degrees of freedom, are a little others.
    assert more.trends.p[0] == pytest.approx(once.trends.p[0], rel=0.01)


def test_trends_are_judged_at_the_level_of_the_call():
    panel = drawn_panel(np.random.default_rng(4), drift=2.5)
    strict, lax = (evaluate(panel, np.random.default_rng(0), level=level) for level in (0.999, 0.5))
    assert 0.001 < strict.trends.p[0] == lax.trends.p[0] < 0.5
    assert strict.trends.detectable[0] > 1.4 * lax.trends.detectable[0]
    told = [{caution.code for caution in each.cautions} for each in (strict, lax)]
    assert ["trends-differ" in each for each in told] == [False, True]


def test_event_study_is_zero_at_the_last_before_wave_and_shows_the_effect_after():
    result = evaluate(drawn_panel(np.random.default_rng(5), effect=8.0), np.random.default_rng(0))
    assert result.by_wave.value[2, 0] == 0
    assert result.by_wave.low[3, 0] > 0
    assert result.waves == WAVES


def test_units_chosen_for_bad_luck_raise_the_warning_and_its_size_is_right():
    """No effect at all, low scorers of a noisy baseline are 'treated': the rebound is regression alone."""
    rng = np.random.default_rng(6)
    rebounds, expected, warned = [], [], []
    for _ in range(40):
        points, units, waves, _ = drawn_panel(
            rng, effect=0.0, n_units=40, n=10, unit_sd=1.5, shock_sd=0.0, noise=15.0
        )
        names = np.unique(units)
        baseline = np.array([points[(units == u) & (waves == "w3")].mean() for u in names])
        treated = names[np.argsort(baseline)[:10]].tolist()
        result = evaluate((points, units, waves, treated), rng, before=["w3"], after=["w4"], n_resamples=100)
        rebounds.append(result.effect.value[0])
        # The comparison units were chosen for good luck: their part of the rebound comes on top.
        expected.append(result.regression_to_mean.expected_gain[0])
        warned.append("regression-to-mean" in {c.code for c in result.cautions})
    assert np.mean(rebounds) > 3
    assert np.mean(expected) == pytest.approx(np.mean(rebounds), rel=0.35)
    assert np.mean(warned) > 0.9


def test_several_figures_are_evaluated_at_once():
    rng = np.random.default_rng(7)
    points, units, waves, treated = drawn_panel(rng)
    both = np.column_stack([points, 2 * points])
    result = evaluate_measure(
        both, units, waves, np.random.default_rng(1), treated=treated, before=WAVES[:3], after=["w4"]
    )
    np.testing.assert_allclose(result.effect.value[1], 2 * result.effect.value[0])
    np.testing.assert_allclose(result.effect.se[1], 2 * result.effect.se[0])


def test_one_before_wave_cautions_that_trends_are_unknown():
    result = evaluate(drawn_panel(np.random.default_rng(8)), np.random.default_rng(0), before=["w3"])
    assert result.trends is None
    assert "no-trend-check" in {c.code for c in result.cautions}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"before": ["w0"]}, "unknown-wave"),
        ({"after": ["w3"]}, "waves"),
        ({"before": []}, "waves"),
        ({"floor": 10_000}, "floor"),
    ],
)
def test_evaluation_refuses_designs_that_cannot_answer(options, code):
    with pytest.raises(DataError) as refusal:
        evaluate(drawn_panel(np.random.default_rng(9)), np.random.default_rng(0), **options)
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_too_few_units_for_the_joint_test_are_no_pass():
    panel = drawn_panel(np.random.default_rng(5), n_units=12)
    weights = np.where(np.isin(panel[1], ["u00", "u01", "u06", "u07"]), 60.0, 1.0)
    result = evaluate(panel, np.random.default_rng(0), weights=weights)
    assert np.isnan(result.trends.p).all()
    assert np.isfinite(result.effect.p).all()
    assert "no-joint-trend" in {caution.code for caution in result.cautions}


def test_one_resample_is_refused():
    with pytest.raises(DataError) as refusal:
        evaluate(drawn_panel(np.random.default_rng(20)), np.random.default_rng(0), n_resamples=1)
    assert refusal.value.code == "draws"
