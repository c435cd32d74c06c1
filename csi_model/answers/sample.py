"""The answers of a sample as the kernels take them: checked once, at the border (`prepare`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.labels import Labels, joined
from csi_model.answers.sampling import SamplingUnits, units_of
from csi_model.arrays import F64, I64, Mask
from csi_model.errors import Caution, DataError

# Why an answer is missing: what `Sample.gaps` holds. A blank in a file does not say.
ANSWERED, NOT_ASKED, SKIPPED, DONT_KNOW, NOT_APPLICABLE, UNKNOWN = range(6)
GAPS = ("answered", "not_asked", "skipped", "dont_know", "not_applicable", "unknown")

# What a sample makes of the rest when it is first asked for.
MADE = {"points", "whole", "asked", "units"}

# A label by its name; several names are joined, a group being a pair of values.
By = str | tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """Answers of respondents and everything that travels with them; rows of all arrays are the same people.

    Attributes
    ----------
    values : ndarray of shape (n, p)
        Scale points, ``nan`` is missing; turned where an indicator's valence is −1.
    codes : tuple of str
        Of the p indicators, in the order of the model.
    scales : ndarray of shape (p, 2)
        Ends of each scale; ``nan`` without a model.
    gaps : int8 ndarray of shape (n, p)
        A place in `GAPS` for each answer.
    weights : ndarray of shape (n,)
        Positive, mean 1 over these rows; all 1 where none were given.
    rows : int64 ndarray of shape (n,)
        Place of each respondent in what was given, from 0.
    n_given : int
        Rows given; rows without any answer or weight are left out.
    strata, clusters : Labels or None
        For resampling; none is blank.
    labels : mapping of name to Labels
        The columns that a call names: groups, waves, units, segments, modes.
    beside : mapping of code to ndarray of shape (n,)
        Numbers outside the model, ``nan`` where there is none.
    cautions : tuple of Caution
        Of the border.
    pooled : ndarray of shape (p, p) or None
        Covariance within the groups that this is one of, for a small group with gaps (`pooled.sharing`).
    """

    values: F64
    codes: tuple[str, ...]
    scales: F64
    gaps: NDArray[np.int8]
    weights: F64
    rows: I64
    n_given: int
    strata: Labels | None = None
    clusters: Labels | None = None
    labels: Mapping[str, Labels] = field(default_factory=dict)
    beside: Mapping[str, F64] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()
    pooled: F64 | None = None

    def __repr__(self) -> str:
        """Give a line, not the answers."""
        beside = [f"{len(self)} of {self.n_given} respondents", f"{len(self.codes)} questions"]
        beside += [f"labels {', '.join(self.labels)}"] if self.labels else []
        return f"<Sample: {', '.join(beside)}>"

    def __len__(self) -> int:
        """Respondents."""
        return len(self.values)

    @cached_property
    def points(self) -> F64:
        """Answers in points from 0 to 100, (n, p); ``nan`` where there is none."""
        return points_of(self.values, self.scales)

    @cached_property
    def whole(self) -> bool:
        """Whether everybody answered everything: then nothing need be asked answer by answer."""
        return not self.gaps.any()

    @cached_property
    def asked(self) -> Mask:
        """Who was asked what, so that it applied: a blank in a file counts as asked, (n, p)."""
        return np.asarray(~np.isin(self.gaps, (NOT_ASKED, NOT_APPLICABLE)))

    @cached_property
    def units(self) -> SamplingUnits:
        """What is drawn in a resample."""
        strata, clusters = (
            None if labels is None else labels.number for labels in (self.strata, self.clusters)
        )
        return units_of(len(self), strata, clusters)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be made anew: it need not travel to another process."""
        return {name: value for name, value in vars(self).items() if name not in MADE}

    def label(self, by: By) -> Labels:
        """Give the labels of a name, or of several, joined.

        Raises
        ------
        DataError
            No such labels came with the answers.
        """
        names = (by,) if isinstance(by, str) else by
        absent = [name for name in names if name not in self.labels]
        if absent or not names:
            raise DataError(
                f"The answers have no labels {absent[0]!r}." if absent else "No labels are named.",
                code="groups",
                remedy="Name the column when you prepare the answers.",
            )
        return joined([self.labels[name] for name in names])

    def unlabelled(self, by: By) -> tuple[Caution, ...]:
        """Say how many have no label, and so are in no part: in every call the same, by the same words."""
        blank = int(self.label(by).is_blank.sum())
        if not blank:
            return ()
        column = by if isinstance(by, str) else " or ".join(by)
        message = f"{blank} of {len(self)} respondents are of no group: their {column} is blank."
        return (Caution("no-group", message, about=(column, f"{blank} / {len(self)}")),)

    def where(self, rows: NDArray[np.bool_] | I64) -> Sample:
        """Give some of the respondents, by mask or by places; their weights have mean 1 again."""
        weights = self.weights[rows]
        return replace(
            self,
            values=self.values[rows],
            gaps=self.gaps[rows],
            weights=weights / weights.mean() if weights.size else weights,
            rows=self.rows[rows],
            n_given=len(weights),
            strata=None if self.strata is None else self.strata.where(rows),
            clusters=None if self.clusters is None else self.clusters.where(rows),
            labels={name: labels.where(rows) for name, labels in self.labels.items()},
            beside={code: numbers[rows] for code, numbers in self.beside.items()},
            cautions=(),
        )

    def complete(self) -> Sample:
        """Give the respondents without any gap (listwise), out of as many given.

        Raises
        ------
        DataError
            There are none.
        """
        if self.whole:
            return self
        complete = np.asarray(~np.isnan(self.values).any(axis=1))
        if not complete.any():
            raise DataError(
                "No row is complete.",
                code="no-rows",
                remedy="Choose --missing em, which takes every answer given.",
            )
        return replace(self.where(complete), n_given=self.n_given, cautions=self.cautions)

    def within(self, by: By) -> Sample:
        """Give weights mean 1 in each part: neither their scale there nor the part's weight shall count."""
        weights = self.weights.copy()
        for rows in self.label(by).rows().values():
            weights[rows] /= weights[rows].mean()
        return replace(self, weights=weights)

    def split(self, by: By, floor: int = 0) -> Split:
        """Cut the sample by its labels; who has none is in no part."""
        parts: dict[str, Sample | None] = {}
        cautions = [*self.unlabelled(by)]
        for name, rows in self.label(by).rows().items():
            if len(rows) < floor:
                parts[name] = None
                message = f"{name}: {len(rows)} respondents, fewer than {floor}; not shown."
                cautions.append(Caution("small-group", message, about=(name, f"n = {len(rows)}")))
            else:
                parts[name] = self.where(rows)
        return Split(parts, tuple(cautions))


def points_of(values: F64, scales: F64) -> F64:
    """Give answers, (…, p), on scales of (p, 2) ends in points: 0 and 100 exactly at the ends."""
    low, high = scales[:, :2].T
    return np.asarray((values - low) * 100.0 / (high - low))


def unit_of(scales: F64) -> F64:
    """Give the points, (p,), of a step of one on scales of (p, 2) ends."""
    low, high = scales[:, :2].T
    return np.asarray(100.0 / (high - low))


class Split(NamedTuple):
    """A sample in parts, by name in order; one below the floor is None and has a caution."""

    parts: Mapping[str, Sample | None]
    cautions: tuple[Caution, ...]

    @property
    def samples(self) -> dict[str, Sample]:
        """The parts that are large enough."""
        return {name: part for name, part in self.parts.items() if part is not None}
