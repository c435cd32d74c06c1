"""What a model promises before there are answers, as fits and formulas tell it."""

import math

import pytest

from csi_model import ModelSpec, foresee
from csi_model.cbsem import fit


def spec(blocks, paths, index="B"):
    return ModelSpec.from_mapping(
        {
            "index": index,
            "constructs": [
                {"id": name, "indicators": [f"{name}{n}" for n in range(1, size + 1)]}
                for name, size in blocks.items()
            ],
            "paths": paths,
        }
    )


def test_parameters_are_those_that_a_fit_estimates(rng):
    found = foresee(spec({"A": 3, "C": 2, "B": 3}, [["A", "B"], ["C", "B"]]))
    mood = rng.normal(size=(400, 1))
    codes = ["A1", "A2", "A3", "C1", "C2", "B1", "B2", "B3"]
    answers = dict(zip(codes, (mood + rng.normal(size=(400, 8))).T, strict=True))
    text = "A =~ A1 + A2 + A3\nC =~ C1 + C2\nB =~ B1 + B2 + B3\nB ~ A + C"
    degrees = fit(text, answers).fit.df
    assert found.moments - found.parameters == degrees == 17
    assert (found.is_identified, found.weak) == (True, ())
    assert (found.n_constructs, found.n_paths, found.n_questions) == (3, 2, 8)


def test_a_single_question_is_named_and_too_few_moments_are_counted():
    single = foresee(spec({"A": 3, "B": 1}, [["A", "B"]]))
    assert (single.is_identified, single.weak) == (False, ("B",))
    pair = foresee(spec({"A": 1, "B": 2}, [["A", "B"]]))
    assert pair.parameters > pair.moments - 1
    assert not pair.is_identified


def test_precision_is_that_of_the_planned_sample():
    model = spec({"A": 3, "B": 3}, [["A", "B"]])
    found = foresee(model)
    assert (found.answers, found.wanted) == (400, 2.0)
    assert found.half_width == pytest.approx(1.96 * 16 / 20, rel=1e-3)
    assert found.for_index == math.ceil((1.959964 * 16 / 2) ** 2)
    assert found.for_paths == 155
    # An index of one question scatters as a question does.
    assert foresee(spec({"A": 3, "B": 1}, [["A", "B"]])).half_width > 1.7 * found.half_width
