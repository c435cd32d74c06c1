"""What is done to drafts and to blocks of the library, in the audit trail."""

from datetime import datetime

from flask_security import current_user

from surveys import audit
from surveys.models import LibraryEntry
from web.extensions import db


def record_draft(action: str, code: str, now: datetime, **detail: object) -> None:
    """Note what the person at work did to a draft, and keep it."""
    target = f"draft:{code}"
    audit.record(db.session, actor=current_user.email, action=action, target=target, now=now, detail=detail)
    db.session.commit()


def record(action: str, done: LibraryEntry, was: LibraryEntry | None = None) -> None:
    """Note what was done to a block, and keep it; where nothing was done after act `was` nothing is."""
    if was is not None and was.number == done.number:
        return
    detail = {"number": done.number, "name": done.name, "edition": done.edition, "withdrawn": done.withdrawn}
    if done.document is not None:
        detail["source"] = done.source
    if was is not None and was.name != done.name:
        detail["was"] = was.name
    target = f"block:{done.block}"
    audit.record(db.session, actor=done.staff_name, action=action, target=target, now=done.at, detail=detail)
    db.session.commit()
