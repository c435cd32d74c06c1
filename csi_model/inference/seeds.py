"""Where random numbers come from: one seed a call, and a stream of its own for each use of it.

The same seed gives the same numbers, whoever asks and however many work at it. The numbers below are part of
every seed that was ever used, so they stay, also where two uses share one; a new use takes a new number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# The whole is resampled by the seed itself, chunk by chunk (`spawned`). Beside these resamples:
MOMENTS = 1  # moments of resamples of large samples, from their distribution
PARTS = 2  # a seed for each part of a sample, by its name (`of_part`)
FOLDS = 3  # respondents dealt to folds
TOGETHER = 3  # units drawn for several parts at once; no call does this and deals folds
WHAT_IF = 4  # answers raised
SEGMENTS = 4  # with their number behind it: starts of the search

# Tests of two groups each have the seed of the pair behind their own number.
FIGURES, WHOLE_MODEL, MICOM = 4, 5, 6

STARTS = 1  # where a search begins anew is no matter of chance: the same in every call


def generator(*places: int) -> np.random.Generator:
    """Give the random numbers of a seed; with a stream behind it those of the stream."""
    return np.random.default_rng(places)


def of_child(child: np.random.SeedSequence) -> np.random.Generator:
    """Give the random numbers of one of `spawned`."""
    return np.random.default_rng(child)


def spawned(seed: int, number: int) -> Iterator[np.random.SeedSequence]:
    """Give so many seeds that do not depend on how many there are, or who works on which."""
    yield from np.random.SeedSequence(seed).spawn(number)


def of_part(seed: int, columns: tuple[str, ...], name: str) -> int:
    """Derive the seed of a part from that of the whole, the columns that it is a part by, and its name."""
    written = "\n".join((*columns, name)).encode()
    return int(np.random.SeedSequence([seed, PARTS, *written]).generate_state(1)[0])
