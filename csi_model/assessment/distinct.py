"""Bootstrap intervals of HTMT and HTMT2: are two constructs distinct beyond sampling error?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Likelihood, MeanReplaced, Moments, RandomGroups
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.errors import DataError, SpecificationError
from csi_model.measures import validity
from csi_model.pls import items, products
from csi_model.pls.products import own
from csi_model.pls.stages import solve
from csi_model.resampling import bootstrap
from csi_model.specify import ModelSpec

KINDS = ("htmt", "htmt_signed", "htmt2")


FEWEST = 20


@dataclass(frozen=True)
class Ratios:
    """Ratios between pairs of constructs with percentile intervals, (n_constructs, n_constructs).

    Attributes
    ----------
    low, high : ends of the two-sided interval
    upper : end of the one-sided interval of the same level
        Below 1 (or a stricter limit: 0.85, 0.9) the two constructs are distinct.
    n_usable : draws that have a ratio; the ends are ``nan`` where it is less than half of them
    """

    value: F64
    low: F64
    high: F64
    upper: F64
    n_usable: NDArray[np.int64]


def htmt_intervals(
    model: ModelSpec | NDArray[np.bool_],
    data: IndicatorMatrix,
    source: MeanReplaced | Likelihood | RandomGroups,
    n_resamples: int,
    seed: int,
    *,
    kind: str = "htmt",
    level: float = 0.95,
    scheme: str = "path",
) -> Ratios:
    """Give HTMT of every pair of constructs with its bootstrap interval.

    No model is fitted, unless it has second-order constructs: the scores of their components are items.

    Parameters
    ----------
    model : ModelSpec, or ndarray of shape (n_indicators, n_constructs)
        A model, or the questions of each construct as a mask.
    data
        As `products.augment` gives them, where the model has interactions.
    source
        Gives moments of resamples; see `moments`. The draws are those of `bootstrap.bootstrap` by this seed.
    kind : {"htmt", "htmt_signed", "htmt2"}
        Of absolute correlations, of correlations with their signs, or of geometric means.
    scheme
        For a model with second-order constructs.

    Raises
    ------
    SpecificationError
        An unknown kind.
    DataError
        Fewer than 20 resamples, or a level that is no share.

    References
    ----------
    Henseler, Ringle and Sarstedt (2015), JAMS 43, 115-135; Roemer, Schuberth and Henseler (2021), Industrial
    Management & Data Systems 121(12), 2637-2650.
    """
    if kind not in KINDS:
        raise SpecificationError(
            f"There is no ratio {kind!r}.", code="kind", remedy=f"Choose {', '.join(KINDS)}."
        )
    if n_resamples < FEWEST or not 0 < level < 1:
        raise DataError(
            f"{n_resamples} resamples and a level of {level} give no interval.",
            code="bootstrap",
            remedy=f"Ask for {FEWEST} resamples at least and a level such as 0.95.",
        )
    center = products.center(model, data) if isinstance(model, ModelSpec) else None

    def ratio(moments: Moments) -> F64:
        return _ratio(kind, moments, model, scheme, center)

    value = ratio(bootstrap.moments_of_sample(data, source))[0]
    batches = bootstrap.moments_of_draws(data, source, n_resamples, seed)
    draws = np.concatenate([ratio(moments) for moments in batches])
    usable = np.isfinite(draws)
    enough = usable.sum(axis=0) >= n_resamples / 2
    kept = np.where(usable, draws, np.nan)
    kept[:, ~enough] = 0.0
    ends = np.nanquantile(kept, [(1 - level) / 2, (1 + level) / 2, level], axis=0)
    low, high, upper = np.where(enough, ends, np.nan)
    return Ratios(value, low, high, upper, usable.sum(axis=0))


def _ratio(
    kind: str, moments: Moments, model: ModelSpec | NDArray[np.bool_], scheme: str, center: F64 | None
) -> F64:
    if isinstance(model, ModelSpec) and any(construct.components for construct in model.constructs):
        with np.errstate(all="ignore"):
            solution = solve(moments, model, scheme, center)
            return items.ratio(model, items.items(model, own(moments, model), solution), kind)
    block = model.home_mask if isinstance(model, ModelSpec) else model
    corr = moments.corr[:, : len(block), : len(block)]
    if kind == "htmt2":
        return validity.htmt2(corr, block)
    return validity.htmt(corr, block, absolute=kind == "htmt")
