"""The site that the scripts of chaos start, ask and kill."""

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 60  # seconds within which a server must be back


def ask(
    port: int,
    method: str,
    path: str,
    cookies: dict[str, str],
    body: str | None = None,
    timeout: float = 10,
) -> tuple[int, str, str]:
    """Give status, where it leads, and the page; status 0 where the server is gone. `cookies` are renewed."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8")
    except (OSError, http.client.HTTPException):
        return 0, "", ""
    finally:
        connection.close()
    for cookie in response.headers.get_all("Set-Cookie") or ():
        name, _, value = cookie.split(";")[0].partition("=")
        cookies[name] = value
    return response.status, response.headers.get("Location", ""), text


def serve(folder: Path, url: str, port: int, *, with_worker: bool = False) -> "subprocess.Popen[bytes]":
    """Start the site as `manyi serve` does, in a process group of its own, and wait until it answers."""
    settings = {
        "MANYI_INSTANCE": str(folder), "MANYI_DATABASE_URL": url,
        "MANYI_PORT": str(port), "MANYI_WORKERS": "2",
        "MANYI_ANSWER_LIMIT": "10000000 per minute", "MANYI_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", "web.cli", "serve", *([] if with_worker else ["--no-worker"])]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603
            command, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
        )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/livez")
            if connection.getresponse().status == 200:
                return server
        connection.close()
        time.sleep(0.1)
    kill(server)
    raise SystemExit(f"The server did not come back:\n{(folder / 'log').read_text(encoding='utf-8')[-2000:]}")


def kill(server: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers at once, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
