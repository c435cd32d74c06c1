"""The trail against its keys, and against the anchors that were taken of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from surveys import anchors, audit
from surveys.anchors import Anchor
from surveys.audit import Checked
from surveys.keys import keys_of
from surveys.proving import restoring
from surveys.proving.findings import Finding, Kind
from surveys.proving.said import BEGIN


class Trail(NamedTuple):
    """The entries, the oldest first, each with what became of it."""

    entries: tuple[Checked, ...]

    @property
    def heads(self) -> dict[int, str]:
        """Number → hash of each entry."""
        return {each.number: each.entry.hash for each in self.entries}

    @property
    def end(self) -> Anchor | None:
        """The anchor of the trail as it is."""
        last = self.entries[-1] if self.entries else None
        return None if last is None else Anchor(last.number, last.entry.hash)


def read(session: Session) -> Trail:
    """Read the trail once."""
    return Trail(tuple(audit.checked(session)))


def check(session: Session, trail: Trail, outside: Sequence[Anchor]) -> Iterator[Finding]:
    """Find entries that are not whole, keys that are missing, and anchors that the trail does not hold.

    Parameters
    ----------
    outside
        Anchors that were kept elsewhere than beside the keys.
    """
    written = anchors.read_log(keys_of(session).folder)
    if not any(each.entry.action == BEGIN for each in trail.entries):
        yield Finding(Kind.NOT_BEGUN, {})
    elif written is None:
        yield Finding(Kind.ANCHORS_MISSING, {"folder": keys_of(session).folder})
    broken = [each for each in trail.entries if each.is_whole is False]
    if broken:
        # What comes after the first one cannot be told from what was written along with it.
        yield Finding(Kind.ENTRY, {"number": broken[0].number, "n": len(broken)})
    missing = {each.entry.key for each in trail.entries if each.is_whole is None}
    for name in sorted(name for name in missing if name):
        yield Finding(Kind.KEY_MISSING, {"key": f"audit-{name.split('-', 1)[0]}"})
    yield from _held(trail, [*(written or ()), *outside])


def _held(trail: Trail, given: Sequence[Anchor]) -> Iterator[Finding]:
    """Find anchors that the trail does not hold; a restore explains those that it has given up."""
    heads = trail.heads
    explained = {each.number: set[str]() for each in given}
    for each in restoring.explained(trail.entries):
        explained.setdefault(each.number, set()).add(each.head)
    broken = [
        each.number
        for each in given
        if not each.holds(heads.get(each.number))
        and not any(each.head.startswith(known) for known in explained[each.number])
    ]
    longest = max(heads, default=0)
    if beyond := [count for count in broken if count > longest]:
        yield Finding(Kind.TRAIL_SHORTER, {"n": longest, "known": max(beyond)})
    if other := [count for count in broken if count <= longest]:
        yield Finding(Kind.TRAIL_OTHER, {"number": min(other)})
