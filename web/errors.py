"""Exceptions into pages: refusals are told with their remedy, faults are logged with their trace."""

import structlog
from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from surveys.errors import SurveyError
from web.extensions import db
from web.i18n import choose, tag

log = structlog.get_logger(__name__)

# Status → heading and what to do.
PAGES = {
    400: (
        lazy_gettext("This request could not be read"),
        lazy_gettext("Go back, reload the page and try again."),
    ),
    403: (
        lazy_gettext("You may not open this page"),
        lazy_gettext("Your role does not include it. An administrator can give you another role."),
    ),
    404: (
        lazy_gettext("There is no page here"),
        lazy_gettext("Check the address, or start again from the home page."),
    ),
    405: (
        lazy_gettext("This cannot be done here"),
        lazy_gettext("Go back and use the buttons of the page."),
    ),
    409: (
        lazy_gettext("Somebody else was faster"),
        lazy_gettext("Reload the page and repeat your change."),
    ),
    413: (
        lazy_gettext("That is too large"),
        lazy_gettext("Shorten the text or choose a smaller file. Nothing was changed."),
    ),
    429: (
        lazy_gettext("Too many requests"),
        lazy_gettext("Wait a minute, then try again. Nothing was lost."),
    ),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("It has been noted. Try again in a moment."),
    ),
    503: (
        lazy_gettext("The site is busy or being maintained"),
        lazy_gettext("Nothing was lost. Try again in a moment."),
    ),
}


def page(status: int, *, message: str = "", bare: bool = False) -> ResponseReturnValue:
    """Give the friendly page of a status; `bare` asks for neither the database nor addresses of the site."""
    heading, remedy = PAGES.get(status) or PAGES[400 if status < 500 else 500]
    db_rollback()
    if bare:
        # Without the context that Flask adds: it would load who is logged in.
        template = current_app.jinja_env.get_template("errors/bare.html")
        return template.render(language_tag=tag(choose()), heading=heading, message=message or remedy), status
    return render_template(
        "errors/page.html", status=status, heading=heading, message=message or remedy
    ), status


def db_rollback() -> None:
    """Forget whatever the failed request has half done."""
    db.session.rollback()


def configure(app: Flask) -> None:
    """Bind the handlers to the app."""
    app.log_exception = lambda _info: None  # type: ignore[method-assign]  # _fault logs, once
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SurveyError, _refused)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(NoFreeConnection, _busy)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _fault)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    log.info("refused", code="csrf", endpoint=request.endpoint)
    return page(400, message=_("The page was open for too long. Reload it and send the form again."))


def _refused(error: SurveyError) -> ResponseReturnValue:
    log.info("refused", code=error.code, endpoint=request.endpoint)
    db_rollback()
    return (
        render_template(
            "errors/page.html", status=422, heading=_("This was not done"), message=error.text(choose())
        ),
        422,
    )


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("database_unavailable", endpoint=request.endpoint, error=type(error.orig).__name__)
    # The header of a usual page asks the database who is logged in.
    return page(503, bare=True)


def _busy(_error: NoFreeConnection) -> ResponseReturnValue:
    log.error("database_busy", endpoint=request.endpoint, remedy="more connections or fewer workers")
    return page(503, bare=True)


def _foreign_host(_error: SecurityError) -> ResponseReturnValue:
    log.info("refused", code="host", remedy="set MANYI_TRUSTED_HOSTS")
    return page(400, bare=True)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    status = error.code
    log.info("refused", code=status, endpoint=request.endpoint)
    body = page(status)
    if status == 405 and error.get_response().headers.get("Allow"):
        return *body, {"Allow": error.get_response().headers["Allow"]}
    return body


def _fault(error: InternalServerError) -> ResponseReturnValue:
    cause = error.original_exception or error
    log.error("fault", endpoint=request.endpoint, exc_info=(type(cause), cause, cause.__traceback__))
    return page(500)
