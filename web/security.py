"""What loosens the site's strict headers: pages with charts, and the preview in its frame."""

from typing import Any

from web.extensions import talisman
from web.headers import CHARTS, FRAMED, FRAMING


def chart_page(view: Any) -> Any:
    """Give a view the policy under which Plotly draws; put it under `allow`."""
    return _with(view, content_security_policy=CHARTS)


def framed_page(view: Any) -> Any:
    """Let a view stand in a frame of this site; put it under `allow`."""
    return _with(view, content_security_policy=FRAMED, frame_options="SAMEORIGIN")


def framing_page(view: Any) -> Any:
    """Let a view hold frames of this site; put it under `allow`."""
    return _with(view, content_security_policy=FRAMING)


def _with(view: Any, **policy: Any) -> Any:
    wrapped = talisman(**policy)(view)
    if hasattr(view, "access"):
        wrapped.access = view.access
    return wrapped
