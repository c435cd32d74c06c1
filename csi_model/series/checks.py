"""Whether waves fit together, and shares add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.series.wave import Form, Wave

ROUNDING = 1e-6
ALIKE = 1e-12  # of sums that are 1 but for the last digits


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
        msg = f"A series needs two waves or more with codes of their own, not {', '.join(codes)}."
        raise DataError(msg, code="waves", remedy="Give every wave once.")
    if base not in codes:
        raise DataError(
            f"No wave {base!r}.", code="unknown-wave", remedy=f"Choose one of {', '.join(codes)}."
        )
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
        ("covariance", wave.covariance, (n_items, n_items)),
    ]
    if wave.shares is not None:
        arrays.insert(1, ("shares", wave.shares, (n_items,)))
    for name, array, shape in arrays:
        if np.shape(array) != shape or not np.isfinite(array).all():
            msg = f"Wave {wave.code}: {name} must be finite and of shape {shape}, not {np.shape(array)}."
            raise DataError(msg, code="items", remedy="Every wave needs the same items, answered.")
    if wave.items and len(wave.items) != n_items:
        msg = f"Wave {wave.code} names {len(wave.items)} items but has means of {n_items}."
        raise DataError(msg, code="items", remedy="Name every item of the index once.")
    if wave.shares is not None:
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
