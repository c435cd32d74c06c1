"""How much each sampling unit sways every estimate: the jackknife, with clusters whole and strata apart."""

from __future__ import annotations

import numpy as np

from csi_model.answers.sampling import SamplingUnits, check
from csi_model.arrays import F64
from csi_model.resampling.draws import Draws, join
from csi_model.resampling.estimator import CHUNK, Estimator


def jackknife(estimator: Estimator) -> Draws:
    """Give every unit's share in the estimates.

    Returns
    -------
    Draws
        First axis: units, respondents or clusters as `Sample.units` numbers them. See `shares`.
    """
    units, source = estimator.sample.units, estimator.counted
    check(units)
    figures = []
    for start in range(0, len(units.stratum), CHUNK):
        numbers = np.arange(start, min(start + CHUNK, len(units.stratum)))
        moments = source.of_counts(units.respondents(units.left_out(numbers)))
        figures.append(estimator.of_moments(moments))
    return Draws(*(shares(field, units) for field in join(figures)))


def shares(left_out: F64, units: SamplingUnits) -> F64:
    r"""Turn estimates without each unit into the units' shares in the deviation of a resample.

    Parameters
    ----------
    left_out : ndarray of shape (n_units, ...)
        The estimate without each unit, the rest of its stratum standing in for it. A unit without which there
        is no estimate has ``nan`` and gets a share of 0.

    Returns
    -------
    ndarray of the same shape
        :math:`v_{hj} = \frac{n_h - 1}{n_h} (\bar\theta_{(h)} - \theta_{(hj)}) = l_{hj}/n_h`, so that a
        resample with weights w has :math:`\hat\theta^* \approx \hat\theta + \sum_{hj} w_{hj} v_{hj}` and
        the estimate has the variance :math:`\sum_h \frac{n_h}{n_h - 1} \sum_j v_{hj}^2`.

    References
    ----------
    Davison and Hinkley (1997), sections 2.7.3 (the jackknife's influence values) and 3.2.1 (several samples).
    """
    found = np.zeros_like(left_out)
    there = np.isfinite(left_out)
    for members, size in zip(units.strata, units.size, strict=True):
        usable = there[members]
        kept = np.where(usable, left_out[members], 0.0)
        mean = kept.sum(axis=0) / np.maximum(usable.sum(axis=0), 1)
        found[members] = np.where(usable, (mean - kept) * (size - 1) / size, 0.0)
    return found
