"""Processes of `manyi serve` are replaced when they are lost, and none outlives the one that keeps them."""

import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, PATIENCE, prepared, status, until
from web import front


def children(pid):
    """The processes that a process has made, with their command lines."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if int((place / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found[int(place.name)] = (place / "cmdline").read_bytes().decode()
        except OSError:
            continue
    return {each: line for each, line in found.items() if "resource_tracker" not in line}


def lives(pid):
    """Say whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


@pytest.fixture
def served(tmp_path):
    port, environment = prepared(tmp_path, workers=2)
    began = time.monotonic()
    server = subprocess.Popen(
        [*COMMAND, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )

    answers = partial(status, port)
    until(answers)
    yield server, answers, port, time.monotonic() - began
    if server.poll() is None:
        server.kill()
        server.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_is_killed_is_replaced_and_nothing_outlives_the_server(served):
    server, answers, port, first = served
    killed = set()
    for _ in range(2):  # granian alone ends the site at the second loss
        every = set(children(server.pid))
        assert len(every) == 3  # two web processes and the job worker
        for pid in every:
            os.kill(pid, signal.SIGKILL)
        killed |= every
        began = time.monotonic()
        assert until(answers) == 200
        assert time.monotonic() - began < first / 2, "what is replaced reads nothing anew"
        until(lambda gone=frozenset(killed): len(set(children(server.pid)) - gone) == 3 or None)
        assert server.poll() is None
    left = set(children(server.pid))
    server.kill()
    assert server.communicate()[1].count("is lost and replaced") == 6
    until(lambda: not any(map(lives, left)) or None)
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_slow_senders_keep_nobody_out(served):
    """Each once took a thread for as long as it liked: eight of them ended the site."""
    server, answers, port, _first = served
    head = b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(100)]
    try:
        for each in slow:
            each.sendall(head)
        time.sleep(0.5)
        began = time.monotonic()
        assert [answers() for _ in range(10)] == [200] * 10
        assert time.monotonic() - began < front.BODY_SECONDS  # before any of them is given up
        slow[0].settimeout(PATIENCE)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 408")
    finally:
        for each in slow:
            each.close()
    assert server.poll() is None
