"""Ten kills of the server while somebody edits over HTTP: no acknowledged change is lost or stands twice.

`make chaos` does the same with `manyi serve` and several people. Here the site is made once, and each server
is a process that begins from it, so that ten of them take seconds.
"""

import http.client
import multiprocessing
import os
import random
import re
import signal
import socket
import time
from collections import Counter
from threading import Timer
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from surveys.database import create_engine
from surveys.editing import drafting
from surveys.editing.assembling import assembled
from surveys.models import DraftChange
from tests.surveys.drafts import DOCUMENT, NOW, written
from tests.web.conftest import PASSWORD
from web.extensions import db

KILLS, PATIENCE = 10, 30
FORK = multiprocessing.get_context("fork")
MARK = re.compile(r'name="(csrf_token|base)"[^>]*? value="([^"]*)"')


class Browser:
    """Sends a form again as it was until it is answered, as the editor does."""

    def __init__(self, site, port):
        self.site, self.port, self.cookies = site, port, {}
        self.server, self.again = None, 0
        self.start()

    def start(self):
        """Begin another server where there is none."""
        self.server = FORK.Process(target=serve, args=(self.site, self.port), daemon=True)
        self.server.start()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        pytest.fail("no server")

    def kill(self):
        os.kill(self.server.pid, signal.SIGKILL)

    def ask(self, method, path, form=None):
        """Give status and page; where the server was killed, of the next one."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        while True:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                line.request(method, path, urlencode(form) if form is not None else None, headers)
                answer = line.getresponse()
                page = answer.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.again += 1
                self.server.join(PATIENCE)
                self.start()
            finally:
                line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page


def serve(site, port):
    make_server("127.0.0.1", port, site, threaded=True).serve_forever()


@pytest.fixture
def browser(app):
    with app.app_context():
        db.engine.dispose()  # no line to the database is handed on
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Browser(app, port)
    yield made
    made.kill()
    made.server.join()


def test_ten_kills_of_the_server_lose_no_edit_and_double_none(browser, session, site_url):
    drafting.begin(session, "small", DOCUMENT, staff_name="ann", now=NOW)
    session.commit()
    nodes = {each.code: each.id for each in drafting.nodes_of(session, drafting.find(session, "small"))}
    session.rollback()
    chance, told, number = random.Random(22), [], 0
    mark = dict(MARK.findall(browser.ask("GET", "/login")[1]))["csrf_token"]
    sent = {"email": "designer@example.org", "password": PASSWORD, "csrf_token": mark}
    assert browser.ask("POST", "/login", sent)[0] in {302, 303}
    tab = chance.randbytes(16).hex()
    for _ in range(KILLS):
        killed, begun = browser.server, len(told)
        timer = Timer(chance.uniform(0, 0.4), browser.kill)
        timer.start()
        while killed.is_alive() or len(told) == begun:
            number += 1
            place = "/questionnaires/draft/small/" + str(nodes["S1" if number % 3 else "A"])
            form = dict(MARK.findall(browser.ask("GET", place)[1])) | {"tab": tab, "mark": f"{number:032x}"}
            text = f"Text {number}"
            if number % 3:
                assert browser.ask("POST", place, form | {"v:text/en": text})[0] == 303
            else:
                form |= {"kind": "question", "type": "rating", "lines": f"{text}\t{text}"}
                assert browser.ask("POST", f"{place}/paste", form)[0] == 303
            told.append(text)
        timer.join()
        check(site_url, nodes["S1"], told)
    assert browser.again >= KILLS // 2, "most kills break a request off"


def check(url, question, told):
    """What was told stands in the log once, in order, and the log gives the draft."""
    engine = create_engine(url)
    with Session(engine) as session:
        draft = drafting.find(session, "small")
        values = [
            each.get("value", each.get("fields", {}).get("text/en"))
            for operations in session.scalars(select(DraftChange.operations).order_by(DraftChange.number))
            for each in operations
        ]
        assert [each for each in values if each in set(told)] == told
        assert set(Counter(session.scalars(select(DraftChange.client))).values()) == {1}
        nodes = drafting.nodes_of(session, draft)
        last = next(each for each in reversed(told) if int(each.split()[1]) % 3)
        assert nodes.by_id[question].fields["text/en"] == last
        assert written(assembled(drafting.nodes_at(session, draft, draft.number))) == written(
            assembled(nodes)
        )
    engine.dispose()
