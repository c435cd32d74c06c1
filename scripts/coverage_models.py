"""What `coverage.py` simulates of whole models: kinds of interval, designs, gaps, large samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.answers.prepare import prepare
from csi_model.answers.sample import Sample
from csi_model.comparison.compare import compare
from csi_model.estimation.estimate import estimate
from csi_model.estimation.result import Result
from csi_model.inference.figures import Figure, figure
from csi_model.measures.effects import total_effects
from csi_model.options import Options
from csi_model.pls.stages import solve
from csi_model.resampling.draws import Draws, describe
from csi_model.specify import ModelSpec

F64 = NDArray[np.float64]


class Hit(NamedTuple):
    """One sample's figures against the truth, flattened to (n_figures,); a row without a bar cannot fail."""

    name: str
    covered: NDArray[np.bool_]
    error: F64
    se: F64
    has_bar: bool = True


def hit(name: str, estimate: Figure, truth: F64 | float) -> Hit:
    """Compare an estimate with its truth."""
    value, low, high, se, true = (
        np.ravel(np.broadcast_to(part, np.shape(estimate.value)))
        for part in (estimate.value, estimate.low, estimate.high, estimate.se, np.asarray(truth, float))
    )
    return Hit(name, (low <= true) & (true <= high), value - true, se)


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
# Three of the constructs, for what takes many fits.
CORE = ModelSpec.from_yaml(
    """
scale: {low: 1, high: 10}
index: SAT
constructs:
  - {id: IMG, indicators: [IMG1, IMG2, IMG3]}
  - {id: QUAL, indicators: [QUAL1, QUAL2, QUAL3, QUAL4]}
  - {id: SAT, indicators: [SAT1, SAT2, SAT3]}
paths: [[IMG, QUAL], [IMG, SAT], [QUAL, SAT]]
"""
)
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
N_CLUSTERS = 30
N_LARGE = 20_100


def survey(rng: np.random.Generator, n: int, lift: float = 0.0, n_clusters: int = 0, icc: float = 0.2) -> F64:
    """Whole answers 1-10 of a utility's customers; ``lift`` raises perceived value (latent units).

    With clusters (of equal size, one after the other) customers of one share `icc` of what no other construct
    explains; taken one by one they are the same customers.
    """
    latent: dict[str, F64] = {}
    columns = []
    for k, construct in enumerate(SPEC.constructs):
        own = sum((b * latent[s] for (s, t), b in PLANTED.items() if t == construct.id), np.zeros(n))
        shift = lift if construct.id == "VAL" else 0.0
        noise = rng.standard_normal(n)
        if n_clusters:
            shared = np.repeat(rng.standard_normal(n_clusters), n // n_clusters)
            noise = np.sqrt(1 - icc) * noise + np.sqrt(icc) * shared
        latent[construct.id] = own + shift + (1.0 if k == 0 else 0.7) * noise
        for i, _ in enumerate(construct.indicators):
            signal = 6.4 + 0.2 * i + (1.3 + 0.1 * i) * latent[construct.id]
            columns.append(np.clip(np.rint(signal + 1.1 * rng.standard_normal(n)), 1, 10))
    return np.column_stack(columns)


@cache
def _two_million(lift: float) -> tuple[F64, F64]:
    rng = np.random.default_rng(20_260)
    parts = [survey(rng, 100_000, lift) for _ in range(20)]
    n = sum(len(part) for part in parts)
    mean = sum((part.sum(axis=0) for part in parts), np.zeros(len(SPEC.indicators))) / n
    return mean, sum(((part - mean).T @ (part - mean) for part in parts), np.zeros((len(mean),) * 2)) / n


def population(spec: ModelSpec = SPEC, lift: float = 0.0) -> Mapping[str, F64]:
    """Estimates of two million customers: what samples are about."""
    mean, covariance = _two_million(lift)
    own = [SPEC.indicator_ids.index(code) for code in spec.indicator_ids]
    moments = Moments(mean[None, own], covariance[None][:, own][:, :, own])
    found = describe(moments, spec, solve(moments, spec))
    return {key: value[0] for key, value in found._asdict().items()} | {"points": found.constructs[0]}


def _columns(answers: F64, spec: ModelSpec) -> F64:
    return answers[:, [SPEC.indicator_ids.index(code) for code in spec.indicator_ids]]


def cells(figures: Mapping[str, F64], spec: ModelSpec = SPEC) -> dict[str, F64]:
    """The figures of a model that have something to estimate; leading axes stay."""
    reached = total_effects(spec.path_matrix.astype(float)) > 0
    return {
        "index and construct points": figures["points"],
        "paths": figures["paths"][..., spec.path_matrix],
        "total effects": figures["total_effects"][..., reached],
        "points per point": figures["points_per_point"][..., reached],
    }


def prepared(answers: F64, spec: ModelSpec = SPEC, missing: str = "mean", **design: Any) -> Sample:
    """Answers of a survey as an estimation takes them."""
    columns = dict(zip(spec.indicator_ids, _columns(answers, spec).T, strict=True))
    return prepare(spec, columns, missing=missing, **design)


def hits(result: Result, name: str) -> Iterator[Hit]:
    """Compare the intervals of a result with the population."""
    figures = {name: result.figure(name) for name in Draws._fields}
    parts = []
    for part in ("value", "se", "low", "high"):
        found = {name: getattr(each, part) for name, each in figures.items()}
        parts.append(cells({**found, "points": found["constructs"]}, result.spec))
    for key, truth in cells(population(result.spec), result.spec).items():
        own = [part[key] for part in parts]
        yield hit(f"{name}, {key}", figure(*own), truth)


def model(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """A PLS model of 250 customers with the percentile bootstrap."""
    data = prepared(survey(rng, N_RESPONDENTS))
    yield from hits(estimate(SPEC, data, _options(rng, resamples)), "percentile")


def kinds(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """BCa and studentised intervals of a small model of 250 customers."""
    data = prepared(survey(rng, N_RESPONDENTS), CORE)
    for interval in ("bca", "studentised"):
        yield from hits(estimate(CORE, data, _options(rng, resamples, interval=interval)), interval)


def weighted(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """400 customers who answer the rather the better they think of the utility, weighted back."""
    answers = survey(rng, 1600)
    chance = 0.1 + 0.08 * answers[:, :3].mean(axis=1)
    chosen = np.flatnonzero(rng.random(1600) < chance)[:400]
    data = prepared(answers[chosen], weights=1 / chance[chosen])
    yield from hits(estimate(SPEC, data, _options(rng, resamples)), "weighted")


def clustered(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """30 clusters of 15 customers with an intraclass correlation of 0.2 in what they think."""
    answers = survey(rng, 15 * N_CLUSTERS, n_clusters=N_CLUSTERS)
    data = prepared(answers, clusters=np.repeat(np.arange(N_CLUSTERS), 15))
    yield from hits(estimate(SPEC, data, _options(rng, resamples)), "30 clusters")


def gappy(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """250 customers; those who like the utility's image skip other questions rather: FIML moments."""
    answers = survey(rng, N_RESPONDENTS)
    skips = rng.random(answers.shape) < np.where(answers[:, :1] >= 8, 0.25, 0.08)
    skips[:, :3] = False
    data = prepared(np.where(skips, np.nan, answers), CORE, "fiml")
    yield from hits(estimate(CORE, data, _options(rng, resamples, missing="fiml")), "FIML")


def large(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """20,100 customers, whose moments are drawn from their distribution."""
    data = prepared(survey(rng, N_LARGE))
    yield from hits(estimate(SPEC, data, _options(rng, resamples)), "large")


def _options(rng: np.random.Generator, resamples: int, **more: str) -> Options:
    return Options(bootstrap=resamples, seed=int(rng.integers(2**31)), **more)  # type: ignore[arg-type]


def groups(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """Differences between two groups of 250, one with higher perceived value."""
    answers = np.vstack([survey(rng, N_RESPONDENTS), survey(rng, N_RESPONDENTS, 0.4)])
    sample = prepared(answers, labels={"group": np.repeat(["a", "b"], N_RESPONDENTS)})
    pair = compare(SPEC, sample, "group", _options(rng, resamples), n_permutations=0).pairs[0]
    truth = {key: population()[key] - value for key, value in population(lift=0.4).items()}
    parts_of = {
        part: cells({key: getattr(e, part) for key, e in pair.difference.items()})
        for part in ("value", "se", "low", "high", "p")
    }
    for key, true in cells(truth).items():
        estimate = figure(**{part: parts_of[part][key] for part in parts_of})
        yield hit(f"difference, {key}", estimate, true)
