"""Does a model as a whole differ between two groups? One test beside the many of single figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.answers.treatment import source
from csi_model.arrays import F64
from csi_model.comparison.draws import shuffles
from csi_model.comparison.shuffling import level_free
from csi_model.errors import DataError
from csi_model.measures import fit
from csi_model.options import Options
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
    spec: ModelSpec,
    both: Sample,
    pair: tuple[str, str],
    options: Options,
    rng: np.random.Generator,
    *,
    n_permutations: int = 1000,
) -> Overall:
    r"""Test by permutation whether the correlations that a model implies are those of both groups.

    Parameters
    ----------
    spec : ModelSpec
        First-order constructs alone.
    both : Sample
        Two groups by its labels ``group``, of weights with mean 1 in each.
    pair : tuple of str
        Their names.
    n_permutations : int
        1 at least.

    Raises
    ------
    DataError, SpecificationError
        No permutations, no solution in a group; a model with second-order constructs or interactions.

    See Also
    --------
    pairs.compare_parts : permutations are made as there, of answers standardised within groups.

    Notes
    -----
    With :math:`\hat\Sigma_g` the correlations implied by the paths of group g (`implied.structural_corr`),
    the statistics are `measures.fit.d_g` and `d_uls` of the two. By method pls a construct is a
    composite, so correlations within its questions stand as observed; by plsc it is a common factor.

    References
    ----------
    Klesel, Schuberth, Henseler & Niehaves (2019), Internet Research 29(3):464-477.
    """
    if n_permutations < 1:
        msg = f"{n_permutations} permutations test nothing."
        raise DataError(msg, code="draws", remedy="Ask for 1000, say.")
    member = both.labels["group"].of(pair[0])
    flat = source(level_free(both, options.missing).values, both.weights, options.missing)

    def distances(side: NDArray[np.bool_]) -> F64:
        first, second = (
            implied_by_paths(flat.of_counts(half.astype(float)), spec, options.scheme, options.method)
            for half in (side, ~side)
        )
        return np.stack([fit.d_g(first, second), fit.d_uls(first, second)], axis=1)

    observed = distances(member[None])[0]
    if not np.isfinite(observed).all():
        msg = "The model has no solution in one of the groups."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or use larger groups.")
    drawn = np.concatenate([distances(sides) for sides in shuffles(both, member, n_permutations, rng)])
    usable = np.isfinite(drawn).all(axis=1)
    p = (1 + (drawn[usable] >= observed - 1e-12).sum(axis=0)) / (1 + usable.sum())
    if 2 * usable.sum() < n_permutations:
        p = np.full(2, np.nan)
    return Overall(
        groups=pair,
        d_g=float(observed[0]),
        d_uls=float(observed[1]),
        p_d_g=float(p[0]),
        p_d_uls=float(p[1]),
        failed=int((~usable).sum()),
    )
