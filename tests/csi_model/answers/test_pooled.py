"""Small groups with gaps: own means, and one covariance within all of them."""

import numpy as np
import pytest

import csi_model
from csi_model.answers.cells import filled_within
from csi_model.answers.held import Held
from csi_model.answers.pooled import ALONE, covariance_within, sharing
from csi_model.answers.sample import Sample
from csi_model.resampling.estimator import Estimator

from .worlds import SPEC, prepared, routed, unknown, unlevered, whole

SIZES = {"a": 40, "b": 60, "c": 90, "d": 120}
SHIFT = {"a": -2, "b": -1, "c": 1, "d": 2}


def grouped(values: np.ndarray) -> Sample:
    group = np.repeat(list(SIZES), list(SIZES.values()))
    return prepared(values, labels={"town": group})


def gappy(seed: int = 1) -> np.ndarray:
    """Towns of other levels, in which the touchpoint is asked of 40 % and 15 % are not known."""
    shift = np.repeat(list(SHIFT.values()), list(SIZES.values()))
    moved = np.clip(whole(len(shift), seed) + shift[:, None], 1, 10)
    return unknown(routed(moved, seed + 1), seed=seed + 2)


@pytest.fixture(scope="module")
def towns() -> Sample:
    return grouped(gappy())


@pytest.fixture(scope="module")
def within(towns: Sample) -> np.ndarray:
    return covariance_within(towns.values, towns.weights, towns.label("town").number, SPEC.home)


def _solved(values: np.ndarray, weights: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """The means' equations as moments.md writes them, row by row."""
    left, right = np.zeros(cov.shape), np.zeros(len(cov))
    for row, weight in zip(values, weights, strict=True):
        there = np.flatnonzero(~np.isnan(row))
        inverse = np.linalg.inv(cov[np.ix_(there, there)])
        left[np.ix_(there, there)] += weight * inverse
        right[there] += weight * inverse @ row[there]
    return np.linalg.solve(left, right)


def test_means_solve_their_equations(towns: Sample, within: np.ndarray) -> None:
    part = towns.split("town").samples["a"]
    weights = np.random.default_rng(1).uniform(0.5, 2, len(part))
    held = Held(part.values, weights, within)
    wanted = _solved(part.values, weights, within)
    np.testing.assert_allclose(held.center + held.scale * held.mean, wanted, atol=1e-9)


def test_a_resample_is_the_equations_solved_anew(
    towns: Sample, within: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlevered(monkeypatch)
    part = towns.split("town").samples["d"]
    held = Held(part.values, np.ones(len(part)), within)
    rng = np.random.default_rng(2)
    counts = rng.multinomial(len(part), np.full(len(part), 1 / len(part)), size=60).astype(float)
    exact = np.array([_solved(part.values, each, within) for each in counts])
    found = held.of_counts(counts).level
    np.testing.assert_allclose(found.std(axis=0), exact.std(axis=0), rtol=0.12)
    assert np.corrcoef((found - exact.mean(0)).ravel(), (exact - exact.mean(0)).ravel())[0, 1] > 0.97


def test_one_covariance_within_all_groups(towns: Sample, within: np.ndarray) -> None:
    number = towns.label("town").number.astype(int)
    filled = filled_within(towns.values, towns.weights, number)
    means = np.array([filled[number == k].mean(axis=0) for k in range(len(SIZES))])
    for k, name in enumerate(SIZES):
        part = towns.split("town").samples[name]
        held = Held(part.values, np.ones(len(part)), within)
        # The same normal model; the prior is worth a few respondents.
        np.testing.assert_allclose(held.center + held.scale * held.mean, means[k], atol=0.06)
    whole_sd = np.sqrt(np.diag(np.cov(filled, rowvar=False)))
    assert (np.sqrt(np.diag(within)) < 0.85 * whole_sd).all()  # levels of towns are no spread within them


def test_points_of_small_groups_err_less() -> None:
    wanted, alone, pooled = [], [], []
    many = whole(200_000, 99)[:, 3:6]
    level = {name: np.clip(many + by, 1, 10).mean(axis=0) for name, by in SHIFT.items()}
    for seed in range(0, 24, 4):
        sample = grouped(gappy(seed))
        parts = sample.split("town").samples
        for name, part in sharing(sample, "town", parts, SPEC.home, "em").items():
            wanted.append(level[name])
            for found, own in ((alone, parts[name]), (pooled, part)):
                found.append(Estimator(SPEC, own, csi_model.Options()).moments.level[0, 3:6])
    error = [np.sqrt(np.mean((np.array(each) - np.array(wanted)) ** 2)) for each in (alone, pooled)]
    assert error[1] < 0.93 * error[0]


def test_what_is_whole_or_large_is_fitted_alone() -> None:
    """Without gaps, with another treatment of them, or in a large group nothing changes, to the last bit."""
    plain = grouped(whole(sum(SIZES.values())))
    assert all(each.pooled is None for each in _parts(plain, "em").values())
    assert all(each.pooled is None for each in _parts(grouped(gappy()), "mean").values())
    large = unknown(routed(whole(ALONE + 100)))
    sample = prepared(large, labels={"town": np.repeat(["a", "b"], [ALONE, 100])})
    assert {name: each.pooled is None for name, each in _parts(sample, "em").items()} == {
        "a": True,
        "b": False,
    }
    own = csi_model.estimate(SPEC, sample, by="town").groups["a"]
    alone = Estimator(SPEC, sample.split("town").samples["a"], csi_model.Options()).moments
    assert own is not None
    assert np.array_equal(own.moments.level, alone.level)


def _parts(sample: Sample, missing: str) -> dict[str, Sample]:
    return sharing(sample, "town", sample.split("town").samples, SPEC.home, missing)


def test_every_call_gives_a_small_group_the_same_figures(towns: Sample) -> None:
    options = csi_model.Options(bootstrap=40, seed=3)
    groups = csi_model.estimate(SPEC, towns, options, by="town").groups
    beside = csi_model.compare(SPEC, towns, "town", options, n_permutations=0).results
    for name, group in groups.items():
        assert group is not None
        np.testing.assert_array_equal(group.points.constructs, beside[name].points.constructs)
        one, other = group.figure("constructs"), beside[name].figure("constructs")
        np.testing.assert_array_equal(one.se, other.se)


def test_a_very_large_sample_tells_the_covariance_by_some_of_its_groups(
    within: np.ndarray, monkeypatch: pytest.MonkeyPatch, towns: Sample
) -> None:
    monkeypatch.setattr("csi_model.answers.pooled.MOST_ROWS", 150)
    some = covariance_within(towns.values, towns.weights, towns.label("town").number, SPEC.home)
    spread = np.sqrt(np.diag(some) / np.diag(within))
    assert not np.array_equal(some, within)
    assert (np.abs(spread - 1) < 0.25).all()
