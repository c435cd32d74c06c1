"""The bootstrap of everything at once.

A chunk of resamples is drawn by its own generator, spawned from the seed in order: the numbers are the same
whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from csi_model.inference import seeds
from csi_model.options import Options, Progress
from csi_model.resampling.draws import Draws, join
from csi_model.resampling.estimator import Estimator, chunks

Part = TypeVar("Part")


def bootstrap(estimator: Estimator, progress: Progress | None = None) -> Draws:
    """Draw as many resamples as the options say and estimate each."""

    def chunk(child: np.random.SeedSequence, size: int) -> Draws:
        return estimator.of_moments(estimator.drawn(size, seeds.of_child(child)))

    return join(in_chunks(chunk, estimator.options, progress))


def in_chunks(
    work: Callable[[np.random.SeedSequence, int], Part], options: Options, progress: Progress | None = None
) -> list[Part]:
    """Give the work of every chunk, each with its own seed and number of resamples, in order."""
    wanted = list(chunks(options.bootstrap, options.seed))
    parts, done = [], 0
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        mapped = map if options.jobs <= 1 else pool.map  # an unused pool starts no thread
        for part, (_, size) in zip(mapped(lambda chunk: work(*chunk), wanted), wanted, strict=True):
            parts.append(part)
            done += size
            if progress is not None:
                progress(done / options.bootstrap)
    return parts
