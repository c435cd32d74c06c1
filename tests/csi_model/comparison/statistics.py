"""A statistic of two columns, and groups that differ in it by a known amount."""

import numpy as np


def means_and_slope(means, covariance):
    """Two estimates with textbook theory: indicator means and the slope of the second on the first."""
    return {"mean": means, "slope": covariance[:, 0, 1] / covariance[:, 0, 0]}


def sample(rng, n, shift=0.0, slope=0.6):
    driver = 60 + 10 * rng.standard_normal(n)
    return np.column_stack([driver, 20 + shift + slope * driver + 8 * rng.standard_normal(n)])


def drawn_groups(rng, n=150, **planted):
    values = np.vstack([sample(rng, n), sample(rng, n, **planted)])
    return values, np.repeat(["a", "b"], n)


def codes(result):
    return {caution.code for caution in result.cautions}
