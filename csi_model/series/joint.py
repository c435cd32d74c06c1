"""Figures over waves with joint errors: the same units, or the same customers, may answer in several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.inference.making import from_normal
from csi_model.inference.means import correlations, linearised
from csi_model.options import Options
from csi_model.series.breaks import WORDING
from csi_model.series.drift import Course, drift
from csi_model.series.followed import Followed
from csi_model.series.items import made_of
from csi_model.series.official import Series
from csi_model.specify import ModelSpec


@dataclass(frozen=True)
class Joint:
    """Points of all constructs over waves, by the base's question shares, with their joint errors.

    Attributes
    ----------
    codes : tuple of str
        Waves in order of time.
    values : (n_waves, n_constructs)
    covariance : (n_constructs, n_waves, n_waves)
    n : (n_waves,), respondents
    df : of the covariance; infinite without clusters
    """

    codes: tuple[str, ...]
    values: F64
    covariance: F64
    n: F64
    df: float

    def drifted(
        self,
        spec: ModelSpec,
        series: Series,
        reworded: Mapping[str, Sequence[str]],
        opened: Mapping[str, date],
        options: Options,
    ) -> dict[str, Any]:
        """Give ``frozen``, the points by construct and wave, and their ``drift``; the index as bridged."""
        shifted = {step for each in series.breaks if each.kind != WORDING for step in each.steps(self.codes)}
        courses, points = {}, {}
        for name, at in spec.place.items():
            if not spec.scored[at]:
                continue
            values, covariance = self.values[:, at], self.covariance[at]
            own = set(np.array(spec.indicator_ids)[spec.block_mask[:, at]])
            broken = [code in shifted or bool(own & set(reworded.get(code, ()))) for code in self.codes[1:]]
            if name == spec.index:
                values, covariance = series.official.value, series.bridged
                broken = np.isnan(series.changes.value).tolist()
            courses[name] = Course(values, covariance, np.array(broken, bool), self.n, self.df)
            found = from_normal(values, np.sqrt(np.diag(covariance)), level=options.level, df=self.df)
            points[name] = replace(found, axes=(self.codes,)).plain("points")
        return {"frozen": points, "drift": drift(courses, self.codes, opened, options)}


def joint_points(waves: Mapping[str, Followed], base: str) -> Joint:
    r"""Give points by the base wave's question shares in all waves, with their joint errors.

    Parameters
    ----------
    waves : mapping of code to wave, in order of time
        Parts of one sample, whose clusters have the same numbers.

    Notes
    -----
    Within a wave errors are those of its questions' means (`items.items_of`). Between waves the correlation
    is that of what shared units add to the figures of both (`means.correlations`).
    Without clusters a respondent is a unit of one wave, so waves are independent. Degrees of freedom: the
    fewest units of a wave, less one.
    """
    codes, parts = tuple(waves), [wave.sample for wave in waves.values()]
    items, shares = [wave.items for wave in waves.values()], waves[base].items.shares
    found = np.array([[made_of(each.means, each.covariance, own) for own in shares.T] for each in items])
    values, errors = found[:, :, 0], found[:, :, 1]
    together, df = _correlations(parts, shares)
    covariance = together * errors.T[:, :, None] * errors.T[:, None, :]
    return Joint(codes, values, covariance, np.array([len(each) for each in parts], float), df)


def _correlations(waves: Sequence[Sample], shares: F64) -> tuple[F64, float]:
    """Give the correlations of figures between waves, (k, n_waves, n_waves), and degrees of freedom."""
    n_waves, k = len(waves), shares.shape[1]
    numbers = [wave.clusters.number for wave in waves if wave.clusters is not None]
    if len(numbers) < n_waves:
        return np.broadcast_to(np.eye(n_waves), (k, n_waves, n_waves)), np.inf
    sums = np.zeros((n_waves, 1 + max(int(own.max()) for own in numbers), k))
    for at, (wave, number) in enumerate(zip(waves, numbers, strict=True)):
        answered = ~np.isnan(wave.values).all(axis=0)
        added = linearised(wave.points[:, answered], wave.weights)[1] @ shares[answered]
        np.add.at(sums[at], number, added)
    return correlations(sums), float(min(len(np.unique(own)) for own in numbers) - 1)
