"""What a series knows of each wave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from csi_model.arrays import F64
from csi_model.inference.figures import Figure, figure
from csi_model.series.followed import Followed
from csi_model.series.items import index_rows
from csi_model.specify import ModelSpec


@dataclass(frozen=True)
class Form:
    """What a wave asked, and how.

    Attributes
    ----------
    code : str
        Of the wave.
    scale : tuple of float, optional
        Ends of the answer scale; without them a change of scale goes unseen.
    items : tuple of str
        Codes of the items; without them a change of items goes unseen.
    lineage : mapping of item code to mark
        A question whose wording changed has another mark.
    modes : mapping of mode to share
        Shares of respondents by collection mode, summing to 1.
    """

    code: str
    scale: tuple[float, float] | None = field(default=None, kw_only=True)
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
    shares : ndarray of shape (n_items,) or None
        Item shares of the index estimated in this wave, none negative, summing to 1; None where it could not
        be estimated by itself.
    n_respondents : int
    points : Figure
        The index by the wave's own shares, as its estimation gives it: its interval is that of the resamples.

    Notes
    -----
    ``items`` stand in the order of ``means``; without them a ``lineage`` that names every item tells them.
    """

    means: F64
    covariance: F64
    shares: F64 | None
    n_respondents: int
    points: Figure

    @property
    def asked(self) -> frozenset[str]:
        """Codes of the index items; empty where the wave does not say."""
        return frozenset(self.items or (self.lineage if len(self.lineage) == np.size(self.means) else ()))


def wave_of(code: str, wave: Followed, spec: ModelSpec) -> Wave:
    """Give what a series needs to know of one wave."""
    rows, index = index_rows(spec), spec.place[spec.index]
    items, result = wave.items, wave.result
    low, high, _ = spec.scales[rows[0]]
    return Wave(
        code,
        items.means[rows],
        items.covariance[np.ix_(rows, rows)],
        None if result is None else items.shares[rows, index],
        len(wave.sample),
        figure(np.nan, n=len(wave.sample)) if result is None else result.figure("constructs").at(spec.index),
        scale=(float(low), float(high)),
        items=tuple(items.codes[row] for row in rows),
    )
