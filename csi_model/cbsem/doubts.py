"""What is doubtful about a fit of a covariance model: weights, few respondents, much that is missing."""

from __future__ import annotations

from collections.abc import Sequence

from csi_model.cbsem.data import GroupData
from csi_model.cbsem.saturated import MOST_NAMED, seldom_together
from csi_model.errors import Caution, ConvergenceError
from csi_model.inference.means import n_effective

WEIGHTED = Caution(
    "weights-robust",
    "Weighted answers are fitted as MLR: errors and test of ML hold for equal weights alone.",
    about=("ML → MLR",),
)


def of_size(n: float, n_free: int, df: int) -> tuple[Caution, ...]:
    """Caution where respondents are few for the parameters, or the model leaves nothing to test."""
    out = []
    if n < 5 * n_free:
        out.append(
            Caution(
                "few-rows",
                f"{round(n)} respondents for {n_free} parameters: fewer than five each, so standard errors "
                "and the test of fit are rough.",
                about=(f"{round(n)} < 5 · {n_free}",),
            )
        )
    if df == 0:
        message = "The model has no degrees of freedom: its fit says nothing."
        out.append(Caution("saturated", message, about=("df = 0",)))
    return tuple(out)


def of_weights(error: ConvergenceError, given: Sequence[GroupData], n_items: int) -> ConvergenceError:
    """Say of a search without an end that a few respondents hold nearly all weight, where they do."""
    for group in given:
        if group.weights is not None and (told := n_effective(group.weights)) < n_items:
            where = f"{group.name}: " if group.name else ""
            return ConvergenceError(
                f"{where}{len(group.weights)} respondents tell by their weights as much as {told:.0f} of"
                f" equal weight, fewer than the {n_items} questions. {error.message}",
                code="weights",
                remedy="Trim the weights (manyi rake --trim), or leave them out.",
                about=(group.name,) if group.name else (),
            )
    return error


def of_gaps(group: GroupData, names: tuple[str, ...]) -> Caution:
    """Name the pairs of items for which the saturated model needs a prior, the fewest first."""
    pairs = sorted(seldom_together(group.values), key=lambda pair: pair[2])
    named = [f"{names[one]} and {names[other]} ({n})" for one, other, n in pairs[:MOST_NAMED]]
    more = f" and {len(pairs) - MOST_NAMED} more pairs" if len(pairs) > MOST_NAMED else ""
    where = f"{group.name}: " if group.name else ""
    what = f"Answered together by few: {'; '.join(named)}{more}" if pairs else "Too much is missing"
    return Caution(
        "seldom-together",
        f"{where}{what}. The model is compared with covariances that lean on a weak prior: chi-square and"
        " what is made of it are approximate; the estimates do not use it.",
        about=tuple([group.name, *named] if group.name else named),
    )
