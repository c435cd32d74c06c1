"""The answers of a sample as the model's kernels take them: scale points, weights, design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.specify import ModelSpec


@dataclass(frozen=True)
class IndicatorMatrix:
    """Scale points by respondent and indicator; ``nan`` is missing.

    Attributes
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Reversed where an indicator's valence is −1; columns in the order of `codes`.
    weights : ndarray of shape (n_respondents,)
        Positive, mean 1; all 1 where none were given.
    strata, clusters : integer ndarray of shape (n_respondents,) or None
        For resampling.
    strata_names : tuple of str
        Label of each number in `strata`.
    groups : text ndarray of shape (n_respondents,) or None
        Labels of the groups to estimate apart; empty for a respondent of none.
    n_respondents : int
        Rows given; `values` may hold fewer (rows without any answer or weight are left out).
    kept : integer ndarray of shape (n_respondents,) or None
        Place of each respondent among the rows given, from 0; None where all were kept in order.
    """

    values: F64
    codes: tuple[str, ...]
    weights: F64
    n_respondents: int
    strata: NDArray[np.int64] | None = None
    clusters: NDArray[np.int64] | None = None
    cautions: tuple[Caution, ...] = ()
    groups: NDArray[np.str_] | None = None
    strata_names: tuple[str, ...] = ()
    kept: NDArray[np.int64] | None = None

    @property
    def rows(self) -> NDArray[np.int64]:
        """Place of each respondent among the rows given, from 0: cuts a column that was not prepared."""
        return np.arange(len(self.values)) if self.kept is None else self.kept

    def subset(self, rows: NDArray[np.bool_]) -> IndicatorMatrix:
        """Give some of the respondents; weights are scaled to mean 1 again."""
        weights = self.weights[rows]
        return IndicatorMatrix(
            self.values[rows],
            self.codes,
            weights / weights.mean() if weights.size else weights,
            int(rows.sum()),
            None if self.strata is None else self.strata[rows],
            None if self.clusters is None else self.clusters[rows],
            groups=None if self.groups is None else self.groups[rows],
            strata_names=self.strata_names,
            kept=self.rows[rows],
        )


def question_points(spec: ModelSpec, data: IndicatorMatrix) -> F64:
    """Give answers in points from 0 to 100, (n_respondents, n_indicators); ``nan`` where there is none.

    Raises
    ------
    DataError
        The columns are not the model's questions in order.
    """
    if data.codes != spec.indicator_ids:
        raise DataError(
            "The answers are not those to this model's questions.",
            code="other-questions",
            remedy="Prepare them with prepare(spec, columns).",
        )
    low, high, _ = spec.scales.T
    return np.asarray(100.0 * (data.values - low) / (high - low))
