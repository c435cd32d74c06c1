"""Difference-in-differences with a cluster bootstrap."""

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.evaluation.effect import degrees_of_freedom, evaluate_measure

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


def _shuffled_numbers(rng, *, n_after, effect=0.0, spread=1.0):
    """20 units with levels 10 points apart at most; the treated ones answer ``n_after`` times after."""
    points, units, waves = [], [], []
    for k in range(20):
        for wave in ("w1", "w2", "w3"):
            n = int(n_after[k]) if wave == "w3" else 60
            lift = effect if k >= 10 and wave == "w3" else 0.0
            points += (50 + 4 * (k % 10) + lift + spread * rng.standard_normal(n)).tolist()
            units += [f"u{k:02d}"] * n
            waves += [wave] * n
    return np.array(points), np.array(units), np.array(waves), [f"u{k:02d}" for k in range(10, 20)]


def test_who_answers_how_often_moves_nothing():
    """No effect at all; after the measure the happy units among the treated answer eleven times as often."""
    n_after = np.r_[np.full(10, 60), np.full(5, 10), np.full(5, 110)]
    panel = _shuffled_numbers(np.random.default_rng(1), n_after=n_after)
    points, units, waves, treated = panel
    arm, after = np.isin(units, treated), waves == "w3"
    pooled = points[arm & after].mean() - points[arm & ~after].mean()
    assert pooled > 8, "the design has lost its trap"
    result = _evaluate(panel, np.random.default_rng(0), before=["w1", "w2"], after=["w3"])
    assert result.effect.value[0] == pytest.approx(0, abs=0.3)
    assert result.effect.low[0] < 0 < result.effect.high[0]


@pytest.mark.parametrize("wave", ["w1", "w4"])
def test_saying_all_answers_of_a_unit_twice_in_one_wave_changes_nothing_at_given_weights(wave):
    points, units, waves, treated = _panel(np.random.default_rng(11))
    unit_weights = {f"u{k:02d}": 1.0 + k for k in range(24)}
    twice = np.r_[np.arange(len(points)), np.flatnonzero((units == "u03") & (waves == wave))]
    once, again = (
        _evaluate(
            (points[rows], units[rows], waves[rows], treated),
            np.random.default_rng(0),
            unit_weights=unit_weights,
        )
        for rows in (np.arange(len(points)), twice)
    )
    np.testing.assert_allclose(again.effect.value, once.effect.value, rtol=1e-12)
    np.testing.assert_allclose(again.effect.se, once.effect.se, rtol=1e-12)


def test_later_numbers_of_answers_do_not_move_the_default_weights():
    """Effects differ by unit; thinning those that gained most, after the measure, must not lower the mean."""
    rng = np.random.default_rng(12)
    points, units, waves, treated = _panel(rng, noise=5.0, shock_sd=0.0, effect=0.0)
    gains = {name: 2.0 * k for k, name in enumerate(treated)}
    late = waves == "w4"
    points = points + np.array([gains.get(u, 0.0) for u in units.tolist()]) * late
    full = _evaluate((points, units, waves, treated), rng).effect.value[0]
    thinned = []
    for _ in range(60):
        kept = ~(late & np.isin(units, treated[6:])) | (rng.random(len(points)) < 0.4)
        panel = (points[kept], units[kept], waves[kept], treated)
        thinned.append(_evaluate(panel, rng, n_resamples=2).effect.value[0])
    assert np.mean(thinned) == pytest.approx(full, abs=4 * np.std(thinned) / np.sqrt(60))
    assert np.mean(thinned) == pytest.approx(11, abs=1)


def test_effect_is_the_weighted_mean_of_unit_changes():
    """By hand: respondent weights within a cell, their mean sum per before-wave across units."""
    points = np.array([50.0, 60, 70, 80, 40, 44, 61, 71, 90])
    units = np.array(["a", "a", "a", "b", "c", "d", "c", "d", "b"])
    waves = np.array(["1", "1", "2", "1", "1", "1", "2", "2", "2"])
    weights = np.array([1.0, 3, 5, 2, 1, 1, 1, 1, 9])
    result = evaluate_measure(
        points, units, waves, np.random.default_rng(0),
        treated=["a", "b"], before=["1"], after=["2"], weights=weights, n_resamples=50, floor=1,
    )  # fmt: skip
    unit_a, unit_b = 70 - (50 + 3 * 60) / 4, 90 - 80
    assert result.effect.value[0] == pytest.approx((4 * unit_a + 2 * unit_b) / 6 - (21 + 27) / 2)


def test_a_unit_absent_in_a_wave_is_left_out_and_named():
    panel = _panel(np.random.default_rng(13))
    points, units, waves, treated = panel
    kept = ~((units == "u05") & (waves == "w2")) & ~((units == "u20") & (waves == "w4"))
    holes = _evaluate((points[kept], units[kept], waves[kept], treated), np.random.default_rng(0))
    without = ~np.isin(units, ["u05", "u20"])
    clean = _evaluate(
        (points[without], units[without], waves[without], [u for u in treated if u != "u05"]),
        np.random.default_rng(0),
    )
    np.testing.assert_array_equal(holes.effect.value, clean.effect.value)
    assert (holes.n_treated, holes.n_comparison) == (11, 11)
    (caution,) = [c for c in holes.cautions if c.code == "unit-absent"]
    assert "u05, u20" in caution.message
    assert "unit-absent" not in {c.code for c in clean.cautions}


def test_a_unit_whose_answers_are_missing_or_weigh_nothing_counts_as_absent():
    points, units, waves, treated = _panel(np.random.default_rng(14))
    cell = (units == "u05") & (waves == "w4")
    missing = _evaluate((np.where(cell, np.nan, points), units, waves, treated), np.random.default_rng(0))
    weightless = _evaluate(
        (points, units, waves, treated), np.random.default_rng(0), weights=np.where(cell, 0.0, 1.0)
    )
    assert missing.n_treated == weightless.n_treated == 11


def test_no_effect_is_found_in_about_one_of_twenty():
    """Ten units an arm, of unequal size, with unit-by-wave shocks."""
    rng = np.random.default_rng(15)
    size = {f"u{k:02d}": float(w) for k, w in enumerate(np.exp(0.5 * rng.standard_normal(20)))}
    found = [
        _evaluate(
            _panel(rng, effect=0.0, n_units=20, n=5, shock_sd=4.0), rng, n_resamples=300, unit_weights=size
        ).effect.p[0]
        < 0.05
        for _ in range(400)
    ]
    assert 0.02 < np.mean(found) < 0.075


def test_degrees_of_freedom_are_units_less_one_and_fewer_for_unequal_units():
    assert degrees_of_freedom(np.full(10, 0.1)) == pytest.approx(9)
    # Two units: any weights leave one deviation.
    assert degrees_of_freedom(np.array([0.9, 0.1])) == pytest.approx(1)
    dominated = degrees_of_freedom(np.r_[0.82, np.full(9, 0.02)])
    assert 1 < dominated < 2


def test_degrees_of_freedom_are_those_of_the_simulated_variance():
    """Second derivation: for a scaled chi-square, df = 2 mean² / variance."""
    a = np.array([0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    y = np.random.default_rng(16).standard_normal((200_000, 6))
    variance = ((y - (y @ a)[:, None]) ** 2) @ (a**2 / (1 - 2 * a + a @ a))
    assert variance.mean() == pytest.approx(a @ a, rel=0.01)
    assert degrees_of_freedom(a) == pytest.approx(2 * variance.mean() ** 2 / variance.var(), rel=0.03)


def test_very_unequal_units_are_said_to_count_like_few():
    unit_weights = {f"u{k:02d}": 50.0 if k == 0 else 1.0 for k in range(24)}
    result = _evaluate(_panel(np.random.default_rng(17)), np.random.default_rng(0), unit_weights=unit_weights)
    assert "few-units" in {c.code for c in result.cautions}


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, None])
def test_unit_weights_that_lack_a_unit_or_are_not_positive_are_refused(weight):
    unit_weights = {f"u{k:02d}": 1.0 for k in range(24)} | {"u07": weight}
    if weight is None:
        del unit_weights["u07"]
    with pytest.raises(DataError) as refusal:
        _evaluate(_panel(np.random.default_rng(18)), np.random.default_rng(0), unit_weights=unit_weights)
    assert refusal.value.code == "unit-weights"


def test_too_few_units_left_says_who_was_left_out():
    points, units, waves, treated = _panel(np.random.default_rng(19), n_units=4)
    kept = ~((units == "u00") & (waves == "w4"))
    with pytest.raises(DataError, match=r"1 treated.*u00") as refusal:
        _evaluate((points[kept], units[kept], waves[kept], treated), np.random.default_rng(0))
    assert refusal.value.code == "few-units"


def test_one_resample_is_refused():
    with pytest.raises(DataError) as refusal:
        _evaluate(_panel(np.random.default_rng(20)), np.random.default_rng(0), n_resamples=1)
    assert refusal.value.code == "draws"
