"""The comparisons of one call: any constructs between the same units and waves, by the same weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from csi_model.answers.labels import Labels
from csi_model.arrays import F64, I64
from csi_model.estimation.result import Result
from csi_model.estimation.scores import points_among
from csi_model.evaluation.effect import Evaluation, Figures, evaluate_measure
from csi_model.evaluation.scoring import Scored, lost_names
from csi_model.inference import seeds


class Comparing(NamedTuple):
    """Respondents with their scores by the yardstick, where and when they answered, and what is compared."""

    yardstick: Result
    scored: Scored
    units: Labels
    waves: Labels
    weights: F64
    treated: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    unit_weights: Mapping[str, float] | None
    n_resamples: int

    def of(self, places: I64) -> Evaluation:
        """Compare these constructs, each level reckoned as other calls reckon it."""

        def figures(weights: F64) -> F64:
            among = replace(self.scored.filled, weights=weights).where(weights > 0)
            return np.asarray(points_among(self.yardstick, among)[places])

        return self._evaluated(places, self.scored.scores[:, places], figures)

    def means(self, places: I64, scores: F64) -> Evaluation:
        """Compare the means of other scores, between the units that have these constructs."""
        return self._evaluated(places, scores, None)

    def _evaluated(self, places: I64, scores: F64, figures: Figures | None) -> Evaluation:
        gone = lost_names(self.units.names, self.scored.lost[:, places[0]])
        options = self.yardstick.options
        return evaluate_measure(
            scores,
            self.units.texts(),
            self.waves.texts(),
            seeds.generator(options.seed),
            treated=[name for name in self.treated if name not in gone],
            before=self.before,
            after=self.after,
            weights=self.weights,
            unit_weights=self.unit_weights,
            figures=figures,
            n_resamples=self.n_resamples,
            floor=options.floor,
            level=options.level,
        )
