"""Addresses of static files carry a mark of their content, so browsers may keep them for long."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for


def configure(app: Flask) -> None:
    """Give templates `asset('css/site.css')`."""
    root = Path(app.static_folder or "")

    @cache
    def mark(name: str) -> str:
        path = root / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"

    def asset(name: str) -> str:
        """Give the address of a static file."""
        return url_for("static", filename=name, v=mark(name))

    app.add_template_global(asset)
