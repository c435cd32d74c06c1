"""Weights from judgements of pairs, against Saaty's own example."""

import numpy as np
import pytest

from csi_model.errors import SpecificationError
from csi_model.tree.pairwise import priorities

SAATY = [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]
ABC = ("A", "B", "C")


def test_saatys_example():
    found = priorities(ABC, [SAATY], "constructs")
    assert found.weights == pytest.approx([0.637, 0.258, 0.105], abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.033, abs=1e-3)


def test_consistent_judgements_give_back_the_weights_they_were_made_of():
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    found = priorities("ABCD", [weights[:, None] / weights], "here")
    assert found.weights == pytest.approx(weights, abs=1e-12)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_experts_who_say_opposite_things_weigh_alike():
    other = [[1, "1/3", "1/5"], [3, 1, "1/3"], [5, 3, 1]]
    assert priorities(ABC, [SAATY, other], "here").weights == pytest.approx([1 / 3] * 3, abs=1e-12)


def test_a_third_may_be_written_as_decimals_and_means_a_third():
    written = [[1, 3, 5], [0.33, 1, 3], [0.2, 0.33, 1]]
    exact = priorities(ABC, [SAATY], "here").weights
    assert priorities(ABC, [written], "here").weights == pytest.approx(exact, abs=1e-12)


def test_one_thing_has_all_the_weight():
    assert priorities(["A"], [[[1]]], "here").weights.tolist() == [1.0]


def test_contradiction_is_refused_with_the_three_that_contradict_most():
    circle = [
        [1, 3, "1/3", 1],
        ["1/3", 1, 3, 1],
        [3, "1/3", 1, 1],
        [1, 1, 1, 1],
    ]
    with pytest.raises(SpecificationError, match=r"consistency ratio 0\.\d\d.*most so A, B and C") as caught:
        priorities("ABCD", [circle], "QUAL")
    assert caught.value.code == "judgements"


@pytest.mark.parametrize(
    ("experts", "said"),
    [
        ([], "no judgements"),
        ([[[1, 3], ["1/3", 1]]], "no table of 3 by 3"),
        ([[1, 2, 3]], "no table of 3 by 3"),
        (
            [SAATY, [[1, 3, 5], ["1/2", 1, 3], ["1/5", "1/3", 1]]],
            "expert 2: A over B is 3, but B over A is 0.5",
        ),
        ([[[2, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]], "itself is not 1"),
        ([[[1, 12, 5], ["1/12", 1, 3], ["1/5", "1/3", 1]]], "holds 12"),
        ([[[1, "much", 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]], "holds 'much'"),
        ([[[1, None, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]], "holds None"),
        ([[[1, "1/0", 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]], "holds '1/0'"),
    ],
)
def test_what_is_no_judgement_is_refused_by_place(experts, said):
    with pytest.raises(SpecificationError, match=said):
        priorities(ABC, experts, "constructs")


def test_more_than_ten_things_are_refused():
    with pytest.raises(SpecificationError, match="11 things"):
        priorities([str(k) for k in range(11)], [np.ones((11, 11))], "here")
