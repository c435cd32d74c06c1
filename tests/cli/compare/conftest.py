"""A small model, and the golden answers with further columns where a test wants them."""

import csv

import pytest
import yaml

from tests.cli.compare.quick import mapping
from tests.cli.golden import DATA


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    return path


@pytest.fixture
def answers(tmp_path):
    """The golden answers with further columns: `write({"name": values})`."""

    def write(more, source=DATA):
        rows = list(csv.reader(source.read_text(encoding="utf-8").splitlines()))
        for name, values in more.items():
            rows = [[*row, value] for row, value in zip(rows, [name, *values], strict=True)]
        path = tmp_path / "answers.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return write
