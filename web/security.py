"""Headers that every answer carries."""

from typing import Any

from flask import Flask, Response

from web.extensions import talisman
from web.headers import CHARTS, STRICT


def chart_page(view: Any) -> Any:
    """Give a view the policy under which Plotly draws; put it under `allow`."""
    wrapped = talisman(content_security_policy=CHARTS)(view)
    if hasattr(view, "access"):
        wrapped.access = view.access
    return wrapped


def configure(app: Flask) -> None:
    """Bind the headers to the app."""
    https = app.config["MANYI"]["HTTPS"]
    talisman.init_app(
        app,
        force_https=False,  # the proxy in front ends TLS and redirects
        strict_transport_security=https,
        content_security_policy=STRICT,
        referrer_policy="same-origin",
        session_cookie_secure=https,
        frame_options="DENY",
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()", "browsing-topics": "()"},
    )
    app.after_request(_never_store)


def _never_store(response: Response) -> Response:
    """Keep pages out of caches; static files say themselves how long they live."""
    if "Cache-Control" not in response.headers or response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response
