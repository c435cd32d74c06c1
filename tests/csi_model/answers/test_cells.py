"""Means of many small cells with gaps: those of the normal model, whatever is missing by other answers."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from csi_model.answers.cells import filled_within


def cells(rng, n_cells=12, size=30):
    cell = np.repeat(np.arange(n_cells), size)
    level = rng.normal(6, 1, (n_cells, 1))
    common = rng.standard_normal((len(cell), 1))
    return level[cell] + 0.8 * common + 0.5 * rng.standard_normal((len(cell), 4)), cell


def means_of(values, weights, cell):
    return np.array(
        [np.average(values[cell == c], axis=0, weights=weights[cell == c]) for c in range(cell.max() + 1)]
    )


def test_whole_answers_stay_as_they_are(rng):
    values, cell = cells(rng)
    assert filled_within(values, np.ones(len(cell)), cell) is values


def test_gaps_by_other_answers_do_not_move_the_means_of_cells(rng):
    values, cell = cells(rng, size=400)
    gaps = values.copy()
    gaps[(values[:, 0] < values[:, 0].mean()) & (rng.random(len(cell)) < 0.7), 3] = np.nan
    weights = rng.uniform(0.5, 2, len(cell))
    found = filled_within(gaps, weights, cell)
    np.testing.assert_array_equal(found[~np.isnan(gaps)], gaps[~np.isnan(gaps)])
    wanted = means_of(values, weights, cell)
    np.testing.assert_allclose(means_of(found, weights, cell), wanted, atol=0.12)
    answered = np.array([np.nanmean(gaps[cell == c, 3]) for c in range(12)])
    assert (answered - wanted[:, 3]).mean() > 0.2, "the mean of the answered is far off"
    assert abs((means_of(found, weights, cell) - wanted)[:, 3].mean()) < 0.03


def test_the_means_are_a_maximum_of_the_likelihood(rng):
    values, cell = cells(rng, n_cells=4, size=40)
    gaps = values.copy()
    gaps[rng.random(gaps.shape) < 0.2] = np.nan
    gaps[np.isnan(gaps).all(axis=1), 0] = 6.0
    filled = filled_within(gaps, np.ones(len(cell)), cell)
    means = means_of(filled, np.ones(len(cell)), cell)

    def likelihood(at, cov):
        total = 0.0
        for row, c in zip(gaps, cell, strict=True):
            seen = ~np.isnan(row)
            total += multivariate_normal.logpdf(row[seen], at[c][seen], cov[np.ix_(seen, seen)])
        return total

    away = values - means[cell]
    cov = away.T @ away / len(cell)  # any covariance near it: the gradient by the means is what is tested
    best = likelihood(means, cov)
    for c in range(4):
        for step in (-0.15, 0.15):
            moved = means.copy()
            moved[c] += step
            assert likelihood(moved, cov) < best


def test_the_order_and_the_unit_of_answers_do_not_matter(rng):
    values, cell = cells(rng)
    values[rng.random(values.shape) < 0.15] = np.nan
    values[np.isnan(values).all(axis=1), 1] = 5.0
    weights = np.ones(len(cell))
    order = rng.permutation(len(cell))
    found = filled_within(values, weights, cell)
    np.testing.assert_allclose(filled_within(values[order], weights, cell[order]), found[order], atol=1e-4)
    np.testing.assert_allclose(filled_within(3 + 2 * values, weights, cell), 3 + 2 * found, atol=1e-3)
    assert found == pytest.approx(filled_within(values, 7 * weights, cell), abs=1e-4)
