"""What is logged: what happened, where and how long; never answers, addresses of links, or secrets."""

import logging
import sys
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from web.spelling import spelled

SECRET = {"token", "password", "csrf_token", "secret", "key", "cookie", "answers", "texts", "values", "form"}


def hide_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Replace what must not be written, should a call ever pass it."""
    return {name: "…" if name in SECRET else value for name, value in event.items()}


def spell_controls(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Write control characters out: the text of a fault may hold what somebody sent."""
    return {name: spelled(value) if isinstance(value, str) else value for name, value in event.items()}


def configure(app: Flask) -> None:
    """Set up structlog, and one line a request."""
    settings = app.config["MANYI"]
    level = logging.getLevelNamesMapping().get(settings["LOG_LEVEL"], logging.INFO)
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings["LOG_FORMAT"] == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            hide_secrets,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            spell_controls,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked for each line, so that a test or a supervisor may put another stream in place.
        logger_factory=lambda *_arguments: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    app.logger.setLevel(level)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.begun = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=uuid.uuid4().hex[:12])


def _end(response: Response) -> Response:
    # The endpoint and not the path: paths hold the tokens of invitations.
    if request.endpoint not in {"static", "bootstrap.static", "health.healthy", "health.alive"}:
        milliseconds = round(1000 * (time.perf_counter() - g.get("begun", time.perf_counter())), 1)
        structlog.get_logger("web").debug(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=milliseconds,
        )
    return response
