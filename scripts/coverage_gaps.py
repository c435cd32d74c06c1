"""What `coverage.py` simulates of answers as real ones are: gaps of each kind, and the methods beside PLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
from coverage_models import CORE, F64, N_CLUSTERS, SPEC, Hit, hit, prepared, survey
from numpy.typing import NDArray

from csi_model.estimation.estimate import estimate
from csi_model.estimation.result import Result
from csi_model.evaluation.measure import effect_of_measure
from csi_model.improvement.asymmetry import asymmetry
from csi_model.improvement.ranking import rank
from csi_model.inference.figures import figure
from csi_model.measures.effects import total_effects
from csi_model.options import Options
from csi_model.specify import ModelSpec

N = 500
N_CROSSED = 1000
N_TRUTH = 200_000

CROSSED = ModelSpec.from_mapping(
    {
        **CORE.to_mapping(),
        "constructs": [*CORE.to_mapping()["constructs"], {"id": "BOTH", "product": ["IMG", "QUAL"]}],
        "paths": [*map(list, CORE.paths), ["BOTH", "SAT"]],
    }
)
MODELS = {"five": SPEC, "three": CORE, "crossed": CROSSED}
QUALITY, HAPPY = (SPEC.home == SPEC.place[name] for name in ("QUAL", "SAT"))

Gaps = Callable[[np.random.Generator, F64], NDArray[np.bool_]]


def _standard(values: F64) -> F64:
    return (values - values.mean(axis=0)) / values.std(axis=0)


def _chance(lean: F64, share: float, slope: float = 0.8) -> F64:
    """Chances that average to about `share` and are the higher the lower what they lean on."""
    return 1 / (1 + np.exp(np.log(1 / share - 1) + slope * lean))


def routed(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """Quality asked of 40 %, at random."""
    return (rng.random((len(answers), 1)) > 0.4) & QUALITY


def routed_by_image(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """Quality asked of some 40 %, rather of those with a good image of the utility."""
    lean = _standard(answers[:, :3].mean(axis=1))
    return (rng.random(len(answers)) < _chance(lean, 0.6))[:, None] & QUALITY


def unknown(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """15 % of all answers, at random."""
    return rng.random(answers.shape) < 0.15


def by_satisfaction(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """15 % and more of all other questions, rather of those whose answers on satisfaction are low."""
    lean = _standard(answers[:, HAPPY].mean(axis=1))
    return (rng.random(answers.shape) < _chance(lean, 0.15)[:, None]) & ~HAPPY


def by_construct(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """15 % of every question, rather of those who think less of its construct, that question included."""
    means = np.stack([answers[:, SPEC.home == home].mean(axis=1) for home in SPEC.home], axis=1)
    return rng.random(answers.shape) < _chance(_standard(means), 0.15)


def by_itself(rng: np.random.Generator, answers: F64) -> NDArray[np.bool_]:
    """15 % of every question, rather where the answer would be low."""
    return rng.random(answers.shape) < _chance(_standard(answers), 0.15)


# Name, gaps, whether points have a bar: what depends on the answer withheld no method mends.
KINDS: dict[str, tuple[Gaps, bool]] = {
    "asked 40 %": (routed, True),
    "asked 40 %, by image": (routed_by_image, True),
    "don't know 15 %": (unknown, True),
    "don't know, by satisfaction answered": (by_satisfaction, True),
    "don't know, by the construct": (by_construct, False),
    "don't know, by the answer withheld": (by_itself, False),
}


def crossed(rng: np.random.Generator, n: int) -> F64:
    """Answers of `survey` in which satisfaction also has a share of image times quality."""
    answers = survey(rng, n)
    product = np.prod(
        [_standard(answers[:, part].mean(axis=1)) for part in (SPEC.home == 0, QUALITY)], axis=0
    )
    lifted = answers[:, HAPPY] + 0.5 * (product - product.mean())[:, None]
    answers[:, HAPPY] = np.clip(np.rint(lifted), 1, 10)
    return answers


def truth(spec: ModelSpec, method: str) -> dict[str, F64]:
    """What the same method gives on 200,000 whole answers, by the names of `cells`."""
    return _truth(next(name for name, each in MODELS.items() if each is spec), method)


@cache
def _truth(name: str, method: str) -> dict[str, F64]:
    spec = MODELS[name]
    rng = np.random.default_rng(20_260)
    answers = (crossed if spec is CROSSED else survey)(rng, N_TRUTH)
    found = estimate(spec, prepared(answers, spec), Options(method))  # type: ignore[arg-type]
    return {name: part[0] for name, part in cells(found).items()}


def cells(result: Result) -> dict[str, F64]:
    """Value, error and ends of what the model estimates, (4, n_figures) each."""
    spec = result.spec
    reached = total_effects(spec.path_matrix.astype(float)) > 0
    wanted = {
        "points": ("constructs", spec.scored),
        "paths": ("paths", spec.path_matrix),
        "points per point": ("points_per_point", reached & spec.scored[None, :]),
    }
    found = {}
    for name, (field, kept) in wanted.items():
        own = result.figure(field)
        parts = np.stack([own.value, own.se, own.low, own.high])
        found[name] = parts[:, kept]
    return found


def _hits(result: Result, name: str, *, bars: tuple[str, ...]) -> Iterator[Hit]:
    method = result.options.method
    wanted = truth(result.spec, method)
    for part, own in cells(result).items():
        if np.isfinite(own).all():
            row = hit(f"{name}, {part}", figure(*own), wanted[part])
            yield row._replace(has_bar=part in bars)


ALL = ("points", "paths", "points per point")


def of_gaps(kind: str, rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """500 customers by PLS, gaps of one kind treated as by default."""
    gaps, has_points = KINDS[kind]
    answers = survey(rng, N)
    answers[gaps(rng, answers)] = np.nan
    found = estimate(SPEC, prepared(answers, missing="em"), _options(rng, bootstrap=resamples))
    yield from _hits(found, kind, bars=ALL if has_points else ALL[1:])


N_GROUPS = 10


def of_groups(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """Points of ten groups of 100 at different levels, quality asked of some 40 % by image."""
    size = N // 5
    shifts = np.linspace(-1, 1, N_GROUPS)
    group = np.repeat(np.arange(N_GROUPS), size)
    answers = np.clip(np.rint(survey(rng, len(group)) + shifts[group, None]), 1, 10)
    for k in range(N_GROUPS):
        own = answers[group == k]
        own[routed_by_image(rng, own)] = np.nan
        answers[group == k] = own
    sample = prepared(answers, missing="em", labels={"group": group.astype(str)})
    result = estimate(SPEC, sample, _options(rng, bootstrap=resamples), by="group")
    shares, level = result.points.construct_shares[0], _shifted()
    for name, found in result.groups.items():
        if found is not None:
            yield hit("groups of 100, points", found.figure("constructs"), level[int(name)] @ shares)


@cache
def _shifted() -> F64:
    many = survey(np.random.default_rng(20_260), N_TRUTH)
    shifts = np.linspace(-1, 1, N_GROUPS)
    return np.array([np.clip(np.rint(many + by), 1, 10).mean(axis=0) - 1 for by in shifts]) * 100 / 9


def of_method(method: str, rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """500 customers with 15 % don't-know by PLSc, or by a covariance model (FIML)."""
    answers = survey(rng, N)
    answers[unknown(rng, answers)] = np.nan
    draws = 0 if method == "cbsem" else resamples
    options = _options(rng, bootstrap=draws, method=method)
    found = estimate(CORE, prepared(answers, CORE, "em"), options)
    yield from _hits(found, "FIML" if method == "cbsem" else "PLSc, don't know 15 %", bars=ALL)


def of_products(method: str, rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """1,000 customers with an interaction and 15 % don't-know."""
    answers = crossed(rng, N_CROSSED)
    answers[unknown(rng, answers)] = np.nan
    options = _options(rng, bootstrap=resamples, method=method)
    found = estimate(CROSSED, prepared(answers, CROSSED, "em"), options)
    yield from _hits(found, f"interaction, {method}", bars=ALL[:2])


def of_priorities(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """Importance of constructs to the index, 30 clusters of 15."""
    answers = survey(rng, 15 * N_CLUSTERS, n_clusters=N_CLUSTERS)
    data = prepared(answers, clusters=np.repeat(np.arange(N_CLUSTERS), 15))
    result = estimate(SPEC, data, _options(rng, bootstrap=resamples))
    order = rank(result, "constructs")
    if order is None:
        return
    wanted = _importance()
    yield hit("priorities, 30 clusters", order.importance, np.array([wanted[name] for name in order.names]))


@cache
def _importance() -> dict[str, float]:
    answers = survey(np.random.default_rng(20_260), N_TRUTH)
    found = estimate(SPEC, prepared(answers), Options()).figure("importance_constructs")
    return dict(zip(found.axes[0], found.value.tolist(), strict=True))


def of_asymmetry(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """No kink of 500 customers, of whom a fifth gives tens."""
    answers = np.clip(survey(rng, N) + 1, 1, 10)
    rows = asymmetry(estimate(SPEC, prepared(answers), _options(rng, bootstrap=resamples)))
    parts = [
        [row["asymmetry"], row["asymmetry_se"], *row["asymmetry_ci"]]
        for row in (*rows["constructs"], *rows["indicators"])
        if "asymmetry" in row
    ]
    yield hit("no kink, asymmetry", figure(*np.array(parts, float).T), 0.0)


def of_measures(rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """No effect in 24 units, three waves of 12; after it the less satisfied know less of quality."""
    n_units, n = 24, 12
    size = n_units * 3 * n
    unit, wave = np.repeat(np.arange(n_units), 3 * n), np.tile(np.repeat(np.arange(3), n), n_units)
    answers = survey(rng, size)
    answers = np.clip(np.rint(answers + rng.standard_normal(n_units)[unit, None] * 0.5), 1, 10)
    after = (unit < n_units // 2) & (wave == 2)
    answers[by_satisfaction(rng, answers) & after[:, None] & QUALITY] = np.nan
    answers[unknown(rng, answers) & ~after[:, None] & ~HAPPY] = np.nan
    sample = prepared(answers, CORE, "em", labels={"unit": unit.astype(str), "wave": wave.astype(str)})
    found = effect_of_measure(
        CORE,
        sample,
        _options(rng),
        units="unit",
        waves="wave",
        treated=[str(each) for each in range(n_units // 2)],
        before=["0", "1"],
        after=["2"],
        n_resamples=resamples,
    )
    effects = [each["effect"] for each in found["constructs"].values()]
    parts = [[each["value"], each.get("se", np.nan), *each["ci"]] for each in effects]
    yield hit("no effect of a measure, gaps", figure(*np.array(parts, float).T), 0.0)


def _options(rng: np.random.Generator, **more: Any) -> Options:
    return Options(seed=int(rng.integers(2**31)), **more)


STUDIES: dict[str, Callable[[np.random.Generator, int], Iterator[Hit]]] = {
    **{f"gaps{number}": partial(of_gaps, kind) for number, kind in enumerate(KINDS, start=1)},
    "small-groups": of_groups,
    "plsc": partial(of_method, "plsc"),
    "fiml": partial(of_method, "cbsem"),
    "interaction": partial(of_products, "pls"),
    "interaction-plsc": partial(of_products, "plsc"),
    "priorities": of_priorities,
    "no-effect": of_measures,
    "no-kink": of_asymmetry,
}
