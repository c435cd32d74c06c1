"""What a request may hold: forms, never JSON; so many fields; no NUL, which no database column takes."""

from flask import Flask, abort
from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict

NUL = "\x00"
URLENCODED = "application/x-www-form-urlencoded"


class Request(FlaskRequest):
    """A request as views of both applications meet it."""

    @property
    def is_json(self) -> bool:
        """Never: no view takes JSON, and a log-in that came so would skip the forms' own limits."""
        return False

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        # Counted before they are parsed: the parser's own limit is for multipart alone.
        if self.mimetype == URLENCODED and self.get_data().count(b"&") >= (self.max_form_parts or 0):
            abort(413)
        super()._load_form_data()


class StaffRequest(Request):
    """A request of staff; the readers of respondents' questions judge themselves what was offered."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        form = self.__dict__["form"]
        if any(NUL in name or NUL in value for name, value in form.items(multi=True)):
            kept = [(name.replace(NUL, ""), value.replace(NUL, "")) for name, value in form.items(multi=True)]
            self.__dict__["form"] = ImmutableMultiDict(kept)


def configure(app: Flask, kind: type[Request]) -> None:
    """Let an app read its requests so."""
    app.request_class = kind
