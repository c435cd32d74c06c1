"""From a personal link to its answers: two fingerprints of one token, between which only a key leads.

An invitation keeps a hash of its token, a response of an anonymous wave a mark made of that hash by the
wave's key, which stands in a file outside the database and in no copy of it. Settling (`settling`) gives the
responses that have ended random marks, the others those of a new key, and destroys the old one.
"""

import hmac
import os
import re
from pathlib import Path
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from surveys.keys import LENGTH, keys_of, secret
from surveys.models import Invitation, Participation, Response, Wave

MARK: Final = 16
FILE: Final = re.compile(r"wave-([1-9][0-9]*)-([1-9][0-9]*)")

# Built once: it is asked at every request, and building costs more than asking.
BY_KEY: Final = (
    select(Response)
    .where(Response.wave_id == bindparam("wave"), Response.client_key == bindparam("key"))
    .execution_options(populate_existing=True)
)


def response_of(session: Session, wave: Wave, invitation: Invitation) -> Response | None:
    """Give the response to which an invitation leads: None before the first page, and after the settling."""
    if not wave.anonymous:
        return session.scalar(
            select(Response)
            .join(
                Participation,
                (Participation.wave_id == Response.wave_id) & (Participation.response_id == Response.id),
            )
            .where(Participation.token_hash == invitation.token_hash)
            .execution_options(populate_existing=True)
        )
    while wave.key_number:
        number = wave.key_number
        found = session.scalar(BY_KEY, {"wave": wave.id, "key": mark_of(session, wave, invitation)})
        if found is not None:
            return found
        session.refresh(wave, ["key_number"])
        if wave.key_number == number:  # otherwise the wave was settled between the two statements
            return None
    return None


def mark_of(session: Session, wave: Wave, invitation: Invitation) -> bytes:
    """Give the mark of the response to which an invitation leads, by the wave's present key."""
    return mark(key_of(session, wave, wave.key_number), invitation.token_hash)


def mark(key: bytes, token_hash: str) -> bytes:
    """Give the mark of the response to which the token of this hash leads."""
    return hmac.digest(key, b"response" + token_hash.encode(), "sha256")[:MARK]


def key_of(session: Session, wave: Wave, number: int) -> bytes:
    """Read a key of a wave; one that is missing is made, and what was begun by another begins anew."""
    path = keys_of(session).folder / f"wave-{int(wave.id)}-{int(number)}"
    key = secret(path)
    if len(key) != LENGTH:
        raise ValueError(f"{path} holds no key of {LENGTH} bytes: put it back from where keys are kept")
    return key


def destroy_keys(folder: Path, wave_id: int, before: int | None = None) -> None:
    """Destroy the keys of a wave, or those with a number less than `before`."""
    for path in folder.glob(f"wave-{int(wave_id)}-*"):
        named = FILE.fullmatch(path.name)
        if named and (before is None or int(named[2]) < before):
            with path.open("r+b") as file:
                file.write(bytes(LENGTH))
                file.flush()
                os.fsync(file.fileno())
            path.unlink(missing_ok=True)
