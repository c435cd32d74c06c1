"""Evaluations that have left the room, and whether another may beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.disclosure.together import gives_away
from csi_model.errors import DataError

Shares = Mapping[str, float]  # what each unit counts in its arm


@dataclass(frozen=True)
class Evaluated:
    """An evaluation as a register keeps it: whose units were in its two arms, in which waves.

    Attributes
    ----------
    units, waves : str
        The columns that named them.
    order : tuple of str
        Waves of which the levels of both arms are known.
    constructs : mapping of a construct to the shares of units in the comparison and in the treated arm
    """

    units: str
    waves: str
    order: tuple[str, ...]
    constructs: Mapping[str, tuple[Shares, Shares]]

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, for who keeps it."""
        arms = {name: [dict(shares) for shares in each] for name, each in self.constructs.items()}
        return {"units": self.units, "waves": self.waves, "order": list(self.order), "constructs": arms}

    @classmethod
    def read(cls, found: Any) -> Evaluated:
        """Read what `plain` gave.

        Raises
        ------
        DataError
            It is something else.
        """
        try:
            units, waves, order, arms = (found[name] for name in ("units", "waves", "order", "constructs"))
            constructs = {name: (_shares(each[0]), _shares(each[1])) for name, each in arms.items()}
            texts = [units, waves, *order]
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            texts = [None]
        if not all(isinstance(each, str) for each in texts):
            raise DataError(
                "It is no evaluation as this program keeps it.",
                code="register",
                remedy="Give the file as it was written, or the name of a new one.",
            )
        return cls(units, waves, tuple(order), constructs)


def _shares(found: Mapping[str, Any]) -> Shares:
    return {str(name): float(share) for name, share in found.items()}


def checked(earlier: Sequence[Evaluated], units: str, waves: str, sample: Sample) -> None:
    """Refuse evaluations that cannot be held beside this one.

    Raises
    ------
    DataError
        Their waves are of another column, or their units of one that the answers do not have.
    """
    for each in earlier:
        if each.waves != waves:
            raise DataError(
                f"The register tells of waves by column {each.waves}, not {waves}.",
                code="register",
                remedy="Name the same column of waves, or cut the waves as they were then.",
            )
        if each.units != units and each.units not in sample.labels:
            raise DataError(
                f"The register tells of units by column {each.units}, which is not there.",
                code="register",
                remedy="Give answers that have it: its units must be held beside these.",
            )


def withheld_beside(
    made: Evaluated, earlier: Sequence[Evaluated], sample: Sample, answered: Mask, floor: int
) -> Iterator[str]:
    """Give the constructs of an evaluation that together with earlier ones would give few people away.

    Parameters
    ----------
    sample : Sample
        All answers, with the units of every evaluation among its labels.
    answered : ndarray of shape (n, n_constructs)
        Who is behind the points of each construct, in the order of `made`.
    """
    wave = sample.label(made.waves)
    kinds = [sample.label(name) for name in dict.fromkeys(each.units for each in (made, *earlier))]
    for place, name in enumerate(made.constructs):
        for when in made.order:
            here = wave.of(when)
            there = [each for each in (made, *earlier) if when in each.order and name in each.constructs]
            if len(there) < 2:
                continue
            means = np.vstack([_means(each, name, sample, here & answered[:, place]) for each in there])
            own = [labels.where(here) for labels in kinds]
            if gives_away(means[:, here], own, answered[here, place], floor):
                yield name
                break


def _means(made: Evaluated, construct: str, sample: Sample, counted: Mask) -> F64:
    """Give what each respondent who counts does so in each arm, (2, n)."""
    labels = sample.label(made.units)
    number = np.where(counted, labels.number, -1)
    sizes = np.maximum(np.bincount(number[number >= 0], minlength=len(labels.names)), 1)
    found = np.zeros((2, len(number)))
    for arm, shares in enumerate(made.constructs[construct]):
        own = np.array([shares.get(name, 0.0) for name in labels.names]) / sizes
        found[arm] = np.append(own, 0.0)[number]
    return found
