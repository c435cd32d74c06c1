"""From a draft to a version: submitted, approved by somebody who did not edit it, published.

What is decided about is the draft as it stood when it was submitted; whatever is changed later is of the
next one. Warnings are mended, or accepted with a reason that is kept with the version.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import lock_for_writing, lock_row
from surveys.document.loading import load
from surveys.editing import drafting, publishing
from surveys.editing.assembling import assembled
from surveys.editing.nodes import Node, Nodes
from surveys.errors import Problem, SurveyError
from surveys.findings.finding import Finding
from surveys.findings.listing import Room
from surveys.models import AcceptedFinding, Draft, DraftChange, Review, Version

LONGEST_REASON: Final = 1000
OPEN: Final = (None, "approved")
Decision = Literal["approved", "refused", "withdrawn"]


def open_review(session: Session, draft: Draft) -> Review | None:
    """Give the review of a draft that waits for a decision, or is approved and not published yet."""
    found = next(iter(reviews_of(session, draft)), None)
    return found if found is not None and found.decision in OPEN else None


def reviews_of(session: Session, draft: Draft) -> list[Review]:
    """Give every review of a draft, the newest first."""
    query = select(Review).where(Review.draft_id == draft.id).order_by(Review.id.desc())
    return list(session.scalars(query))


def editors_of(session: Session, draft: Draft) -> frozenset[str]:
    """Give who has changed a draft since the version that it began from, or began it so."""
    names = session.scalars(select(DraftChange.staff_name).where(DraftChange.draft_id == draft.id).distinct())
    published = session.scalar(
        select(Review.number)
        .where(Review.draft_id == draft.id, Review.decision == "published")
        .order_by(Review.id.desc())
        .limit(1)
    )
    if published is None:
        return frozenset({*names, draft.begun_by})
    since = select(DraftChange.staff_name).where(
        DraftChange.draft_id == draft.id, DraftChange.number > published
    )
    return frozenset(session.scalars(since.distinct()))


def content_of(node: Node, finding: Finding) -> str:
    """Give the hash to which a reason is tied: of the part as it is, and of what the warning says of it."""
    plain = [node.fields, finding.variant, sorted((name, str(each)) for name, each in finding.about.items())]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def reasons_of(session: Session, draft: Draft) -> dict[tuple[str, str, str], AcceptedFinding]:
    """Give the warnings that were accepted, by code, place and content."""
    query = select(AcceptedFinding).where(AcceptedFinding.questionnaire_id == draft.questionnaire_id)
    return {(each.code, each.place, each.content): each for each in session.scalars(query)}


def accept(
    session: Session,
    draft: Draft,
    warnings: Iterable[tuple[Finding, str]],
    reason: str,
    *,
    staff_name: str,
    now: datetime,
) -> None:
    """Accept warnings, each with its content, for one reason; a reason given before is replaced."""
    lock_row(session, draft)
    known = reasons_of(session, draft)
    for finding, content in warnings:
        there = known.get((finding.code, finding.place, content))
        if there is None:
            there = AcceptedFinding(
                questionnaire_id=draft.questionnaire_id,
                code=finding.code,
                place=finding.place,
                content=content,
            )
            session.add(there)
        there.reason, there.staff_name, there.at = reason[:LONGEST_REASON], staff_name, now
    session.flush()


def submit(session: Session, draft: Draft, number: int, *, staff_name: str, now: datetime) -> Review:
    """Submit a draft as its sender saw it; whether nothing stands in the way is asked before.

    Raises
    ------
    SurveyError
        REVIEW_OPEN: one is open already. REVIEW_STALE: it was changed since.
    """
    lock_row(session, draft)
    if open_review(session, draft) is not None:
        raise SurveyError(Problem.REVIEW_OPEN)
    if number != draft.number:
        raise SurveyError(Problem.REVIEW_STALE)
    review = Review(draft_id=draft.id, number=number, submitted_by=staff_name, submitted_at=now, reason="")
    session.add(review)
    drafting.snapshot(session, draft, drafting.nodes_of(session, draft), "submitted")
    return review


def decide(
    session: Session,
    draft: Draft,
    review_id: int,
    decision: str,
    reason: str,
    *,
    staff_name: str,
    now: datetime,
) -> Review:
    """Approve, refuse or withdraw the open review of a draft.

    Raises
    ------
    SurveyError
        REVIEW_DECIDED: that review is not open any more. REVIEW_OWN: they edited or submitted it.
    """
    lock_row(session, draft)
    review = open_review(session, draft)
    if review is None or review.id != review_id or (decision == "approved" and review.decision is not None):
        raise SurveyError(Problem.REVIEW_DECIDED)
    if decision == "approved" and staff_name in editors_of(session, draft) | {review.submitted_by}:
        raise SurveyError(Problem.REVIEW_OWN)
    review.decision, review.decided_by, review.decided_at, review.reason = decision, staff_name, now, reason
    session.flush()
    return review


def publish(
    session: Session, draft: Draft, review_id: int, *, more: Room, staff_name: str, now: datetime
) -> Version:
    """Publish what was approved, looked at again; the draft goes on from the new version.

    Raises
    ------
    SurveyError
        REVIEW_DECIDED: it is not approved, or published already. QUESTIONNAIRE_FAULTY: errors are in it now.
    """
    lock_for_writing(session, Version)
    lock_row(session, draft)
    review = open_review(session, draft)
    if review is None or review.id != review_id or review.decision != "approved":
        raise SurveyError(Problem.REVIEW_DECIDED)
    nodes = drafting.nodes_at(session, draft, review.number)
    version = publishing.publish(
        session,
        load(assembled(nodes)),
        staff_name,
        now,
        more=more,
        accepted=_accepted(session, draft),
        reviewed=publishing.Reviewed(review.submitted_by, str(review.decided_by), review.number),
    )
    review.decision = "published"
    draft.base_version = version
    session.flush()
    return version


def _accepted(session: Session, draft: Draft) -> Mapping[tuple[str, str], Mapping[str, str]]:
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for each in sorted(reasons_of(session, draft).values(), key=lambda each: each.at):
        found[each.code, each.place] = {"": f"{each.reason} ({each.staff_name})"}
    return found


def nodes_of(session: Session, review: Review) -> Nodes:
    """Give the nodes that a review decides about."""
    return drafting.nodes_at(session, review.draft, review.number)
