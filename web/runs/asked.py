"""What each wave asked, and how: wordings, scales and modes as the stored versions and answers know them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from csi_model import Form
from surveys.collecting.exclusions import is_kept
from surveys.document.series import Wording, wordings_of
from surveys.editing import publishing
from surveys.models import Response, Version, Wave
from surveys.models.dispositions import Disposition


class Asked(NamedTuple):
    """What one wave asked, and the shares of its modes; empty where nothing is known."""

    wordings: Mapping[str, Wording] = {}
    modes: Mapping[str, float] = {}

    def form(self, wave_code: str, items: Sequence[str], marks: Mapping[str, str]) -> Form:
        """Give the form of these questions, each with the mark of its series."""
        known = {code: self.wordings[code] for code in items if code in self.wordings}
        ends = [end for each in known.values() for end in each.scale]
        scale = (min(ends), max(ends)) if ends else None
        own = {code: marks[code] for code in known}
        return Form(wave_code, scale=scale, items=tuple(items), lineage=own, modes=self.modes)

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the questions."""
        return frozenset(language for each in self.wordings.values() for language in each.texts)


def forms(waves: Sequence[tuple[str, Asked, Sequence[str]]]) -> list[Form]:
    """Give the forms of waves (code, what was asked, the questions looked at), oldest first.

    The mark of a series is the wave in which it began. Texts are compared in the languages that all waves
    have: a language that was added is no rewording.
    """
    spoken = [asked.languages for _, asked, _ in waves if asked.wordings]
    languages = frozenset.intersection(*spoken) or frozenset.union(*spoken) if spoken else frozenset()
    found: list[Form] = []
    last: dict[str, Wording] = {}
    marks: dict[str, str] = {}
    for code, asked, items in waves:
        for item in items:
            wording = asked.wordings.get(item)
            if wording is None:
                continue
            if item not in last or not wording.continues(last[item], languages):
                marks[item] = code
            last[item] = wording
        found.append(asked.form(code, items, marks))
    return found


def of_wave(session: Session, wave: Wave) -> Asked:
    """Read what a wave asked, and how its answers came in."""
    return Asked(wordings(wave.version), mode_shares(session, wave))


def wordings(version: Version) -> dict[str, Wording]:
    """Read what a version asks, by question code."""
    return wordings_of(publishing.load_document(version))


def mode_shares(session: Session, wave: Wave) -> dict[str, float]:
    """Count the modes of the answers that a wave's figures rest on."""
    wanted = select(Response.mode, func.count()).where(
        Response.wave_id == wave.id, Response.disposition == Disposition.COMPLETE, is_kept(wave)
    )
    counts = {mode: number for mode, number in session.execute(wanted.group_by(Response.mode))}  # noqa: C416
    total = sum(counts.values())
    return {mode: number / total for mode, number in counts.items()}
