"""docs/engine.md is true: its example runs, and every function it names is there."""

import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(csi_model(?:\.\w+)+)`", PAGE)


@pytest.mark.parametrize("name", sorted(set(NAMED) - {"csi_model.__all__"}))
def test_every_function_named_is_there(name):
    assert callable(pkgutil.resolve_name(name))


def test_the_page_names_what_it_should():
    assert len(NAMED) > 20


def test_the_example_runs(golden, monkeypatch):
    monkeypatch.chdir(golden.path)
    example = re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)[1].replace("bootstrap=500", "bootstrap=50")
    found = {"columns": golden.columns("data.csv")}
    exec(example, found)
    place = found["spec"].place[found["spec"].index]
    points = found["result"].points.constructs[0, place]
    own = found["points"].at("SAT")
    assert own.low < points == own.value < own.high
    assert found["document"]["index"]["points"] == pytest.approx(points)
    assert np.nanmean(found["scores"][:, place]) == pytest.approx(points, abs=1e-9)
