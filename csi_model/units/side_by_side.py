"""Groups of one estimation side by side: shrunk to what they share, and in tiers instead of ranks."""

from __future__ import annotations

from typing import Any

import numpy as np

from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.units.funnel import beyond_limits
from csi_model.units.shrink import shrink_units
from csi_model.units.tiers import tier_units


def side_by_side(result: Result, *, margin: float = 0.0) -> dict[str, Any]:
    """Compare the index of the groups of a result, as plain values.

    Parameters
    ----------
    result
        Of `estimate` with groups and resamples (or another source of standard errors).
    margin : float
        A difference of up to so many points counts as none.

    Returns
    -------
    dict
        ``centre`` and ``between_sd`` of the groups (points), and by group: ``points``, ``shrunk`` with its
        interval, ``reliability`` (0–1, how much of the shrunk figure is the group's own), ``tier`` (above,
        with or below all groups together, each counting by its respondents), ``p_holm``, ``funnel`` (−2 to
        2, beyond which limit); and ``cautions``.

    Raises
    ------
    DataError
        No standard errors, or fewer than three groups that are shown and have one.
    """
    place = result.spec.place[result.spec.index]
    names, own, sizes = [], [], []
    for name, group in result.groups.items():
        found = None if group is None else group.figure("constructs").at(place)
        if group is None or found is None or not found.se > 0:
            continue
        names.append(name)
        own.append(found)
        sizes.append(group.n_used)
    if len(names) < 3:
        have = {0: "No group has", 1: "Only one group has"}.get(len(names), f"Only {len(names)} groups have")
        raise DataError(
            f"{have} an index with a standard error; three are needed to compare them.",
            code="few-units",
            remedy="Ask for resamples and give more groups above the floor.",
        )
    level = result.options.level
    value, error = (np.array([float(getattr(each, part)) for each in own]) for part in ("value", "se"))
    shrunk = shrink_units(value, error, level=level)
    tiers = tier_units(value, error, shares=np.array(sizes, float), margin=margin, level=level)
    outside = beyond_limits(value, error)
    return {
        "centre": shrunk.centre,
        "between_sd": shrunk.between_sd,
        "overall": tiers.overall,
        "groups": {
            name: {
                **own[at].plain("points", ("se",)),
                **shrunk.points.at(at).plain("shrunk", ("ci",)),
                "reliability": float(shrunk.reliability[at]),
                "difference": float(tiers.difference.value[at]),
                "p_holm": float(tiers.p_holm[at]),
                "tier": tiers.tier[at],
                "funnel": int(outside[at]),
            }
            for at, name in enumerate(names)
        },
        "cautions": [caution.plain() for caution in shrunk.cautions],
    }
