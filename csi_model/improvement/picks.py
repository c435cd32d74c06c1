"""Shares of respondents who say that something matters, beside what drives the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import share_interval
from csi_model.inference.means import unit_sums
from csi_model.options import FLOOR, LEVEL


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
        Derived importance of the same options; ``nan`` where there is none, and nothing is compared.

    Notes
    -----
    Shares of one respondent's picks are negatively correlated; intervals are for each option by itself, of
    the respondents and clusters who were offered it: nobody else moves them.
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
    means, _, share = unit_sums(picks, weights, clusters)
    n_units = _units(offered, clusters)
    se = np.sqrt((share**2).sum(axis=0) * n_units / (n_units - 1))
    mass = weights[:, None] * offered
    n = mass.sum(axis=0) ** 2 / (mass**2).sum(axis=0)
    shares = share_interval(means, se, n, level=level)
    agreement = np.nan
    hidden: tuple[int, ...] = ()
    overrated: tuple[int, ...] = ()
    if derived is not None:
        derived = np.asarray(derived, float)
        if derived.shape != means.shape:
            msg = f"{means.size} options but derived importance of shape {derived.shape}."
            raise DataError(msg, code="shape", remedy="Give derived importance of the same options.")
        both = np.flatnonzero(np.isfinite(derived))
        own, shown = derived[both], means[both]
        if len(both) and np.ptp(own) > 0 and np.ptp(shown) > 0:
            agreement = float(stats.spearmanr(own, shown).statistic)
        strong, said = (each > np.median(each) if len(both) else both > 0 for each in (own, shown))
        hidden = tuple(both[strong & ~said].tolist())
        overrated = tuple(both[~strong & said].tolist())
    return Stated(shares, agreement, hidden, overrated)


def _units(offered: Mask, clusters: NDArray[np.generic] | None) -> F64:
    """Count for each option the respondents, or clusters, to whom it was offered, (n_options,)."""
    if clusters is not None:
        names, place = np.unique(clusters, return_inverse=True)
        held = np.zeros((len(names), offered.shape[1]), dtype=bool)
        np.logical_or.at(held, place, offered)
        offered = held
    n_units: F64 = offered.sum(axis=0).astype(float)
    if (n_units < 2).any():
        msg = f"Option {int(np.argmin(n_units))} was offered in one cluster alone."
        raise DataError(msg, code="one-unit", remedy="Leave the option out, or the clusters.")
    return n_units
