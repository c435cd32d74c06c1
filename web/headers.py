"""The content security policies: what a browser may load, by kind of page."""

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
