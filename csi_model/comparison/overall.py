"""Does a model as a whole differ between two groups? One test beside the many of single figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.groups import grouped, names_of
from csi_model.answers.moments import source
from csi_model.arrays import F64
from csi_model.comparison.draws import CHUNK
from csi_model.comparison.shuffling import level_free, regrouped
from csi_model.errors import DataError
from csi_model.measures import fit
from csi_model.pls.implied import implied_by_paths
from csi_model.specify import ModelSpec


@dataclass(frozen=True)
class Overall:
    """How far two groups' models are apart.

    Attributes
    ----------
    groups : tuple of str
    d_g, d_uls : float
        Geodesic and half squared Euclidean distance between the correlations that either model implies; 0
        is none.
    p_d_g, p_d_uls : float
        Probability of so large a distance if the groups were drawn from one population; ``nan`` where fewer
        than half of the permutations have a distance.
    failed : int
        Permutations without a solution.
    """

    groups: tuple[str, str]
    d_g: float
    d_uls: float
    p_d_g: float
    p_d_uls: float
    failed: int


def overall_difference(
    values: F64,
    groups: NDArray[np.generic],
    spec: ModelSpec,
    rng: np.random.Generator,
    *,
    scheme: str = "path",
    method: str = "pls",
    missing: str = "mean",
    n_permutations: int = 1000,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = 30,
) -> Overall:
    r"""Test by permutation whether the correlations that a model implies are those of both groups.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        ``nan`` is missing.
    groups : ndarray of shape (n_respondents,)
        Exactly two labels.
    spec : ModelSpec
        First-order constructs alone.
    n_permutations : int
        1 at least.

    Raises
    ------
    DataError, SpecificationError
        Not two groups, no permutations, no solution in a group; a model with second-order constructs or
        interactions; what :func:`csi_model.grouping.grouped` refuses.

    See Also
    --------
    csi_model.compare.compare_groups : the remaining parameters; permutations are made as there, of answers
        standardised within groups.

    Notes
    -----
    With :math:`\hat\Sigma_g` the correlations implied by the paths of group g (:func:`fit.structural_corr`),
    the statistics are :func:`fit.d_g` and :func:`fit.d_uls` of the two. By method pls a construct is a
    composite, so correlations within its questions stand as observed; by plsc it is a common factor.

    References
    ----------
    Klesel, Schuberth, Henseler & Niehaves (2019), Internet Research 29(3):464-477.
    """
    data = grouped(
        values,
        groups,
        codes=spec.indicator_ids,
        weights=weights,
        clusters=clusters,
        missing=missing,
        floor=floor,
    )
    names = names_of(data)
    if len(names) != 2:
        raise DataError(
            f"Two groups are compared as a whole; there are {len(names)}.",
            code="two-groups",
            remedy="Choose a pair of groups, or test one pair after another.",
        )
    if n_permutations < 1:
        msg = f"{n_permutations} permutations test nothing."
        raise DataError(msg, code="draws", remedy="Ask for 1000, say.")
    member = np.asarray(data.groups == names[0])
    flat = source(level_free(data, missing), missing)

    def distances(side: NDArray[np.bool_]) -> F64:
        first, second = (
            implied_by_paths(flat.of_counts(half.astype(float)), spec, scheme, method)
            for half in (side, ~side)
        )
        return np.stack([fit.d_g(first, second), fit.d_uls(first, second)], axis=1)

    observed = distances(member[None])[0]
    if not np.isfinite(observed).all():
        msg = "The model has no solution in one of the groups."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or use larger groups.")
    drawn = np.concatenate(
        [
            distances(regrouped(member, data.clusters, min(CHUNK, n_permutations - start), rng))
            for start in range(0, n_permutations, CHUNK)
        ]
    )
    usable = np.isfinite(drawn).all(axis=1)
    p = (1 + (drawn[usable] >= observed - 1e-12).sum(axis=0)) / (1 + usable.sum())
    if 2 * usable.sum() < n_permutations:
        p = np.full(2, np.nan)
    return Overall(
        groups=(names[0], names[1]),
        d_g=float(observed[0]),
        d_uls=float(observed[1]),
        p_d_g=float(p[0]),
        p_d_uls=float(p[1]),
        failed=int((~usable).sum()),
    )
