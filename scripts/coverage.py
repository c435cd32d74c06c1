"""Do nominal 95 % intervals hold the truth in 93 to 97 % of simulated samples? A table; exit 1 if not.

OMP_NUM_THREADS=1 python scripts/coverage.py [--samples 500] [--resamples 600] [--jobs 2] [--only small]
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from coverage_demo import STUDIES as AS_FILLED_IN
from coverage_gaps import STUDIES as AS_REAL
from coverage_models import Hit, clustered, gappy, groups, hit, kinds, large, model, weighted
from numpy.typing import NDArray

from csi_model.beside.expectations import TierAnswers, expectation_gaps
from csi_model.beside.retention import retention_map
from csi_model.evaluation.effect import evaluate_measure
from csi_model.inference.figures import figure
from csi_model.inference.means import weighted_means
from csi_model.series.decompose import WaveAnswers, decompose
from csi_model.series.official import index_series
from csi_model.series.split import split_change
from csi_model.series.wave import Wave
from csi_model.units.shrink import shrink_units

F64 = NDArray[np.float64]
LOWER, UPPER = 0.93, 0.97
# Studies that cost next to nothing take more samples, so that chance moves their rows less.
CHEAP = 6


def small_units(rng: np.random.Generator, _: int) -> Iterator[Hit]:
    """48 units whose true levels scatter by 3 points, with standard errors of 1.5 to 5."""
    truth = 70 + 3 * rng.standard_normal(48)
    se = rng.uniform(1.5, 5.0, 48)
    yield hit("unit, shrunken", shrink_units(truth + se * rng.standard_normal(48), se).points, truth)


def changes(rng: np.random.Generator, _: int) -> Iterator[Hit]:
    """Change of 2 points between independent waves of 250 under frozen weights."""
    shares = np.array([0.5, 0.3, 0.2])
    waves = []
    for code, shift in (("before", 0.0), ("after", 2.0)):
        level = 68 + shift + 13 * rng.standard_normal((250, 1)) + 10 * rng.standard_normal((250, 3))
        means, covariance = weighted_means(level)
        waves.append(Wave(code, means, covariance, shares, 250, figure(shares @ means)))
    yield hit("change, frozen weights", index_series(waves, base="before").changes.at(0), 2.0)


def parts(rng: np.random.Generator, _: int) -> Iterator[Hit]:
    """Answer and mix part of a change between waves of 400."""
    mix = np.array([[0.6, 0.4], [0.5, 0.5]])
    means = np.array([[[70.0, 66.0], [55.0, 50.0]], [[72.0, 66.0], [55.0, 56.0]]])
    shares = np.array([0.5, 0.5])
    waves = []
    for t in (0, 1):
        segment = (rng.random(400) > mix[t, 0]).astype(int)
        points = means[t][segment] + 8 * rng.standard_normal((400, 1)) + 12 * rng.standard_normal((400, 2))
        waves.append(WaveAnswers(points, segment, shares))
    truth = split_change((mix[0], mix[1]), (shares, shares), (means[0], means[1]))
    found = decompose(waves[0], waves[1])
    yield hit("change, answer part", found.answers, truth.answers)
    yield hit("change, mix part", found.mix, truth.mix)


def segments(rng: np.random.Generator, _: int) -> Iterator[Hit]:
    """Shares of loyal, captive, free-to-go and at-risk customers among 300."""
    truth = np.array([0.4, 0.15, 0.3, 0.15])
    place = rng.choice(4, size=300, p=truth)
    satisfaction = np.where(np.isin(place, [0, 2]), 80.0, 40.0)
    cost = np.where(np.isin(place, [0, 1]), 80.0, 20.0)
    yield hit("retention segment share", retention_map(satisfaction, cost).shares, truth)


def gaps(rng: np.random.Generator, _: int) -> Iterator[Hit]:
    """Expected minus perceived, 200 respondents."""
    person = 12 * rng.standard_normal((200, 1))
    expected = 60 + person + 6 * rng.standard_normal((200, 2))
    perceived = 52 + person + 6 * rng.standard_normal((200, 3))
    answers = {"basic": TierAnswers(np.clip(expected, 0, 100), np.clip(perceived, 0, 100))}
    yield hit("expectation gap", expectation_gaps(answers).gap, 8.0)


def measures(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """Effect of 5 points on 12 of 24 units with unit-by-wave shocks."""
    n_units, n_waves, n = 24, 4, 15
    unit = np.repeat(np.arange(n_units), n_waves * n)
    wave = np.tile(np.repeat(np.arange(n_waves), n), n_units)
    treated = unit < n_units // 2
    points = (
        65
        + 4 * rng.standard_normal(n_units)[unit]
        + 2 * rng.standard_normal((n_units, n_waves))[unit, wave]
        + wave
        + 5 * (treated & (wave == n_waves - 1))
        + 15 * rng.standard_normal(len(unit))
    )
    found = evaluate_measure(
        points,
        unit,
        wave,
        rng,
        treated=[str(k) for k in range(n_units // 2)],
        before=["0", "1", "2"],
        after=["3"],
        n_resamples=resamples,
    )
    yield hit("effect of a measure", found.effect, 5.0)


STUDIES: dict[str, Callable[[np.random.Generator, int], Iterator[Hit]]] = {
    "model": model,
    "kinds": kinds,
    "weighted": weighted,
    "clustered": clustered,
    "gappy": gappy,
    "large": large,
    "groups": groups,
    "small": small_units,
    "change": changes,
    "parts": parts,
    "segments": segments,
    "gaps": gaps,
    "measure": measures,
    **AS_REAL,
    **AS_FILLED_IN,
}
COSTLY = {"model", "kinds", "weighted", "clustered", "gappy", "large", "groups", *AS_REAL}
# Of the samples, where each takes seconds: 200 of 500.
LONG = 0.4


def run(name: str, samples: int, resamples: int, seed: int, pool: ProcessPoolExecutor) -> bool:
    """Run one study, print its rows, and say whether all held."""
    children = np.random.SeedSequence(seed).spawn(samples)
    hits: dict[str, list[Hit]] = {}
    for found in pool.map(partial(_sample, name, resamples), children, chunksize=10):
        for one in found:
            hits.setdefault(one.name, []).append(one)
    held = True
    for what, found in hits.items():
        covered = np.stack([h.covered for h in found])
        errors, se = np.stack([h.error for h in found]), np.stack([h.se for h in found])
        share = float(covered.mean())
        by_figure = covered.mean(axis=0)
        bias = float(np.abs(errors.mean(axis=0) / errors.std(axis=0)).max()) if samples > 1 else math.nan
        ratio = float((np.sqrt((se**2).mean(axis=0)) / errors.std(axis=0)).mean())
        by_sample = covered.mean(axis=1)
        chance = 2 * float(by_sample.std(ddof=1)) / math.sqrt(len(by_sample)) if samples > 1 else 1.0
        ok = LOWER - chance <= share <= UPPER + chance
        has_bar = found[0].has_bar
        held &= ok or not has_bar
        print(
            f"{what:<40}{covered.shape[1]:>5}{samples:>8}{share:>10.1%}{by_figure.min():>8.1%}{by_figure.max():>8.1%}"
            f"{bias:>8.2f}{ratio:>9.3f}  {('ok' if ok else 'OUTSIDE') if has_bar else 'no bar'}",
            flush=True,
        )
    return held


def _samples(name: str, of_all: int) -> int:
    if name in AS_FILLED_IN:
        return math.ceil(of_all * LONG)
    return of_all * (1 if name in COSTLY else CHEAP)


def _sample(name: str, resamples: int, child: np.random.SeedSequence) -> list[Hit]:
    return list(STUDIES[name](np.random.default_rng(child), resamples))


def main() -> int:
    """Run all studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--resamples", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=sorted(STUDIES))
    options = parser.parse_args()
    began = time.perf_counter()
    print(
        f"{'figure':<40}{'cells':>5}{'samples':>8}{'coverage':>10}{'least':>8}{'most':>8}"
        f"{'|bias|':>8}{'se ratio':>9}"
    )
    with ProcessPoolExecutor(options.jobs) as pool:
        held = [
            run(
                name,
                _samples(name, options.samples),
                options.resamples,
                options.seed,
                pool,
            )
            for name in STUDIES
            if options.only in (None, name)
        ]
    print("Coverage: all cells of a row. |bias|: largest mean error in standard deviations of the error.")
    print(f"se ratio: stated over actual standard error. {time.perf_counter() - began:.0f} s.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
