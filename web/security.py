"""The one loosening of the site's strict headers: pages with charts."""

from typing import Any

from web.extensions import talisman
from web.headers import CHARTS


def chart_page(view: Any) -> Any:
    """Give a view the policy under which Plotly draws; put it under `allow`."""
    wrapped = talisman(content_security_policy=CHARTS)(view)
    if hasattr(view, "access"):
        wrapped.access = view.access
    return wrapped
