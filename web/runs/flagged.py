"""What a run stores of the quality of its answers: how many were left out, why, and what flags move."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

import csi_model
from surveys.analysing import decisions, matrix
from surveys.analysing.decisions import RULES, Standing
from surveys.analysing.quality_rules import Flag
from surveys.codes import REASONS
from surveys.models import Wave


def quality_of(
    session: Session,
    wave: Wave,
    spec: csi_model.ModelSpec,
    whole: csi_model.Result,
    *,
    with_partial: bool = False,
) -> dict[str, Any]:
    """Count the answers of a wave that a run leaves out, and give the index without and with them.

    All with the weights of the run: `without` has the official answers less those that carry a flag, `with`
    has all that carry it besides.
    """
    stand = decisions.standings(session, wave)
    everything = matrix.load_matrix(
        session,
        wave,
        spec.indicator_ids,
        include_excluded=True,
        include_partial=with_partial,
        segments=False,
    )
    ids = everything.response_ids
    out = np.array([stand.get(each, Standing()).is_excluded for each in ids.tolist()], dtype=bool)
    flags = np.array(
        [int(Flag.read(stand.get(each, Standing()).flags)) for each in ids.tolist()], dtype=np.int64
    )
    found = decisions.counted(session, wave, include_partial=with_partial) | {
        "n_excluded": int(out.sum()),
        "why": dict(sorted(Counter(_why(stand[each]) for each in ids[out].tolist()).items())),
        "effects": {},
    }
    try:
        sample = csi_model.prepare(
            spec, everything.columns(), missing=whole.options.missing, reserved=REASONS
        )
    except (
        csi_model.ModelError
    ):  # all together cannot be read where the official ones can: nothing to compare
        return found

    def index(counted: NDArray[np.bool_]) -> float | None:
        try:
            points = csi_model.index_among(whole, sample.where(counted[sample.rows]))
        except csi_model.ModelError:
            return None
        return points if np.isfinite(points) else None

    official = float(whole.figure("constructs").at(spec.index).value)
    found["all"] = {"with": index(np.ones_like(out)), "without": official}
    for flag in Flag:
        carries = (flags & int(flag)) != 0
        if carries.any():
            found["effects"][str(flag.name).lower()] = {
                "n": int(carries.sum()),
                "n_excluded": int((carries & out).sum()),
                "with": index(~out | carries) if (carries & out).any() else official,
                "without": index(~out & ~carries),
            }
    return found


def _why(stands: Standing) -> str:
    """Name the reason of an exclusion: the burst, the flags, or that a person decided it."""
    row = stands.excluded
    if row is None or row.actor != RULES:
        return "person"
    return row.reason or row.what
