"""Units of a measure: how they weigh, when they are left out, and how many they count for."""

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.evaluation.effect import degrees_of_freedom, evaluate_measure
from csi_model.evaluation.permuted import permutation
from tests.csi_model.evaluation.panels import drawn_panel, evaluate


def by_unit(units, size):
    """Give respondents the weight of their unit."""
    return np.array([size[unit] for unit in units.tolist()])


@pytest.mark.parametrize(
    ("treated", "code", "said"),
    [
        (["u00", "U01"], "unknown-unit", "'U01'.*such as u01"),
        ([f"x{k}" for k in range(9)], "unknown-unit", "'x4' and 4 more"),
        ([], "few-units", "0 treated and 24"),
        ([f"u{k:02d}" for k in range(24)], "few-units", "24 treated and 0"),
    ],
)
def test_evaluation_refuses_unknown_or_too_few_units(treated, code, said):
    points, units, waves, _ = drawn_panel(np.random.default_rng(10))
    with pytest.raises(DataError, match=said) as refusal:
        evaluate((points, units, waves, treated), np.random.default_rng(0))
    assert refusal.value.code == code


@pytest.mark.parametrize(("n_treated", "least"), [(1, 1 / 10), (2, 1 / 45), (4, 1 / 210)])
def test_few_units_have_no_error_but_a_permutation(n_treated, least):
    """Smallest p of 2 of 10 units: 1 of 45 assignments. A large effect reaches it; nothing else is said."""
    points, units, waves, _ = drawn_panel(np.random.default_rng(10), n_units=10, effect=0.0, shock_sd=0.5)
    treated = [f"u{k:02d}" for k in range(n_treated)]
    points = points + 30.0 * (np.isin(units, treated) & (waves == "w4"))
    found = evaluate((points, units, waves, treated), np.random.default_rng(0), floor=20)
    assert found.effect.value[0] == pytest.approx(30, abs=6)
    assert np.isnan([found.effect.se[0], found.effect.low[0], found.effect.p[0]]).all()
    assert (found.permutation.p[0], found.permutation.least) == (pytest.approx(least), pytest.approx(least))
    (said,) = [each.message for each in found.cautions if each.code == "few-units"]
    assert "not enough to tell" in said


def test_the_permutation_holds_its_level_and_equals_a_count_by_hand():
    rng = np.random.default_rng(21)
    change, treated = np.array([[5.0], [1], [2], [0]]), np.array([True, False, False, False])
    # Differences of one unit to the mean of the others: 4, -4/3, 0, -8/3.
    assert permutation(change, np.ones(4), treated, rng).p.tolist() == [0.25]
    assert permutation(change, np.ones(4), treated[::-1], rng).p.tolist() == [0.5]
    weighted = permutation(np.r_[change, change], np.arange(1.0, 9), np.arange(8) < 4, rng)
    assert weighted.least == pytest.approx(2 / 70)
    worlds = rng.standard_normal((400, 30))
    chances = [permutation(each[:, None], np.ones(30), np.arange(30) < 3, rng).p[0] for each in worlds[:150]]
    assert 0.01 <= np.mean(np.array(chances) < 0.05) <= 0.1
    sampled = permutation(worlds[0][:, None], np.ones(30), np.arange(30) < 15, rng)
    assert sampled.least == pytest.approx(1 / 5000)


def shuffled_numbers(rng, *, n_after, effect=0.0, spread=1.0):
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
    panel = shuffled_numbers(np.random.default_rng(1), n_after=n_after)
    points, units, waves, treated = panel
    arm, after = np.isin(units, treated), waves == "w3"
    pooled = points[arm & after].mean() - points[arm & ~after].mean()
    assert pooled > 8, "the design has lost its trap"
    result = evaluate(panel, np.random.default_rng(0), before=["w1", "w2"], after=["w3"])
    assert result.effect.value[0] == pytest.approx(0, abs=0.3)
    assert result.effect.low[0] < 0 < result.effect.high[0]


@pytest.mark.parametrize(("wave", "share"), [("w1", 0.5), ("w4", 1.0)])
def test_saying_all_answers_of_a_unit_twice_changes_nothing(wave, share):
    """After the measure at full weight: how many answer then has no say."""
    points, units, waves, treated = drawn_panel(np.random.default_rng(11))
    weights = by_unit(units, {f"u{k:02d}": 1.0 + k for k in range(24)})
    doubled = (units == "u03") & (waves == wave)
    twice = np.r_[np.arange(len(points)), np.flatnonzero(doubled)]
    once, again = (
        evaluate(
            (points[rows], units[rows], waves[rows], treated),
            np.random.default_rng(0),
            weights=own[rows],
        )
        for rows, own in (
            (np.arange(len(points)), weights),
            (twice, weights * np.where(doubled, share, 1.0)),
        )
    )
    np.testing.assert_allclose(again.effect.value, once.effect.value, rtol=1e-12)
    np.testing.assert_allclose(again.effect.se, once.effect.se, rtol=1e-12)


def test_later_numbers_of_answers_do_not_move_the_default_weights():
    """Effects differ by unit; thinning those that gained most, after the measure, must not lower the mean."""
    rng = np.random.default_rng(12)
    points, units, waves, treated = drawn_panel(rng, noise=5.0, shock_sd=0.0, effect=0.0)
    gains = {name: 2.0 * k for k, name in enumerate(treated)}
    late = waves == "w4"
    points = points + np.array([gains.get(u, 0.0) for u in units.tolist()]) * late
    full = evaluate((points, units, waves, treated), rng).effect.value[0]
    thinned = []
    for _ in range(60):
        kept = ~(late & np.isin(units, treated[6:])) | (rng.random(len(points)) < 0.4)
        panel = (points[kept], units[kept], waves[kept], treated)
        thinned.append(evaluate(panel, rng, n_resamples=2).effect.value[0])
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
    panel = drawn_panel(np.random.default_rng(13))
    points, units, waves, treated = panel
    kept = ~((units == "u05") & (waves == "w2")) & ~((units == "u20") & (waves == "w4"))
    holes = evaluate((points[kept], units[kept], waves[kept], treated), np.random.default_rng(0))
    without = ~np.isin(units, ["u05", "u20"])
    clean = evaluate(
        (points[without], units[without], waves[without], [u for u in treated if u != "u05"]),
        np.random.default_rng(0),
    )
    np.testing.assert_array_equal(holes.effect.value, clean.effect.value)
    assert (holes.n_treated, holes.n_comparison) == (11, 11)
    (caution,) = [c for c in holes.cautions if c.code == "unit-absent"]
    assert "u05, u20" in caution.message
    assert "unit-absent" not in {c.code for c in clean.cautions}


def test_a_unit_whose_answers_are_missing_or_weigh_nothing_counts_as_absent():
    points, units, waves, treated = drawn_panel(np.random.default_rng(14))
    cell = (units == "u05") & (waves == "w4")
    missing = evaluate((np.where(cell, np.nan, points), units, waves, treated), np.random.default_rng(0))
    weightless = evaluate(
        (points, units, waves, treated), np.random.default_rng(0), weights=np.where(cell, 0.0, 1.0)
    )
    assert missing.n_treated == weightless.n_treated == 11


def test_no_effect_is_found_in_about_one_of_twenty():
    """Ten units an arm, of unequal size, with unit-by-wave shocks."""
    rng = np.random.default_rng(15)
    size = {f"u{k:02d}": float(w) for k, w in enumerate(np.exp(0.5 * rng.standard_normal(20)))}
    panels = (drawn_panel(rng, effect=0.0, n_units=20, n=5, shock_sd=4.0) for _ in range(400))
    found = [
        evaluate(panel, rng, n_resamples=300, weights=by_unit(panel[1], size)).effect.p[0] < 0.05
        for panel in panels
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


def test_unit_weights_are_what_units_count():
    points, units, waves, treated = drawn_panel(np.random.default_rng(11))
    size = {f"u{k:02d}": 1.0 + k for k in range(24)}
    given = evaluate((points, units, waves, treated), np.random.default_rng(0), unit_weights=size)
    same = evaluate((points, units, waves, treated), np.random.default_rng(0), weights=by_unit(units, size))
    np.testing.assert_allclose(given.effect.value, same.effect.value, rtol=1e-12)
    np.testing.assert_allclose(given.effect.se, same.effect.se, rtol=1e-12)
    for wrong in ({"u00": 1.0}, size | {"u03": 0.0}, size | {"u03": np.nan}):
        with pytest.raises(DataError, match=r"u0[13]") as refusal:
            evaluate((points, units, waves, treated), np.random.default_rng(0), unit_weights=wrong)
        assert refusal.value.code == "unit-weights"


def test_very_unequal_units_are_said_to_count_like_few():
    panel = drawn_panel(np.random.default_rng(17))
    weights = by_unit(panel[1], {f"u{k:02d}": 50.0 if k == 0 else 1.0 for k in range(24)})
    result = evaluate(panel, np.random.default_rng(0), weights=weights)
    assert "few-units" in {c.code for c in result.cautions}


def test_too_few_units_left_says_who_was_left_out():
    points, units, waves, treated = drawn_panel(np.random.default_rng(19), n_units=2)
    kept = ~((units == "u00") & (waves == "w4"))
    with pytest.raises(DataError, match=r"0 treated.*u00") as refusal:
        evaluate((points[kept], units[kept], waves[kept], treated), np.random.default_rng(0))
    assert refusal.value.code == "few-units"
