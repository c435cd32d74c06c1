"""Groups of plain arrays compared: by a model, or by a statistic whose answer is known."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from csi_model import Options, prepare
from csi_model.answers.groups import choose
from csi_model.answers.prepare import prepare_items
from csi_model.answers.sample import Sample
from csi_model.answers.treatment import of_all, source
from csi_model.comparison import draws as draw
from csi_model.comparison.compare import compare
from csi_model.comparison.micom import measurement_invariance
from csi_model.comparison.overall import overall_difference
from csi_model.comparison.pairs import Own, compare_parts
from csi_model.comparison.shuffling import crosses
from csi_model.comparison.statistic import RELATIONS, Selections


def sample_of(values, groups, *, weights=None, clusters=None, strata=None, missing="mean", spec=None):
    """Bring arrays to a sample, with a model or without, its groups as the labels ``group``."""
    if spec is not None:
        columns = dict(zip(spec.indicator_ids, values.T, strict=True))
        return prepare(
            spec,
            columns,
            missing=missing,
            weights=weights,
            clusters=clusters,
            strata=strata,
            labels={"group": groups},
        )
    columns = {str(place + 1): column for place, column in enumerate(values.T)}
    sample = prepare_items(
        tuple(columns),
        columns,
        missing="listwise" if missing == "listwise" else "fiml",
        clusters=clusters,
        groups=groups,
    )
    if strata is not None:
        labelled = prepare_items(tuple(columns), columns, missing="fiml", clusters=strata)
        sample = replace(sample, strata=labelled.clusters)
    return sample if weights is None else replace(sample, weights=weights[sample.rows])


class Plain(NamedTuple):
    """A statistic of means and covariances of any selection of a sample."""

    sample: Sample
    statistic: object
    missing: str

    def of_counts(self, counts):
        """Give the statistic of selections."""
        moments = source(self.sample.values, self.sample.weights, self.missing).of_counts(counts)
        return dict(self.statistic(moments.mean, moments.cov))


class Compared(NamedTuple):
    """Pairs of groups, and cautions."""

    pairs: tuple
    cautions: tuple


def compare_groups(
    values,
    groups,
    statistic,
    rng,
    *,
    n_permutations=1000,
    n_resamples=1000,
    missing="mean",
    aligned=(),
    floor=30,
    level=0.95,
    **design,
):
    """Compare any statistic of moments between groups; permutations and resamples by one generator."""
    chosen = choose(sample_of(values, groups, missing=missing, **design), "group", floor)

    def look(part):
        return Plain(part, statistic, missing)

    parts = {name: look(part) for name, part in chosen.parts.items()}
    own = {}
    joint = n_resamples and crosses(chosen.whole)
    if joint:
        together = draw.together(chosen.whole, parts, n_resamples, rng, lambda _size: None)
    for name, part in parts.items():
        observed = {
            key: np.asarray(value[0])
            for key, value in statistic(*of_all(part.sample.values, part.sample.weights, missing)[:2]).items()
        }
        drawn, units = {}, part.sample.units
        if joint:
            drawn = together[name]
        elif n_resamples:
            counts = units.respondents(units.scaled(units.draw(n_resamples, rng)))
            drawn = part.of_counts(counts.astype(float))
        own[name] = Own(observed, drawn)
    pairs, cautions = compare_parts(
        chosen,
        own,
        look,
        lambda *_pair: rng,
        n_permutations=n_permutations,
        missing=missing,
        aligned=aligned,
        level=level,
    )
    return Compared(pairs, (*chosen.cautions, *cautions))


def compare_models(spec, values, groups, *, seed=0, n_permutations=100, n_resamples=100, **given):
    """Compare a model between groups of arrays."""
    how = {key: given.pop(key) for key in ("weights", "clusters", "strata") if key in given}
    options = Options(bootstrap=n_resamples, seed=seed, **given)
    sample = sample_of(values, groups, spec=spec, missing=options.missing, **how)
    return compare(spec, sample, "group", options, n_permutations=n_permutations)


def all_of(sample):
    """Count everybody once."""
    return np.ones((1, len(sample)))


def compare_model_by(spec, values, groups, rng, n_permutations):
    """Compare a model between two groups of arrays by the permutations of a generator, without resamples."""
    chosen, options = choose(sample_of(values, groups, spec=spec), "group", 30), Options()
    own = {
        name: Own(
            {key: value[0] for key, value in Selections(spec, part, options).of_counts(all_of(part)).items()},
            {},
        )
        for name, part in chosen.parts.items()
    }
    (pair,), _ = compare_parts(
        chosen,
        own,
        lambda part: Selections(spec, part, options),
        lambda *_pair: rng,
        n_permutations=n_permutations,
        aligned=RELATIONS,
    )
    return pair


def both_of(values, groups, *, spec=None, floor=30, **design):
    """Give two groups as the tests of a pair take them: everybody, and the two names."""
    found = choose(sample_of(values, groups, spec=spec, **design), "group", floor)
    pair = tuple(found.parts)
    assert len(pair) == 2
    return found.pair(*pair), pair


def micom(values, groups, solver, rng, *, spec=None, floor=30, n_permutations=1000, missing="mean", **given):
    """Test invariance between two groups of arrays."""
    design = {key: given.pop(key) for key in ("weights", "clusters") if key in given}
    both, pair = both_of(values, groups, spec=spec, floor=floor, missing=missing, **design)
    return measurement_invariance(
        both, pair, solver, rng, missing=missing, n_permutations=n_permutations, **given
    )


def overall(values, groups, spec, rng, *, n_permutations=1000, floor=30, weights=None, **given):
    """Test the model as a whole between two groups of arrays."""
    options = Options(floor=floor, **given)
    both, pair = both_of(values, groups, spec=spec, floor=floor, weights=weights, missing=options.missing)
    return overall_difference(spec, both, pair, options, rng, n_permutations=n_permutations)
