"""The index through time."""

import dataclasses

import numpy as np
import pytest

from csi_model.errors import DataError
from csi_model.inference.figures import figure
from csi_model.inference.means import weighted_means
from csi_model.series.breaks import bridge_shift, find_breaks
from csi_model.series.control import control_limits
from csi_model.series.official import index_series
from csi_model.series.wave import Wave

SHARES = np.array([0.5, 0.3, 0.2])


def _wave(code, means, *, shares=SHARES, n=400, sd=18.0, **more):
    covariance = sd**2 / n * (0.6 + 0.4 * np.eye(3))
    means, shares = np.asarray(means, float), np.asarray(shares, float)
    more = {"points": figure(shares @ means), "scale": (1.0, 10.0)} | more
    return Wave(code, means, covariance, shares, n, **more)


def test_official_series_keeps_the_base_weights_and_the_other_follows_each_wave():
    waves = [_wave("2023", [70, 60, 50]), _wave("2024", [72, 60, 50], shares=[0.2, 0.3, 0.5])]
    series = index_series(waves, base="2023")
    np.testing.assert_allclose(series.official.value, [63, 64])
    np.testing.assert_allclose(series.re_estimated.value, [63, 57.4])
    np.testing.assert_allclose(series.changes.value, [1.0])
    error = np.sqrt(SHARES @ waves[0].covariance @ SHARES)
    np.testing.assert_allclose(series.official.se, error)
    np.testing.assert_allclose(series.changes.se, np.sqrt(2) * error)


def test_change_intervals_cover_a_planted_change():
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(600):
        pair = []
        for code, shift in (("a", 0.0), ("b", 2.0)):
            level = 65 + shift + 12 * rng.standard_normal((200, 1)) + 10 * rng.standard_normal((200, 3))
            means, covariance = weighted_means(level)
            pair.append(Wave(code, means, covariance, SHARES, 200, figure(SHARES @ means)))
        change = index_series(pair, base="a").changes.at(0)
        hits.append(change.low <= 2 <= change.high)
    assert 0.93 < np.mean(hits) < 0.97


def test_breaks_name_reworded_questions_and_shifted_modes():
    old = _wave("a", [70, 60, 50], lineage={"SAT1": "1", "SAT2": "1"}, modes={"web": 0.5, "phone": 0.5})
    new = _wave("b", [70, 60, 50], lineage={"SAT1": "2", "SAT2": "1"}, modes={"web": 0.8, "phone": 0.2})
    wording, mode = find_breaks([old, new])
    assert (wording.kind, wording.what) == ("wording", ("SAT1",))
    assert (mode.kind, mode.what) == ("mode", ("phone", "web"))
    assert find_breaks([old, dataclasses.replace(old, code="b")]) == ()


def test_a_change_over_a_break_is_withheld_until_a_bridge_joins_it():
    old = _wave("a", [70, 60, 50], lineage={"SAT1": "1"})
    middle = _wave("b", [74, 64, 54], lineage={"SAT1": "2"})
    new = _wave("c", [75, 65, 55], lineage={"SAT1": "2"})
    broken = index_series([old, middle, new], base="a")
    assert np.isnan(broken.changes.value[0])
    assert broken.changes.value[1] == pytest.approx(1)
    assert "break" in {c.code for c in broken.cautions}
    bridge = bridge_shift((63.0, 0.8), (66.0, 0.6))
    joined = index_series([old, middle, new], base="a", bridges={"b": bridge})
    np.testing.assert_allclose(joined.official.value, [66, 67, 68])
    np.testing.assert_allclose(joined.changes.value, [1, 1])
    assert joined.changes.se[0] == pytest.approx(np.hypot(broken.changes.se[0], 1.0))
    assert joined.changes.se[1] == pytest.approx(broken.changes.se[1])


def test_control_limits_signal_a_jump_and_a_run_and_stay_silent_otherwise():
    error = np.full(12, 0.7)
    quiet = np.array([70, 70.5, 69.6, 70.2, 69.9, 70.3, 69.7, 70.1, 70, 69.8, 70.2, 70.0])
    assert control_limits(quiet, error).signals == ()
    jump = quiet.copy()
    jump[-1] = 76
    assert control_limits(jump, error).signals == ((11, "limit"),)
    run = np.concatenate([[69.0, 69.2, 69.1, 68.9], np.full(8, 70.5)])
    assert (11, "run") in control_limits(np.append(run, 70.0), np.full(13, 0.7)).signals


def test_control_limits_rarely_raise_a_false_alarm():
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(500):
        error = rng.uniform(0.5, 1.5, 16)
        points = 70 + 1.0 * rng.standard_normal(16) + error * rng.standard_normal(16)
        alarms += any(t == 15 and rule == "limit" for t, rule in control_limits(points, error).signals)
    assert alarms / 500 < 0.025


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scale": (0.0, 10.0)}, "scales"),
        ({"n_respondents": 12}, "floor"),
        ({"code": "a"}, "waves"),
        ({"means": np.array([70.0, np.nan, 50])}, "items"),
        ({"means": np.array([70.0, 60])}, "items"),
    ],
)
def test_series_refuses_waves_that_do_not_fit(change, code):
    waves = [_wave("a", [70, 60, 50]), dataclasses.replace(_wave("b", [70, 60, 50]), **change)]
    with pytest.raises(DataError) as refusal:
        index_series(waves, base="a")
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_series_refuses_an_unknown_base_and_names_the_choice():
    with pytest.raises(DataError, match=r"2019.*Choose one of a, b\."):
        index_series([_wave("a", [70, 60, 50]), _wave("b", [70, 60, 50])], base="2019")


def test_a_bridge_joins_a_changed_scale_like_a_changed_wording():
    old = _wave("a", [70, 60, 50])
    new = _wave("b", [64, 54, 44], scale=(1.0, 5.0))
    (found,) = find_breaks([old, new])
    assert (found.kind, found.what) == ("scale", ("1-10", "1-5"))
    with pytest.raises(DataError, match="1-10 and 1-5") as refusal:
        index_series([old, new], base="a")
    assert refusal.value.code == "scales"
    bridge = bridge_shift((63.0, 0.6), (55.0, 0.8))
    joined = index_series([old, new], base="a", bridges={"b": bridge})
    np.testing.assert_allclose(joined.official.value, [55, 57])
    np.testing.assert_allclose(joined.changes.value, [2])
    error = 18 / 20 * np.sqrt(0.6 + 0.4 * SHARES @ SHARES)
    np.testing.assert_allclose(joined.official.se, [np.hypot(error, 1.0), error])
    np.testing.assert_allclose(joined.changes.se, [np.sqrt(2 * error**2 + 1)])
    assert joined.breaks == (found,)
    assert "break" not in {c.code for c in joined.cautions}


def test_a_bridge_elsewhere_does_not_mend_a_scale():
    waves = [_wave("a", [70, 60, 50]), _wave("b", [70, 60, 50]), _wave("c", [70, 60, 50], scale=(0.0, 10.0))]
    with pytest.raises(DataError) as refusal:
        index_series(waves, base="a", bridges={"b": bridge_shift((60.0, 1.0), (61.0, 1.0))})
    assert refusal.value.code == "scales"


def test_a_question_that_pauses_and_comes_back_reworded_is_found():
    marks = ({"SAT1": "1", "SAT2": "1"}, {"SAT2": "1"}, {"SAT1": "2", "SAT2": "1"})
    waves = [_wave(code, [70, 60, 50], lineage=mark) for code, mark in zip("abc", marks, strict=True)]
    assert find_breaks(waves) == (("a", "c", "wording", ("SAT1",)),)
    # The wave between does not say which wording it had: either step may cross the break.
    series = index_series(waves, base="a")
    assert np.isnan(series.changes.value).all()
    bridged = index_series(waves, base="a", bridges={"c": bridge_shift((63.0, 1.0), (64.0, 1.0))})
    np.testing.assert_allclose(bridged.changes.value, [0, -1])


def test_a_question_that_pauses_and_comes_back_as_it_was_is_no_break():
    marks = ({"SAT1": "1", "SAT2": "1"}, {"SAT2": "1"}, {"SAT1": "1", "SAT2": "1"})
    assert find_breaks([_wave(c, [70, 60, 50], lineage=m) for c, m in zip("abc", marks, strict=True)]) == ()


def test_modes_are_compared_with_the_last_wave_that_tells_them():
    shares = ({"web": 1.0}, {}, {"web": 0.4, "phone": 0.6})
    waves = [_wave(code, [70, 60, 50], modes=modes) for code, modes in zip("abc", shares, strict=True)]
    assert find_breaks(waves) == (("a", "c", "mode", ("phone", "web")),)


def test_a_change_carries_the_break_between_its_waves_until_a_bridge_joins_them():
    old = _wave("a", [70, 60, 50], lineage={"SAT1": "1"})
    new = _wave("b", [72, 62, 52], lineage={"SAT1": "2"})
    apart = index_series((old, new), base="a")
    assert np.isnan(apart.changes.value).all()
    assert [c.code for c in apart.cautions] == ["break"]
    assert "SAT1" in apart.cautions[0].message
    joined = index_series((old, new), base="a", bridges={"b": bridge_shift((63.0, 0.6), (66.0, 0.8))})
    assert joined.changes.value == pytest.approx(-1)
    assert joined.changes.se == pytest.approx(np.hypot(np.hypot(*apart.official.se), 1.0))
    assert joined.cautions == ()
    assert joined.breaks == apart.breaks


def test_a_change_between_scales_is_refused_without_a_bridge():
    old, new = _wave("a", [70, 60, 50]), _wave("b", [72, 62, 52], scale=(1.0, 5.0))
    with pytest.raises(DataError) as refusal:
        index_series((old, new), base="a")
    assert refusal.value.code == "scales"
    joined = index_series((old, new), base="a", bridges={"b": bridge_shift((63.0, 0.6), (64.0, 0.8))})
    assert joined.changes.value == pytest.approx(1)


@pytest.mark.parametrize(("phone", "kinds"), [(0.1, []), (0.11, ["mode"])])
def test_modes_may_shift_by_a_tenth(phone, kinds):
    old = _wave("a", [70, 60, 50], modes={"web": 1.0})
    new = _wave("b", [70, 60, 50], modes={"web": 1 - phone, "phone": phone})
    assert [each.kind for each in index_series((old, new), base="a").breaks] == kinds


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ({"items": ("SAT1", "SAT2", "SAT4")}, "has SAT4 and lacks SAT3"),
        # Marks for every item name the items too.
        ({"lineage": {"SAT1": "1", "SAT2": "1", "SAT4": "1"}}, "has SAT4 and lacks SAT3"),
        ({"items": ("SAT2", "SAT1", "SAT3")}, "another order"),
    ],
)
def test_items_that_come_and_go_are_refused_by_name_even_with_a_bridge(items, said):
    old, new = _wave("a", [70, 60, 50], items=("SAT1", "SAT2", "SAT3")), _wave("b", [70, 60, 50], **items)
    bridge = bridge_shift((63.0, 0.6), (64.0, 0.8))
    with pytest.raises(DataError, match=said) as refusal:
        index_series([old, new], base="a", bridges={"b": bridge})
    assert refusal.value.code == "items"


def test_breaks_name_the_questions_that_came_and_went():
    old = _wave("a", [70, 60, 50], items=("SAT1", "SAT2", "SAT3"))
    new = _wave("b", [70, 60, 50], items=("SAT1", "SAT2", "SAT4"))
    silent = _wave("m", [70, 60, 50])
    assert find_breaks([old, silent, new]) == (("a", "b", "items", ("SAT3", "SAT4")),)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"shares": np.array([0.7, 0.5, -0.2])}, "shares"),
        ({"shares": np.array([0.5, 0.3, 0.3])}, "shares"),
        ({"shares": np.array([50.0, 30, 20])}, "shares"),
        ({"shares": np.zeros(3)}, "shares"),
        ({"modes": {"web": 60.0, "phone": 40.0}}, "modes"),
        ({"modes": {"web": 1.2, "phone": -0.2}}, "modes"),
        ({"modes": {"web": np.nan}}, "modes"),
        ({"items": ("SAT1", "SAT2")}, "items"),
    ],
)
def test_shares_that_are_negative_or_do_not_sum_to_one_are_refused(fault, code):
    waves = [_wave("a", [70, 60, 50]), dataclasses.replace(_wave("b", [70, 60, 50]), **fault)]
    with pytest.raises(DataError, match="b") as refusal:
        index_series(waves, base="a")
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_a_wave_that_does_not_say_its_scale_is_passed_over():
    waves = [_wave("a", [70, 60, 50]), _wave("b", [70, 60, 50], scale=None)]
    assert find_breaks(waves) == ()
    (found,) = find_breaks([*waves, _wave("c", [70, 60, 50], scale=(1.0, 5.0))])
    assert (found.before, found.after, found.what) == ("a", "c", ("1-10", "1-5"))
