"""The wheel alone is enough: installed elsewhere, it upgrades a database and serves a page in Chinese."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked by pip into a folder of its own."""
    found = importlib.util.spec_from_file_location("wheel", ROOT / "scripts" / "wheel.py")
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    folder = tmp_path_factory.mktemp("wheel")
    wheel = script.build(folder / "dist")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(folder / "site"), str(wheel)], check=True, capture_output=True)
    return folder / "site"


def get(port: int, path: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Language": "zh"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status, answer.read().decode()


def test_the_wheel_serves_from_an_empty_folder(installed, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PYTHONPATH": str(installed), "MANYI_INSTANCE": str(tmp_path / "instance"),
        "MANYI_PORT": str(port), "MANYI_WORKERS": "1",
    }  # fmt: skip
    python = [sys.executable, "-P"]
    where = [*python, "-c", "import web, surveys, csi_model; print(web.__file__)"]
    told = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert Path(told.stdout.strip()).is_relative_to(installed)
    manyi = [*python, "-m", "web.cli"]
    subprocess.run([*manyi, "db", "upgrade"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (tmp_path / "instance" / "manyi.db").is_file()
    server = subprocess.Popen(
        [*manyi, "serve", "--no-worker"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                status, page = get(port, "/")
                break
            except OSError:
                time.sleep(0.1)
        assert status == 200
        assert 'lang="zh-CN"' in page
        assert re.search(r"[一-鿿]{4}", page)
        sheets = re.findall(r'<link[^>]+href="([^"]+\.css[^"]*)"', page)
        assert sheets
        for sheet in sheets:
            status, text = get(port, sheet)
            assert status == 200
            assert "{" in text
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
