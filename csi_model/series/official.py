"""The index through time: official and re-estimated series, and changes between waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import critical
from csi_model.inference.making import from_normal
from csi_model.options import FLOOR, INDICATIVE, LEVEL
from csi_model.series.breaks import SCALE, Break, Bridge, find_breaks
from csi_model.series.checks import check_shares, check_waves
from csi_model.series.items import made_of
from csi_model.series.wave import Wave


@dataclass(frozen=True)
class Series:
    """The index by wave.

    Attributes
    ----------
    codes : tuple of str
        Waves in order of time.
    official : Figure
        With the base wave's weights, (n_waves,).
    re_estimated : Figure
        With each wave's own weights: the points of its own estimation, bridged as the official ones are.
    changes : Figure
        Official change to the wave before, (n_waves - 1,); a change over an unbridged break is ``nan``.
    breaks : tuple of Break
    cautions : tuple of Caution
    bridged : ndarray of shape (n_waves, n_waves)
        Joint covariance of the official points, bridges included.
    df : float
        Its degrees of freedom.
    """

    codes: tuple[str, ...]
    official: Figure
    re_estimated: Figure
    changes: Figure
    breaks: tuple[Break, ...]
    cautions: tuple[Caution, ...]
    bridged: F64
    df: float = np.inf


def index_series(
    waves: Sequence[Wave],
    *,
    base: str,
    floor: int = FLOOR,
    indicative: int = INDICATIVE,
    bridges: Mapping[str, Bridge] | None = None,
    covariance: F64 | None = None,
    df: float = np.inf,
    level: float = LEVEL,
) -> Series:
    r"""Build the official series with frozen base-wave weights and the re-estimated one beside it.

    Parameters
    ----------
    waves : sequence of Wave
        In order of time, same items in the same order.
    base : str
        Code of the wave whose weights are official.
    floor, indicative : int
        Below ``floor`` respondents a wave is refused, below ``indicative`` it carries a caution.
    bridges : mapping of wave code to Bridge, optional
        Shift to add to everything *before* the wave named, so that old figures read on the new terms. It
        joins changes of wording, mode and scale.
    covariance : ndarray of shape (n_waves, n_waves), optional
        Joint covariance of the official points (`joint.joint_points`); by default the waves' own, apart.
    df : float
        Its degrees of freedom.

    Raises
    ------
    DataError
        Unknown base or bridged wave, a change of scale without a bridge, other items, a wave below the
        floor. Other items are refused even with a bridge: the base wave has no weights for them.

    Notes
    -----
    Official points of wave t are :math:`\omega_b' m_t`. The weights are a convention, fixed when the base
    wave was published, so :math:`\mathrm{var} = \omega_b' C_t \omega_b`; waves are independent of each other
    unless a joint covariance says how they are not. The re-estimated points are the estimation's own
    figures, whose resamples weigh anew. A bridge adds
    its variance to all earlier waves together, hence to every change that crosses the break and to no other;
    ends that are not symmetric move out each by its own distance (Donner & Zou 2012). That the shift
    found in the bridge wave holds for earlier waves too is an assumption (mean equating: Kolen & Brennan
    2014, Test Equating, Scaling, and Linking, section 2.2), bolder for a new scale than for a new word.
    """
    waves = tuple(waves)
    codes = check_waves(waves, base, floor)
    official_weights = _shares(waves[codes.index(base)])
    points, errors = np.array([made_of(w.means, w.covariance, official_weights) for w in waves]).T
    if covariance is None:
        covariance = np.diag(errors**2)
    variance = np.diag(covariance)
    bridges = dict(bridges or {})
    unknown = sorted(set(bridges) - set(codes[1:]))
    if unknown:
        msg = f"A bridge names {', '.join(unknown)}, no wave after the first."
        raise DataError(msg, code="unknown-wave", remedy=f"Bridge into one of {', '.join(codes[1:])}.")
    shift, bridge_variance = _bridge_effect(codes, bridges)
    breaks = find_breaks(waves)
    cautions = [
        Caution(
            "indicative",
            f"Wave {w.code} has {w.n_respondents} answers only; its figure is indicative.",
            about=(w.code, f"n = {w.n_respondents}"),
        )
        for w in waves
        if w.n_respondents < indicative
    ]
    open_breaks = [b for b in breaks if not b.is_joined(codes, bridges)]
    _check_scales(open_breaks)
    cautions += [b.caution for b in open_breaks]
    change = np.diff(points + shift)
    together = np.diag(covariance, 1)
    change_variance = variance[1:] + variance[:-1] - 2 * together + np.abs(np.diff(bridge_variance))
    broken = np.isin(codes[1:], [step for b in open_breaks for step in b.steps(codes)])
    change = np.where(broken, np.nan, change)
    return Series(
        codes=codes,
        official=from_normal(points + shift, np.sqrt(variance + bridge_variance), level=level, df=df),
        re_estimated=_bridged([w.points for w in waves], shift, bridge_variance, level),
        changes=from_normal(change, np.sqrt(np.maximum(change_variance, 0.0)), level=level, df=df),
        bridged=covariance + _bridge_covariance(codes, bridges),
        df=df,
        breaks=breaks,
        cautions=tuple(cautions),
    )


def _check_scales(breaks: Sequence[Break]) -> None:
    for found in breaks:
        if found.kind == SCALE:
            msg = f"Waves {found.before} and {found.after} use the scales {' and '.join(found.what)}."
            remedy = (
                "Points of different scales are not comparable: run a bridge wave and join the series there."
            )
            raise DataError(msg, code="scales", remedy=remedy)


def _shares(wave: Wave) -> F64:
    if wave.shares is None:
        msg = f"Wave {wave.code} is the base, but has no item shares of its own."
        raise DataError(msg, code="shares", remedy="Take a wave as base that was estimated.")
    return check_shares(wave.shares, f"Wave {wave.code}: item shares")


def _bridge_effect(codes: tuple[str, ...], bridges: Mapping[str, Bridge]) -> tuple[F64, F64]:
    shift, variance = np.zeros(len(codes)), np.zeros(len(codes))
    for code, bridge in bridges.items():
        earlier = slice(0, codes.index(code))
        shift[earlier] += float(bridge.shift.value)
        variance[earlier] += float(bridge.shift.se) ** 2
    return shift, variance


def _bridge_covariance(codes: tuple[str, ...], bridges: Mapping[str, Bridge]) -> F64:
    """Give what bridges add: the error of one is shared by all waves before it."""
    found = np.zeros((len(codes), len(codes)))
    for code, bridge in bridges.items():
        before = codes.index(code)
        found[:before, :before] += float(bridge.shift.se) ** 2
    return found


def _bridged(points: Sequence[Figure], shift: F64, variance: F64, level: float) -> Figure:
    """Read figures on new terms; those that no bridge moves stay to the last digit."""
    value, error, low, high, n = (
        np.array([float(getattr(each, part)) for each in points])
        for part in ("value", "se", "low", "high", "n")
    )
    moved, wide = value + shift, critical(level) * np.sqrt(variance)
    ends = moved - np.hypot(value - low, wide), moved + np.hypot(high - value, wide)
    crossed = (shift != 0) | (variance > 0)
    error = np.hypot(error, np.sqrt(variance))
    p = np.where(crossed, from_normal(moved, error).p, [float(each.p) for each in points])
    low, high = np.where(crossed, ends[0], low), np.where(crossed, ends[1], high)
    return figure(moved, error, low, high, p, n=n, level=level)
