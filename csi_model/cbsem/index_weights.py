"""What each item weighs in the index of its construct, and which way a construct points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.structure import Structure
from csi_model.errors import Caution


class Measured(NamedTuple):
    """What measures a construct: places of its items (its components', if it has no own) and loadings.

    `direction` is 1, or −1 where its standardised loadings sum to a negative number.
    """

    items: list[int]
    loadings: F64
    is_second_order: bool
    direction: float


def measured(structure: Structure, theta: F64, group: int) -> dict[str, Measured]:
    """Give what measures each construct that has items."""
    implied = structure.implied(group, theta)
    lam, beta, *_ = structure.layouts[group].matrices(implied.values)
    scale, factors = np.sqrt(np.diagonal(implied.sigma)), structure.factors
    pairs = {(row.lhs, row.rhs) for row in structure.rows if row.op == "=~"}
    found = {}
    # An item that acts as a factor too (in a path, say) has its loading among the paths.
    acting = [factors.index(name) for name in structure.observed if name in factors]
    direct = lam + lam[:, acting] @ beta[acting]
    for name in structure.latent:
        own = [k for k, item in enumerate(structure.observed) if (name, item) in pairs]
        load = direct[:, factors.index(name)]
        is_second_order = not own
        if is_second_order:
            lower = [factors.index(factor) for factor in factors if (name, factor) in pairs]
            load = lam[:, lower] @ beta[lower, factors.index(name)]
            own = np.flatnonzero(load).tolist()
        if own:
            direction = 1.0 if (load[own] / scale[own]).sum() >= 0.0 else -1.0
            found[name] = Measured(own, load[own], is_second_order, direction)
    return found


def weights(structure: Structure, theta: F64, group: int) -> dict[str, tuple[dict[str, float], list[str]]]:
    r"""Give the weights of each construct's items, none negative, summing to 1, and why they fell back.

    Notes
    -----
    The regression score of a construct from its own items alone has weights proportional to
    :math:`\Theta^{-1} \lambda`; Bartlett's are the same up to a factor, so normalising makes them one. They
    apply to answers in their own units. Where a residual variance is not positive, or weights are negative,
    the weights are the standardised loadings over the items' standard deviations, cut off at zero. A
    construct of constructs is scored from the items of all its components: weights proportional to
    :math:`\Sigma^{-1} c`, with these items' implied covariances and those with the construct, c; within a
    component they stand to each other as the component's own.

    References
    ----------
    Bartlett (1937), British Journal of Psychology 28; Thurstone (1935), The Vectors of Mind.
    """
    implied = structure.implied(group, theta)
    lam, _, psi, residual, *_ = structure.layouts[group].matrices(implied.values)
    acting = [structure.factors.index(name) for name in structure.observed if name in structure.factors]
    residual = residual + lam[:, acting] @ psi[np.ix_(acting, acting)] @ lam[:, acting].T
    scale = np.sqrt(np.diagonal(implied.sigma))
    found: dict[str, tuple[dict[str, float], list[str]]] = {}
    for name, each in measured(structure, theta, group).items():
        own, lead = each.items, each.direction * each.loadings
        if len(own) == 1:
            found[name] = ({structure.observed[own[0]]: 1.0}, [])
            continue
        block = (implied.sigma if each.is_second_order else residual)[np.ix_(own, own)]
        against = np.diagonal(block) <= 0.0
        fell = bool(against.any() or np.linalg.eigvalsh(block)[0] <= 0.0)
        raw = lead if fell else np.linalg.solve(block, lead)
        against = against | (raw < 0.0)
        if fell or against.any():
            raw = np.maximum(lead / scale[own] ** 2, 0.0)
            against = against if against.any() else np.ones(len(own), dtype=bool)
        share = raw / raw.sum()
        named = {structure.observed[k]: float(w) for k, w in zip(own, share, strict=True)}
        found[name] = (named, [structure.observed[k] for k, is_so in zip(own, against, strict=True) if is_so])
    return found


def cautions(structure: Structure, theta: F64) -> tuple[Caution, ...]:
    """Name constructs (of the first group) that point against their items, or whose weights fell back."""
    found = []
    turned = [name for name, each in measured(structure, theta, 0).items() if each.direction < 0]
    if turned:
        message = (
            f"The first item or component of {', '.join(turned)} runs against the others. Index and "
            "paths are turned so that loadings sum to a positive number; the rows of estimates are not."
        )
        found.append(Caution("marker-reversed", message, about=tuple(turned)))
    weak = [
        f"{name} ({', '.join(items)})" for name, (_, items) in weights(structure, theta, 0).items() if items
    ]
    if weak:
        message = (
            f"The factor score weights of {', '.join(weak)} are not all positive; the index uses "
            "standardised loadings over standard deviations in their place."
        )
        found.append(Caution("index-weights-fallback", message, about=tuple(weak)))
    return tuple(found)
