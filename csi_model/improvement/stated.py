"""What respondents say matters, beside what drives the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.improvement.ranking import LEVELS, drawn_of
from csi_model.inference.checks import check_answers, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.inference.plain import number
from csi_model.measures.importance import leads
from csi_model.options import FLOOR, LEVEL


def stated(
    result: Result, picked: Sequence[Sequence[str] | None], *, weights: F64 | None = None
) -> dict[str, Any]:
    """Set what respondents said matters beside what drives the index, as plain values.

    Parameters
    ----------
    picked : sequence of length n_respondents
        Codes that each respondent picked, all of one level; None where the question was not answered.
    weights : ndarray of shape (n_respondents,), optional

    Returns
    -------
    dict
        ``level``; ``options``: share (0-1) that picked each, with interval, and derived importance;
        ``rank_agreement`` (Spearman, None without a ranking); ``hidden`` and ``overrated`` codes.

    Raises
    ------
    DataError
        A code that is on no level, codes of two levels, or too few answers.
    """
    drawn_of(result)
    importance = {level: result.figure(f"importance_{level}") for level in LEVELS}
    names_of = {level: found.axes[0] for level, found in importance.items()}
    codes = sorted({code for own in picked if own for code in own})
    level = next((name for name in LEVELS if codes and set(codes) <= set(names_of[name])), None)
    if level is None:
        known = {code for name in LEVELS for code in names_of[name]}
        wrong = [code for code in codes if code not in known]
        raise DataError(
            f"{wrong[0]} is neither a construct, a dimension nor a question of the model."
            if wrong
            else "The picks are of two levels, or there are none.",
            code="stated",
            remedy="Write codes of the model, all constructs, all dimensions or all questions.",
        )
    options = [
        (k, code) for k, code in enumerate(names_of[level]) if leads(result.spec)[level][k] or code in codes
    ]
    table = np.array(
        [[np.nan] * len(options) if own is None else [code in own for _, code in options] for own in picked],
        dtype=float,
    )
    derived = importance[level].value[[k for k, _ in options]]
    answer = stated_importance(
        table, derived=derived, weights=weights, floor=result.options.floor, level=result.options.level
    )
    names = [code for _, code in options]
    return {
        "level": level,
        "options": [
            {
                "id": code,
                **answer.shares.at(k).plain("share", ("ci",), named=True),
                "importance": float(derived[k]),
            }
            for k, code in enumerate(names)
        ],
        "rank_agreement": number(answer.rank_agreement),
        "hidden": [names[k] for k in answer.hidden],
        "overrated": [names[k] for k in answer.overrated],
    }


@dataclass(frozen=True)
class Stated:
    """What respondents said matters: pick-n counts.

    Attributes
    ----------
    shares : Figure
        Share 0-1 of those who had the option that picked it, (n_options,).
    rank_agreement : float
        Spearman correlation with derived importance, ``nan`` without it.
    hidden : tuple of int
        Options in the upper half by derived but the lower by stated importance: hidden drivers.
    overrated : tuple of int
        The other way round: said to matter, with little effect on the index.
    """

    shares: Figure
    rank_agreement: float
    hidden: tuple[int, ...]
    overrated: tuple[int, ...]


def stated_importance(
    picks: F64,
    *,
    derived: F64 | None = None,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> Stated:
    """Stated importance from pick-3 answers, beside derived importance.

    Parameters
    ----------
    picks : ndarray of shape (n_respondents, n_options)
        1 picked, 0 not picked, ``nan`` not offered (or the question not answered).
    derived : ndarray of shape (n_options,), optional
        Derived importance of the same options.

    Notes
    -----
    Shares of one respondent's picks are negatively correlated; intervals are for each option by itself.
    """
    picks = check_answers(picks)
    offered = ~np.isnan(picks)
    if not np.isin(picks[offered], (0.0, 1.0)).all():
        raise DataError("Picks are neither 0 nor 1.", code="picks", remedy="Give one 0/1 column per option.")
    if (offered.sum(axis=0) < floor).any():
        k = int(np.argmin(offered.sum(axis=0)))
        msg = f"Option {k} was offered to {int(offered[:, k].sum())} respondents, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit, or leave the option out.")
    weights = check_weights(weights, len(picks))
    means, covariance = weighted_means(picks, weights, clusters)
    shares = share_interval(means, np.sqrt(np.diag(covariance)), n_effective(weights), level=level)
    agreement = np.nan
    hidden: tuple[int, ...] = ()
    overrated: tuple[int, ...] = ()
    if derived is not None:
        derived = np.asarray(derived, float)
        if derived.shape != means.shape:
            msg = f"{means.size} options but derived importance of shape {derived.shape}."
            raise DataError(msg, code="shape", remedy="Give derived importance of the same options.")
        strong, said = derived > np.median(derived), means > np.median(means)
        if np.ptp(derived) > 0 and np.ptp(means) > 0:
            agreement = float(stats.spearmanr(derived, means).statistic)
        hidden = tuple(np.flatnonzero(strong & ~said).tolist())
        overrated = tuple(np.flatnonzero(~strong & said).tolist())
    return Stated(shares, agreement, hidden, overrated)
