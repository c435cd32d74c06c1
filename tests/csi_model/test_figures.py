"""The ledger of reference figures forgets none; R's random numbers are R's."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from tests.csi_model import r_random
from tests.csi_model.figures import Figures

DOCUMENT = {
    "n": 3,
    "note": "text",
    "table": {"A": {"x": 1.0, "y": None}, "B": {"x": 2.0, "y": 4.0}},
    "rows": [
        {"lhs": "A", "op": "~", "rhs": "B", "est": 0.5},
        {"lhs": "A", "op": "~", "rhs": "C", "est": 0.6},
    ],
    "flags": [True, False],
}


@pytest.fixture(autouse=True)
def _no_log(monkeypatch):
    monkeypatch.delenv("MANYI_REFERENCE_LOG", raising=False)


def test_every_figure_is_compared_or_left():
    with Figures("file", DOCUMENT) as figures:
        assert len(figures.open) == 6
        figures.same("n", 3)
        figures.same("table", [[1, np.nan], [2, 4]], ["A", "B"], ["x", "y"])
        figures.same("rows", [[0.5]], ["A ~ B"], ["est"])
        figures.leave("a reason", "rows/A ~ C")


def test_what_is_forgotten_or_named_twice_fails():
    with (
        pytest.raises(AssertionError, match="neither compared nor left"),
        Figures("file", DOCUMENT) as figures,
    ):
        figures.leave("a reason", "table", "rows")
    figures = Figures("file", DOCUMENT)
    figures.same("n", 3)
    with pytest.raises(AssertionError, match="was compared before"):
        figures.same("n", 3)
    with pytest.raises(AssertionError, match="no open figures"):
        figures.leave("a reason", "n")
    with pytest.raises(AssertionError, match="has no figures"):
        figures.same("table", [1.0], ["C"])
    with pytest.raises(AssertionError, match="two figures"):
        Figures("file", {"rows": [{"Name": "A", "x": 1}, {"Name": "A", "x": 2}]})


def test_what_differs_too_much_fails():
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        Figures("file", DOCUMENT).same("rows", [[0.5], [0.600002]], ["A ~ B", "A ~ C"], ["est"])
    Figures("file", DOCUMENT).within("n", 4, spread=0.3)
    with pytest.raises(AssertionError, match="errors apart"):
        Figures("file", DOCUMENT).within("n", 5, spread=0.3)


def test_comparisons_are_logged(tmp_path, monkeypatch):
    monkeypatch.setenv("MANYI_REFERENCE_LOG", str(tmp_path / "log"))
    figures = Figures("file", DOCUMENT)
    figures.same("table", [[1 + 1e-9, 0], [2, 4]], ["A", "B"], ["x", "y"])
    figures.leave("a reason", "rows")
    compared, left = map(json.loads, (tmp_path / "log").read_text().splitlines())
    assert (compared["file"], compared["n"], compared["allowed"]) == ("file", 3, "1e-06")
    assert compared["largest"] == pytest.approx(1e-9, rel=1e-6)
    assert (left["left"], left["reason"]) == (2, "a reason")


def test_random_numbers_are_those_of_r():
    """As printed by R 4 after `set.seed`: `sample(10)`, `runif(1)`, `nextRNGStream(.Random.seed)`."""
    assert (r_random.Mersenne(123).order(10) + 1).tolist() == [3, 10, 2, 8, 6, 9, 1, 7, 5, 4]
    assert r_random.Mersenne(42).uniform() == pytest.approx(0.914806, abs=5e-7)
    second = r_random.next_stream(r_random.seed_state(123))
    signed = [1801422725, -2057975723, 1156894209, 1595475487, 210384600, -1655729657]
    assert [*second[0], *second[1]] == [number % 2**32 for number in signed]


def test_whole_numbers_below_a_bound_are_even():
    draws = np.array([r_random.Mersenne(1).below(6) for _ in range(3)])
    assert (draws == draws[0]).all()
    generator = r_random.Mersenne(5)
    counts = np.bincount([generator.below(5) for _ in range(5000)], minlength=5)
    assert (abs(counts - 1000) < 4 * np.sqrt(800)).all()
    assert sorted(generator.order(7)) == list(range(7))


def test_table_names_files_that_nothing_knows(tmp_path):
    path = Path(__file__).parents[2] / "scripts" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference_table", path)
    table = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(table)
    for name in ("mobi.csv", "compared.json", "new_scores.csv", "model.lav"):
        (tmp_path / name).touch()
    assert table.strangers(tmp_path, {"compared.json"}) == ["new_scores.csv"]
    sim = tmp_path / "sim"
    sim.mkdir()
    (sim / "model.lav").write_text("another model than the golden one", encoding="utf-8")
    assert table.strangers(sim, set()) == ["model.lav"]
    assert table.strangers(table.GOLDEN, {"index.json"}) != []
