"""Everything that can be checked, at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from surveys.anchors import Anchor
from surveys.audit import Checked
from surveys.proving import records, waves
from surveys.proving import trail as trails
from surveys.proving.findings import UNKNOWN, Finding
from surveys.proving.legible import illegible
from surveys.proving.said import listen


class Proof(NamedTuple):
    """What does not match and what cannot be checked; how the trail ends, and how far others prove it.

    `proved` is the number of the last entry that an anchor from outside holds, None without any; `broken` are
    the ids of entries that are not whole.
    """

    findings: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    end: Anchor | None
    proved: int | None
    broken: frozenset[int]

    @property
    def newer(self) -> int:
        """How many of the newest entries are proved on this machine only."""
        return (self.end.number if self.end else 0) - (self.proved or 0)


def prove(
    session: Session,
    outside: Sequence[Anchor] = (),
    more: Callable[[Session, Iterable[Checked]], Iterable[Finding]] | None = None,
) -> Proof:
    """Check the trail, and against it waves, responses, decisions, versions and runs.

    Parameters
    ----------
    outside
        Anchors that somebody kept elsewhere.
    more
        Finds what does not match the entries where this package cannot look.

    What cannot be read stops it: then that alone is found, and the rest stands unchecked.
    """
    try:
        return _proof(session, outside, more)
    except Exception:
        if found := tuple(illegible(session)):
            return Proof(found, (), None, None, frozenset())
        raise


def _proof(
    session: Session,
    outside: Sequence[Anchor],
    more: Callable[[Session, Iterable[Checked]], Iterable[Finding]] | None,
) -> Proof:
    trail = trails.read(session)
    told = listen(trail.entries)
    found = [
        *trails.check(session, trail, outside),
        *waves.check(session, told),
        *records.check(session, told),
        *(more(session, trail.entries) if more is not None else ()),
    ]
    held = [each.number for each in outside if each.holds(trail.heads.get(each.number))]
    return Proof(
        findings=tuple(each for each in found if each.kind not in UNKNOWN),
        unknown=tuple(each for each in found if each.kind in UNKNOWN),
        end=trail.end,
        proved=max(held, default=None),
        broken=frozenset(each.entry.id for each in trail.entries if each.is_whole is False),
    )
