"""The seal of a response: whoever changes what it counts by, without the key, is found."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from surveys.keys import MARK, Key

LENGTH: Final = 16  # bytes of the code after the mark of its key


class Sealed(NamedTuple):
    """What a seal holds of a response; flags and exclusion are decisions, which stand in the trail."""

    wave_id: int
    version: str  # the hash of its content
    response_id: int
    segment_id: int | None
    completed_at: datetime
    mode: str
    language: str
    disposition: str | None  # what it counts as
    answers: bytes  # as they are stored
    texts: Mapping[str, str]
    timings: bytes  # as they are stored: who was too fast is doubted


def make(key: Key, sealed: Sealed) -> bytes:
    """Give the seal by a key, 20 bytes: the mark of the key and a code that it alone can make."""
    return _made(key, sealed, hashlib.sha256(sealed.timings).hexdigest())


def holds(key: Key, sealed: Sealed, seal: bytes) -> bool:
    """Tell whether a response is what was sealed; seals of former releases hold no timings."""
    return hmac.compare_digest(make(key, sealed), seal) or hmac.compare_digest(_made(key, sealed), seal)


def mark_of(seal: bytes) -> bytes:
    """Give the mark of the key that a seal names."""
    return seal[:MARK]


def _made(key: Key, sealed: Sealed, *more: str) -> bytes:
    texts = hashlib.sha256(_text(dict(sealed.texts))).hexdigest()
    moment = sealed.completed_at.astimezone(UTC).isoformat(timespec="microseconds")
    head = _text([*sealed[:4], moment, sealed.mode, sealed.language, sealed.disposition, texts, *more])
    return key.mark + hmac.digest(key.secret, head + b"\0" + sealed.answers, "sha256")[:LENGTH]


def _text(content: object) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
