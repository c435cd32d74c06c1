"""Rates of a survey by the names and formulas of AAPOR, for people who are invited by name or by link.

AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th ed. 2023:
response rates 1 to 6, cooperation rates 1 to 4, refusal rates 1 to 3, contact rates 1 to 3. Whether a case
could have answered at all is known of everybody but UO; there are no unknown households (UH = 0).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Group(StrEnum):
    """The groups of final dispositions, by AAPOR's letters."""

    INTERVIEW = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "UO"
    NOT_ELIGIBLE = "NE"


class Rate(NamedTuple):
    """One rate: a share of `n`, which is no whole number where part of the unknown counts; None of nobody."""

    name: str
    value: float | None
    over: float
    n: float


def rates(counts: Mapping[Group, int]) -> list[Rate]:
    """Give every rate by its name, of the numbers in each group."""
    i, p, r, nc, o, uo, _ = (counts.get(group, 0) for group in Group)
    known = i + p + r + nc + o
    e = eligible_share(counts)
    likely = e * uo if e is not None else 0.0
    everybody, estimated = known + uo, known + likely
    reached = i + p + r + o
    found = (
        ("RR1", i, everybody),
        ("RR2", i + p, everybody),
        ("RR3", i, estimated),
        ("RR4", i + p, estimated),
        ("RR5", i, known),
        ("RR6", i + p, known),
        ("COOP1", i, reached),
        ("COOP2", i + p, reached),
        ("COOP3", i, i + p + r),
        ("COOP4", i + p, i + p + r),
        ("REF1", r, everybody),
        ("REF2", r, estimated),
        ("REF3", r, known),
        ("CON1", reached, everybody),
        ("CON2", reached, estimated),
        ("CON3", reached, known),
    )
    needs_e = {"RR3", "RR4", "REF2", "CON2"}
    is_unknown = e is None and uo > 0
    return [
        Rate(name, None if not n or (is_unknown and name in needs_e) else over / n, over, n)
        for name, over, n in found
    ]


def eligible_share(counts: Mapping[Group, int]) -> float | None:
    """Give e, the share that could have answered among those of whom it is known; None of nobody."""
    not_eligible = counts.get(Group.NOT_ELIGIBLE, 0)
    eligible = sum(counts.get(group, 0) for group in Group) - not_eligible - counts.get(Group.UNKNOWN, 0)
    return eligible / (eligible + not_eligible) if eligible + not_eligible else None
