"""The proxy that the documentation proposes: what it hands on, what it holds back, what it writes down."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

CONFIGURATION = Path(__file__).parents[2] / "docs" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")


class Site(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def _told(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = json.dumps({"headers": dict(self.headers), "path": self.path, "size": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _told  # noqa: N815  named by the library

    def log_message(self, *_):
        """Write nothing."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The proxy as documented, at a port of its own and without TLS, whose certificate no test has."""
    assert NGINX, "nginx is missing: scripts/install-test-system.sh installs it"
    folder = tmp_path_factory.mktemp("proxy")
    port, site = free_port(), ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=site.serve_forever, daemon=True).start()
    text = CONFIGURATION.read_text(encoding="utf-8")
    for pattern, other in (
        (r"\n    listen \[::\].*", ""),
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};"),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};"),
        (r"\n    ssl_.*", ""),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{site.server_port}"),
        (r"/var/log/nginx/", f"{folder}/"),
    ):
        text, n = re.subn(pattern, other, text)
        assert n, pattern
    folders = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log info;"
        f"events {{}} http {{ {folders}\n{text} }}",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(whole)], stderr=subprocess.PIPE, text=True
    )
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
    yield port, folder
    process.terminate()
    process.communicate(timeout=10)
    site.shutdown()
    site.server_close()


def ask(port, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "GET" if body is None else "POST", path, body, {"Host": "survey.example.org"} | (headers or {})
    )
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def test_what_a_visitor_claims_of_its_way_is_written_anew(proxy):
    port, _ = proxy
    claimed = {
        "X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example",
        "X_Forwarded_For": "198.51.100.8",
    }  # fmt: skip
    status, text = ask(port, "/login?x=1", headers=claimed)
    seen = json.loads(text)
    assert (status, seen["path"]) == (200, "/login?x=1")
    assert seen["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert seen["headers"]["X-Forwarded-Proto"] == "http"
    assert seen["headers"]["X-Forwarded-Host"] == seen["headers"]["Host"] == "survey.example.org"
    assert "198.51.100" not in text.decode()
    assert "evil" not in text.decode()


@pytest.mark.parametrize(("path", "most"), [("/i/abc/start", 128 * 1024), ("/fieldwork", 4 * 2**20)])
def test_bodies_are_as_long_as_the_site_takes_them(proxy, path, most):
    port, _ = proxy
    status, text = ask(port, path, b"x" * most)
    assert (status, json.loads(text)["size"]) == (200, most)
    assert ask(port, path, b"x" * (most + 1))[0] == 413


def test_links_of_respondents_are_written_nowhere(proxy):
    port, folder = proxy
    assert ask(port, "/home/staff-page")[0] == 200
    assert ask(port, "/i/SECRETTOKEN/start")[0] == 200
    assert ask(port, "/i/SECRETTOKEN/start", b"x" * 200_000)[0] == 413  # an error of it neither
    assert ask(port, "/s/SECRETKEY")[0] == 200
    time.sleep(0.3)
    written = "".join(each.read_text(errors="replace") for each in folder.glob("*.log"))
    assert "/home/staff-page" in written
    assert "SECRET" not in written


def test_the_configuration_speaks_of_settings_that_exist():
    from web.config import SETTINGS  # noqa: PLC0415

    named = set(re.findall(r"MANYI_([A-Z_]+)", CONFIGURATION.read_text(encoding="utf-8")))
    assert named
    assert named <= {each.name for each in SETTINGS}
