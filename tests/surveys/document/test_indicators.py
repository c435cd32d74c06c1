"""The model of an indicator system: every question keeps the scale it was asked on."""

import numpy as np
import pytest

from csi_model import ModelSpec, prepare
from surveys import instruments
from surveys.document import loading
from surveys.errors import Problem, SurveyError


def rescaled(low, high, *, only_first=False):
    """The utility questionnaire with its rating scale, or that of its first grid, changed."""
    plain = instruments.load("utility_csi").dump()
    name = next(iter(plain["scales"]))
    if only_first:
        plain["scales"]["own"] = plain["scales"][name] | {"low": low, "high": high}
        questions = (each for section in plain["sections"] for each in section["questions"])
        first = next(each for each in questions if each.get("rows") and "scale" in each)
        first["scale"] = "own"
        return loading.load(plain), [row["code"] for row in first["rows"]]
    plain["scales"][name] |= {"low": low, "high": high}
    return loading.load(plain), []


def test_another_scale_for_all_is_the_models_scale():
    document, _ = rescaled(1, 5)
    model = document.model()
    assert model["scale"] == {"low": 1, "high": 5}
    assert model["missing_codes"] == [97, 98, 99]
    spec = ModelSpec.from_mapping(model)
    assert {tuple(ends[:2]) for ends in spec.scales.tolist()} == {(1, 5)}


def test_a_question_on_a_scale_of_its_own_says_so():
    document, codes = rescaled(0, 6, only_first=True)
    model = document.model()
    assert model["scale"] == {"low": 1, "high": 10}
    inside = set(model["indicators"])
    assert inside
    assert inside <= set(codes)
    assert all(ends == {"low": 0, "high": 6} for ends in model["indicators"].values())
    spec = ModelSpec.from_mapping(model)
    rng = np.random.default_rng(1)
    columns = {code: rng.integers(1, 7, 60).astype(float) for code in spec.indicator_ids}
    prepare(spec, columns)  # within all scales
    columns[min(inside)][0] = 7  # fits 1 to 10, not 0 to 6
    with pytest.raises(ValueError, match=min(inside)):
        prepare(spec, columns)


def test_a_scale_that_reaches_98_has_no_reserved_codes():
    document, _ = rescaled(0, 100)
    assert document.model()["missing_codes"] == []


def test_interactions_are_an_option_of_the_model():
    document = instruments.load("utility_csi")
    plain, crossed = document.model(), document.model(interactions=True)
    assert crossed["paths"] == [*plain["paths"], ["SAT_x_SWC", "LOY"]]
    assert crossed["constructs"][-1]["product"] == ["SAT", "SWC"]
    assert set(crossed["constructs"][-1]["name"]) == {"zh", "en"}
    spec = ModelSpec.from_mapping(crossed)
    assert not spec.is_plain
    assert not spec.scored[spec.place["SAT_x_SWC"]]


def test_an_interaction_without_its_main_effects_is_refused():
    plain = instruments.load("utility_csi").dump()
    plain["indicators"]["paths"] = [
        path for path in plain["indicators"]["paths"] if list(path) != ["SWC", "LOY"]
    ]
    with pytest.raises(SurveyError, match="SWC → LOY") as refusal:
        loading.load(plain)
    assert refusal.value.problem is Problem.PATH_MISSING
