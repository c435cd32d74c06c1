"""Sample statistics by group, the structure fitted to them, and the discrepancies between both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, I64
from csi_model.cbsem import additions, constraints, syntax
from csi_model.cbsem.discrepancy import Discrepancy, LeastSquares, Likelihood, normal_weight
from csi_model.cbsem.equal import together
from csi_model.cbsem.models import Given
from csi_model.cbsem.moments import Patterns, by_pattern
from csi_model.cbsem.optimise import Objective
from csi_model.cbsem.ordinal import Ordinal, ordinal_statistics
from csi_model.cbsem.saturated import saturated
from csi_model.cbsem.structure import Structure
from csi_model.errors import IdentificationError, SpecificationError

Estimator = Literal["ML", "MLR", "MLM", "GLS", "ULS", "WLSMV"]
Missing = Literal["listwise", "fiml"]
LIKELIHOODS = ("ML", "MLR", "MLM")


@dataclass(frozen=True)
class Fitting:
    """How to fit; see ``fit``."""

    estimator: Estimator
    missing: Missing = "listwise"
    likelihood: Literal["normal", "wishart"] = "normal"
    information: Literal["expected", "observed"] | None = None

    @property
    def reduced(self) -> bool:
        """Whether chi-square is a multiple of n minus the number of groups."""
        return self.estimator not in LIKELIHOODS or self.likelihood == "wishart"


@dataclass(frozen=True)
class GroupMoments:
    """One group's statistics: saturated moments and what discrepancies are made of."""

    values: F64
    n: float
    mean: F64
    covariance: F64  # maximum likelihood (divided by n); correlations if ordinal
    logl: float
    patterns: Patterns | None = None
    strength: float = 0.0  # of the prior of the saturated moments
    ordinal: Ordinal | None = None
    clusters: NDArray[np.generic] | None = None


def reduce(
    values: F64,
    names: tuple[str, ...],
    *,
    ordered: bool,
    clusters: NDArray[np.generic] | None = None,
    weights: F64 | None = None,
    blocks: I64 | None = None,
) -> GroupMoments:
    """Saturated moments of one group's answers; for `blocks` see ``saturated.saturated``.

    Raises
    ------
    IdentificationError
        The items' covariance matrix is singular.
    """
    n = float(len(values) if weights is None else weights.sum())
    if ordered:
        ordinal = ordinal_statistics(values, names)
        return GroupMoments(
            values, n, np.zeros(len(names)), ordinal.correlations, float("nan"), ordinal=ordinal
        )
    patterns = by_pattern(values, weights)
    try:
        found = saturated(patterns, blocks=blocks)
    except np.linalg.LinAlgError:
        raise IdentificationError(
            "The covariance matrix of the items is singular: some items are sums of others.",
            code="collinear-items",
            remedy="Drop items that others determine, or give more respondents.",
        ) from None
    return GroupMoments(
        values, n, found.mean, found.covariance, found.logl, patterns, found.strength, clusters=clusters
    )


def structure_of(
    model: Given,
    samples: Sequence[GroupMoments],
    *,
    means: bool,
    ordinal: bool,
    equal: Collection[str] = (),
) -> Structure:
    """The model of all groups, start values from each group's answers; for `equal` see ``together``.

    Raises
    ------
    SpecificationError
        Intercepts of ordered answers are written; else as ``syntax.specify`` and ``constraints.forms`` say.
    """
    means = means or bool(model.written.of("~1"))
    if ordinal and model.written.of("~1"):
        raise SpecificationError(
            f"Line {model.written.of('~1')[0].line} has an intercept (~ 1); ordered answers have thresholds.",
            code="ordinal-intercept",
            remedy="Leave the line out, or use MLR.",
        )
    apart = []
    for group, sample in enumerate(samples):
        start_from = sample.values
        if ordinal:
            start_from = (start_from - start_from.mean(axis=0)) / start_from.std(axis=0)
        at = sample.mean if means and not ordinal else None
        one = syntax.specify(model, start_from, means=at, group=group, n_groups=len(samples))
        if sample.ordinal is not None:
            one = additions.as_ordinal(one, list(sample.ordinal.thresholds))
        apart.append(one)
    whole = apart[0] if len(apart) == 1 else together(apart, model.written, equal)
    labels = tuple(dict.fromkeys(row.label for row in whole.rows if row.label))
    return replace(whole, equalities=constraints.forms(model.written, labels))


def sample_vector(sample: GroupMoments, structure: Structure) -> F64:
    """Saturated moments in the order of ``Structure.moments``."""
    if sample.ordinal is not None:
        return sample.ordinal.sample
    a, b = structure.lower
    vech = sample.covariance[a, b]
    return np.concatenate([sample.mean, vech]) if structure.mean_structure else vech


def discrepancies(
    samples: Sequence[GroupMoments], structure: Structure, options: Fitting
) -> tuple[Discrepancy, ...]:
    """Half a chi-square of each group, for the wanted estimator."""
    out: list[Discrepancy] = []
    for sample in samples:
        if sample.ordinal is not None:
            weights = 1.0 / np.diagonal(sample.ordinal.gamma)
            out.append(LeastSquares(sample.ordinal.sample, weights, sample.n - 1.0))
        elif options.estimator in {"GLS", "ULS"}:
            out.append(_least_squares(sample, structure, options.estimator))
        elif sample.patterns is not None:
            patterns, logl = sample.patterns, sample.logl
            if options.likelihood == "wishart":
                patterns, logl = _wishart(sample)
            out.append(Likelihood(patterns, logl, None if structure.mean_structure else sample.mean))
    return tuple(out)


def _least_squares(sample: GroupMoments, structure: Structure, estimator: str) -> LeastSquares:
    n = sample.n
    unbiased = sample.covariance * n / (n - 1.0)
    a, b = structure.lower
    vector = unbiased[a, b]
    means = structure.mean_structure
    if means:
        vector = np.concatenate([sample.mean, vector])
    weights = normal_weight(unbiased, means=means) if estimator == "GLS" else np.ones(vector.size)
    return LeastSquares(vector, weights, n - 1.0)


def _wishart(sample: GroupMoments) -> tuple[Patterns, float]:
    """Sums as n - 1 rows with the unbiased covariance would give them."""
    if sample.patterns is None:
        raise TypeError("Wishart likelihood needs sums of answers")
    n = sample.n
    cross = n * sample.covariance + (n - 1.0) * np.outer(sample.mean, sample.mean)
    patterns = replace(
        sample.patterns, n=np.array([n - 1.0]), total=(n - 1.0) * sample.mean[None], cross=cross[None]
    )
    return patterns, saturated(patterns).logl


def n_moments(objective: Objective) -> int:
    """Sample moments the model is held against, all groups."""
    structure = objective.structure
    return sum(structure.moments(g, structure.start)[0].size for g in range(structure.n_groups))
