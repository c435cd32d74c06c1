"""Importance and performance, stated importance, what-if and the ranking."""

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.improvement.picks import stated_importance
from csi_model.improvement.ranking import quadrants
from csi_model.improvement.what_if import what_if
from csi_model.measures.effects import points_per_point


def test_unstandardised_effect_is_the_regression_slope_of_the_points():
    """Second derivation: with one driver the effect in points is the plain least-squares slope."""
    rng = np.random.default_rng(2)
    driver = 60 + 12 * rng.standard_normal(500)
    target = 20 + 0.7 * driver + 9 * rng.standard_normal(500)
    scores = np.column_stack([driver, target])
    standardised = np.zeros((2, 2))
    standardised[1, 0] = np.corrcoef(scores.T)[0, 1]
    effect = points_per_point(standardised, scores.std(axis=0, ddof=1))
    assert effect[1, 0] == pytest.approx(np.polyfit(driver, target, 1)[0])


def test_quadrants_split_at_the_means():
    result = quadrants(np.array([0.1, 0.5, 0.1, 0.5]), np.array([40.0, 40, 80, 80]))
    assert result.tolist() == ["watch", "act", "enough", "keep"]


def test_stated_importance_counts_picks_and_finds_hidden_drivers():
    picks = np.zeros((200, 4))
    picks[:160, 0] = picks[:120, 1] = picks[:60, 2] = picks[:20, 3] = 1
    result = stated_importance(picks, derived=np.array([0.3, 0.05, 0.4, 0.1]))
    np.testing.assert_allclose(result.shares.value, [0.8, 0.6, 0.3, 0.1])
    assert (result.hidden, result.overrated) == ((2,), (1,))
    assert result.rank_agreement == pytest.approx(0.0, abs=1e-12)


def test_stated_importance_leaves_out_those_who_had_no_choice():
    picks = np.zeros((100, 2))
    picks[:40, 0] = 1
    picks[50:, 0] = np.nan
    assert stated_importance(picks).shares.value[0] == pytest.approx(0.8)


def test_those_who_were_not_offered_an_option_move_nothing_about_it():
    """Share, error and interval stay, with weights and clusters; what nobody or everybody picked too."""
    rng = np.random.default_rng(5)
    picks = (rng.random((120, 4)) < [0.6, 0.3, 0.0, 1.0]).astype(float)
    weights, clusters = rng.uniform(0.5, 2.0, 360), np.repeat(np.arange(90), 4)
    more = (rng.random((240, 4)) < 0.5).astype(float)
    more[:, [0, 2, 3]] = np.nan
    for own_weights, own_clusters in ((None, None), (weights, None), (weights, clusters)):
        few, many = (
            stated_importance(
                table,
                weights=None if own_weights is None else own_weights[: len(table)],
                clusters=None if own_clusters is None else own_clusters[: len(table)],
            ).shares
            for table in (picks, np.vstack([picks, more]))
        )
        for name in ("value", "se", "low", "high"):
            before, after = getattr(few, name), getattr(many, name)
            np.testing.assert_allclose(after[[0, 2, 3]], before[[0, 2, 3]], rtol=1e-12)
        assert many.se[1] < few.se[1]


def test_an_option_of_one_cluster_alone_is_refused():
    picks = np.full((80, 2), np.nan)
    picks[:, 0], picks[:40, 1] = np.tile([0.0, 1.0], 40), np.tile([0.0, 1.0], 20)
    with pytest.raises(DataError, match="Option 1 was offered in one cluster alone") as caught:
        stated_importance(picks, clusters=np.repeat(["a", "b"], 40))
    assert caught.value.code == "one-unit"


def _scenario(mean=60.0, n=500):
    rng = np.random.default_rng(3)
    points = np.round(np.clip(mean + 15 * rng.standard_normal((n, 3)), 0, 100))
    effect = np.array([0.2, 0.1, 0.05])
    draws = effect + 0.02 * rng.standard_normal((4000, 3))
    return points, effect, draws


def test_what_if_is_effect_times_lift_far_from_the_ceiling():
    points, effect, draws = _scenario(mean=40.0)
    result = what_if(points, np.array([5.0, 0, 0]), effect, draws, index_points=70)
    assert result.gain.value == pytest.approx(0.2 * 5, rel=1e-3)
    assert result.gain.se == pytest.approx(0.02 * 5, rel=0.05)
    assert result.index_after == pytest.approx(70 + float(result.gain.value))
    np.testing.assert_allclose(result.by_indicator.value.sum(), result.gain.value)


def test_what_if_diminishes_at_the_ceiling():
    points, effect, draws = _scenario(mean=88.0)
    gains = [
        float(what_if(points, np.array([d, 0, 0]), effect, draws, index_points=70).gain.value)
        for d in (5.0, 10, 20, 40)
    ]
    steps = np.diff(gains) / [5, 10, 20]
    assert gains[0] < 0.2 * 5
    assert (np.diff(gains) > 0).all()
    assert (np.diff(steps) < 0).all()
    assert gains[-1] <= 0.2 * (100 - points[:, 0].mean()) + 1e-12
    everyone = what_if(np.full((50, 3), 100.0), np.array([5.0, 0, 0]), effect, draws, index_points=70)
    assert everyone.gain.value == 0
    assert "ceiling" in {c.code for c in everyone.cautions}


def test_what_if_with_sampling_error_of_the_rise_is_wider():
    points, effect, _ = _scenario(mean=95.0, n=40)
    lifts = np.array([30.0, 0, 0])
    without = what_if(points, lifts, effect, np.tile(effect, (4000, 1)), index_points=70)
    within = what_if(
        points, lifts, effect, np.tile(effect, (4000, 1)), index_points=70, rng=np.random.default_rng(1)
    )
    rise = np.minimum(30, 100 - points[:, 0])
    assert without.gain.se == pytest.approx(0, abs=1e-12)
    assert within.gain.se == pytest.approx(0.2 * rise.std(ddof=1) / np.sqrt(40), rel=0.06)
    assert "extrapolated" in {c.code for c in within.cautions}


def test_what_if_takes_the_standard_deviation_of_the_answers_as_they_are_weighted():
    """Of 50, 50 and a heavy 90 the spread is 10 points with these weights, 19 without."""
    points = np.tile([[50.0], [50.0], [90.0]], (20, 1))
    heavy = np.tile([1.0, 1.0, 28.0], 20)
    how = {"importance_": np.array([0.2]), "importance_draws": np.full((50, 1), 0.2), "index_points": 70}
    told = [
        {each.code for each in what_if(points - 40, np.array([15.0]), weights=weights, **how).cautions}
        for weights in (None, heavy)
    ]
    assert ["extrapolated" in each for each in told] == [False, True]


def test_what_if_never_passes_the_end_of_the_scale():
    points, effect, draws = _scenario()
    result = what_if(points, np.full(3, 30.0), 10 * effect, 10 * draws, index_points=90)
    assert result.index_after == 100
    assert "beyond-scale" in {c.code for c in result.cautions}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: stated_importance(np.full((50, 3), 2.0)), "picks"),
        (lambda: stated_importance(np.ones((5, 3))), "floor"),
        (
            lambda: what_if(
                np.ones((50, 3)), np.full(3, 500.0), np.ones(3), np.ones((9, 3)), index_points=50
            ),
            "lift",
        ),
        (
            lambda: what_if(np.ones((50, 3)), np.ones(2), np.ones(3), np.ones((9, 3)), index_points=50),
            "shape",
        ),
    ],
)
def test_priorities_refuse_with_a_named_reason(call, code):
    with pytest.raises(DataError) as refusal:
        call()
    assert refusal.value.code == code
    assert refusal.value.remedy
