"""The index through time: official and re-estimated series, changes, control limits, breaks, bridges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import Caution, DataError
from csi_model.intervals import F64, Estimate, check_standard_errors, from_normal
from csi_model.small_units import between_variance


@dataclass(frozen=True)
class Wave:
    """What a series needs to know of one wave.

    Attributes
    ----------
    code : str
    means : ndarray of shape (n_items,)
        Mean points (0-100) of the index items.
    covariance : ndarray of shape (n_items, n_items)
        Sampling covariance of these means (squared points), see
        :func:`csi_model.intervals.weighted_means`.
    shares : ndarray of shape (n_items,)
        Item shares of the index estimated in this wave, summing to 1.
    n_respondents : int
    share_covariance : ndarray of shape (n_items, n_items), optional
        Sampling covariance of the shares; without it the re-estimated series has conditional intervals.
    cross_covariance : ndarray of shape (n_items, n_items), optional
        Sampling covariance of means (rows) with shares (columns) of the same wave.
    scale : tuple of float
        Ends of the answer scale.
    lineage : mapping of item code to mark
        A question whose wording changed has another mark.
    modes : mapping of mode to share
        Shares of respondents by collection mode.
    """

    code: str
    means: F64
    covariance: F64
    shares: F64
    n_respondents: int
    share_covariance: F64 | None = None
    cross_covariance: F64 | None = None
    scale: tuple[float, float] = (1.0, 10.0)
    lineage: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, float] = field(default_factory=dict)


class Break(NamedTuple):
    """A point where the series is not comparable without a bridge: between ``before`` and ``after``."""

    before: str
    after: str
    kind: str  # "wording" or "mode"
    what: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """The index by wave.

    Attributes
    ----------
    codes : tuple of str
        Waves in order of time.
    official : Estimate
        With the base wave's weights, (n_waves,).
    re_estimated : Estimate
        With each wave's own weights.
    changes : Estimate
        Official change to the wave before, (n_waves - 1,); a change over an unbridged break is ``nan``.
    breaks : tuple of Break
    cautions : tuple of Caution
    """

    codes: tuple[str, ...]
    official: Estimate
    re_estimated: Estimate
    changes: Estimate
    breaks: tuple[Break, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class Control:
    """Control limits of a series.

    Attributes
    ----------
    centre : float
    common_sd : float
        Ordinary wave-to-wave movement beyond sampling error, from the reference waves.
    low, high : ndarray of shape (n_waves,)
        Three-sigma limits; they are wider where the sample is smaller.
    signals : tuple of (wave position, rule)
        ``limit``: outside the limits; ``run``: the eighth wave in a row on one side of the centre.
    cautions : tuple of Caution
    """

    centre: float
    common_sd: float
    low: F64
    high: F64
    signals: tuple[tuple[int, str], ...]
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class Bridge:
    """The shift that a new wording, scale or mode alone makes, with its standard error (points)."""

    shift: Estimate


def index_series(
    waves: Sequence[Wave],
    *,
    base: str,
    floor: int = 30,
    indicative: int = 100,
    mode_tolerance: float = 0.1,
    bridges: Mapping[str, Bridge] | None = None,
    level: float = 0.95,
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
    mode_tolerance : float
        Half the summed absolute difference of mode shares above which a mode shift is marked.
    bridges : mapping of wave code to Bridge, optional
        Shift to add to everything *before* the wave named, so that old figures read on the new terms.

    Raises
    ------
    DataError
        Unknown base or bridged wave, waves with different scales or items, a wave below the floor.

    Notes
    -----
    Official points of wave t are :math:`\omega_b' m_t`. The weights are a convention, fixed when the base
    wave was published, so :math:`\mathrm{var} = \omega_b' C_t \omega_b` and waves are independent of each
    other. The re-estimated points :math:`\omega_t' m_t` add :math:`m_t' V_t m_t + 2 \omega_t' K_t m_t` for
    the sampling covariance V of the weights and K of means with weights. A bridge adds its variance to all
    earlier waves together, hence to every change that crosses the break and to no other.
    """
    waves = tuple(waves)
    codes = _check_waves(waves, base, floor)
    official_weights = _shares(waves[codes.index(base)])
    points = np.array([official_weights @ w.means for w in waves])
    variance = np.array([official_weights @ w.covariance @ official_weights for w in waves])
    bridges = dict(bridges or {})
    unknown = sorted(set(bridges) - set(codes[1:]))
    if unknown:
        msg = f"A bridge names {unknown}, no wave after the first."
        raise DataError(msg, code="unknown-wave", remedy=f"Bridge into one of {list(codes[1:])}.")
    shift, bridge_variance = _bridge_effect(codes, bridges)
    breaks = find_breaks(waves, mode_tolerance=mode_tolerance)
    cautions = [
        Caution("indicative", f"Wave {w.code} has {w.n_respondents} answers only; its figure is indicative.")
        for w in waves
        if w.n_respondents < indicative
    ]
    cautions += [
        Caution("break", f"Between {b.before} and {b.after} the {b.kind} changed ({', '.join(b.what)}).")
        for b in breaks
        if b.after not in bridges
    ]
    own = np.array([_shares(w) @ w.means for w in waves])
    own_variance = np.array([_re_estimated_variance(w) for w in waves])
    if any(w.share_covariance is None for w in waves):
        text = (
            "Some waves came without the covariance of their weights; re-estimated intervals are conditional."
        )
        cautions.append(Caution("conditional", text))
    change = np.diff(points + shift)
    change_variance = variance[1:] + variance[:-1] + np.abs(np.diff(bridge_variance))
    broken = np.array(
        [any(b.after == code and code not in bridges for b in breaks) for code in codes[1:]], bool
    )
    change = np.where(broken, np.nan, change)
    return Series(
        codes=codes,
        official=from_normal(points + shift, np.sqrt(variance + bridge_variance), level=level),
        re_estimated=from_normal(own + shift, np.sqrt(own_variance + bridge_variance), level=level),
        changes=from_normal(change, np.sqrt(change_variance), level=level),
        breaks=breaks,
        cautions=tuple(cautions),
    )


def index_change(
    before: Wave,
    after: Wave,
    *,
    shares: F64 | None = None,
    share_covariance: F64 | None = None,
    level: float = 0.95,
) -> Estimate:
    r"""Change of the index between two independent waves.

    Parameters
    ----------
    before, after : Wave
    shares : ndarray of shape (n_items,), optional
        Common frozen weights; without them each wave uses its own.
    share_covariance : ndarray of shape (n_items, n_items), optional
        Sampling covariance of the frozen weights when they come from a third wave and their choice shall
        count as uncertain; by default they are a convention.

    Notes
    -----
    With common weights, :math:`\mathrm{var} = \omega'(C_0 + C_1)\omega + \Delta m' V \Delta m`: what the
    weights leave uncertain is proportional to how differently the items moved, and vanishes if they moved
    alike.
    """
    _check_waves((before, after), before.code, 0)
    if shares is None:
        value = _shares(after) @ after.means - _shares(before) @ before.means
        variance = _re_estimated_variance(before) + _re_estimated_variance(after)
        return from_normal(value, np.sqrt(variance), level=level)
    frozen = np.asarray(shares, float)
    if frozen.shape != np.shape(before.means) or not np.isfinite(frozen).all() or frozen.sum() <= 0:
        msg = f"Frozen weights of shape {frozen.shape} do not fit {np.size(before.means)} items."
        raise DataError(msg, code="shares", remedy="Give one non-negative weight per item.")
    frozen = frozen / frozen.sum()
    moved = np.asarray(after.means, float) - before.means
    variance = float(frozen @ (before.covariance + after.covariance) @ frozen)
    if share_covariance is not None:
        variance += float(moved @ share_covariance @ moved)
    return from_normal(frozen @ moved, np.sqrt(variance), level=level)


def control_limits(
    points: F64, standard_errors: F64, *, reference: int | None = None, sigmas: float = 3.0
) -> Control:
    r"""Draw control limits and name the waves that are out of the ordinary.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_waves,)
        A comparable (bridged) series in order of time.
    reference : int, optional
        How many first waves define the ordinary; all but the last by default.

    Notes
    -----
    Limits of wave t are :math:`c \pm 3\sqrt{s_t^2 + \tau^2}`, with c the precision-weighted mean and
    :math:`\tau^2` the variance beyond sampling error of the reference waves: a chart for varying sample
    sizes with both within and between variation.

    References
    ----------
    Laney (2002), Quality Engineering 14:531-537; Western Electric (1956), Statistical Quality Control
    Handbook (eight in a row).
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    reference = len(points) - 1 if reference is None else reference
    if not 3 <= reference <= len(points):
        msg = f"Control limits need at least 3 reference waves; {reference} of {len(points)} were named."
        raise DataError(msg, code="few-waves", remedy="Show the series without limits until then.")
    if (standard_errors == 0).any():
        raise DataError("A wave has a standard error of zero.", code="zero-se", remedy="Leave the wave out.")
    first, error = points[:reference], standard_errors[:reference]
    common = between_variance(first, error)
    precision = 1 / (error**2 + common)
    centre = float(precision @ first / precision.sum())
    half = sigmas * np.sqrt(standard_errors**2 + common)
    signals = [(t, "limit") for t in np.flatnonzero(np.abs(points - centre) > half).tolist()]
    run, side = 0, 0.0
    for t, current in enumerate(np.sign(points - centre).tolist()):
        run = run + 1 if current == side and current != 0 else 1
        side = current
        if run == 8:
            signals.append((t, "run"))
    cautions = []
    if reference < 8:
        text = f"Limits rest on {reference} waves and will move as waves come in."
        cautions.append(Caution("few-waves", text))
    return Control(
        centre, float(np.sqrt(common)), centre - half, centre + half, tuple(sorted(signals)), tuple(cautions)
    )


def find_breaks(waves: Sequence[Wave], *, mode_tolerance: float = 0.1) -> tuple[Break, ...]:
    """Find where wordings or collection modes changed between neighbouring waves."""
    found = []
    for old, new in pairwise(waves):
        shared = [code for code in new.lineage if code in old.lineage]
        reworded = tuple(code for code in shared if new.lineage[code] != old.lineage[code])
        if reworded:
            found.append(Break(old.code, new.code, "wording", reworded))
        if old.modes and new.modes:
            modes = sorted(set(old.modes) | set(new.modes))
            moved = {m: new.modes.get(m, 0.0) - old.modes.get(m, 0.0) for m in modes}
            if sum(abs(x) for x in moved.values()) / 2 > mode_tolerance:
                found.append(
                    Break(old.code, new.code, "mode", tuple(m for m in modes if abs(moved[m]) > 1e-9))
                )
    return tuple(found)


def bridge_shift(
    old: tuple[float, float], new: tuple[float, float], *, covariance: float = 0.0, level: float = 0.95
) -> Bridge:
    """Measure in a bridge wave what the new form alone does to the index.

    Parameters
    ----------
    old, new : (points, standard error)
        Index of the halves of the bridge wave that answered the old and the new form, assigned at random.
    covariance : float
        Of the two figures where the same respondents answered both forms; zero for split samples.
    """
    points, error = check_standard_errors(np.array([old[0], new[0]]), np.array([old[1], new[1]]))
    variance = float(error @ error) - 2 * covariance
    if variance < 0:
        msg = "The covariance is larger than the two standard errors allow."
        raise DataError(
            msg, code="covariance", remedy="Compute it from the respondents who answered both forms."
        )
    return Bridge(from_normal(points[1] - points[0], np.sqrt(variance), level=level))


def _bridge_effect(codes: tuple[str, ...], bridges: Mapping[str, Bridge]) -> tuple[F64, F64]:
    shift, variance = np.zeros(len(codes)), np.zeros(len(codes))
    for code, bridge in bridges.items():
        earlier = slice(0, codes.index(code))
        shift[earlier] += float(bridge.shift.value)
        variance[earlier] += float(bridge.shift.se) ** 2
    return shift, variance


def _shares(wave: Wave) -> F64:
    shares = np.asarray(wave.shares, float)
    return np.asarray(shares / shares.sum())


def _re_estimated_variance(wave: Wave) -> float:
    shares, means = _shares(wave), np.asarray(wave.means, float)
    variance = float(shares @ wave.covariance @ shares)
    if wave.share_covariance is not None:
        variance += float(means @ wave.share_covariance @ means)
    if wave.cross_covariance is not None:
        variance += 2 * float(shares @ wave.cross_covariance @ means)
    return max(variance, 0.0)


def _check_waves(waves: tuple[Wave, ...], base: str, floor: int) -> tuple[str, ...]:
    codes = tuple(w.code for w in waves)
    if len(codes) < 2 or len(set(codes)) != len(codes):
        msg = f"A series needs two waves or more with codes of their own, not {list(codes)}."
        raise DataError(msg, code="waves", remedy="Give every wave once.")
    if base not in codes:
        raise DataError(f"No wave {base!r}.", code="unknown-wave", remedy=f"Choose one of {list(codes)}.")
    n_items = np.size(waves[0].means)
    for wave in waves:
        _check_wave(wave, n_items, floor)
        if tuple(wave.scale) != tuple(waves[0].scale):
            msg = f"Waves {waves[0].code} and {wave.code} use scales {waves[0].scale} and {wave.scale}."
            remedy = (
                "Points of different scales are not comparable: run a bridge wave and join the series there."
            )
            raise DataError(msg, code="scales", remedy=remedy)
    return codes


def _check_wave(wave: Wave, n_items: int, floor: int) -> None:
    arrays: list[tuple[str, NDArray[np.float64] | None, tuple[int, ...]]] = [
        ("means", wave.means, (n_items,)),
        ("shares", wave.shares, (n_items,)),
        ("covariance", wave.covariance, (n_items, n_items)),
        ("share_covariance", wave.share_covariance, (n_items, n_items)),
        ("cross_covariance", wave.cross_covariance, (n_items, n_items)),
    ]
    for name, array, shape in arrays:
        if array is not None and (np.shape(array) != shape or not np.isfinite(array).all()):
            msg = f"Wave {wave.code}: {name} must be finite and of shape {shape}, not {np.shape(array)}."
            raise DataError(msg, code="items", remedy="Every wave needs the same items, answered.")
    if np.sum(wave.shares) <= 0:
        raise DataError(f"Wave {wave.code}: item shares sum to nothing.", code="shares", remedy="Fit again.")
    if wave.n_respondents < floor:
        msg = f"Wave {wave.code} has {wave.n_respondents} answers, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Leave the wave out of the series or collect more answers.")
