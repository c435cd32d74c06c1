"""Questions that form their construct are not asked to go with the rest of it."""

import numpy as np

from csi_model import document
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, rounded, run, said


def test_what_forms_a_construct_is_doubted_where_neither_loading_nor_weight_speaks_for_it():
    r = np.random.default_rng(5)
    columns, formed = chain(500), {**CHAIN, "constructs": [*CHAIN["constructs"]]}
    formed["constructs"][1] = {**formed["constructs"][1], "mode": "B"}
    columns["q3"] = rounded(r.normal(size=500))  # goes with nothing
    mean = sum(columns[f"s{k}"] - columns[f"s{k}"].mean() for k in (1, 2, 3))
    own = 0.12 * mean - 0.45 * (columns["q1"] - 6.5) + r.normal(size=500)  # a part of its own
    columns["q2"] = rounded(own)
    result = run(formed, columns, bootstrap=300)
    loadings = {code: row["loading"] for code, row in document(result)["indicators"].items()}
    assert loadings["q2"] < 0.4 > abs(loadings["q3"])
    named = [caution for caution in result.cautions if caution.code == "low-loading"]
    assert [caution.about[0] for caution in named] == ["q3"]
    assert "nor counts beside its other questions (weight" in named[0].message
    assert "low-loading" not in said(run(formed, columns))  # without resamples nothing is known of a weight
    assert "low-loading" in said(run(CHAIN, columns))  # of a construct that questions show it is enough
