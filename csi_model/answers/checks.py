"""What no fit can use, refused before it by name: answers off the scale, questions that tell nobody apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import DataError

# What `responses export` writes where there is no answer.
AS_EXPORTED = {97.0: "not_asked", 98.0: "not_applicable", 99.0: "dont_know"}
MOST_NAMED = 8

# What files of other programs write where there is no answer: never the end of a scale.
CUSTOMARY = (-999, -99, -98, -97, -9, -8, -7, -1, 997, 998, 999, 9997, 9998, 9999)


def check_varied(part: Sample, where: str, name: str, remedy: str) -> None:
    """Refuse a part in which nobody answered a question, or all answered it alike.

    Parameters
    ----------
    where : str
        Begins the sentence, as in "In wave 2024".
    name : str
        Of the part.

    Raises
    ------
    DataError
    """
    answered = ~np.isnan(part.values)
    low = np.fmin.reduce(part.values, axis=0, initial=np.inf)
    high = np.fmax.reduce(part.values, axis=0, initial=-np.inf)
    for which, what, code in (
        (~answered.any(axis=0), "nobody answered {}", "all-missing"),
        (low == high, "everyone gave {} the same answer", "constant-column"),
    ):
        codes = [part.codes[row] for row in np.flatnonzero(which)]
        if codes:
            raise DataError(
                f"{where} {what.format(listed(codes))}.", code=code, remedy=remedy, about=(name, *codes)
            )


def listed(names: list[str]) -> str:
    """Name a few questions or units, and how many more."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def check_scale(codes: Sequence[str], values: F64, low: F64, high: F64) -> None:
    """Refuse an answer off its scale, by the first."""
    off = (values < low) | (values > high)
    if off.any():
        row, column = (int(place[0]) for place in np.nonzero(off))
        state = AS_EXPORTED.get(float(values[row, column]))
        remedy = "Correct it, add it to missing_codes, or give the indicator its own scale."
        if state is not None:
            remedy = (
                f"If it is no answer, add to the model: state_codes: {{{values[row, column]:g}: {state}}}"
                f" (in lavaan syntax # manyi: missing {values[row, column]:g})."
            )
        raise DataError(
            f"Column {codes[column]}, row {row + 1}: {values[row, column]:g} is off"
            f" {low[column]:g}–{high[column]:g}.",
            code="off-scale",
            remedy=remedy,
            about=(codes[column], f"{values[row, column]:g}", f"{low[column]:g}–{high[column]:g}"),
        )


def check_declared(values: F64, low: F64, high: F64) -> None:
    """Refuse a scale that a third of its questions leave by whole steps: it was declared wrongly."""
    for ends in sorted({(float(a), float(b)) for a, b in zip(low, high, strict=True)}):
        own = (low == ends[0]) & (high == ends[1])
        found = values[:, own]
        outside = (found < ends[0]) | (found > ends[1])
        given = sorted(set(CUSTOMARY) & set(found[outside].tolist()))
        outside &= ~np.isin(found, given)
        steps, n_left = np.unique(found[outside]), int(outside.any(axis=0).sum())
        coded = set(AS_EXPORTED) & set(steps.tolist())
        if n_left < 2 or 3 * n_left < own.sum() or coded or (steps != np.rint(steps)).any():
            continue
        answers = found[~np.isin(found, given)]
        least, most = (f"{each:g}" for each in (np.nanmin(answers), np.nanmax(answers)))
        codes = ", ".join(f"{each:g}" for each in given)
        remedy = (
            f"Declare the scale as it was asked, such as scale: {{low: {least}, high: {most}}}"
            f" (in lavaan syntax # manyi: scale {least} {most})."
        )
        declared = f"{ends[0]:g}–{ends[1]:g}"
        raise DataError(
            f"Answers to {n_left} of {int(own.sum())} questions on the scale {declared} lie off it;"
            f" they go from {least} to {most}.",
            code="wrong-scale",
            remedy=f"{remedy} If {codes} is no answer, add it to missing_codes." if given else remedy,
            about=(declared, f"{least}–{most}"),
        )


def check_answered(codes: Sequence[str], values: F64) -> None:
    """Refuse questions that nobody answered."""
    empty = np.flatnonzero(np.isnan(values).all(axis=0))
    if len(empty) == len(codes):
        raise DataError(
            "Nobody answered any question of the model.",
            code="nothing-answered",
            remedy="Check the names of the columns and missing_codes, or collect answers.",
        )
    if len(empty):
        named = [codes[row] for row in empty.tolist()]
        raise _of_columns(
            "all-missing",
            named,
            (f"Column {named[0]} has no answers at all.", "Leave the indicator out of the model."),
            (f"Columns {listed(named)} have no answers at all.", "Leave them out of the model."),
        )


def check_alike(codes: Sequence[str], values: F64) -> None:
    """Refuse questions that everybody answered alike."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    constant = np.flatnonzero(low == high)
    if len(constant) == len(codes):
        raise DataError(
            "Every question has one and the same answer from everybody.",
            code="nothing-varies",
            remedy="Check that the file holds the answers as they were given; these tell nobody apart.",
        )
    if len(constant):
        named = [codes[row] for row in constant.tolist()]
        value = f"{low[constant[0]]:g}"
        raise _of_columns(
            "constant-column",
            named,
            (
                f"Column {named[0]} is constant: every answer is {value}.",
                "Leave the indicator out of the model; it tells nobody apart.",
            ),
            (
                f"Columns {listed(named)} are constant: everybody gave each the same answer.",
                "Leave them out of the model; they tell nobody apart.",
            ),
            value,
        )


def _of_columns(
    code: str, named: Sequence[str], one: tuple[str, str], more: tuple[str, str], *about: str
) -> DataError:
    """Refuse one column or several, by a message and a remedy for either."""
    message, remedy = one if len(named) == 1 else more
    return DataError(message, code=code, remedy=remedy, about=(*named, *about))
