"""Files that a newcomer can read at one sitting."""

from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES, MEDIAN_LINES = 300, 120


@pytest.mark.parametrize("package", ["csi_model", "surveys", "web", "tests", "scripts", "benchmarks"])
def test_no_file_is_longer_than_it_should_be(package):
    """The golden folders keep the scripts of older releases as they ran."""
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / package).rglob("*.py")
        if not {"golden", "node_modules"} & set(path.parts)
    }
    assert sizes, "a folder of this name holds code"
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_half_of_the_files_are_read_in_minutes():
    """Without migrations and folders' docstrings, which nobody reads for long."""
    sizes = [
        len(path.read_text(encoding="utf-8").splitlines())
        for package in ("csi_model", "surveys", "web", "tests")
        for path in (ROOT / package).rglob("*.py")
        if not {"golden", "node_modules", "migrations"} & set(path.parts)
    ]
    assert median(size for size in sizes if size > 2) <= MEDIAN_LINES
