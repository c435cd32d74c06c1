"""The seam, statistics side: plain columns become a checked sample. What is in a `Sample` is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from csi_model.answers import columns as given
from csi_model.answers.checks import check_alike, check_answered, check_declared, check_scale
from csi_model.answers.labels import Coded, read
from csi_model.answers.sample import GAPS, UNKNOWN, Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, DataError
from csi_model.specify import ModelSpec


def prepare(
    spec: ModelSpec,
    columns: given.Columns,
    *,
    missing: str = "mean",
    weights: ArrayLike | None = None,
    strata: ArrayLike | Coded | None = None,
    clusters: ArrayLike | Coded | None = None,
    labels: Mapping[str, ArrayLike | Coded] | None = None,
    beside: Sequence[str] = (),
    reserved: Mapping[int, str] | None = None,
) -> Sample:
    """Check the columns of a model's indicators and bring them into one sample.

    Parameters
    ----------
    columns
        Column name → values of one length, or a data frame of pandas or Polars; ``nan``, null and the model's
        missing codes are missing.
    missing : {"mean", "listwise", "fiml"}
        `listwise` leaves out rows with any gap here; the others leave gaps in.
    weights
        0 or more; a row of weight 0 is left out.
    strata, clusters
        A label per row; a blank one is refused.
    labels
        Name → a label per row, by which calls may cut the sample; who has a blank one is in no part.
    beside
        Columns of numbers outside the model that travel with the answers; missing codes mean the same there.
    reserved
        Number in the columns → why there is no answer, one of `sample.GAPS`, beside the model's own
        `state_codes`. The model's missing codes that are not among them do not say why.

    Raises
    ------
    DataError
        A column is missing, holds text, is constant or empty; an answer is off its scale; weights are
        negative or all zero; a stratum or cluster is blank; fewer rows than indicators. The message names
        the column and the first row.
    """
    codes = spec.indicator_ids
    named = {"weights": weights, "strata": strata, "clusters": clusters, **(labels or {})}
    given.check_rows(columns, named)
    low, high, valence = spec.scales.T
    reasons = {**dict(spec.state_codes), **(reserved or {})}
    values, gaps = given.table(codes, columns, _reserved(spec.missing_codes, reasons), UNKNOWN)
    n = len(values)
    check_declared(values, low, high)
    check_scale(codes, values, low, high)
    if n >= len(codes):
        check_answered(codes, values)
    sampling = given.weights(weights, n)
    kept = np.asarray(~np.isnan(values).all(axis=1) & (sampling > 0))
    if missing == "listwise":
        kept &= ~np.isnan(values).any(axis=1)
    cautions = _left_out(kept, sampling, missing)
    if kept.sum() < len(codes):
        raise DataError(
            f"There are {int(kept.sum())} usable respondents for {len(codes)} indicators.",
            code="too-few-rows",
            remedy=("Choose --missing em, which takes every answer given. " if missing == "listwise" else "")
            + "Collect more answers, or use a smaller model.",
            about=(f"{int(kept.sum())} < {len(codes)}",),
        )
    check_answered(codes, values[kept])
    check_alike(codes, values[kept])
    return Sample(
        np.where(valence < 0, low + high - values[kept], values[kept]),
        codes,
        np.column_stack([low, high]),
        gaps[kept],
        sampling[kept] / sampling[kept].mean(),
        np.flatnonzero(kept),
        n,
        given.design(strata, kept, "strata"),
        given.design(clusters, kept, "clusters"),
        {name: read(column, n, "groups").where(kept) for name, column in (labels or {}).items()},
        _beside(beside, columns, kept, _reserved(spec.missing_codes, reasons)),
        cautions,
    )


def prepare_items(
    names: Sequence[str],
    columns: given.Columns,
    *,
    missing: str = "listwise",
    weights: ArrayLike | None = None,
    clusters: ArrayLike | Coded | None = None,
    groups: ArrayLike | Coded | None = None,
    missing_codes: Sequence[float] = (),
) -> Sample:
    """Check columns that no model gives a scale, as lavaan's syntax names them.

    Parameters
    ----------
    missing : {"listwise", "fiml"}
        Leave out rows with any gap, or those without any answer.
    groups
        A label per row, as the label ``group`` of the sample.

    Raises
    ------
    DataError
        A column is missing, holds text, or has another length; weights are negative or all zero; a cluster or
        a group is blank; no row is left.
    """
    values, gaps = given.table(names, columns, _reserved(missing_codes, None), UNKNOWN)
    n = len(values)
    gap = np.isnan(values)
    sampling = given.weights(weights, n)
    kept = (sampling > 0) & ~(gap.any(axis=1) if missing == "listwise" else gap.all(axis=1))
    if not kept.any():
        raise DataError(
            "No respondent is left to estimate from.",
            code="too-few-rows",
            remedy="Use missing='fiml', or drop items that few answered.",
        )
    group = given.design(groups, kept, "groups")
    return Sample(
        values[kept],
        tuple(names),
        np.full((len(names), 2), np.nan),
        gaps[kept],
        sampling[kept] / sampling[kept].mean(),
        np.flatnonzero(kept),
        n,
        clusters=given.design(clusters, kept, "clusters"),
        labels={} if group is None else {"group": group},
        cautions=_left_out(kept, sampling, missing),
    )


def prepare_rated(
    names: Sequence[str],
    columns: given.Columns,
    scales: Sequence[tuple[float, float]],
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | Coded | None = None,
    labels: Mapping[str, ArrayLike | Coded] | None = None,
    missing_codes: Sequence[float] = (),
) -> Sample:
    """Check columns of ratings without a model; every row stays, since each figure has answers of its own.

    Parameters
    ----------
    names
        Columns in the order wanted; one may come again with another scale.
    scales
        Lowest and highest answer of each.

    Raises
    ------
    DataError
        A column is missing, holds text, or has another length; an answer is off its scale; a missing code is
        on it; weights are negative or all zero; a cluster is blank.
    """
    low, high = np.asarray(scales, dtype=float).T
    for place, name in enumerate(names):
        if within := [code for code in missing_codes if low[place] <= code <= high[place]]:
            raise DataError(
                f"{within[0]:g} is an answer on the scale {low[place]:g}–{high[place]:g} of {name}.",
                code="missing-codes",
                remedy="Name other codes for no answer, or none.",
                about=(name, f"{within[0]:g}"),
            )
    values, gaps = given.table(names, columns, _reserved(missing_codes, None), UNKNOWN)
    check_scale(names, values, low, high)
    n = len(values)
    sampling = given.weights(weights, n)
    return Sample(
        values,
        tuple(names),
        np.column_stack([low, high]),
        gaps,
        sampling / sampling.mean() if n else sampling,
        np.arange(n),
        n,
        clusters=given.design(clusters, np.ones(n, dtype=bool), "clusters"),
        labels={name: read(column, n, "groups") for name, column in (labels or {}).items()},
    )


def _reserved(missing_codes: Sequence[float], reserved: Mapping[int, str] | None) -> dict[float, int]:
    """Number → its place in `GAPS`, of the model's own missing codes and of those that say why."""
    return dict.fromkeys(missing_codes, UNKNOWN) | {
        float(number): GAPS.index(state) for number, state in (reserved or {}).items()
    }


def _left_out(kept: Mask, sampling: F64, missing: str) -> tuple[Caution, ...]:
    left_out = len(kept) - int(kept.sum())
    if not left_out:
        return ()
    gaps = "a missing answer" if missing == "listwise" else "no answer to any indicator"
    reasons = {gaps: ~kept & (sampling > 0), "a weight of 0": ~kept & (sampling <= 0)}
    why = " and ".join(
        f"{int(rows.sum())} with {reason} (the first in row {int(rows.argmax()) + 1})"
        for reason, rows in reasons.items()
        if rows.any()
    )
    message = f"{left_out} of {len(kept)} respondents were left out: {why}."
    return (Caution("rows-left-out", message, about=(f"{left_out} / {len(kept)}",)),)


def _beside(
    names: Sequence[str], columns: given.Columns, kept: Mask, reserved: Mapping[float, int]
) -> dict[str, F64]:
    if not names:
        return {}
    values, _ = given.table(names, columns, reserved, UNKNOWN)
    return {name: values[kept, place] for place, name in enumerate(names)}
