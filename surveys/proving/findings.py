"""What a proof can find; its sentences are the part `proof` of a language's words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from surveys import words
from surveys.findings.finding import quoted

QUOTED: Final = 600  # what a finding names of numbers and rows is cut before


class Kind(StrEnum):
    """What does not match, and, at the end, what cannot be checked."""

    ENTRY = "entry"
    TRAIL_SHORTER = "trail_shorter"
    TRAIL_OTHER = "trail_other"
    RESPONSE = "response"
    UNSEALED = "unsealed"
    RESPONSES = "responses"
    WAVE_GONE = "wave_gone"
    WAVE_STATE = "wave_state"
    WAVE_CHANGED = "wave_changed"
    DECISIONS = "decisions"
    PUBLISHED = "published"
    QUALITY = "quality"
    VERSION = "version"
    RUN = "run"
    RUN_GONE = "run_gone"
    ROLES = "roles"
    ILLEGIBLE = "illegible"
    ORPHAN = "orphan"
    NOT_BEGUN = "not_begun"
    KEY_MISSING = "key_missing"
    ANCHORS_MISSING = "anchors_missing"


UNKNOWN: Final = frozenset({Kind.NOT_BEGUN, Kind.KEY_MISSING, Kind.ANCHORS_MISSING})


class Finding(NamedTuple):
    """What does not match or cannot be checked, and what it is about."""

    kind: Kind
    about: Mapping[str, Any]

    def text(self, language: str = "en") -> str:
        """Say it in a language; what somebody wrote into the database is shown, and steers no screen."""
        about = {name: quoted(value, QUOTED) for name, value in self.about.items()}
        return words.say("proof", self.kind, language, **about)
