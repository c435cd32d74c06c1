"""`manyi what-if`: the engine's figures in tables; a message for each bad input."""

import json

import numpy as np
import pytest

from tests.csi_model.conftest import Shelf
from tests.csi_model.simulated import GOLDEN

MODEL, DATA = GOLDEN / "model.yaml", GOLDEN / "data.csv"
SURVEY = (DATA, "--model", MODEL)
FEW = ("--bootstrap", 60, "--seed", 3)


def test_what_if_is_importance_times_the_rise_that_is_left(manyi, fitted):
    code, out, err = manyi(
        "what-if", *SURVEY, *FEW, "--raise", "QUAL1=5", "--raise", "QUAL2=3", "--json", "-"
    )
    assert code == 0
    found = json.loads(out)
    columns, importance = Shelf(GOLDEN).columns("data.csv"), fitted.figure("importance_indicators").value
    total = 0.0
    for name, lift in (("QUAL1", 5), ("QUAL2", 3)):
        points = (columns[name] - 1) * 100 / 9
        realised = np.minimum(lift, 100 - points).mean()
        gain = importance[fitted.spec.indicator_ids.index(name)] * realised
        assert found["questions"][name]["realised"] == pytest.approx(realised)
        assert found["questions"][name]["gain"]["points"] == pytest.approx(gain)
        total += gain
    assert found["gain"]["points"] == pytest.approx(total)
    low, high = found["gain"]["ci"]
    assert low < total < high
    assert found["index_after"] == pytest.approx(found["index"]["points"] + total)
    assert f"{total:+.2f} (likely {low:+.2f} to {high:+.2f})" in err


def test_what_if_cautions_name_the_questions(manyi):
    code, _, err = manyi("what-if", *SURVEY, *FEW, "--raise", "QUAL1=40", "--raise", "LOY1=2")
    assert code == 0
    assert "The lift of QUAL1 exceeds a standard deviation" in err
    assert "Answers to QUAL1 are near the end of the scale" in err
    assert "LOY1 has no weight, or no path to the index" in err


def test_weights_and_clusters_change_the_figures(manyi):
    plain, weighted, clustered = (
        json.loads(manyi("what-if", *SURVEY, *FEW, "--raise", "QUAL1=5", *more, "--json", "-")[1])
        for more in ((), ("--weights", "weight"), ("--cluster", "QUAL2"))
    )
    assert plain["gain"]["points"] != weighted["gain"]["points"]
    assert plain["gain"]["points"] == clustered["gain"]["points"]
    assert plain["gain"]["ci"] != clustered["gain"]["ci"]


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("QUAL1", "--raise QUAL1 cannot be read. Write CODE=POINTS"),
        ("QUAL1=much", "--raise QUAL1=much cannot be read"),
        ("=5", "--raise =5 cannot be read"),
        ("QUAL1=0", "up to 100 points"),
        ("QUAL1=101", "up to 100 points"),
        ("QUAL1=nan", "up to 100 points"),
        ("Q99=5", "The model has no question Q99. Its questions: IMG1"),
    ],
)
def test_wrong_rises_are_refused(manyi, raised, said):
    code, out, err = manyi("what-if", *SURVEY, *FEW, "--raise", raised)
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (("what-if", *SURVEY), "--raise", 2),
        (
            ("what-if", *SURVEY, "--raise", "QUAL1=5", "--raise", "QUAL1=6"),
            "names QUAL1 twice",
            1,
        ),
        (("what-if", *SURVEY, "--raise", "QUAL1=5", "--bootstrap", 5), "--bootstrap", 2),
        (("what-if", *SURVEY, "--raise", "QUAL1=5", "--seed", -1), "--seed", 2),
        (
            ("what-if", *SURVEY, "--raise", "QUAL1=5", "--weights", "heft"),
            "has no column heft",
            1,
        ),
    ],
)
def test_bad_input_has_a_message(manyi, arguments, said, status):
    code, out, err = manyi(*arguments)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err
