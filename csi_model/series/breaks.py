"""Where a series is not comparable, and the bridges that join it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.options import LEVEL
from csi_model.series.checks import check_modes
from csi_model.series.wave import Form

WORDING, MODE, SCALE, ITEMS = "wording", "mode", "scale", "items"

# Half the summed absolute difference of mode shares above which a mode shift is marked.
MODE_TOLERANCE = 0.1


class Break(NamedTuple):
    """Where the series is not comparable without a bridge: somewhere between ``before`` and ``after``.

    They are neighbours, unless waves between them do not say what they asked.
    """

    before: str
    after: str
    kind: str  # WORDING, MODE, SCALE or ITEMS
    what: tuple[str, ...]

    @property
    def caution(self) -> Caution:
        """What a reader has to know of it."""
        changed = f"the {self.kind} changed ({', '.join(self.what)})"
        about = (f"{self.before} → {self.after}", *self.what)
        return Caution("break", f"Between {self.before} and {self.after} {changed}.", about=about)

    def steps(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Give the waves of ``codes`` whose change to the wave before may cross the break."""
        return tuple(codes[codes.index(self.before) + 1 : codes.index(self.after) + 1])

    def is_joined(self, codes: Sequence[str], bridges: Collection[str]) -> bool:
        """Tell whether a bridge into one of these waves joins it."""
        return any(code in bridges for code in self.steps(codes))


@dataclass(frozen=True)
class Bridge:
    """The shift that a new wording, scale or mode alone makes, with its standard error (points)."""

    shift: Figure


def find_breaks(waves: Sequence[Form]) -> tuple[Break, ...]:
    """Find where items, wordings, scales or collection modes changed.

    Parameters
    ----------
    waves : sequence of Form
        Waves, or what they asked; in order of time.

    Notes
    -----
    A wave is compared with the last earlier one that says: each question with its last earlier appearance,
    so that a question that paused for a wave and came back in other words is found too.
    """
    found: list[Break] = []
    marks: dict[str, tuple[str, str]] = {}
    asked: Form | None = None
    by_mode: Form | None = None
    scaled: tuple[str, tuple[float, float]] | None = None
    for wave in waves:
        check_modes(wave)
        if asked is not None and wave.asked and wave.asked != asked.asked:
            found.append(Break(asked.code, wave.code, ITEMS, tuple(sorted(wave.asked ^ asked.asked))))
        found += _reworded(wave, marks)
        if scaled is not None and wave.scale is not None and wave.scale != scaled[1]:
            ends = tuple("{:g}-{:g}".format(*each) for each in (scaled[1], wave.scale))
            found.append(Break(scaled[0], wave.code, SCALE, ends))
        if by_mode is not None and wave.modes:
            found += _shifted(by_mode, wave)
        marks |= {code: (mark, wave.code) for code, mark in wave.lineage.items()}
        asked = wave if wave.asked else asked
        by_mode = wave if wave.modes else by_mode
        scaled = scaled if wave.scale is None else (wave.code, wave.scale)
    return tuple(found)


def _reworded(wave: Form, marks: dict[str, tuple[str, str]]) -> list[Break]:
    since: dict[str, list[str]] = {}
    for code, mark in wave.lineage.items():
        earlier, seen = marks.get(code, (mark, wave.code))
        if earlier != mark:
            since.setdefault(seen, []).append(code)
    return [Break(seen, wave.code, WORDING, tuple(codes)) for seen, codes in since.items()]


def _shifted(old: Form, new: Form) -> list[Break]:
    modes = sorted(set(old.modes) | set(new.modes))
    moved = {mode: new.modes.get(mode, 0.0) - old.modes.get(mode, 0.0) for mode in modes}
    if sum(abs(x) for x in moved.values()) / 2 <= MODE_TOLERANCE:
        return []
    return [Break(old.code, new.code, MODE, tuple(mode for mode in modes if abs(moved[mode]) > 1e-9))]


def bridge_shift(old: tuple[float, float], new: tuple[float, float], *, covariance: float = 0.0) -> Bridge:
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
    return Bridge(from_normal(points[1] - points[0], np.sqrt(variance), level=LEVEL))
