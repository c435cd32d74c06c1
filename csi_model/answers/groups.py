"""The groups of a sample to be compared: which, whether enough of them, weights of mean 1 in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from csi_model.answers.checks import check_varied
from csi_model.answers.sample import By, Sample
from csi_model.errors import Caution, DataError


class Groups(NamedTuple):
    """Groups side by side: everybody in one sample, and each group's own.

    `whole` has the groups as its labels ``group``, and weights of mean 1 within each: neither their scale nor
    that of a single group means anything to a comparison of estimates within groups.
    """

    whole: Sample
    parts: dict[str, Sample]
    cautions: tuple[Caution, ...]

    def pair(self, first: str, second: str) -> Sample:
        """Give the respondents of two groups."""
        return self.whole.where(self.whole.labels["group"].of(first, second))


def choose(sample: Sample, by: By, floor: int, chosen: Sequence[str] = ()) -> Groups:
    """Choose groups: those named, or by default all that are large enough, with cautions about the others.

    Raises
    ------
    DataError
        An unknown group, fewer than two, one that is named below the floor. An indicator that nobody answered
        or all answered alike in a group that is named, or in one of the last two; another is left out.
    """
    labels = sample.label(by)
    sizes = {name: size for name, size in zip(labels.names, labels.sizes.tolist(), strict=True) if size}
    wanted = _wanted(sizes, floor, chosen)
    cautions = [*sample.unlabelled(by)]
    if not chosen:
        cautions += [
            Caution(
                "small-group",
                f"{name}: {size} respondents, fewer than {floor}; not compared.",
                about=(name, f"n = {size}"),
            )
            for name, size in sizes.items()
            if name not in wanted
        ]
    whole = replace(sample, labels={"group": labels})
    parts = {name: part for name, part in whole.split("group").samples.items() if name in wanted}
    for name in wanted:
        try:
            _check(name, parts[name], floor)
        except DataError as error:
            if chosen or len(parts) == 2:
                raise
            parts.pop(name)
            said = f"{error.message} It is not compared."
            cautions.append(Caution("group-refused", said, about=error.about))
    # Cut from what was given, as `estimate` cuts them: weights rounded twice would differ in the last digit.
    cut = whole.split("group").samples
    together = whole.where(labels.of(*parts)).within("group")
    return Groups(
        replace(together, n_given=sample.n_given), {name: cut[name] for name in parts}, tuple(cautions)
    )


def _wanted(sizes: Mapping[str, int], floor: int, chosen: Sequence[str]) -> list[str]:
    """Give the names of the groups to compare, or say why there are not two."""
    unknown = [name for name in chosen if name not in sizes]
    if unknown:
        raise DataError(
            f"There is no group {unknown[0]!r}.",
            code="unknown-group",
            remedy=f"Choose among {', '.join(list(sizes)[:12])}.",
            about=(unknown[0],),
        )
    wanted = sorted(set(chosen) or (name for name, size in sizes.items() if size >= floor))
    if len(wanted) < 2:
        has = f"only {wanted[0]} has" if wanted else "no group has"
        raise DataError(
            "Only one group was given."
            if chosen
            else f"There is nothing to compare: {has} {floor} answers or more.",
            code="one-group",
            remedy="Give two groups or more."
            if chosen or len(sizes) < 2
            else f"Join groups, or collect more answers, so that two have {floor} or more.",
        )
    return wanted


def _check(name: str, part: Sample, floor: int) -> None:
    if len(part) < floor:
        msg = f"Group {name} has {len(part)} answers, below the floor of {floor}."
        raise DataError(
            msg, code="floor", remedy="Merge it with another group or leave it out.", about=(name,)
        )
    check_varied(part, f"In group {name!r}", name, "Leave the indicator or the group out.")
