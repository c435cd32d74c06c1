"""Headers that every answer carries: what a browser may load, by kind of page, and what it may keep."""

from flask import Flask, Response
from flask_talisman import Talisman

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "manifest-src": "'self'",
}
# Plotly writes style elements for its mode bar and colour bars; pages with charts alone allow them.
CHARTS = STRICT | {"style-src": "'self' 'unsafe-inline'"}
# A page that stands in a frame of another page of ours, and the page around it.
FRAMED = STRICT | {"frame-ancestors": "'self'"}
FRAMING = STRICT | {"frame-src": "'self'"}
REFERRER = "same-origin"
FRAMES = "DENY"
PERMISSIONS = {"geolocation": "()", "camera": "()", "microphone": "()", "browsing-topics": "()"}


def least(*, https: bool) -> dict[str, str]:
    """Give what every answer has at least, also one that none of our pages made."""
    stays = {"Strict-Transport-Security": "max-age=31556926; includeSubDomains"} if https else {}
    return stays | {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in STRICT.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": FRAMES,
        "Referrer-Policy": REFERRER,
        "Permissions-Policy": ", ".join(f"{name}={value}" for name, value in PERMISSIONS.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def configure(app: Flask, talisman: Talisman) -> None:
    """Bind the headers to the app."""
    https = app.config["MANYI"]["HTTPS"]
    talisman.init_app(
        app,
        force_https=False,  # the proxy in front ends TLS and redirects
        strict_transport_security=https,
        content_security_policy=STRICT,
        referrer_policy=REFERRER,
        session_cookie_secure=https,
        frame_options=FRAMES,
        permissions_policy=PERMISSIONS,
    )
    app.after_request(_never_store)


def _never_store(response: Response) -> Response:
    """Keep pages out of caches; static files say themselves how long they live."""
    if "Cache-Control" not in response.headers or response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response
