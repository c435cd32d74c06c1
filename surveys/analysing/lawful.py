"""What the seals and decisions of waves are now: a run keeps them, so that later changes can be told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing import decisions
from surveys.collecting import sealing
from surveys.models import Wave


def marks(session: Session, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give by wave the mark of its seal (empty while it is open), its complete responses, its decisions."""
    found = {}
    for wave in session.scalars(select(Wave).where(Wave.code.in_(codes)).order_by(Wave.id)):
        sealed = sealing.last_seal(session, wave)
        found[wave.code] = {
            "seal": sealing.mark_of(sealed),
            "n": sealed["n"] if sealed is not None else None,
            "decisions": decisions.head(session, wave),
        }
    return found
