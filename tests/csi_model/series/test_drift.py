"""Drift: the four horizons, their families, and how often they see what is not there."""

from datetime import date, timedelta

import numpy as np
import pytest

from csi_model import Options
from csi_model.series.drift import Course, drift

START = date(2024, 4, 1)


def quarterly(n):
    waves = [f"W{k}" for k in range(1, n + 1)]
    return waves, {wave: START + timedelta(days=91 * k) for k, wave in enumerate(waves)}


def course(values, *, se=0.5, broken=(), df=np.inf, n=500.0):
    values = np.asarray(values, float)
    crossed = np.isin(np.arange(1, len(values)), broken)
    return Course(values, np.eye(len(values)) * se**2, crossed, np.full(len(values), n), df)


def moves(one, n, **more):
    waves, opened = quarterly(n)
    return drift({"X": one} | more, waves, opened)[waves[-1]]["X"]


def test_each_horizon_is_its_contrast():
    found = moves(course([60, 61, 63, 62, 65, 66]), 6)
    assert {name: (each["against"], each["value"]) for name, each in found.items() if name != "trend"} == {
        "last": ("W5", 1.0),
        "year": ("W2", 5.0),
        "base": ("W1", 6.0),
    }
    assert found["base"]["se"] == pytest.approx(0.5 * np.sqrt(2))
    slope = np.polyfit(91 * np.arange(6) / 365.25, [60, 61, 63, 62, 65, 66], 1)[0]
    assert found["trend"]["value"] == pytest.approx(slope)
    assert (found["trend"]["per"], found["trend"]["against"]) == ("year", "W1")
    times = 91 * np.arange(6) / 365.25
    assert found["trend"]["se"] == pytest.approx(0.5 / np.sqrt(((times - times.mean()) ** 2).sum()))


def test_errors_are_joint_over_waves():
    one = course([60, 62])
    together = one._replace(covariance=0.25 * np.array([[1, 0.8], [0.8, 1]]))
    assert moves(together, 2)["last"]["se"] == pytest.approx(0.5 * np.sqrt(0.4))
    few = together._replace(df=11.0)
    assert moves(few, 2)["last"]["p"] > moves(together, 2)["last"]["p"]


def test_a_contrast_that_two_horizons_share_counts_once():
    found = moves(course([60, 61.5]), 2)
    assert found["last"]["p_adjusted"] == found["last"]["p"] == found["base"]["p_adjusted"]
    assert "trend" not in found
    assert "year" not in found
    beside = moves(course([60, 61.5]), 2, Y=course([50, 50]))
    assert beside["last"]["p_adjusted"] == pytest.approx(2 * beside["last"]["p"])
    assert (found["last"]["verdict"], beside["last"]["verdict"]) == ("up", "hint")


def test_a_break_begins_a_new_base_and_nothing_looks_across_it():
    found = moves(course([60, 61, 70, 71, 72, 73], broken=[2]), 6)
    assert found["base"]["against"] == "W3"
    assert found["year"]["verdict"] == "break"  # W2 is before it
    assert found["trend"]["value"] > 0
    waves, opened = quarterly(6)
    first = drift({"X": course([60, 61, 70, 71, 72, 73], broken=[2])}, waves, opened)["W3"]["X"]
    assert {each["verdict"] for each in first.values()} == {"break"}


def test_a_wave_without_the_figure_is_left_out_of_all():
    values = [60, np.nan, 62, 63, np.nan]
    waves, opened = quarterly(5)
    found = drift({"X": course(values)}, waves, opened)
    assert found["W5"]["X"]["last"]["verdict"] == "absent"
    assert found["W3"]["X"]["last"]["verdict"] == "absent"
    assert found["W3"]["X"]["base"]["against"] == "W1"
    assert "trend" not in found["W4"]["X"]


def test_without_dates_a_trend_counts_waves():
    waves, _ = quarterly(5)
    found = drift({"X": course([60, 61, 62, 63, 64])}, waves, {})["W5"]["X"]
    assert (found["trend"]["per"], found["trend"]["value"]) == ("wave", pytest.approx(1.0))
    assert "year" not in found


def test_p_and_interval_never_contradict_each_other():
    rng = np.random.default_rng(1)
    for _ in range(200):
        found = moves(course(60 + rng.normal(0, 1, 5), df=rng.choice([6.0, 40.0, np.inf])), 5)
        for each in found.values():
            holds_zero = each["ci"][0] <= 0 <= each["ci"][1]
            assert holds_zero == (each["p"] >= 0.05)
            assert (each["verdict"] == "unclear") == holds_zero


@pytest.mark.parametrize("units", [12, 48])
def test_without_drift_a_family_names_something_in_five_per_cent_of_worlds(units):
    """Sampled units that answer alike over waves, with their joint errors: four horizons of six figures."""
    rng = np.random.default_rng(units)
    waves, opened = quarterly(5)
    worlds, named, alone = 300, 0, 0
    for _ in range(worlds):
        own = (
            rng.normal(0, 2, (units, 1, 6))
            + rng.normal(0, 1, (units, 5, 1))
            + rng.normal(0, 1, (units, 5, 6))
        )
        courses = {}
        for k in range(6):
            covariance = np.cov(own[:, :, k], rowvar=False) / units
            courses[str(k)] = Course(
                own[:, :, k].mean(axis=0), covariance, np.zeros(4, bool), np.full(5, 900.0), units - 1.0
            )
        found = drift(courses, waves, opened)["W5"]
        told = {each["verdict"] for horizons in found.values() for each in horizons.values()}
        named += bool(told & {"up", "down"})
        alone += found["0"]["trend"]["p"] < 0.05
    error = np.sqrt(0.05 * 0.95 / worlds)
    assert named / worlds <= 0.05 + 2 * error
    assert alone / worlds == pytest.approx(0.05, abs=3 * error)


def test_a_planted_drift_is_found_with_its_size():
    rng = np.random.default_rng(3)
    waves, opened = quarterly(8)
    found, sizes = 0, []
    for _ in range(300):
        values = 60 - 0.6 * np.arange(8) + rng.normal(0, 0.8, 8)
        trend = drift({"X": course(values, se=0.8)}, waves, opened)["W8"]["X"]["trend"]
        found += trend["verdict"] == "down"
        sizes.append(trend["value"])
    assert found > 280
    assert np.mean(sizes) == pytest.approx(-0.6 * 365.25 / 91, abs=0.1)


@pytest.mark.parametrize("df", [np.inf, 20.0])
def test_waves_off_any_line_are_said_and_noise_is_not(df):
    rng = np.random.default_rng(5)
    waves, opened = quarterly(6)
    bent = moves(course([60, 60, 60, 66, 66, 66], df=df), 6)["trend"]
    assert bent["lack_of_fit_p"] < 0.01
    lines = [
        drift({"X": course(60 + np.arange(6) + rng.normal(0, 0.5, 6))}, waves, opened)["W6"]["X"]["trend"]
        for _ in range(400)
    ]
    share = np.mean([each["lack_of_fit_p"] < 0.05 for each in lines])
    assert share == pytest.approx(0.05, abs=0.035)
    assert moves(course([60, 60, 60, 66, 66, 66], df=7.0), 6)["trend"]["lack_of_fit_p"] is None
    told = course([60, 60, 60, 66, 66, 66])
    told.covariance[1] = told.covariance[0]  # what errs in the second wave is what errs in the first
    told.covariance[:, 1] = told.covariance[:, 0]
    assert moves(told, 6)["trend"]["lack_of_fit_p"] is None


def test_small_samples_are_marked():
    waves, opened = quarterly(2)
    found = drift({"X": course([60, 65], n=80.0)}, waves, opened, Options(indicative=100))["W2"]["X"]["last"]
    assert (found["state"], found["n"]) == ("indicative", 80.0)
