"""Parts of a sample in which a question tells nobody apart: named, with all such questions, before a fit."""

from __future__ import annotations

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.errors import DataError

MOST_NAMED = 8


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


def listed(names: list[str], conjunction: str = "and") -> str:
    """Name a few questions or units, and how many more."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return f" {conjunction} ".join(filter(None, (", ".join(names[:-1]), names[-1])))
