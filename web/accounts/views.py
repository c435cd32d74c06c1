"""Pages of one's own account: where one is logged in, and ending that elsewhere."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from surveys import audit
from web.accounts import sessions
from web.accounts.access import signed_in
from web.extensions import db

blueprint = Blueprint("accounts", __name__, url_prefix="/account")


@blueprint.get("/sessions")
@signed_in
def own_sessions() -> ResponseReturnValue:
    """List where one is logged in."""
    rows = [(row, sessions.is_this(row)) for row in sessions.running_of(current_user)]
    return render_template("accounts/sessions.html", rows=rows)


@blueprint.post("/sessions")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """End one session, or all but this one."""
    key = request.form.get("key", "")
    if key and key not in {row.key for row in sessions.running_of(current_user)}:
        abort(404)
    sessions.end(current_user, key=key or None)
    audit.record(
        db.session,
        actor=current_user.email,
        action="staff.end_sessions",
        target=f"staff:{current_user.email}",
        now=datetime.now(UTC),
        detail={"one": bool(key)},
    )
    db.session.commit()
    flash(_("Logged out there."), "success")
    return redirect(url_for("accounts.own_sessions"), 303)
