"""Do the questions of a construct cover what one question on the whole sums up?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from csi_model.answers.moments import Moments, source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.answers.sampling import units_of
from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.kinds import expanded, percentile
from csi_model.inference.plain import number
from csi_model.measures import validity
from csi_model.options import Options
from csi_model.resampling import bootstrap
from csi_model.specify import ModelSpec


def redundancy(
    spec: ModelSpec, data: IndicatorMatrix, options: Options, overall: Mapping[str, F64], n_resamples: int
) -> list[dict[str, Any]]:
    """Give each construct's correlation, weighted at its best, with a question on the whole.

    Parameters
    ----------
    overall
        Construct → answers of its question on the whole, (n_respondents,) on the rows of `data`. Rows without
        one are left out.

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
    validity.redundancy
    """
    return [_one(spec, data, options, name, answers, n_resamples) for name, answers in overall.items()]


def _one(
    spec: ModelSpec, data: IndicatorMatrix, options: Options, name: str, answers: F64, n_resamples: int
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
    rows = data.subset(answered)
    table = np.column_stack([rows.values[:, mine], answers[answered]])
    codes = [code for code, is_mine in zip(rows.codes, mine, strict=True) if is_mine]
    wide = replace(rows, values=table, codes=(*codes, name))
    block = np.arange(len(codes) + 1)[:, None] < len(codes)
    drawn_from = source(wide, options.missing)

    def covered(moments: Moments) -> F64:
        return np.asarray(validity.redundancy(moments.corr, block, len(codes))[:, 0])

    try:
        value = covered(bootstrap.moments_of_sample(wide, drawn_from))[0]
    except np.linalg.LinAlgError:
        raise DataError(
            f"Two questions of {name} say the same, so their weights are not known.",
            code="collinear",
            remedy="Leave one of them out.",
        ) from None
    resamples = bootstrap.moments_of_draws(wide, drawn_from, n_resamples, options.seed)
    draws = np.concatenate([covered(moments) for moments in resamples])
    ends = percentile(draws, expanded(options.level, units_of(wide).df))
    return {"construct": name, "value": number(value), "ci": [number(float(end)) for end in ends], "n": n}
