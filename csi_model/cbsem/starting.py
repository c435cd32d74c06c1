"""Where the search for a covariance model begins: loadings by semopy, variances of constructs by theirs."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64


class Starts(NamedTuple):
    """Start values of loadings by construct and item, and of constructs' variances."""

    loadings: dict[tuple[str, str], float]
    variances: dict[str, float]


def starts(
    measured: Mapping[str, Sequence[str]],
    fixed: Mapping[tuple[str, str], float],
    values: F64,
    names: Sequence[str],
) -> Starts:
    """Start loadings at semopy's slopes on the first item, in the unit that something is fixed in.

    A construct starts at half of its first item's variance, at all of it where that item is alone. semopy
    starts every construct at 0.05, far below what answers on ten points have: with an item without residual
    the first steps then pass through nearly singular matrices, and some machines stay there. It starts the
    loadings of constructs on a construct at 0, where that construct explains nothing and the search can run
    off to a variance of 0; they start at 1, as the first of them is fixed to, or at -1 where the marker of
    one of the two runs against its other items.

    Parameters
    ----------
    measured
        Construct -> its items or constructs, which end in items.
    fixed
        Loadings (construct, item) and variances (construct, construct) that are fixed, and at what.
    values : ndarray of shape (n, p)
        Answers without gaps.
    names
        Of the columns.
    """
    slopes = _slopes(measured, values, names)
    variance = dict(zip(names, values.var(axis=0), strict=True))
    sums = {
        name: sum(slopes[name, part] for part in parts if part not in measured)
        for name, parts in measured.items()
    }
    loadings: dict[tuple[str, str], float] = {}
    variances: dict[str, float] = {}
    for name, parts in measured.items():
        slope = {}
        for part in parts:
            first = parts[0]
            against = (sums.get(first, 0.0) < 0) != (sums.get(part, 0.0) < 0)
            slope[part] = (-1.0 if against else 1.0) if part in measured else slopes[name, part]
        at, share = name, 1.0
        while at in measured:
            share *= 0.5 if len(measured[at]) > 1 else 1.0
            at = measured[at][0]
        whole = share * max(variance.get(at, 0.0), 0.1)
        unit = _unit(name, slope, whole, fixed)
        loadings |= {(name, part): each * unit for part, each in slope.items()}
        variances[name] = whole / unit**2
    return Starts(loadings, variances)


def _unit(
    name: str, slope: Mapping[str, float], whole: float, fixed: Mapping[tuple[str, str], float]
) -> float:
    """How many times larger loadings are than slopes on the first item."""
    for part, each in slope.items():
        if fixed.get((name, part), 0.0) != 0.0 and abs(each) > 1e-3:
            return fixed[name, part] / each
    own = fixed.get((name, name), 0.0)
    return float(np.sqrt(whole / own)) if own > 0.0 else 1.0


def _slopes(
    measured: Mapping[str, Sequence[str]], values: F64, names: Sequence[str]
) -> dict[tuple[str, str], float]:
    """Start values by semopy of a model that has loadings alone, the first item of each construct its marker.

    Names are put into letters that its parser takes.
    """
    if not measured:
        return {}
    import pandas as pd  # noqa: PLC0415  semopy and pandas take a second to import
    from semopy.model import Model  # noqa: PLC0415

    items = [name for name in names if any(name in parts for parts in measured.values())]
    alias = {name: f"x{k}" for k, name in enumerate(items)} | {n: f"f{k}" for k, n in enumerate(measured)}
    lines = [f"{alias[name]} =~ " + " + ".join(alias[p] for p in parts) for name, parts in measured.items()]
    logging.getLogger().disabled, was = True, logging.getLogger().disabled
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = Model("\n".join(lines), mimic_lavaan=True)
            columns = [list(names).index(name) for name in items]
            model.load(pd.DataFrame(values[:, columns], columns=[alias[name] for name in items]))
    finally:
        logging.getLogger().disabled = was
    found: dict[tuple[str, str], float] = {}
    back = {short: name for name, short in alias.items()}
    for parameter in model.parameters.values():
        for location in parameter.locations:
            for title, matrix, (rows, columns_) in zip(
                model.matrices_names, model.matrices, model.names, strict=True
            ):
                if location.matrix is matrix and title in {"lambda", "beta"}:
                    item, construct = back[rows[location.indices[0]]], back[columns_[location.indices[1]]]
                    found[construct, item] = float(parameter.start)
    return {(name, part): found.get((name, part), 1.0) for name, parts in measured.items() for part in parts}
