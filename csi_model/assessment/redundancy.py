"""Do the questions of a construct cover what one question on the whole sums up?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.answers.treatment import source
from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference import seeds
from csi_model.inference.figures import figure
from csi_model.inference.kinds import ends
from csi_model.measures.redundancy import redundancy as best_path
from csi_model.options import Options
from csi_model.resampling.estimator import chunks
from csi_model.specify import ModelSpec


def redundancy(
    spec: ModelSpec, sample: Sample, options: Options, overall: Mapping[str, str], n_resamples: int
) -> list[dict[str, Any]]:
    """Give each construct's correlation, weighted at its best, with a question on the whole.

    Parameters
    ----------
    overall
        Construct → code of its question on the whole, beside the model in `sample`. Who did not answer it is
        left out.

    Returns
    -------
    list of dict
        ``construct``, ``value``, its percentile interval ``ci``, and the answers ``n`` behind it.

    Raises
    ------
    DataError
        No such construct, or one without questions of its own; fewer answers than the floor; a constant one.

    See Also
    --------
    measures.redundancy.redundancy
    """
    return [
        _one(spec, sample, options, name, sample.beside[code], n_resamples) for name, code in overall.items()
    ]


def _one(
    spec: ModelSpec, sample: Sample, options: Options, name: str, answers: F64, n_resamples: int
) -> dict[str, Any]:
    mine = spec.block_mask[:, spec.place[name]] if name in spec.place else np.zeros(0, dtype=bool)
    if not mine.any():
        known = [each for each, own in zip(spec.construct_ids, spec.block_mask.T, strict=True) if own.any()]
        raise DataError(
            f"{name} is no construct with questions of its own.",
            code="construct",
            remedy=f"Choose {', '.join(known)}.",
        )
    answered = ~np.isnan(answers)
    n = int(answered.sum())
    if n < options.floor:
        raise DataError(
            f"{n} answers to the question on the whole of {name}, below the floor of {options.floor}.",
            code="floor",
            remedy="Use a question that more have answered.",
        )
    if np.ptp(answers[answered]) == 0:
        raise DataError(
            f"All answers to the question on the whole of {name} are the same.",
            code="constant",
            remedy="Use a question whose answers differ.",
        )
    rows = sample.where(answered)
    table = np.column_stack([rows.values[:, mine], answers[answered]])
    codes = [code for code, is_mine in zip(rows.codes, mine, strict=True) if is_mine]
    block = np.arange(len(codes) + 1)[:, None] < len(codes)
    moments_of = source(table, rows.weights, options.missing)

    def covered(moments: Moments) -> F64:
        return np.asarray(best_path(moments.corr, block, len(codes))[:, 0])

    try:
        value = covered(moments_of.of_counts(np.ones((1, n))))[0]
    except np.linalg.LinAlgError:
        raise DataError(
            f"Two questions of {name} say the same, so their weights are not known.",
            code="collinear",
            remedy="Leave one of them out.",
        ) from None
    draws = np.concatenate(
        [
            covered(moments_of.of_counts(rows.units.counts(size, seeds.of_child(child))))
            for child, size in chunks(n_resamples, options.seed)
        ]
    )
    low, high = ends(draws, np.asarray(value), df=rows.units.df, level=options.level)
    covers = figure(value, low=low, high=high, level=options.level)
    return {"construct": name, **covers.plain(parts=("ci",)), "n": n}
