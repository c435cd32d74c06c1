"""The engine and its tests run where Flask, SQLAlchemy, pydantic and the like are not installed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ABSENT = ("flask", "sqlalchemy", "alembic", "pydantic", "wtforms", "huey", "plotly", "web", "surveys")
PROGRAM = f"""
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import pytest, csi_model
for module in pkgutil.walk_packages(csi_model.__path__, "csi_model."):
    importlib.import_module(module.name)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_every_test_of_the_engine_can_be_loaded_without_the_site() -> None:
    done = alone("tests/csi_model", "--collect-only")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_the_engine_agrees_with_its_peers_without_the_site() -> None:
    done = alone("tests/csi_model/pls/test_seminr.py")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("name", ["flask", "surveys"])
def test_what_is_called_absent_is_absent(name: str, tmp_path: Path) -> None:
    needs = tmp_path / "test_needs.py"
    needs.write_text(f"import {name}\n", encoding="utf-8")
    assert alone(str(needs), "--rootdir", str(tmp_path)).returncode != 0
