"""The trail's anchors leave the machine: once a day to the folder or the address of MANYI_ANCHOR."""

import logging
import smtplib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import anchors, audit
from surveys.anchors import Anchor
from surveys.database import lock_for_writing
from surveys.models import AuditEntry
from web.accounts.mail import deliver

ACTION: Final = "trail.anchor"
TEXT: Final = """The audit trail of {site} stands at

{anchor}

Keep this mail: manyi audit verify --anchor TEXT finds by it what was removed or written anew since.
"""


def take(session: Session, settings: Mapping[str, Any], now: datetime) -> None:
    """Take the day's anchor to where it is kept, if that was not done yet; the trail notes it."""
    place = settings["ANCHOR"]
    if not place or _is_taken(session, now):
        return
    lock_for_writing(session, AuditEntry)
    if _is_taken(session, now):  # another worker was faster
        session.rollback()
        return
    kind = "folder" if isinstance(place, Path) else "mail"
    entry = audit.record(
        session, actor="system", action="trail.anchor", target="trail", now=now, detail={"by": kind}
    )
    anchor = Anchor(entry.number or 0, entry.hash)
    session.commit()
    if isinstance(place, Path):
        anchors.append(place, anchor)
    else:
        _mail(place, settings, anchor)


def kept(settings: Mapping[str, Any]) -> list[Anchor] | None:
    """Give the anchors in the folder of MANYI_ANCHOR; None where it has none, or is a mailbox."""
    place = settings["ANCHOR"]
    return anchors.read_log(place) if isinstance(place, Path) else None


def _is_taken(session: Session, now: datetime) -> bool:
    """Tell whether the day, in UTC, has its anchor."""
    last = session.scalar(
        select(AuditEntry.at).where(AuditEntry.action == ACTION).order_by(AuditEntry.id.desc()).limit(1)
    )
    return last is not None and last.astimezone(UTC).date() == now.astimezone(UTC).date()


def _mail(address: str, settings: Mapping[str, Any], anchor: Anchor) -> None:
    message = EmailMessage()
    site = settings["PUBLIC_URL"]
    message["Subject"] = f"{site}: {anchor}"
    message["From"], message["To"] = settings["MAIL_SENDER"], address
    message.set_content(TEXT.format(site=site, anchor=f"{anchor.number}:{anchor.head}"))
    try:
        deliver(settings["MAIL_URL"], message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logging.getLogger(__name__).error("the anchor of the trail was not mailed: %s", type(error).__name__)  # noqa: TRY400
