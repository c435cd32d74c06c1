"""What a series knows of each wave, and whether waves fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.inference.figures import Figure
from csi_model.inference.means import weighted_means
from csi_model.specify import ModelSpec

ROUNDING = 1e-6


ALIKE = 1e-12  # of sums that are 1 but for the last digits


@dataclass(frozen=True)
class Form:
    """What a wave asked, and how.

    Attributes
    ----------
    code : str
        Of the wave.
    scale : tuple of float
        Ends of the answer scale.
    items : tuple of str
        Codes of the items; without them a change of items goes unseen.
    lineage : mapping of item code to mark
        A question whose wording changed has another mark.
    modes : mapping of mode to share
        Shares of respondents by collection mode, summing to 1.
    """

    code: str
    scale: tuple[float, float] = field(default=(1.0, 10.0), kw_only=True)
    items: tuple[str, ...] = field(default=(), kw_only=True)
    lineage: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    modes: Mapping[str, float] = field(default_factory=dict, kw_only=True)

    @property
    def asked(self) -> frozenset[str]:
        """Codes of the items; empty where the wave does not say."""
        return frozenset(self.items)


@dataclass(frozen=True)
class Wave(Form):
    """What a series needs to know of one wave, besides its form.

    Attributes
    ----------
    means : ndarray of shape (n_items,)
        Mean points (0-100) of the index items.
    covariance : ndarray of shape (n_items, n_items)
        Sampling covariance of these means (squared points), see
        `inference.means.weighted_means`.
    shares : ndarray of shape (n_items,)
        Item shares of the index estimated in this wave, none negative, summing to 1.
    n_respondents : int
    points : Figure
        The index by the wave's own shares, as its estimation gives it: its interval is that of the resamples.

    Notes
    -----
    ``items`` stand in the order of ``means``; without them a ``lineage`` that names every item tells them.
    """

    means: F64
    covariance: F64
    shares: F64
    n_respondents: int
    points: Figure

    @property
    def asked(self) -> frozenset[str]:
        """Codes of the index items; empty where the wave does not say."""
        return frozenset(self.items or (self.lineage if len(self.lineage) == np.size(self.means) else ()))


def check_shares(shares: F64, what: str) -> F64:
    """Return item shares (..., n_items) that sum to 1 along the last axis, or say what is wrong with them."""
    shares = np.asarray(shares, float)
    total = shares.sum(-1, keepdims=True)
    if not np.isfinite(shares).all() or (shares < 0).any() or (np.abs(total - 1) > ROUNDING).any():
        msg = f"{what} must be finite, none negative, and sum to 1."
        raise DataError(
            msg, code="shares", remedy="Divide the non-negative weights of the index by their sum."
        )
    return shares if bool((np.abs(total - 1) <= ALIKE).all()) else np.asarray(shares / total)


def by_shares(means: F64, covariance: F64, shares: F64) -> tuple[float, float]:
    """Give the points that questions make by their shares, (n_items,), and the standard error.

    Questions without a share are left out, so that a figure is the same to the last digit whatever stands
    beside it.
    """
    own = np.flatnonzero(shares)
    weights = shares[own]
    variance = float(weights @ covariance[np.ix_(own, own)] @ weights)
    return float(weights @ means[own]), float(np.sqrt(max(variance, 0.0)))


def check_waves(waves: Sequence[Wave], base: str, floor: int) -> tuple[str, ...]:
    """Return the codes of waves that can stand in one series, scales apart.

    Raises
    ------
    DataError
        Fewer than two waves or one twice, an unknown base, other items, a wave below the floor, arrays or
        shares that do not fit.
    """
    codes = tuple(wave.code for wave in waves)
    if len(codes) < 2 or len(set(codes)) != len(codes):
        msg = f"A series needs two waves or more with codes of their own, not {list(codes)}."
        raise DataError(msg, code="waves", remedy="Give every wave once.")
    if base not in codes:
        raise DataError(f"No wave {base!r}.", code="unknown-wave", remedy=f"Choose one of {list(codes)}.")
    n_items, known = np.size(waves[0].means), [wave for wave in waves if wave.asked]
    for wave in waves:
        check_wave(wave, n_items)
        if wave.n_respondents < floor:
            msg = f"Wave {wave.code} has {wave.n_respondents} answers, below the floor of {floor}."
            raise DataError(
                msg, code="floor", remedy="Leave the wave out of the series or collect more answers."
            )
    for wave in known:
        _check_items(known[0], wave)
    return codes


def check_modes(form: Form) -> None:
    """Refuse mode shares that are negative or do not sum to 1."""
    shares = np.array(list(form.modes.values()), float)
    if len(shares) and not ((shares >= 0).all() and abs(shares.sum() - 1) <= ROUNDING):
        msg = f"Wave {form.code}: mode shares must be finite, none negative, and sum to 1."
        raise DataError(msg, code="modes", remedy="Divide the respondents of each mode by all respondents.")


def check_wave(wave: Wave, n_items: int) -> None:
    """Refuse a wave whose arrays, shares or modes do not fit ``n_items`` items."""
    arrays: list[tuple[str, NDArray[np.float64], tuple[int, ...]]] = [
        ("means", wave.means, (n_items,)),
        ("shares", wave.shares, (n_items,)),
        ("covariance", wave.covariance, (n_items, n_items)),
    ]
    for name, array, shape in arrays:
        if np.shape(array) != shape or not np.isfinite(array).all():
            msg = f"Wave {wave.code}: {name} must be finite and of shape {shape}, not {np.shape(array)}."
            raise DataError(msg, code="items", remedy="Every wave needs the same items, answered.")
    if wave.items and len(wave.items) != n_items:
        msg = f"Wave {wave.code} names {len(wave.items)} items but has means of {n_items}."
        raise DataError(msg, code="items", remedy="Name every item of the index once.")
    check_shares(wave.shares, f"Wave {wave.code}: item shares")
    check_modes(wave)


def _check_items(first: Wave, wave: Wave) -> None:
    came, went = sorted(wave.asked - first.asked), sorted(first.asked - wave.asked)
    if came or went:
        said = [f"{word} {', '.join(codes)}" for word, codes in (("has", came), ("lacks", went)) if codes]
        msg = f"Wave {wave.code} {' and '.join(said)}, unlike wave {first.code}: its index is another."
        raise DataError(
            msg, code="items", remedy="Make the series of the items that all waves asked, or begin a new one."
        )
    if first.items and wave.items and first.items != wave.items:
        msg = f"Waves {first.code} and {wave.code} have the same items in another order."
        raise DataError(msg, code="items", remedy="Order the items of every wave alike.")


class Items(NamedTuple):
    """The questions of one sample.

    `means` (n_items,) in points, `covariance` (n_items, n_items) of these means, `shares` (n_items,
    n_constructs) in the points of each construct, in the order of `codes`.
    """

    codes: tuple[str, ...]
    means: F64
    covariance: F64
    shares: F64


def items_of(sample: Sample, result: Result) -> Items:
    """Give what a series needs of the questions: with the same means as the estimation's."""
    together = result.level_covariance
    if together is not None:
        means, covariance = result.points.indicators[0], together
    else:
        clusters = None if sample.clusters is None else sample.clusters.number
        means, covariance = weighted_means(sample.points, sample.weights, clusters)
    return Items(result.spec.indicator_ids, means, covariance, result.points.construct_shares[0])


def wave_of(code: str, sample: Sample, result: Result) -> Wave:
    """Give what a series needs to know of one estimated wave."""
    spec = result.spec
    rows, index = index_rows(spec), spec.place[spec.index]
    items = items_of(sample, result)
    low, high, _ = spec.scales[rows[0]]
    return Wave(
        code,
        items.means[rows],
        items.covariance[np.ix_(rows, rows)],
        items.shares[rows, index],
        result.n_used,
        result.figure("constructs").at(spec.index),
        scale=(float(low), float(high)),
        items=tuple(items.codes[row] for row in rows),
    )


def index_rows(spec: ModelSpec) -> NDArray[np.int64]:
    """Give the places of the index's questions, those of its components where it is of second order."""
    return np.flatnonzero(spec.block_mask[:, spec.place[spec.index]])
