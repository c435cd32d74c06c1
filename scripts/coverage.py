"""Do nominal 95 % intervals hold the truth in 93 to 97 % of simulated samples? A table; exit 1 if not.

OMP_NUM_THREADS=1 python scripts/coverage.py [--samples 500] [--resamples 600] [--seed 1] [--only small]
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.compare_pls import compare_models, pls_statistic
from csi_model.decompose import WaveAnswers, decompose, split_change
from csi_model.effects import total_effects
from csi_model.evaluation import evaluate_measure
from csi_model.expectations import TierAnswers, expectation_gaps
from csi_model.forms import Wave
from csi_model.intervals import Estimate, weighted_means
from csi_model.moments import MeanReplaced
from csi_model.prepare import prepare
from csi_model.resample import bootstrap, percentile
from csi_model.retention import retention_map
from csi_model.small_units import shrink_units
from csi_model.specify import ModelSpec
from csi_model.trend import index_change

F64 = NDArray[np.float64]
LOWER, UPPER = 0.93, 0.97
# Studies that cost next to nothing take more samples, so that chance moves their rows less.
CHEAP = 6


class Hit(NamedTuple):
    """One sample's figures against the truth, flattened to (n_figures,)."""

    name: str
    covered: NDArray[np.bool_]
    error: F64
    se: F64


def hit(name: str, estimate: Estimate, truth: F64 | float) -> Hit:
    """Compare an estimate with its truth."""
    value, low, high, se, true = (
        np.ravel(np.broadcast_to(part, np.shape(estimate.value)))
        for part in (estimate.value, estimate.low, estimate.high, estimate.se, np.asarray(truth, float))
    )
    return Hit(name, (low <= true) & (true <= high), value - true, se)


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
        waves.append(Wave(code, *weighted_means(level), shares, 250))
    yield hit("change, frozen weights", index_change(*waves, shares=shares), 2.0)


def parts(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
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
    found = decompose(waves[0], waves[1], rng, n_draws=resamples)
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


MODEL = """
scale: {low: 1, high: 10}
index: SAT
constructs:
  - {id: IMG, name: {en: Image}, indicators: [IMG1, IMG2, IMG3]}
  - {id: QUAL, name: {en: Quality}, indicators: [QUAL1, QUAL2, QUAL3, QUAL4]}
  - {id: VAL, name: {en: Value}, indicators: [VAL1, VAL2, VAL3]}
  - {id: SAT, name: {en: Satisfaction}, indicators: [SAT1, SAT2, SAT3]}
  - {id: LOY, name: {en: Loyalty}, indicators: [LOY1, LOY2, LOY3]}
paths: [[IMG, QUAL], [QUAL, VAL], [IMG, SAT], [QUAL, SAT], [VAL, SAT], [SAT, LOY], [IMG, LOY]]
"""
SPEC = ModelSpec.from_yaml(MODEL)
PLANTED = {
    ("IMG", "QUAL"): 0.5,
    ("QUAL", "VAL"): 0.6,
    ("IMG", "SAT"): 0.2,
    ("QUAL", "SAT"): 0.4,
    ("VAL", "SAT"): 0.3,
    ("SAT", "LOY"): 0.5,
    ("IMG", "LOY"): 0.2,
}
N_RESPONDENTS = 250


def survey(rng: np.random.Generator, n: int, lift: float = 0.0) -> F64:
    """Whole answers 1-10 of a utility's customers; ``lift`` raises perceived value (latent units)."""
    latent: dict[str, F64] = {}
    columns = []
    for k, construct in enumerate(SPEC.constructs):
        own = sum((b * latent[s] for (s, t), b in PLANTED.items() if t == construct.id), np.zeros(n))
        shift = lift if construct.id == "VAL" else 0.0
        latent[construct.id] = own + shift + (1.0 if k == 0 else 0.7) * rng.standard_normal(n)
        for i, _ in enumerate(construct.indicators):
            signal = 6.4 + 0.2 * i + (1.3 + 0.1 * i) * latent[construct.id]
            columns.append(np.clip(np.rint(signal + 1.1 * rng.standard_normal(n)), 1, 10))
    return np.column_stack(columns)


@cache
def population(lift: float = 0.0) -> Mapping[str, F64]:
    """Estimates of two million customers: what samples are about."""
    rng = np.random.default_rng(20_260)
    parts = [survey(rng, 100_000, lift) for _ in range(20)]
    n = sum(len(part) for part in parts)
    mean = sum((part.sum(axis=0) for part in parts), np.zeros(len(SPEC.indicators))) / n
    covariance = sum(((part - mean).T @ (part - mean) for part in parts), np.zeros((len(mean),) * 2)) / n
    return {key: value[0] for key, value in pls_statistic(SPEC)(mean[None], covariance[None]).items()}


PATHS = SPEC.path_matrix
REACHED = total_effects(PATHS.astype(float)) > 0


def cells(estimates: Mapping[str, F64]) -> dict[str, F64]:
    """The figures of a model that have something to estimate; leading axes stay."""
    return {
        "index and construct points": estimates["points"],
        "paths": estimates["paths"][..., PATHS],
        "total effects": estimates["total_effects"][..., REACHED],
        "points per point": estimates["points_per_point"][..., REACHED],
    }


def model(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """A PLS model of 250 customers with the percentile bootstrap."""
    answers = survey(rng, N_RESPONDENTS)
    data = prepare(SPEC, dict(zip(SPEC.indicator_ids, answers.T, strict=True)))
    source = MeanReplaced(data)
    once = source.of_counts(np.ones((1, N_RESPONDENTS)))
    found = bootstrap(SPEC, data, source, resamples, int(rng.integers(2**31)))
    statistic = pls_statistic(SPEC)
    value = {key: array[0] for key, array in cells(statistic(once.mean, once.cov)).items()}
    drawn = cells({**found._asdict(), "points": found.constructs})
    for key, truth in cells(population()).items():
        low, high = percentile(drawn[key])
        yield hit(key, Estimate(value[key], np.nanstd(drawn[key], axis=0), low, high, value[key]), truth)


def groups(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """Differences between two groups of 250, one with higher perceived value."""
    answers = np.vstack([survey(rng, N_RESPONDENTS), survey(rng, N_RESPONDENTS, 0.4)])
    label = np.repeat(["a", "b"], N_RESPONDENTS)
    pair = compare_models(answers, label, SPEC, rng, n_permutations=2, n_resamples=resamples).pairs[0]
    truth = {key: population()[key] - value for key, value in population(0.4).items()}
    parts_of = {
        part: cells({key: getattr(e, part) for key, e in pair.difference.items()})
        for part in ("value", "se", "low", "high", "p")
    }
    for key, true in cells(truth).items():
        estimate = Estimate(**{part: parts_of[part][key] for part in parts_of})
        yield hit(f"difference, {key}", estimate, true)


STUDIES: dict[str, Callable[[np.random.Generator, int], Iterator[Hit]]] = {
    "model": model,
    "groups": groups,
    "small": small_units,
    "change": changes,
    "parts": parts,
    "segments": segments,
    "gaps": gaps,
    "measure": measures,
}
COSTLY = {"model", "groups"}


def run(
    study: Callable[[np.random.Generator, int], Iterator[Hit]], samples: int, resamples: int, seed: int
) -> bool:
    """Run one study, print its rows, and say whether all held."""
    hits: dict[str, list[Hit]] = {}
    for child in np.random.SeedSequence(seed).spawn(samples):
        for found in study(np.random.default_rng(child), resamples):
            hits.setdefault(found.name, []).append(found)
    held = True
    for name, found in hits.items():
        covered = np.stack([h.covered for h in found])
        errors, se = np.stack([h.error for h in found]), np.stack([h.se for h in found])
        share = float(covered.mean())
        by_figure = covered.mean(axis=0)
        bias = float(np.abs(errors.mean(axis=0) / errors.std(axis=0)).max()) if samples > 1 else math.nan
        ratio = float((np.sqrt((se**2).mean(axis=0)) / errors.std(axis=0)).mean())
        ok = LOWER <= share <= UPPER
        held &= ok
        print(
            f"{name:<40}{covered.shape[1]:>5}{samples:>8}{share:>10.1%}{by_figure.min():>8.1%}{by_figure.max():>8.1%}"
            f"{bias:>8.2f}{ratio:>9.3f}  {'ok' if ok else 'OUTSIDE'}"
        )
    return held


def main() -> int:
    """Run all studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--resamples", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(STUDIES))
    options = parser.parse_args()
    began = time.perf_counter()
    print(
        f"{'figure':<40}{'cells':>5}{'samples':>8}{'coverage':>10}{'least':>8}{'most':>8}"
        f"{'|bias|':>8}{'se ratio':>9}"
    )
    chosen = {options.only: STUDIES[options.only]} if options.only else STUDIES
    held = [
        run(study, options.samples * (1 if name in COSTLY else CHEAP), options.resamples, options.seed)
        for name, study in chosen.items()
    ]
    print("Coverage: all cells of a row. |bias|: largest mean error in standard deviations of the error.")
    print(f"se ratio: stated over actual standard error. {time.perf_counter() - began:.0f} s.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
