"""Difference-in-differences with a cluster bootstrap."""

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.evaluation import evaluate_measure

WAVES = ("w1", "w2", "w3", "w4")


def _panel(rng, *, effect=5.0, n_units=24, n=25, drift=0.0, unit_sd=4.0, shock_sd=1.5, noise=15.0):
    """Half of the units get the measure after w3; treated units drift by ``drift`` a wave before."""
    units = np.repeat([f"u{k:02d}" for k in range(n_units)], n * 4)
    waves = np.tile(np.repeat(WAVES, n), n_units)
    t = np.tile(np.repeat(np.arange(4), n), n_units)
    k = np.repeat(np.arange(n_units), n * 4)
    treated = k < n_units // 2
    points = (
        65
        + unit_sd * rng.standard_normal(n_units)[k]
        + shock_sd * rng.standard_normal((n_units, 4))[k, t]
        + 1.0 * t
        + drift * t * treated
        + effect * treated * (t == 3)
        + noise * rng.standard_normal(len(k))
    )
    return points, units, waves, [f"u{j:02d}" for j in range(n_units // 2)]


def _evaluate(panel, rng, **options):
    points, units, waves, treated = panel
    options = {"before": WAVES[:3], "after": WAVES[3:], "n_resamples": 400} | options
    return evaluate_measure(points, units, waves, rng, treated=treated, **options)


def test_effect_equals_the_four_means():
    panel = _panel(np.random.default_rng(1))
    result = _evaluate(panel, np.random.default_rng(0))
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
        effect = _evaluate(_panel(rng, n=10), rng, n_resamples=300).effect
        hits.append(effect.low[0] <= 5 <= effect.high[0])
    assert 0.92 < np.mean(hits) < 0.98


def test_bootstrap_error_equals_the_clustered_analytic_one():
    """Second derivation for equal cells: variance of unit-level changes in either arm."""
    rng = np.random.default_rng(3)
    points, units, waves, treated = _panel(rng)
    table = points.reshape(24, 4, 25).mean(axis=2)
    change = table[:, 3] - table[:, :3].mean(axis=1)
    analytic = np.sqrt(change[:12].var(ddof=1) / 12 + change[12:].var(ddof=1) / 12)
    result = _evaluate((points, units, waves, treated), rng, n_resamples=20_000)
    assert result.effect.se[0] == pytest.approx(analytic, rel=0.02)


def test_trend_test_holds_its_level_and_finds_a_drift():
    rng = np.random.default_rng(4)
    quiet = [_evaluate(_panel(rng, n=8), rng, n_resamples=200).trends.p[0] < 0.05 for _ in range(300)]
    assert 0.02 < np.mean(quiet) < 0.09
    drifting = _evaluate(_panel(rng, drift=4.0), rng)
    assert drifting.trends.p[0] < 0.001
    assert "trends-differ" in {c.code for c in drifting.cautions}
    assert drifting.trends.detectable[0] > 0


def test_event_study_is_zero_at_the_last_before_wave_and_shows_the_effect_after():
    result = _evaluate(_panel(np.random.default_rng(5), effect=8.0), np.random.default_rng(0))
    assert result.by_wave.value[2, 0] == 0
    assert result.by_wave.low[3, 0] > 0
    assert result.waves == WAVES


def test_units_chosen_for_bad_luck_raise_the_warning_and_its_size_is_right():
    """No effect at all, low scorers of a noisy baseline are 'treated': the rebound is regression alone."""
    rng = np.random.default_rng(6)
    rebounds, expected, warned = [], [], []
    for _ in range(40):
        points, units, waves, _ = _panel(
            rng, effect=0.0, n_units=40, n=10, unit_sd=1.5, shock_sd=0.0, noise=15.0
        )
        names = np.unique(units)
        baseline = np.array([points[(units == u) & (waves == "w3")].mean() for u in names])
        treated = names[np.argsort(baseline)[:10]].tolist()
        result = _evaluate((points, units, waves, treated), rng, before=["w3"], after=["w4"], n_resamples=100)
        rebounds.append(result.effect.value[0])
        # The comparison units were chosen for good luck: their part of the rebound comes on top.
        expected.append(result.regression_to_mean.expected_gain[0])
        warned.append("regression-to-mean" in {c.code for c in result.cautions})
    assert np.mean(rebounds) > 3
    assert np.mean(expected) == pytest.approx(np.mean(rebounds), rel=0.35)
    assert np.mean(warned) > 0.9


def test_several_figures_are_evaluated_at_once():
    rng = np.random.default_rng(7)
    points, units, waves, treated = _panel(rng)
    both = np.column_stack([points, 2 * points])
    result = evaluate_measure(
        both, units, waves, np.random.default_rng(1), treated=treated, before=WAVES[:3], after=["w4"]
    )
    np.testing.assert_allclose(result.effect.value[1], 2 * result.effect.value[0])
    np.testing.assert_allclose(result.effect.se[1], 2 * result.effect.se[0])


def test_one_before_wave_cautions_that_trends_are_unknown():
    result = _evaluate(_panel(np.random.default_rng(8)), np.random.default_rng(0), before=["w3"])
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
        _evaluate(_panel(np.random.default_rng(9)), np.random.default_rng(0), **options)
    assert refusal.value.code == code
    assert refusal.value.remedy


@pytest.mark.parametrize(("treated", "code"), [(["nowhere"], "unknown-unit"), (["u00"], "few-units")])
def test_evaluation_refuses_unknown_or_too_few_units(treated, code):
    points, units, waves, _ = _panel(np.random.default_rng(10))
    with pytest.raises(DataError) as refusal:
        _evaluate((points, units, waves, treated), np.random.default_rng(0))
    assert refusal.value.code == code


def test_too_few_units_for_the_joint_test_are_no_pass():
    panel = _panel(np.random.default_rng(5), n_units=4)
    result = _evaluate(panel, np.random.default_rng(0))
    assert np.isnan(result.trends.p).all()
    assert "no-trend-check" in {caution.code for caution in result.cautions}
