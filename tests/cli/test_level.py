"""`--level`: every interval of a command that takes it is of that level; what is no share is refused."""

import csv
import json
from pathlib import Path

import pytest

from tests.csi_model.simulated import GOLDEN

MODEL, DATA = GOLDEN / "model.yaml", GOLDEN / "data.csv"
COMMANDS = {
    "estimate": (DATA, "--bootstrap", 40, "--tree", "effects", "--assess"),
    "estimate by cbsem": (DATA, "--method", "cbsem"),
    "priorities": (DATA, "--bootstrap", 40, "--asymmetry"),
    "what-if": (DATA, "--bootstrap", 40, "--raise", "QUAL1=5"),
    "trend": (DATA, "--wave", "group", "--bootstrap", 40),
    "evaluate": (
        "panel.csv", "--unit", "unit", "--wave", "wave", "--treated", "U0,U1,U2,U3,U4,U5",
        "--before", "a,b", "--after", "c", "--bootstrap", 100,
    ),
}  # fmt: skip
# Of ranks the ends are whole numbers and may stay; that of RMSEA is 90 % by convention.
NOT_NARROWER = {"rank_ci", "rmsea_ci"}


@pytest.fixture
def panel(tmp_path, monkeypatch):
    """The answers once more, as of twelve units in three waves."""
    monkeypatch.chdir(tmp_path)
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for at, row in enumerate(rows):
        row |= {"unit": f"U{at % 12}", "wave": "abc"[at // 12 % 3]}
    with Path("panel.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def intervals(document, where=()):
    """Give place and ends of every interval of a document."""
    if isinstance(document, list):
        if where[-1].endswith("ci") and len(document) == 2 and not isinstance(document[0], dict):
            yield where, document
            return
        document = dict(enumerate(document))
    if isinstance(document, dict):
        for name, part in document.items():
            yield from intervals(part, (*where, str(name)))


@pytest.mark.usefixtures("panel")
@pytest.mark.parametrize("name", COMMANDS)
def test_every_interval_follows_the_level(manyi, name):
    answers, *others = COMMANDS[name]
    found = {}
    for level in (0.95, 0.8):
        code, out, err = manyi(
            name.split()[0], answers, "--model", MODEL, *others, "--seed", 2, "--level", level, "--json", "-"
        )
        assert code == 0, err
        found[level] = dict(intervals(json.loads(out)))
    assert found[0.95].keys() == found[0.8].keys()
    assert len(found[0.95]) > 1
    for where, (low, high) in found[0.95].items():
        inner = found[0.8][where]
        if None in inner or low == high:
            assert inner == [low, high]
            continue
        assert low <= inner[0] <= inner[1] <= high, where
        if where[-1] not in NOT_NARROWER:
            assert inner[1] - inner[0] < high - low, where


@pytest.mark.usefixtures("panel")
@pytest.mark.parametrize("level", ["0", "1", "95", "-0.5", "nan", "viel"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_level_that_is_no_share_is_refused(manyi, name, level):
    answers, *others = COMMANDS[name]
    code, out, err = manyi(name.split()[0], answers, "--model", MODEL, *others, "--level", level)
    assert code in {1, 2}
    assert out == ""
    assert "level" in err
