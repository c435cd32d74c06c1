"""Answers a unit: how many each needs, and how a total is divided among them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.kinds import critical
from csi_model.survey_design.design import ALLOCATIONS, USUAL_SD_POINTS, Design
from csi_model.survey_design.sample_size import answers_needed


def allocate(
    total: int,
    sizes: ArrayLike,
    sd_points: ArrayLike = USUAL_SD_POINTS,
    *,
    how: str = "proportional",
    least: int = 1,
) -> NDArray[np.int64]:
    """Divide answers among units.

    Parameters
    ----------
    sizes : array of shape (n_units,)
        Customers of every unit; none gets more answers than it has customers.
    sd_points : float or array of shape (n_units,)
        Needed by `neyman` only.
    how : {"equal", "proportional", "neyman"}
        The same number each; by customers; or by customers times standard deviation, which gives the
        whole the narrowest interval (Neyman 1934, Journal of the Royal Statistical Society 97:558-625).
    least : int
        Answers that every unit gets, such as the floor below which a figure is hidden.

    Returns
    -------
    integer ndarray of shape (n_units,)
        Adds up to `total` exactly; fractions go to the largest remainders.
    """
    room, spread = _units(sizes, sd_points)
    if how not in ALLOCATIONS:
        raise DataError(
            f"There is no allocation {how!r}.", code="allocation", remedy=f"Choose {', '.join(ALLOCATIONS)}."
        )
    floor = np.minimum(room, least)
    if not floor.sum() <= total <= room.sum():
        raise DataError(
            f"{total} answers cannot be divided: the units need {floor.sum():g} and hold {room.sum():g}.",
            code="total",
            remedy="Change the total, or the least number a unit.",
        )
    share = {"equal": np.ones(len(room)), "proportional": room, "neyman": room * spread}[how]
    # max(floor, min(room, c·share)) grows with c, so one number c divides the total.
    low, high = 0.0, float((room / share).max())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * share, floor, room).sum() < total else (low, middle)
    exact = np.clip(high * share, floor, room)
    found = np.floor(exact + 1e-9).astype(np.int64)
    # Where the search ends a hair above the total, nothing is left to give.
    left = total - int(found.sum())
    order = np.lexsort((np.arange(len(room)), -(exact - found)))
    open_ = [k for k in order if found[k] < room[k]]
    found[open_[:left]] += 1
    return found


def units_needed(
    half_width_points: float,
    sizes: ArrayLike,
    sd_points: ArrayLike = USUAL_SD_POINTS,
    design: Design | None = None,
) -> NDArray[np.int64]:
    """Give the fewest answers of every unit for one wanted half-width in each of them."""
    room, spread = _units(sizes, sd_points)
    return np.array(
        [
            min(int(size), answers_needed(half_width_points, _unit(design, size, sd)))
            for size, sd in zip(room, spread, strict=True)
        ],
        dtype=np.int64,
    )


def units_half_width(
    answers: ArrayLike, sizes: ArrayLike, sd_points: ArrayLike = USUAL_SD_POINTS, design: Design | None = None
) -> tuple[F64, float]:
    r"""Give the half-width of every unit, and of the whole with units weighted by customers.

    Notes
    -----
    The whole is :math:`\sum_h W_h \bar y_h` with variance
    :math:`\sum_h W_h^2 s_h^2\,deff\,(1 - n_h/N_h) / n_h` (Cochran 1977, theorem 5.3). A unit without answers
    has ``nan`` and leaves the whole ``nan``.
    """
    room, spread = _units(sizes, sd_points)
    n = np.asarray(answers, dtype=float)
    if n.shape != room.shape:
        raise DataError(
            f"{n.size} numbers of answers for {len(room)} units.", code="length", remedy="Give one each."
        )
    variance = np.array(
        [
            _unit(design, size, sd).variance(count) if count else math.nan
            for count, size, sd in zip(n, room, spread, strict=True)
        ]
    )
    z = critical((design or Design()).level)
    share = room / room.sum()
    return z * np.sqrt(variance), float(z * np.sqrt(share**2 @ variance))


def _unit(design: Design | None, size: float, sd: float) -> Design:
    base = design or Design()
    return Design(sd, base.cluster_size, base.icc, base.weighting_effect, size, base.level)


def _units(sizes: ArrayLike, sd_points: ArrayLike) -> tuple[F64, F64]:
    room = np.asarray(sizes, dtype=float)
    if room.ndim != 1 or not len(room) or not np.isfinite(room).all() or (room < 1).any():
        raise DataError(
            "Every unit needs its number of customers, 1 or more.",
            code="sizes",
            remedy="Leave out empty units.",
        )
    spread = np.asarray(sd_points, dtype=float)
    if spread.shape not in {(), room.shape} or not np.isfinite(spread).all() or (spread <= 0).any():
        raise DataError(
            "Standard deviations are one number above 0, or one a unit.",
            code="sd",
            remedy=f"Use {USUAL_SD_POINTS:g} points where there is no pilot.",
        )
    return np.floor(room), np.broadcast_to(spread, room.shape)
