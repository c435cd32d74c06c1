"""Percentile, BCa and studentised ends, and the standard error of every draw."""

from dataclasses import replace
from math import erf

import numpy as np
import pytest

import csi_model
from csi_model import Options
from csi_model.answers import sampling
from csi_model.answers.labels import read
from csi_model.inference import kinds
from csi_model.resampling import bootstrap, estimator, jackknife, nested
from csi_model.resampling.estimator import Estimator


@pytest.fixture
def survey(golden):
    spec = golden.spec("model.yaml")
    return spec, csi_model.prepare(spec, golden.columns("data.csv"))


def test_studentised_ends_are_those_of_efron_and_tibshirani():
    rng = np.random.default_rng(1)
    draws, errors = 5 + rng.standard_normal(999), rng.uniform(0.5, 1.5, 999)
    low, high = kinds.studentised(draws[:, None], np.array([4.8]), errors[:, None], 0.9)
    t = np.sort((draws - 4.8) / errors)
    assert low[0] == pytest.approx(4.8 - t[950 - 1] * draws.std(ddof=1), abs=1e-12)
    assert high[0] == pytest.approx(4.8 - t[50 - 1] * draws.std(ddof=1), abs=1e-12)


def test_percentile_ends_are_ordered_draws():
    draws = np.random.default_rng(1).permutation(np.arange(1.0, 1000))[:, None]
    np.testing.assert_allclose(kinds.percentile(draws, 0.95), [[25.95], [974.05]])
    even = kinds.bca(draws, np.array([500.0]), np.array([[1.0], [-1.0]]), 0.95)
    np.testing.assert_allclose(even, [[25], [975]])
    # Efron and Tibshirani's equation 14.10 with a bias of zero, by hand.
    shares, tail = np.array([[3.0], [-1.0], [-2.0]]), 1.959963984540054
    a = 18 / (6 * 14**1.5)
    wanted = [1000 * 0.5 * (1 + erf(z / (1 - a * z) / 2**0.5)) for z in (-tail, tail)]
    np.testing.assert_allclose(np.ravel(kinds.bca(draws, np.array([500.0]), shares)), wanted)


def test_draws_without_a_usable_error_do_not_stretch_the_interval():
    rng = np.random.default_rng(2)
    draws, errors = rng.standard_normal((400, 1)), np.ones((400, 1))
    plain = kinds.studentised(draws, np.zeros(1), errors)
    errors[:150] = np.where(np.arange(150) % 2, 1e-9, np.nan)[:, None]
    guarded = kinds.studentised(draws, np.zeros(1), errors)
    np.testing.assert_allclose(guarded, plain, atol=0.25)
    errors[:250] = 0.0
    assert np.isnan(kinds.studentised(draws, np.zeros(1), errors)).all()


def test_a_figure_that_never_moves_is_its_own_interval():
    draws, errors = np.full((50, 1), 0.7), np.zeros((50, 1))
    assert kinds.studentised(draws, np.array([0.7]), errors) == (0.7, 0.7)


def test_a_mean_has_its_own_standard_error_in_every_draw(survey):
    """A mean is its own linear part, so the regression gives its error without any noise."""
    spec, data = survey
    own = Estimator(spec, data, Options(bootstrap=40, seed=7))
    draws, errors = nested.bootstrap_t(own, jackknife.jackknife(own))
    units = data.units
    times = units.draw(40, np.random.default_rng(np.random.SeedSequence(7).spawn(1)[0]))
    low, high, _ = spec.scales.T
    n = len(data.values)
    for number in (0, 39):
        rows = np.repeat(data.values, times[number], axis=0)
        np.testing.assert_allclose(
            errors.indicators[number], 100 / (high - low) * rows.std(axis=0) / np.sqrt(n), rtol=1e-8
        )
    assert errors.indicators[:, 0].std() > 0.02 * errors.indicators[:, 0].mean()
    again = bootstrap.bootstrap(own)
    np.testing.assert_array_equal(draws.paths, again.paths)


def test_the_error_of_every_draw_agrees_with_a_long_inner_bootstrap(survey):
    spec, data = survey
    own = Estimator(spec, data, Options(bootstrap=20, seed=7))
    units = data.units
    times = units.draw(20, np.random.default_rng(np.random.SeedSequence(7).spawn(1)[0]))
    rng = np.random.default_rng(3)
    inner = units.redraw(times, 600, rng).astype(float)
    draws = [own.of_counts(inner[:, k]) for k in range(20)]
    _, errors = nested.bootstrap_t(own, jackknife.jackknife(own))
    for name in ("constructs", "paths", "loadings", "r_squared"):
        long = np.stack([getattr(one, name).std(axis=0, ddof=1) for one in draws])
        moves = long > 1e-9
        ratio = getattr(errors, name)[moves] / long[moves]
        assert np.sqrt(((ratio - 1) ** 2).mean()) < 0.11
        assert ratio.mean() == pytest.approx(1, abs=0.03)


def test_the_linear_part_takes_the_noise_out():
    rng = np.random.default_rng(4)
    linear = rng.standard_normal((25, 300, 1))
    exact = np.ones((300, 1))
    np.testing.assert_allclose(nested.regressed_error(3 * linear, linear, exact), 3.0)
    figures = linear + 0.3 * rng.standard_normal(linear.shape)
    found = nested.regressed_error(figures, linear, exact)
    assert found.mean() == pytest.approx(np.sqrt(1.09), rel=0.01)
    assert found.std() < 0.5 * figures.std(axis=0, ddof=1).std()
    figures[3:] = np.nan
    assert np.isfinite(nested.regressed_error(figures, linear, exact)).all()
    figures[2:] = np.nan
    assert np.isnan(nested.regressed_error(figures, linear, exact)).all()


@pytest.mark.parametrize("design", [{}, {"strata": 3}, {"clusters": 50}, {"strata": 3, "clusters": 50}])
def test_the_linear_variance_is_that_of_many_redraws(survey, design):
    _, data = survey
    n = len(data.values)
    labels = {name: np.arange(n) % k for name, k in design.items()}
    units = sampling.units_of(n, labels.get("strata"), labels.get("clusters"))
    rng = np.random.default_rng(1)
    times = units.draw(2, rng)
    shares = rng.standard_normal((len(units.stratum), 1))
    linear = units.scaled(units.redraw(times, 8000, rng), 2) @ shares
    np.testing.assert_allclose(nested.linear_variance(units, times, shares), linear.var(axis=0), rtol=0.06)


def test_studentised_intervals_do_not_depend_on_jobs(survey, monkeypatch):
    spec, data = survey
    monkeypatch.setattr(estimator, "CHUNK", 10)
    found = [
        csi_model.document(
            csi_model.estimate(spec, data, csi_model.Options(bootstrap=45, interval="studentised", jobs=jobs))
        )
        for jobs in (1, 3)
    ]
    assert found[0] == found[1]
    assert found[0]["bootstrap"]["interval"] == "studentised"
    assert "inner bootstrap of 25" in found[0]["bootstrap"]["standard_error"]


def test_the_kind_of_interval_leaves_the_standard_error_alone(survey):
    spec, data = survey
    errors = [
        csi_model.estimate(spec, data, csi_model.Options(bootstrap=60, interval=kind)).figure("paths").se
        for kind in ("percentile", "bca", "studentised")
    ]
    np.testing.assert_array_equal(errors[0], errors[1])
    np.testing.assert_array_equal(errors[0], errors[2])


def test_studentised_intervals_are_about_as_wide_as_percentile_ones(survey):
    spec, data = survey
    options = {"bootstrap": 400, "seed": 3}
    ends = {
        kind: csi_model.estimate(spec, data, csi_model.Options(interval=kind, **options)).figure("r_squared")
        for kind in ("percentile", "studentised")
    }
    moves = ends["percentile"].se > 1e-9
    width = {kind: (found.high - found.low)[moves] for kind, found in ends.items()}
    np.testing.assert_allclose(width["studentised"], width["percentile"], rtol=0.3)


def test_strata_of_two_have_bca_intervals_instead(survey):
    spec, data = survey
    pairs = replace(data, strata=read(np.arange(300) // 2, 300, "strata"))
    found = csi_model.estimate(spec, pairs, csi_model.Options(bootstrap=60, interval="studentised"))
    assert csi_model.document(found)["bootstrap"]["interval"] == "bca"
    assert "bca-used" in {caution.code for caution in found.cautions}


@pytest.mark.parametrize("n", [2, 3, 40, 500])
def test_percentiles_are_numpys_quantiles(n):
    draws = np.random.default_rng(n).normal(size=(n, 7))
    wanted = np.quantile(draws, [0.05, 0.95], axis=0)
    np.testing.assert_allclose(kinds.percentile(draws, 0.9), wanted, rtol=1e-14)
