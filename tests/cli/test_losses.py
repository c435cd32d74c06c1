"""Processes of a site are killed one after another while people answer and runs are carried out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "chaos_losses.py"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_site_never_goes_away_loses_nothing_and_no_run_hangs():
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MANYI_")}
    done = subprocess.run(
        [sys.executable, SCRIPT, "--seconds", "15", "--kills", "6", "--respondents", "3"],
        env=environment | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.startswith("6 kills in "), done.stdout
