"""Files that a newcomer can read at one sitting."""

import ast
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


@pytest.mark.parametrize("package", ["csi_model", "surveys", "web"])
def test_the_tests_of_a_room_are_where_its_name_says(package):
    """What holds for a whole package, and what its tests share, stands beside the rooms."""
    rooms, tested = (
        {str(path.parent.relative_to(folder)) for path in folder.rglob(name)}
        for folder, name in ((ROOT / package, "__init__.py"), (ROOT / "tests" / package, "test_*.py"))
    )
    assert tested - rooms == set()
    assert len(tested) > 8


RECKONED = {"average", "corrcoef", "cov", "dot", "mean", "median", "percentile", "quantile", "std", "var"}


def test_the_site_reckons_no_statistic():
    """What a page or a command says is the engine's or the surveys'; the demo invents people."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}"
        for path in sorted((ROOT / "web").rglob("*.py"))
        if not {"demo", "node_modules"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RECKONED
    ]
    # The tally of a pilot is the surveys' own.
    assert [each for each in found if not each.endswith(" tally.mean")] == []
