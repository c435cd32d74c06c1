"""Failed requests of staff: the friendly page with the menu around it."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from web import refusals
from web.extensions import db

log = structlog.get_logger(__name__)


def page(status: int, heading: str, message: str) -> ResponseReturnValue:
    """Give the friendly page of a status."""
    return render_template("errors/page.html", status=status, heading=heading, message=message), status


def rollback() -> None:
    """Forget whatever the failed request has half done."""
    db.session.rollback()


def configure(app: Flask) -> None:
    """Bind the handlers to the app."""
    refusals.configure(app, page, rollback)
    app.register_error_handler(CSRFError, _csrf)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    log.info("refused", code="csrf", endpoint=request.endpoint)
    rollback()
    heading, _remedy = refusals.words(400)
    return page(400, heading, _("The page was open for too long. Reload it and send the form again."))
