"""What is told when a request fails: refusals with their remedy; faults are logged with their trace.

The page for it is the application's own, made by `Page`. Where the database or the address may be at fault
it is a bare one, which asks for neither.
"""

from collections.abc import Callable

import structlog
from flask import Flask, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from surveys.errors import SurveyError
from web.i18n import choose, tag

log = structlog.get_logger(__name__)

# Gives the page of a status, with a heading and what to do.
Page = Callable[[int, str, str], ResponseReturnValue]

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
    408: (
        lazy_gettext("The connection was too slow"),
        lazy_gettext("What was sent did not arrive whole. Go back and send it again; nothing was changed."),
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


def words(status: int) -> tuple[str, str]:
    """Give heading and remedy of a status; one without its own gets those of a kindred one."""
    heading, remedy = PAGES.get(status) or PAGES[400 if status < 500 else 500]
    return str(heading), str(remedy)


def bare(status: int, heading: str, message: str) -> ResponseReturnValue:
    """Give a page that asks for neither the database nor addresses of the site."""
    # Without the context that Flask adds: it would load who is logged in.
    template = current_app.jinja_env.get_template("errors/bare.html")
    return template.render(language_tag=tag(choose()), heading=heading, message=message), status


def _unlogged(exc_info: object) -> None:
    """Log nothing: the handler of faults does, once."""


def configure(app: Flask, page: Page, rollback: Callable[[], None]) -> None:
    """Bind the handlers to the app; `rollback` forgets what the failed request has half done."""

    def told(status: int, form: Page = page) -> ResponseReturnValue:
        rollback()
        return form(status, *words(status))

    def refused(error: SurveyError) -> ResponseReturnValue:
        log.info("refused", code=error.code, endpoint=request.endpoint)
        rollback()
        return page(422, _("This was not done"), error.text(choose()))

    def database(error: OperationalError) -> ResponseReturnValue:
        log.error("database_unavailable", endpoint=request.endpoint, error=type(error.orig).__name__)
        # The header of a usual page asks the database who is logged in.
        return told(503, bare)

    def busy(_error: NoFreeConnection) -> ResponseReturnValue:
        log.error("database_busy", endpoint=request.endpoint, remedy="more connections or fewer workers")
        return told(503, bare)

    def foreign_host(_error: SecurityError) -> ResponseReturnValue:
        log.info("refused", code="host", remedy="set MANYI_TRUSTED_HOSTS")
        return told(400, bare)

    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        log.info("refused", code=error.code, endpoint=request.endpoint)
        response = make_response(told(error.code))
        if error.code == 405 and (allowed := error.get_response().headers.get("Allow")):
            response.headers["Allow"] = allowed
        return response

    def fault(error: InternalServerError) -> ResponseReturnValue:
        cause = error.original_exception or error
        log.error("fault", endpoint=request.endpoint, exc_info=(type(cause), cause, cause.__traceback__))
        return told(500)

    app.log_exception = _unlogged  # type: ignore[method-assign]
    app.register_error_handler(SurveyError, refused)
    app.register_error_handler(OperationalError, database)
    app.register_error_handler(NoFreeConnection, busy)
    app.register_error_handler(SecurityError, foreign_host)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(InternalServerError, fault)
