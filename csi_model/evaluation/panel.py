"""Organisation units wave by wave: unit means, fixed unit weights, and which units can be followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, I64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_answers, check_length, check_weights
from csi_model.options import FLOOR

NAMED = 5
FEWEST = 3  # units


class Panel(NamedTuple):
    """Units that answered in every wave, in the order of their names.

    ``means`` and ``variance`` are (n_units, n_waves, n_figures): the weighted mean of a unit's answers in a
    wave (points), and its sampling variance (squared points; ``nan`` where no unit has two answers in one
    wave). ``weights`` (n_units,) count a unit alike in every wave and sum to one over an arm, ``totals``
    what they were divided by (treated, comparison). ``treated`` (n_units,) marks the arm.

    ``cell`` (n_respondents,) is the place of a respondent's arm and wave, arm by arm (comparison first), −1
    of who does not count; ``balance`` (n_respondents, n_figures) how much an answer counts there, so that
    the mean over a cell is that of its units.
    """

    names: tuple[str, ...]
    waves: tuple[str, ...]
    treated: NDArray[np.bool_]
    means: F64
    variance: F64
    weights: F64
    totals: tuple[float, float]
    cell: I64
    balance: F64
    cautions: tuple[Caution, ...]


def unit_panel(
    points: F64,
    units: NDArray[np.generic],
    waves: NDArray[np.generic],
    *,
    treated: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    weights: F64 | None = None,
    unit_weights: Mapping[str, float] | None = None,
    floor: int = FLOOR,
) -> Panel:
    r"""Average answers within units and waves, and give each unit one weight for all waves.

    Parameters
    ----------
    points, units, waves, treated, before, after, weights, unit_weights, floor
        As in `effect.evaluate_measure`.

    Raises
    ------
    DataError
        An unknown unit or wave, a wave on both sides, no unit on a side that answered in all waves or fewer
        than three in all, a cell below the floor, unit weights that lack a unit or are not positive.

    Notes
    -----
    Without ``unit_weights`` a unit counts by the mean weight of its respondents per before-wave,
    :math:`W_u = \frac{1}{B} \sum_{t \le B} \sum_{i \in ut} w_i`. How many answer later may itself be a
    consequence of the measure, so later waves have no say (Angrist & Pischke 2009, section 3.2.3).
    A unit without an answer to one of the figures in one of the waves is left out of all of them.

    The variance of a unit mean is :math:`\hat\sigma^2 \sum_i w_i^2 / (\sum_i w_i)^2`, where
    :math:`\hat\sigma^2` is the variance within units and waves, pooled because units may have few answers.
    """
    points = check_answers(points)
    n = len(points)
    weights = check_weights(weights, n)
    unit_labels = check_length(units, n, "units").astype(str)
    wave_labels = check_length(waves, n, "waves").astype(str)
    order = check_waves(wave_labels, before, after)
    counted = np.isin(wave_labels, order) & (weights > 0) & ~np.isnan(points).all(axis=1)
    points, weights = points[counted], weights[counted]
    names, row = np.unique(unit_labels[counted], return_inverse=True)
    column = np.array([order.index(wave) for wave in wave_labels[counted].tolist()], int)
    arms = check_treated(names, treated)
    cells = _cells(points, weights, row, column, shape=(len(names), len(order)))
    followed = np.asarray((cells.answers > 0).all(axis=(1, 2)))
    cautions = _check_followed(names, followed, arms)
    kept = arms[followed]
    _check_floor(cells.answers[followed], kept, order, floor)
    early = column < len(before)
    counts = np.bincount(row[early], weights[early], len(names)) / len(before)
    if unit_weights is not None:
        counts = np.where(followed, _given_weights(names, followed, unit_weights), counts)
    own = counts[followed]
    cell, balance = np.full(n, -1), np.zeros((n, points.shape[1]))
    cell[counted] = np.where(followed[row], arms[row] * len(order) + column, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        even = counts[row, None] / cells.mass[row, column]
    balance[counted] = np.where(np.isnan(points), 0.0, weights[:, None] * even)
    return Panel(
        tuple(names[followed].tolist()),
        order,
        kept,
        cells.means[followed],
        cells.variance[followed],
        own / np.where(kept, own[kept].sum(), own[~kept].sum()),
        (float(own[kept].sum()), float(own[~kept].sum())),
        cell,
        balance,
        cautions,
    )


class _Cells(NamedTuple):
    """Mean, its sampling variance, weight and number of answers, each (n_units, n_waves, n_figures)."""

    means: F64
    variance: F64
    mass: F64
    answers: F64


def _cells(
    points: F64, weights: F64, row: NDArray[np.intp], column: NDArray[np.int_], *, shape: tuple[int, int]
) -> _Cells:
    answered = ~np.isnan(points)
    mass = weights[:, None] * answered

    def total(values: F64) -> F64:
        cells = np.zeros((*shape, points.shape[1]))
        np.add.at(cells, (row, column), values)
        return cells

    filled = np.where(answered, points, 0.0)
    cell_mass, squares = total(mass), total(mass**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = total(mass * filled) / cell_mass
        spread = (mass * np.where(answered, filled - means[row, column], 0.0) ** 2).sum(axis=0)
        freedom = np.nansum(cell_mass - squares / cell_mass, axis=(0, 1))
        pooled = np.where(freedom > 1e-9 * mass.sum(axis=0), spread / freedom, np.nan)
        return _Cells(means, pooled * squares / cell_mass**2, cell_mass, total(answered.astype(float)))


def check_waves(waves: NDArray[np.str_], before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Give the waves in order; each must have answers, and be before or after."""
    present = set(waves.tolist())
    unknown = [w for w in (*before, *after) if w not in present]
    if unknown:
        msg = f"No answers from wave {unknown[0]!r}."
        raise DataError(msg, code="unknown-wave", remedy=f"Choose among {', '.join(sorted(present))}.")
    if not before or not after or len({*before, *after}) != len(before) + len(after):
        msg = "A wave before and a wave after the measure are needed, and none may be both or twice."
        raise DataError(msg, code="waves", remedy="Name each wave once, before or after.")
    return (*before, *after)


def check_treated(names: NDArray[np.str_], treated: Sequence[str]) -> NDArray[np.bool_]:
    """Say which units are treated; each treated one must have answers."""
    known = names.tolist()
    strangers = sorted(set(treated) - set(known))
    if strangers:
        few, more = strangers[:NAMED], len(strangers) - NAMED
        listed = ", ".join(repr(name) for name in few) + (f" and {more} more" if more > 0 else "")
        near = get_close_matches(strangers[0], known, 1) or known[:1]
        raise DataError(
            f"No answers in these waves, or none that weigh anything, from the treated {listed}.",
            code="unknown-unit",
            remedy=f"Write units as the column of units does, such as {', '.join(near)}.",
        )
    return np.isin(names, list(treated))


def _check_followed(
    names: NDArray[np.str_], followed: NDArray[np.bool_], arms: NDArray[np.bool_]
) -> tuple[Caution, ...]:
    absent = names[~followed].tolist()
    listed = ", ".join(absent[:NAMED]) + (f" and {len(absent) - NAMED} more" if len(absent) > NAMED else "")
    n_treated, n_comparison = int((arms & followed).sum()), int((~arms & followed).sum())
    if min(n_treated, n_comparison) < 1 or n_treated + n_comparison < FEWEST:
        msg = (
            f"{n_treated} treated and {n_comparison} comparison units; one of each, three in all are needed."
        )
        if absent:
            msg += f" Left out, for want of answers in one of the waves: {listed}."
        raise DataError(
            msg,
            code="few-units",
            remedy="Use smaller units or other waves, or describe the change without inference.",
        )
    if not absent:
        return ()
    text = (
        f"Left out, because they have no answers in one of the waves: {listed}"
        f" ({int((arms & ~followed).sum())} treated, {int((~arms & ~followed).sum())} comparison units)."
    )
    return (Caution("unit-absent", text, about=tuple(absent)),)


def _check_floor(answers: F64, arms: NDArray[np.bool_], order: tuple[str, ...], floor: int) -> None:
    for side, name in ((arms, "treated"), (~arms, "comparison")):
        count = answers[side].sum(axis=0).min(axis=-1)
        if (count < floor).any():
            t = int(np.argmin(count))
            n = int(count[t])
            msg = f"The {name} units have {n} answers in wave {order[t]!r}, below the floor of {floor}."
            raise DataError(msg, code="floor", remedy="Add units or waves, or lower the floor knowingly.")


def _given_weights(names: NDArray[np.str_], followed: NDArray[np.bool_], given: Mapping[str, float]) -> F64:
    """What each unit counts, 1 where it is left out anyway."""
    lacking = [name for name in names[followed].tolist() if name not in given]
    if lacking:
        msg = f"Unit {lacking[0]!r} has no unit weight."
        raise DataError(msg, code="unit-weights", remedy="Give every unit a weight, its customers say.")
    found = np.array([given.get(name, 1.0) for name in names.tolist()], float)
    wrong = names[followed & ~(np.isfinite(found) & (found > 0))]
    if len(wrong):
        msg = f"The unit weight of {wrong[0]!r} is not finite and above zero."
        raise DataError(msg, code="unit-weights", remedy="Leave units out that shall not count.")
    return found
