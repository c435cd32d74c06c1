"""The command line as a fixture."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from sqlalchemy.orm import Session

import csi_model
from surveys.database import create_engine
from tests.csi_model.conftest import Shelf
from tests.csi_model.simulated import GOLDEN
from tests.databases import cluster  # noqa: F401
from web import cli

COMMAND = [sys.executable, "-m", "web.cli"]
PATIENCE = 60


@pytest.fixture
def manyi(monkeypatch, capsys, tmp_path):
    """Run the command line; gives exit code, standard output and standard error."""
    monkeypatch.setenv("MANYI_INSTANCE", str(tmp_path / "instance"))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["manyi", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def world(manyi, tmp_path):
    """A session on an upgraded database of the instance."""
    assert manyi("db", "upgrade")[0] == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'manyi.db'}")
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture(scope="session")
def fitted():
    """The golden answers by the golden model, with 60 resamples of seed 3."""
    shelf = Shelf(GOLDEN)
    spec = shelf.spec("model.yaml")
    data = csi_model.prepare(spec, shelf.columns("data.csv"))
    return csi_model.estimate(spec, data, csi_model.Options(bootstrap=60, seed=3))


def prepared(folder, workers):
    """Make a database in a folder; gives a free port and the environment of a site that runs there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MANYI_INSTANCE": str(folder), "MANYI_PORT": str(port), "MANYI_WORKERS": str(workers),
    }  # fmt: skip
    subprocess.run([*COMMAND, "db", "upgrade"], env=environment, check=True, capture_output=True)
    return port, environment


def until(what):
    """Ask again and again, until there is an answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if (found := what()) is not None:
            return found
        time.sleep(0.1)
    raise AssertionError("not in time")


def status(port):
    """Give what a site at this port answers with; None where it answers nothing."""
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2).status
    except OSError:
        return None
