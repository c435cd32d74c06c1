"""What may be printed of a measure's two arms: nothing of few people, nothing that gives few people away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.labels import Labels
from csi_model.arrays import F64, I64, Mask
from csi_model.disclosure.floors import decide_parts
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN

NAMES = ("comparison", "treated")
WORST = (FEW, HELD, INDICATIVE, SHOWN)  # first


class Arms(NamedTuple):
    """Respondents of a measure: units, waves, the waves in order of time, and who is treated, (n,)."""

    units: Labels
    waves: Labels
    order: tuple[str, ...]
    treated: Mask


def states_of(arms: Arms, scores: F64, answered: Mask, *, floor: int, indicative: int) -> list[int]:
    """Give the state of each figure, one for both arms and all waves: an effect is an equation over them.

    Parameters
    ----------
    scores : ndarray of shape (n, n_figures)
        ``nan`` where there is none.
    answered : ndarray of shape (n, n_figures)
        Who gave any of the answers behind a figure.

    Notes
    -----
    A unit without a figure in one of the waves is left out of the arms of that figure, of no other.
    """
    found = np.full(scores.shape[1], SHOWN)
    there = np.column_stack([followed(arms, ~np.isnan(column[:, None])) for column in scores.T])
    patterns, kind = np.unique(there, axis=1, return_inverse=True)
    for pattern, own in enumerate(patterns.T):
        places = np.flatnonzero(kind.ravel() == pattern)
        part = np.where(own, arms.treated, -1).astype(np.int32)
        states = []
        for wave in arms.order:
            here = arms.waves.of(wave)
            units, parts = arms.units.where(here), Labels(NAMES, part[here])
            if len(parts.present) < len(NAMES):
                states.append(np.full(len(places), FEW))
                continue
            behind = answered[np.ix_(here, places)]
            states.append(decide_parts(behind, units, parts, floor=floor, indicative=indicative))
        found[places] = [next(state for state in WORST if state in each) for each in np.array(states).T]
    return found.tolist()


def followed(arms: Arms, there: Mask) -> Mask:
    """Say who is of a unit that has every figure in every wave."""
    n_units = len(arms.units.names)
    has: NDArray[np.bool_] = np.ones(n_units, dtype=bool)
    for wave in arms.order:
        here = arms.waves.of(wave) & ~arms.units.is_blank
        own: I64 = np.zeros((n_units, there.shape[1]), dtype=np.int64)
        np.add.at(own, arms.units.number[here], there[here])
        has &= (own > 0).all(axis=1)
    return np.append(has, False)[arms.units.number]
