"""How much a construct, a dimension or a question moves the index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, Mask
from csi_model.measures.effects import total_effects
from csi_model.specify import ModelSpec


class Levels(NamedTuple):
    """Something of constructs, dimensions and questions, (…, n of each)."""

    constructs: F64
    dimensions: F64
    indicators: F64


def importance(spec: ModelSpec, points_per_point: F64, construct_shares: F64) -> Levels:
    r"""Give the index points that one more point of each construct, dimension and question brings.

    Parameters
    ----------
    points_per_point : ndarray of shape (..., n_constructs, n_constructs)
        Unstandardised total effects, `[target, source]`.
    construct_shares : ndarray of shape (..., n_indicators, n_constructs)
        Question shares of construct points; every column sums to 1, zero off the block.

    Returns
    -------
    Levels
        A construct's importance is its effect on the index, a dimension's the sum over its questions.

    Notes
    -----
    .. math:: v_i = \sum_j \omega_{ij}\, T_{index, j}

    with the index's own effect on itself taken as 1. A question works through the construct it makes, and
    through the second-order construct of that one. A component has no path of its own: its importance is
    that of its questions. An interaction is no lever: at the mean of its two constructs it adds nothing to
    their effects.

    References
    ----------
    Ringle & Sarstedt (2016), Industrial Management & Data Systems 116:1865-1886, step 4 (indicator level).
    """
    target = spec.place[spec.index]
    on_index = np.where(spec.scored, points_per_point[..., target, :], 0.0)
    on_index[..., target] = 1.0
    indicators = (construct_shares @ on_index[..., None])[..., 0]
    home = spec.home_mask.astype(float)
    parts = [spec.place[part] for construct in spec.constructs for part in construct.components]
    constructs = on_index.copy()
    constructs[..., parts] = (indicators @ home)[..., parts]
    return Levels(constructs, indicators @ spec.dimension_mask.astype(float), indicators)


def leads(spec: ModelSpec) -> dict[str, Mask]:
    """Say what leads to the index by the paths, by level; the index and its own questions do not count."""
    target = spec.place[spec.index]
    found = spec.scored & (total_effects(spec.path_matrix.astype(float))[target] > 0.5)
    for construct in spec.constructs:  # components lead where their whole does
        found[[spec.place[part] for part in construct.components]] |= found[spec.place[construct.id]]
    return {
        "constructs": found,
        "dimensions": found[[spec.place[construct] for construct, _ in spec.dimensions]],
        "indicators": found[spec.home],
    }
