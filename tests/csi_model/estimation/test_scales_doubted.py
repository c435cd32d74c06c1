"""A scale that some questions of many do not use to its end was perhaps declared wrongly for them."""

import numpy as np
import pytest

from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, run, said


@pytest.mark.parametrize("valence", [1, -1])
def test_questions_whose_answers_pile_up_below_the_end_of_their_scale_are_named(valence):
    columns = chain()
    for code in ("q1", "q2"):
        columns[code] = np.ceil(columns[code] / 2)
        columns[code] = columns[code] if valence > 0 else np.minimum(7 - columns[code], 5)
    turned = {code: {"valence": valence} for code in ("q1", "q2")}
    caution = said(run(CHAIN | {"indicators": turned}, columns))["scale-unused"]
    assert caution.about == ("q1", "q2", "1–5 / 1–10")
    right = {code: {"high": 5} | own for code, own in turned.items()}
    assert "scale-unused" not in said(run(CHAIN | {"indicators": right}, columns))


def test_a_tail_that_ends_low_is_no_end_of_a_scale():
    columns = chain()
    columns["q1"] = np.clip(columns["q1"] - 3, 1, 10)
    columns["q1"][columns["q1"] > 6] = 6
    columns["q1"][np.argsort(columns["q1"], kind="stable")[-3:]] = 7
    assert "scale-unused" not in said(run(CHAIN, columns))
