"""Figures of R packages: the files in `tests/golden` always, those of ../shared/reference where they are."""

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csi_model.specify import ModelSpec

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"


@dataclass(frozen=True)
class Shelf:
    """One folder of answers, models and results of other packages."""

    path: Path

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """Columns by name: numbers with nan for blanks, texts where a column holds any."""
        head, *rows = list(csv.reader(self.text(name).splitlines()))
        found: dict[str, np.ndarray] = {}
        for title, column in zip(head, zip(*rows, strict=True), strict=True):
            try:
                found[title] = np.array([float(x) if x not in {"", "NA"} else np.nan for x in column])
            except ValueError:
                found[title] = np.array(column)
        return found

    def spec(self, name: str) -> ModelSpec:
        return ModelSpec.from_yaml(self.text(name))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261124)


@pytest.fixture(scope="session")
def golden() -> Shelf:
    """`sim/`: our simulated data with the results of R packages, part of this repository."""
    return Shelf(ROOT / "tests" / "golden")


@pytest.fixture(scope="session")
def reference() -> Shelf:
    """`mobi/` of ../shared/reference: there under CI, elsewhere the tests say that they were not run."""
    if not REFERENCE.is_dir():
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{REFERENCE} is missing; under CI the comparison with R packages must run.")
        pytest.skip("not compared with the R packages: ../shared/reference is not here")
    return Shelf(REFERENCE / "mobi")
