"""The processes of `manyi serve`: each is replaced when lost, and none outlives the one that keeps them."""

import gc
import signal
import subprocess
import sys
import time
from typing import Any

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from web.running import end_with_parent
from web.site import create_app

YOUNG_SECONDS = 1.0  # whoever dies sooner cannot start: it is tried again, slowly
PATIENCE_SECONDS = 0.5


class Worker:
    """The job worker beside the site."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        # A session of its own: Ctrl-C reaches the server alone, which then ends the worker in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "worker"],
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  nothing but a system call, which takes no lock
        )

    def tend(self) -> "Worker":
        """Give this worker, or one in its place if it is lost."""
        if self._process.poll() is None:
            return self
        lost("job worker", self._process.pid, self._began)
        return Worker()

    def end(self) -> None:
        """End it in order, at last by force."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()


def lost(what: str, pid: int, began: float) -> None:
    """Say that a process is lost; wait where it hardly lived."""
    click.echo(f"A {what} (process {pid}) is lost and replaced.", err=True)
    if time.monotonic() - began < YOUNG_SECONDS:
        time.sleep(PATIENCE_SECONDS)


class Server(Granian):  # type: ignore[misc,valid-type]
    """Granian, whose own respawning ends the site when a process dies soon after its replacement."""

    jobs: Worker | None = None

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(PATIENCE_SECONDS)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                break
            self.interrupt_children.clear()
            for place, process in enumerate(list(self.wrks)):
                if not process.is_alive():
                    lost("web process", process.inner.pid, process.birth)
                    self._respawn_workers([place], spawn_target, target_loader)
            if self.jobs is not None:
                self.jobs = self.jobs.tend()


def serve(settings: dict[str, Any], *, with_worker: bool, started: Any) -> None:
    """Serve the site until a signal ends it.

    Parameters
    ----------
    settings
        As `web.config.read_settings` gives them.
    started
        Called once the site can be asked.
    """
    # Web processes are forked from this one: what they consist of is read here, once for all, so that one in
    # place of a lost one answers at once.
    create_app()
    gc.freeze()
    server = Server(
        "web.asgi:app",
        address=settings["HOST"],
        port=settings["PORT"],
        interface=Interfaces.ASGINL,
        workers=settings["WORKERS"],
        # Connections wait, requests do not: many idle or slow ones keep nobody from a thread.
        backpressure=1024,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=5000),
        workers_kill_timeout=5,
        log_access=False,
        log_enabled=settings["LOG_LEVEL"] == "DEBUG",
    )
    server.on_startup(started)
    server.jobs = Worker() if with_worker else None
    try:
        server.serve()
    finally:
        if server.jobs is not None:
            server.jobs.end()
