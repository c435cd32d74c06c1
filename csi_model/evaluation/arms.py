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


def states_of(arms: Arms, scores: F64, answered: Mask, *, floor: int, indicative: int) -> dict[int, int]:
    """Give the state of each figure, one for both arms and all waves: an effect is an equation over them.

    Parameters
    ----------
    scores : ndarray of shape (n, n_figures)
        ``nan`` where there is none.
    answered : ndarray of shape (n, n_figures)
        Who gave any of the answers behind a figure.

    Notes
    -----
    A unit without one of the figures in one of the waves is left out of the arms. A figure that is withheld
    leaves none out, so that the others are decided anew without it.
    """
    found: dict[int, int] = {}
    wanted = np.arange(scores.shape[1])
    while wanted.size:
        there = followed(arms, ~np.isnan(scores[:, wanted]))
        part = np.where(there, arms.treated, -1).astype(np.int32)
        waves = []
        for wave in arms.order:
            here = arms.waves.of(wave)
            own, parts = arms.units.where(here), Labels(NAMES, part[here])
            behind = answered[np.ix_(here, wanted)]
            if len(parts.present) < len(NAMES):
                waves.append(np.full(len(wanted), FEW))
                continue
            waves.append(decide_parts(behind, own, parts, floor=floor, indicative=indicative))
        states = [next(state for state in WORST if state in each) for each in np.array(waves).T]
        if set(states) == {FEW} and len(wanted) > 1:
            left = [followed(arms, ~np.isnan(scores[:, [place]])).sum() for place in wanted]
            most = int(np.argmin(left))
            if left[most] < max(left):  # it leaves out the most units, and so the others with it
                found[int(wanted[most])] = FEW
                wanted = np.delete(wanted, most)
                continue
        found |= dict(zip(wanted.tolist(), states, strict=True))
        kept = wanted[np.isin(states, (INDICATIVE, SHOWN))]
        if len(kept) == len(wanted):
            break
        wanted = kept
    return found


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
