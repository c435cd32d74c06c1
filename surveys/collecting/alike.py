"""Answers that are alike: all at the good end of every scale, or copies of one another."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.codes import LOWEST_ANSWER
from surveys.collecting.packing import Layout
from surveys.document.questionnaire import Questionnaire

FEWEST_ANSWERS = 5  # who answered fewer of the scored questions is like many others by chance

Mask = NDArray[np.bool_]


class Scored(NamedTuple):
    """The questions of the index: codes, places in the packed answers, highest point, and which praise.

    High answers to the questions of a construct that runs the other way are no praise.
    """

    codes: tuple[str, ...]
    places: NDArray[np.intp]
    top: NDArray[np.int64]
    praises: Mask


def scored(document: Questionnaire, layout: Layout) -> Scored:
    """Give the scored questions of a version; all rated ones where it has no index."""
    slots = {slot.code: slot for slot in document.slots}
    system = document.indicators
    valence = {
        code: part.valence
        for part in (system.constructs if system is not None else ())
        for code in part.indicators
    }
    codes = tuple(code for code in valence if code in slots)
    codes = codes or tuple(slot.code for slot in document.slots if slot.kind == "rating")
    return Scored(
        codes,
        np.array([layout.position[code] for code in codes], dtype=np.intp),
        np.array([slots[code].high for code in codes], dtype=np.int64),
        np.array([valence.get(code, 1) == 1 for code in codes], dtype=bool),
    )


def all_best(answers: NDArray[np.int16], asked: Scored) -> Mask:
    """Tell which responses (n, p) give the best answer wherever they give one."""
    block = answers[:, asked.places[asked.praises]]
    real = block >= LOWEST_ANSWER
    best = ((block == asked.top[asked.praises]) | ~real).all(axis=1)
    return np.asarray(best & (real.sum(axis=1) >= FEWEST_ANSWERS))


def copies(answers: NDArray[np.int16], asked: Scored) -> NDArray[np.int64]:
    """Count for each response (n, p) how many have its answers, itself included; 0 for near-empty ones."""
    block = np.ascontiguousarray(answers[:, asked.places])
    real = (block >= LOWEST_ANSWER).sum(axis=1) >= FEWEST_ANSWERS
    whole = block.view(np.dtype((np.void, block.dtype.itemsize * block.shape[1]))).ravel()
    _, place, counts = np.unique(whole, return_inverse=True, return_counts=True)
    return np.asarray(np.where(real, counts[place], 0), dtype=np.int64)
