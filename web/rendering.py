"""How templates are read, the same in both applications: everything escaped, an unknown name is an error."""

from flask import Flask
from jinja2 import StrictUndefined

from web import static_files


def _escape_all(filename: str | None) -> bool:  # noqa: ARG001  the name Flask gives it
    return True


def configure(app: Flask) -> None:
    """Set up the templates, and the addresses of what they load."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.select_jinja_autoescape = _escape_all  # type: ignore[method-assign]
    app.jinja_env.autoescape = True
    static_files.configure(app)
