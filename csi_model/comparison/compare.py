"""The call over groups: every estimate of each, every difference with its tests, and what may be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from csi_model.answers.groups import Groups, choose
from csi_model.answers.pooled import sharing
from csi_model.answers.sample import By, Sample
from csi_model.arrays import F64
from csi_model.comparison import draws as draw
from csi_model.comparison.levels import covariance_levels
from csi_model.comparison.micom import Micom, measurement_invariance
from csi_model.comparison.overall import Overall, overall_difference
from csi_model.comparison.pairs import Difference, Own, compare_parts
from csi_model.comparison.shuffling import crosses
from csi_model.comparison.statistic import (
    RELATIONS,
    Selections,
    named,
    pls_weights,
    without_interactions,
)
from csi_model.errors import Caution, DataError, ModelError, SpecificationError
from csi_model.estimation.groups import of_part, seed_of_group
from csi_model.estimation.one import estimate_one
from csi_model.estimation.result import Result
from csi_model.inference import seeds
from csi_model.options import PLS_METHODS, Options, Progress
from csi_model.pls.items import ratio
from csi_model.specify import ModelSpec

COMPARING = 0.6  # share of the work that is not MICOM and the test of the whole


@dataclass(frozen=True)
class Comparison:
    """Groups side by side.

    Attributes
    ----------
    results : mapping of name to Result
        Each group as `estimate` gives it by the same weights of the questions, to the last digit: common ones
        are here those of all that are compared together.
    pairs : tuple of Difference
    overall, micom : tuple of Overall or None, of Micom or None
        For each pair; None where it was refused, as a caution says, or no permutations were asked for.
    invariance : dict or None
        Of the covariance model, as plain values.
    cautions : tuple of Caution
    refused : tuple of pairs of name and ModelError
        What could not be tested, and why.
    """

    n_given: int
    n_permutations: int
    results: Mapping[str, Result]
    pairs: tuple[Difference, ...]
    overall: tuple[Overall | None, ...]
    micom: tuple[Micom | None, ...]
    invariance: dict[str, Any] | None
    cautions: tuple[Caution, ...]
    refused: tuple[tuple[str, ModelError], ...]


def compare(
    spec: ModelSpec,
    sample: Sample,
    by: By,
    options: Options | None = None,
    *,
    chosen: Sequence[str] = (),
    n_permutations: int = 1000,
    invariance: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Compare groups or waves in every estimate: levels by plain, relations by aligned permutation.

    Parameters
    ----------
    by
        Labels of `sample`; respondents without one are left out with a caution.
    options
        `bootstrap` resamples (0 for none) by `seed`; method pls or plsc; groups below `floor` are left out
        with a caution.
    chosen
        Compare these groups alone; one of them below the floor is refused. All by default.
    n_permutations
        0 for none: then neither MICOM nor the test of the whole can be made.
    invariance
        Also fit the covariance model at three levels of equality (:func:`cbsem.assess_invariance`).

    Raises
    ------
    ModelError
        An unknown group, fewer than two; permutations too few to reach the level; what `estimate` refuses,
        with the name of the group; a group of one cluster; weights with `invariance`.

    Notes
    -----
    Groups are resampled each by itself and by the seed of its name, as in every call, unless a cluster holds
    several of them (a person asked in two waves): then differences alone come from one draw of clusters for
    all groups at once.
    """
    options = options or Options()
    _check(options, n_permutations)
    groups, common = _weighted(spec, sample, by, options, choose(sample, by, options.floor, chosen))
    n_pairs = len(groups.parts) * (len(groups.parts) - 1) // 2
    tick = draw.ticker(
        None if progress is None else lambda share: progress(COMPARING * share),
        len(groups.parts) * max(options.bootstrap, 1) + n_pairs * n_permutations,
    )
    results = {}
    for name, part in groups.parts.items():
        results[name] = _estimated(spec, name, part, of_part(options, by, name), common)
        tick(max(options.bootstrap, 1))
    pairs, cautions = compare_parts(
        groups,
        _own(spec, groups, results, options, common),
        lambda part: Selections(spec, part, options, common),
        lambda first, second: _rng(options, by, seeds.FIGURES, first, second),
        n_permutations=n_permutations,
        missing=options.missing,
        aligned=RELATIONS,
        level=options.level,
        tick=tick,
    )
    tests = _Tests([None] * n_pairs, [None] * n_pairs, [])
    if n_permutations:
        tests = _tested(spec, groups, options, partial(_rng, options, by), n_permutations, progress)
    levels, doubts = covariance_levels(spec, groups.whole, options) if invariance else (None, ())
    of_groups = [
        replace(caution, message=f"Group {name}: {caution.message}")
        for name, result in results.items()
        for caution in result.cautions
    ]
    of_micom = [caution for each in tests.micom if each is not None for caution in each.cautions]
    everything = (*sample.cautions, *groups.cautions, *of_groups, *cautions, *doubts, *of_micom)
    return Comparison(
        sample.n_given,
        n_permutations,
        results,
        pairs,
        tuple(tests.overall),
        tuple(tests.micom),
        levels,
        tuple(dict.fromkeys(everything)),
        tuple(tests.refused),
    )


def _check(options: Options, n_permutations: int) -> None:
    if options.method not in PLS_METHODS:
        raise SpecificationError(
            f"Groups are not compared by method {options.method!r}.",
            code="method",
            remedy="Choose pls or plsc; invariance=True holds the covariance model of the groups beside.",
        )
    if n_permutations < 0:
        msg = f"{n_permutations} permutations cannot be drawn."
        raise DataError(msg, code="draws", remedy="Ask for 0, which means none, or for 1000, say.")
    if n_permutations and 1 / (n_permutations + 1) > 1 - options.level:
        raise DataError(
            f"{n_permutations} permutations cannot reach a level of {options.level:g}.",
            code="permutations",
            remedy="Ask for 0, which means none, or for 999, say.",
        )


def _weighted(
    spec: ModelSpec, sample: Sample, by: By, options: Options, groups: Groups
) -> tuple[Groups, F64 | None]:
    """Give the groups, and the common weights of the questions where these are asked for."""
    if options.group_weights != "common":
        return groups, None
    groups = groups._replace(parts=sharing(sample, by, groups.parts, spec.home, options.missing))
    rows = sample.label(by).of(*groups.parts)
    pool = sample if rows.all() else sample.where(rows)
    return groups, estimate_one(spec, pool, replace(options, bootstrap=0)).points.construct_shares[0]


def _rng(options: Options, by: By, test: int, first: str, second: str) -> np.random.Generator:
    """Give each test of a pair a generator of its own: it does not depend on what else is compared."""
    return seeds.generator(test, seed_of_group(options.seed, by, f"{first}\n{second}"))


def _estimated(spec: ModelSpec, name: str, part: Sample, options: Options, common: F64 | None) -> Result:
    """Estimate a group; refusals get its name."""
    try:
        return estimate_one(spec, part, options, common=common)
    except ModelError as error:
        message = f"Group {name}: {error.message}"
        raise type(error)(message, code=error.code, remedy=error.remedy) from None


def _own(
    spec: ModelSpec,
    groups: Groups,
    results: Mapping[str, Result],
    options: Options,
    common: F64 | None,
) -> dict[str, Own]:
    observed = {
        name: {
            key: value[0]
            for key, value in named(spec, result.estimates, ratio(spec, result.items, "htmt2")).items()
        }
        for name, result in results.items()
    }
    if options.bootstrap and crosses(groups.whole):
        parts = {name: Selections(spec, part, options, common) for name, part in groups.parts.items()}
        rng = seeds.generator(options.seed, seeds.TOGETHER)
        drawn = draw.together(groups.whole, parts, options.bootstrap, rng, lambda _size: None)
        df = groups.whole.units.df
        return {name: Own(observed[name], drawn[name], df) for name in results}
    return {
        name: Own(observed[name], {})
        if result.resampled is None or result.estimator is None
        else Own(
            observed[name],
            named(spec, result.resampled.draws, result.estimator.htmt2_of_resamples()),
            result.resampled.df,
        )
        for name, result in results.items()
    }


class _Tests(NamedTuple):
    overall: list[Overall | None]
    micom: list[Micom | None]
    refused: list[tuple[str, ModelError]]


def _tested(
    spec: ModelSpec,
    groups: Groups,
    options: Options,
    rng_of: Callable[[int, str, str], np.random.Generator],
    n_permutations: int,
    progress: Progress | None,
) -> _Tests:
    """Test each pair as a whole, and whether its composites are the same."""
    couples = list(combinations(groups.parts, 2))
    found = _Tests([], [], [])
    solver, constructs = pls_weights(spec, scheme=options.scheme), without_interactions(spec).construct_ids
    for number, pair in enumerate(couples, start=1):
        both = groups.pair(*pair)
        overall, micom = None, None
        try:
            overall = overall_difference(
                spec, both, pair, options, rng_of(seeds.WHOLE_MODEL, *pair), n_permutations=n_permutations
            )
        except ModelError as error:
            found.refused.append(("overall", error))
        try:
            micom = measurement_invariance(
                both,
                pair,
                solver,
                rng_of(seeds.MICOM, *pair),
                missing=options.missing,
                n_permutations=n_permutations,
                constructs=constructs,
                level=options.level,
            )
        except ModelError as error:
            found.refused.append(("micom", error))
        found.overall.append(overall)
        found.micom.append(micom)
        if progress is not None:
            progress(COMPARING + (1 - COMPARING) * number / len(couples))
    return found
