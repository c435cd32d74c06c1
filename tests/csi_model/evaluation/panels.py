"""Panels of units over waves with a planted effect of a measure."""

import numpy as np

from csi_model.evaluation.effect import evaluate_measure

WAVES = ("w1", "w2", "w3", "w4")


def drawn_panel(rng, *, effect=5.0, n_units=24, n=25, drift=0.0, unit_sd=4.0, shock_sd=1.5, noise=15.0):
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


def evaluate(panel, rng, **options):
    points, units, waves, treated = panel
    options = {"before": WAVES[:3], "after": WAVES[3:], "n_resamples": 400} | options
    return evaluate_measure(points, units, waves, rng, treated=treated, **options)
