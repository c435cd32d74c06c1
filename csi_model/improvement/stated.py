"""What respondents say matters, beside what drives the index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    offered: Sequence[Collection[str]] | None = None,
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
        All codes that could be picked. Without them those that somebody picked or was offered, and each must
        be of the model; what was never offered is not said to matter to nobody.
    offered : sequence of length n_respondents
        Codes that each respondent could pick, where not everybody could pick all: shares and scores are of
        those who could.
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
        do not; ``few_offered``: options that fewer than the floor who answered were offered, so that nothing
        is said of them.

    Raises
    ------
    DataError
        A code that is on no level, codes of two levels, too few answers, or a pick that was not offered.
    """
    drawn_of(result)
    importance = {level: result.figure(f"importance_{level}") for level in LEVELS}
    names_of = {level: found.axes[0] for level, found in importance.items()}
    could = _offers(picked, options, offered)
    if options is not None:
        codes = list(options)
    else:
        codes = sorted({code for own in (*picked, *could) if own for code in own})
    level = _level(codes, names_of, are_given=options is not None)
    drives = dict(zip(names_of[level], leads(result.spec)[level].tolist(), strict=True))
    codes = sorted(codes, key=lambda code: names_of[level].index(code) if code in drives else len(drives))
    table = _table(picked, could, codes)
    few = (~np.isnan(table)).sum(axis=0) < result.options.floor
    few_offered = [code for code, is_few in zip(codes, few.tolist(), strict=True) if is_few]
    if 0 < len(few_offered) < len(codes):
        codes, table = [code for code in codes if code not in few_offered], table[:, ~few]
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
    scores = None if places is None else _place_scores(picked, table, codes, places, weights)
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
        "not_offered": [
            name for name, is_driver in drives.items() if is_driver and name not in {*codes, *few_offered}
        ],
        "no_driver": [code for place, code in enumerate(codes) if place not in compared],
        "few_offered": few_offered,
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


def _offers(
    picked: Sequence[Sequence[str] | None],
    options: Sequence[str] | None,
    offered: Sequence[Collection[str]] | None,
) -> Sequence[Collection[str] | None]:
    """Check what each was offered against the options and the picks; None where all options were."""
    if offered is None:
        return [None] * len(picked)
    if len(offered) != len(picked):
        msg = f"{len(picked)} respondents, but {len(offered)} that were offered something."
        raise DataError(msg, code="shape", remedy="Say of each respondent what was offered.")
    known = None if options is None else set(options)
    for row, (own, could) in enumerate(zip(picked, offered, strict=True), start=1):
        if known is not None and (strange := [code for code in could if code not in known]):
            raise DataError(
                f"{strange[0]}, offered to respondent {row} of those in use, is no option.",
                code="stated",
                remedy="Write codes of the options alone into what was offered.",
            )
        if lacking := [code for code in own or () if code not in could]:
            raise DataError(
                f"Respondent {row} of those in use picked {lacking[0]}, which was not offered.",
                code="stated",
                remedy="Add it to what was offered there, or take the pick out.",
            )
    return offered


def _table(
    picked: Sequence[Sequence[str] | None], could: Sequence[Collection[str] | None], codes: Sequence[str]
) -> F64:
    """1 picked, 0 not picked, nan not offered or not answered, (n_respondents, n_options)."""
    table = np.full((len(picked), len(codes)), np.nan)
    for row, (own, some) in enumerate(zip(picked, could, strict=True)):
        if own is not None:
            table[row] = [float(code in own) if some is None or code in some else np.nan for code in codes]
    return table


def _place_scores(
    picked: Sequence[Sequence[str] | None],
    table: F64,
    codes: Sequence[str],
    places: int,
    weights: F64 | None,
) -> F64:
    """Weighted mean of (k + 1 - rank) / k over those offered it, 0 where it was not picked, (n_options,)."""
    mass = np.ones(len(picked)) if weights is None else weights
    column = {code: k for k, code in enumerate(codes)}
    total = np.zeros(len(codes))
    for own, weight in zip(picked, mass, strict=True):
        for rank, code in enumerate((own or ())[:places], start=1):
            if code in column:
                total[column[code]] += weight * (places + 1 - rank) / places
    return total / (mass @ ~np.isnan(table))
