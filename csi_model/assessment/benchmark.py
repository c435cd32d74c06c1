"""The linear rival of PLSpredict: regressions of questions on questions, fold by fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.answered import Answered
from csi_model.answers.expected import filled
from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.answers.treatment import fits
from csi_model.arrays import F64, I64
from csi_model.errors import DataError
from csi_model.specify import ModelSpec

COPIES = 1e12


def targets_of(spec: ModelSpec) -> NDArray[np.bool_]:
    """Give the questions to be foretold: those of endogenous constructs."""
    endogenous = spec.path_matrix.any(axis=1)
    return np.asarray(spec.block_mask[:, endogenous].any(axis=1))


def predictors_of(spec: ModelSpec, column: int, benchmark: str) -> NDArray[np.bool_]:
    """Give the questions on which the benchmark regresses those of an endogenous construct.

    `antecedents`: those of its direct antecedents, of an interaction those of both its constructs;
    `exogenous`: those of all exogenous constructs; `others`: all but its own.
    """
    if benchmark == "others":
        return np.asarray(~spec.block_mask[:, column])
    if benchmark == "exogenous":
        return np.asarray(~targets_of(spec))
    sources = [spec.constructs[source] for source in np.flatnonzero(spec.path_matrix[column])]
    names = {name for source in sources for name in (source.product or (source.id,))}
    return np.asarray(spec.block_mask[:, [spec.place[name] for name in names]].any(axis=1))


def training_of(
    wide: F64, sample: Sample, deal: I64, missing: str = "mean", blocks: I64 | None = None
) -> tuple[Moments, F64]:
    """Give moments of every training set, and means of the answers given there; refuse a constant indicator.

    `wide` holds the answers of `sample` and, behind them, products, `blocks` the construct of each column.
    Gaps are replaced by the set's means, or moments are fitted to what was answered there.
    """
    means, covs, answered = [], [], []
    fitted = fits(missing) and bool(np.isnan(wide).any())
    for fold in range(int(deal.max()) + 1):
        rows = deal != fold
        values, weights = wide[rows], sample.weights[rows]
        gaps = np.isnan(values)
        with np.errstate(all="ignore"):
            mean = (weights @ np.where(gaps, 0.0, values)) / (weights @ ~gaps)
        deviations = np.where(gaps, 0.0, values - mean)
        cov = (deviations * weights[:, None]).T @ deviations / weights.sum()
        flat = ~(np.diag(cov) > 1e-12)
        if flat.any():
            code = sample.codes[int(np.flatnonzero(flat)[0])]  # a product is constant after its indicator
            raise DataError(
                f"{code} does not vary where fold {fold + 1} is held out.",
                code="constant-column",
                remedy="Use fewer folds, or leave the indicator out of the model.",
            )
        answered.append(mean)
        if fitted:
            home = np.zeros(wide.shape[1], dtype=np.int64) if blocks is None else blocks
            own = Answered(values, weights, home).fitted
            mean, cov = own.mean[0], own.cov[0]
        means.append(mean)
        covs.append(cov)
    return Moments(np.stack(means), np.stack(covs)), np.stack(answered)


def linear_benchmark(spec: ModelSpec, moments: Moments, deal: I64, benchmark: str) -> F64:
    """Slopes of the least-squares regression of each indicator on its predictors, as `_coefficients`."""
    found = np.zeros_like(moments.cov)
    smallest = len(deal) - int(np.bincount(deal).max())
    for column in np.flatnonzero(spec.path_matrix.any(axis=1)):
        own = np.flatnonzero(spec.block_mask[:, column])
        rows = np.flatnonzero(predictors_of(spec, int(column), benchmark))
        system = moments.cov[:, rows[:, None], rows]
        sd = np.sqrt(np.einsum("bpp->bp", system))
        alike = np.linalg.cond(system / (sd[:, :, None] * sd[:, None, :])).max()
        if smallest <= len(rows) + 1 or alike > COPIES:
            raise DataError(
                f"The linear benchmark has {len(rows)} predictors for {smallest} respondents in training, "
                "or some are copies of others.",
                code="benchmark",
                remedy="Use more respondents or fewer folds, or leave copied indicators out.",
            )
        found[:, rows[:, None], own] = np.linalg.solve(system, moments.cov[:, rows[:, None], own])
    return found


def by_predictors(deviations: F64, slopes: F64, cov: F64) -> F64:
    """Foretell from deviations with gaps, each target by what its own predictors let expect of these."""
    found = np.zeros((len(deviations), slopes.shape[1]))
    used = slopes != 0
    kinds, number = np.unique(used, axis=1, return_inverse=True)
    for kind, predictors in enumerate(kinds.T):
        targets = np.flatnonzero(number.ravel() == kind)
        if predictors.any():
            own = cov[np.ix_(predictors, predictors)]
            whole = filled(deviations[:, predictors], np.zeros(len(own)), own)
            found[:, targets] = whole @ slopes[np.ix_(predictors, targets)]
    return found
