"""Whether the site can do its work: what a supervisor is told, part by part."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text

from surveys.models import Analysis
from surveys.models.records import AnalysisState
from web.accounts.access import public
from web.extensions import db
from web.runs import heartbeat

log = structlog.get_logger(__name__)
blueprint = Blueprint("health", __name__)
LEAST_FREE = 0.05  # of the disk
LEAST_FREE_MIB = 200
LONGEST_WAIT_SECONDS = 3600.0  # of a run in the queue

Part = dict[str, Any]


@blueprint.get("/livez")
@public
def alive() -> ResponseReturnValue:
    """Tell a supervisor that pages can be served, whatever the database does; it asks nothing."""
    return {"status": "ok"}


@blueprint.get("/healthz")
@public
def healthy() -> ResponseReturnValue:
    """Tell a supervisor whether database, disk, worker and queue are well: 200, or 503 with what is not."""
    well, parts = report()
    return {"status": "ok" if well else "ill"} | parts, 200 if well else 503


def report() -> tuple[bool, dict[str, Part]]:
    """Say whether all is well, and each part with its `ok` and what was measured.

    A part that cannot be looked at is not well; its fault stands in the log of whatever is at fault, not
    here, where strangers read.
    """
    parts = {
        name: _looked_at(look)
        for name, look in (("database", _database), ("disk", _disk), ("worker", _worker), ("runs", _runs))
    }
    return all(part["ok"] for part in parts.values()), parts


def _looked_at(look: Callable[[], Part]) -> Part:
    try:
        return look()
    except Exception as error:  # noqa: BLE001  whatever it is, this part is not well
        log.warning("not well", part=look.__name__, kind=type(error).__name__)
        db.session.rollback()
        return {"ok": False}


def _database() -> Part:
    db.session.execute(text("SELECT 1"))
    return {"ok": True}


def _disk() -> Part:
    disk = shutil.disk_usage(current_app.config["MANYI"]["INSTANCE"])
    free = disk.free / 2**20
    return {"ok": free >= LEAST_FREE_MIB and disk.free >= LEAST_FREE * disk.total, "free_mib": round(free)}


def _worker() -> Part:
    silent = heartbeat.silent_seconds()
    return {
        "ok": silent is not None and silent <= heartbeat.LOST_SECONDS,
        "silent_seconds": None if silent is None else round(silent),
    }


def _runs() -> Part:
    waiting = select(func.min(Analysis.created_at)).where(Analysis.state == AnalysisState.QUEUED)
    oldest = db.session.scalar(waiting)
    waited = None if oldest is None else (datetime.now(UTC) - oldest).total_seconds()
    return {
        "ok": waited is None or waited <= LONGEST_WAIT_SECONDS,
        "oldest_waits_seconds": None if waited is None else round(waited),
    }
