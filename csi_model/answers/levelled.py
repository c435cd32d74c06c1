"""Moments of one fit with the points of the questions by another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.moments import Moments
from csi_model.arrays import F64, I64, Mask


class Levelled:
    """Moments of `wide`, whose points are those of `narrow`, the questions alone.

    `wide` may hold products of questions, many columns that few answers fill: an interaction must not move
    what people are expected to have said. Or it is a small group's own covariance, and `narrow` holds that
    within all groups (`held.Held`): a group's relations are its own, and do not make its points waver.
    """

    def __init__(self, wide: Answered, narrow: Answered) -> None:
        self.wide, self.narrow, self.weights = wide, narrow, wide.weights

    @cached_property
    def rows(self) -> F64:
        """The rows of both, side by side."""
        return np.concatenate([self.wide.rows, self.narrow.rows], axis=1)

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples."""
        counts = counts * self.weights
        return self.of_sums(counts @ self.rows, counts.sum(axis=1))

    def of_sums(self, sums: F64, total: F64) -> Moments:
        """Give moments from sums of `rows` and weights."""
        found = self.wide.of_sums(sums[:, : self.wide.n_sums], total)
        level = self.narrow.of_sums(sums[:, self.wide.n_sums :], total).level
        products = found.mean[:, level.shape[1] :]
        return found._replace(asked=np.concatenate([level, products], axis=1))

    def group_sums(self, parts: Sequence[I64]) -> F64:
        """Give the weighted sums of `rows` of parts of the respondents, none of them held."""
        return np.concatenate([self.wide.group_sums(parts), self.narrow.group_sums(parts)], axis=1)

    def levels(self, among: Mask | None = None) -> F64:
        """Give `Answered.levels` of the questions."""
        return self.narrow.levels(among)
