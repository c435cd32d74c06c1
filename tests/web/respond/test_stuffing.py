"""Stuffed questionnaires over HTTP are flagged and left out; the script's way, with fewer people."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "stuffing.py"


@pytest.fixture(scope="module")
def stuffing():
    spec = importlib.util.spec_from_file_location("stuffing", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SCRIPT.parent))
    return module


@pytest.mark.parametrize("answers", ["tens", "lines"])
def test_stuffed_questionnaires_do_not_move_the_official_index(stuffing, tmp_path, answers):
    report = stuffing.journey(
        tmp_path, honest=50, office=15, stuffed=25, seed=4, answers=getattr(stuffing, answers)
    )
    assert report.holds, report
    assert abs(report.index_with_all - report.index) > report.se, "it would have moved, had they counted"
    assert report.honest_out == 0
    assert any("45.83.64.0/24" in burst for burst in report.bursts), report.bursts
    assert "published" in report.reader
