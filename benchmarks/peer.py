"""The baseline of `benchmarks.collection`: Flask as it is usually written.

The WTForms class is built and rendered by its widgets at each request; every answer is a row of its own.
The write is given the driver itself and one transaction a page, which is faster than an ORM's.
"""

import os
import secrets
import sqlite3
from contextlib import closing

from flask import Flask, Response, make_response, render_template_string, request
from flask.typing import ResponseReturnValue
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

PAGES, RATINGS = 4, 10
PAGE = """<!doctype html><html lang="en"><title>{{ page }}</title><form method="post" action="/{{ page }}">
{% for field in form %}<fieldset><legend>{{ field.label }}</legend>{{ field() }}{{ field.errors }}</fieldset>
{% endfor %}<button>Next</button></form></html>"""
app = Flask(__name__)


def connect() -> sqlite3.Connection:
    opened = sqlite3.connect(os.environ["PEER_DATABASE"], timeout=30)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    return opened


with closing(connect()) as first:
    first.execute("CREATE TABLE IF NOT EXISTS answer (browser TEXT, question TEXT, value INTEGER)")
    first.execute("CREATE UNIQUE INDEX IF NOT EXISTS once ON answer (browser, question)")
    first.commit()


def form_of(page: int) -> type[Form]:
    choices = [SelectChoice(str(point), str(point)) for point in range(1, 11)]
    choices += [SelectChoice("dk", "Don't know")]
    fields = {
        f"q{page}_{row}": RadioField(f"Statement {row}", choices=choices, validators=[InputRequired()])
        for row in range(1, RATINGS + 1)
    }
    return type("PageForm", (Form,), fields)


def show(page: int, form: Form | None = None) -> str:
    return render_template_string(PAGE, page=page, form=form or form_of(page)())


@app.get("/livez")
def health() -> str:
    return "ok"


@app.get("/<int:page>")
def ask(page: int) -> Response:
    answer = make_response(show(page))
    answer.set_cookie("browser", request.cookies.get("browser") or secrets.token_urlsafe(16), httponly=True)
    return answer


@app.post("/<int:page>")
def take(page: int) -> ResponseReturnValue:
    form = form_of(page)(request.form)
    if not form.validate():
        return show(page, form), 422
    rows = [(request.cookies["browser"], name, value) for name, value in form.data.items()]
    with closing(connect()) as database:
        database.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", rows)
        database.commit()
    return show(page + 1) if page < PAGES else "<!doctype html><title>Done</title><h1>Thank you</h1>"
