"""What respondents say matters, beside what drives the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.improvement.picks import stated_importance
from csi_model.improvement.ranking import LEVELS, drawn_of
from csi_model.inference.plain import number
from csi_model.measures.importance import leads


def stated(
    result: Result,
    picked: Sequence[Sequence[str] | None],
    *,
    options: Sequence[str] | None = None,
    places: int | None = None,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
) -> dict[str, Any]:
    """Set what respondents said matters beside what drives the index, as plain values.

    Parameters
    ----------
    picked : sequence of length n_respondents
        Codes that each respondent picked, the first one first; None where the question was not answered.
    options
        All codes that could be picked. Without them those that somebody picked, and each must be of the
        model; what was never offered is not said to matter to nobody.
    places
        How many could be put in order; then each option has a mean score of its place, (k + 1 - rank) / k.
    weights : ndarray of shape (n_respondents,), optional
    clusters : ndarray of shape (n_respondents,), optional

    Returns
    -------
    dict
        ``level``; ``options``: share (0-1) that picked each, with interval, ``place_score`` (0-1) and derived
        ``importance`` (None for what does not lead to the index); ``rank_agreement`` (Spearman, None without
        a ranking), ``hidden`` and ``overrated`` codes, of those that were offered and lead to the index;
        ``not_offered``: what leads to the index on that level and was no option; ``no_driver``: options that
        do not.

    Raises
    ------
    DataError
        A code that is on no level, codes of two levels, or too few answers.
    """
    drawn_of(result)
    importance = {level: result.figure(f"importance_{level}") for level in LEVELS}
    names_of = {level: found.axes[0] for level, found in importance.items()}
    codes = list(options) if options is not None else sorted({code for own in picked if own for code in own})
    level = _level(codes, names_of, are_given=options is not None)
    drives = dict(zip(names_of[level], leads(result.spec)[level].tolist(), strict=True))
    codes = sorted(codes, key=lambda code: names_of[level].index(code) if code in drives else len(drives))
    table = np.array(
        [[np.nan] * len(codes) if own is None else [code in own for code in codes] for own in picked],
        dtype=float,
    )
    compared = [place for place, code in enumerate(codes) if drives.get(code)]
    derived = np.array([importance[level].at(code).value if drives.get(code) else np.nan for code in codes])
    answer = stated_importance(
        table,
        derived=derived,
        weights=weights,
        clusters=clusters,
        floor=result.options.floor,
        level=result.options.level,
    )
    scores = None if places is None else _place_scores(picked, codes, places, weights)
    return {
        "level": level,
        "options": [
            {
                "id": code,
                **answer.shares.at(k).plain("share", ("ci",), named=True),
                **({} if scores is None else {"place_score": float(scores[k])}),
                "importance": number(float(derived[k])),
            }
            for k, code in enumerate(codes)
        ],
        "rank_agreement": number(answer.rank_agreement),
        "hidden": [codes[k] for k in answer.hidden],
        "overrated": [codes[k] for k in answer.overrated],
        "not_offered": [name for name, is_driver in drives.items() if is_driver and name not in codes],
        "no_driver": [code for place, code in enumerate(codes) if place not in compared],
    }


def _level(codes: Sequence[str], names_of: Mapping[str, Sequence[str]], *, are_given: bool) -> str:
    """Say of which level the codes are; of options that are given, of which most are."""
    number_on = {level: len(set(codes) & set(names_of[level])) for level in LEVELS}
    best = max(LEVELS, key=lambda level: number_on[level])
    if number_on[best] and (are_given or number_on[best] == len(codes)):
        return best
    known = {code for name in LEVELS for code in names_of[name]}
    wrong = [code for code in codes if code not in known]
    raise DataError(
        f"{wrong[0]} is neither a construct, a dimension nor a question of the model."
        if wrong
        else "The picks are of two levels, or there are none.",
        code="stated",
        remedy="Write codes of the model, all constructs, all dimensions or all questions.",
    )


def _place_scores(
    picked: Sequence[Sequence[str] | None], codes: Sequence[str], places: int, weights: F64 | None
) -> F64:
    """Weighted mean of (k + 1 - rank) / k, 0 where an option was not picked, (n_options,)."""
    mass = np.ones(len(picked)) if weights is None else weights
    column = {code: k for k, code in enumerate(codes)}
    total, whole = np.zeros(len(codes)), 0.0
    for own, weight in zip(picked, mass, strict=True):
        if own is None:
            continue
        whole += weight
        for rank, code in enumerate(own[:places], start=1):
            total[column[code]] += weight * (places + 1 - rank) / places
    return total / whole if whole else np.full(len(codes), np.nan)
