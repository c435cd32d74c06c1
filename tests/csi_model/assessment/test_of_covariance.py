"""What is assessed of a covariance model alone, and redundancy: the same numbers as their own functions."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model import ModelSpec, Options, assess, estimate, prepare
from csi_model.cbsem import bootstrap, fit, modification_indices
from csi_model.errors import ModelError

TWO = {
    "index": "SAT",
    "paths": [["QUAL", "SAT"]],
    "constructs": [
        {"id": "QUAL", "indicators": ["QUAL1", "QUAL2", "QUAL4"]},
        {"id": "SAT", "indicators": ["SAT1", "SAT2", "SAT3"]},
    ],
}


@pytest.fixture
def sample(golden):
    spec = ModelSpec.from_mapping(TWO)
    return spec, prepare(spec, golden.columns("data.csv"))


def columns_of(data):
    return {code: data.values[:, place] for place, code in enumerate(data.codes)}


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM", "WLSMV", "GLS", "ULS"])
def test_each_estimator_is_that_of_the_covariance_model(sample, estimator):
    spec, data = sample
    result = estimate(spec, data, Options(method="cbsem", estimator=estimator))
    own = fit(spec, columns_of(data), estimator=estimator)
    found = result.covariance.document
    assert found["estimator"] == estimator
    assert found["fit"] == own.document()["fit"]
    assert [row["est"] for row in found["estimates"]] == [row.est for row in own.estimates]
    points = result.points.constructs[0, spec.place["SAT"]]
    plain = estimate(spec, data, Options(method="cbsem"))
    assert points == pytest.approx(plain.points.constructs[0, spec.place["SAT"]], abs=1)


def test_ordered_answers_are_weighed_by_their_latent_responses(sample):
    spec, data = sample
    result = estimate(spec, data, Options(method="cbsem", estimator="WLSMV"))
    weights = fit(spec, columns_of(data), estimator="WLSMV").index_weights()["QUAL"]
    sd = dict(zip(data.codes, data.values.std(axis=0), strict=True))
    raw = {code: weight / sd[code] for code, weight in weights.items()}
    shares = result.points.construct_shares[0][:, spec.place["QUAL"]]
    for code, weight in raw.items():
        assert shares[data.codes.index(code)] == pytest.approx(weight / sum(raw.values()))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"estimator": "WLSMV"}, "is of covariance models, not of pls"),
        ({"method": "cbsem", "estimator": "DWLS"}, "There is no estimator 'DWLS'"),
    ],
)
def test_an_estimator_that_does_not_fit_is_refused(options, said):
    with pytest.raises(ModelError, match=said) as refusal:
        Options(**options)
    assert refusal.value.code == "estimator"
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("estimator", "missing", "clusters", "said"),
    [
        ("WLSMV", "fiml", None, "WLSMV cannot use incomplete rows"),
        ("ML", "mean", np.arange(300) % 50, "ML has no standard errors for clusters"),
    ],
)
def test_what_an_estimator_cannot_do_is_refused(golden, estimator, missing, clusters, said):
    spec = ModelSpec.from_mapping(TWO)
    data = prepare(spec, golden.columns("data_missing.csv"), missing=missing, clusters=clusters)
    with pytest.raises(ModelError, match=said):
        estimate(spec, data, Options(method="cbsem", estimator=estimator, missing=missing))


def test_modification_and_resampled_estimates_are_their_own_functions(sample):
    spec, data = sample
    found = assess(estimate(spec, data, Options(method="cbsem", bootstrap=30, seed=4, level=0.9)), data)
    own = fit(spec, columns_of(data))
    wanted = [each for each in modification_indices(own) if each.mi > 3.8415]
    assert [(row["lhs"], row["op"], row["rhs"], row["mi"]) for row in found["modification"]] == [
        (each.lhs, each.op, each.rhs, pytest.approx(each.mi)) for each in wanted
    ]
    drawn = bootstrap(own, 30, seed=4)
    parameters = found["parameters"]
    assert (parameters["n"], parameters["failed"], parameters["level"]) == (30, drawn.failed, 0.9)
    rows = parameters["estimates"]
    assert [f"{row['lhs']} {row['op']} {row['rhs']}" for row in rows] == list(drawn.names)
    np.testing.assert_allclose([row["est"] for row in rows], drawn.estimates)
    np.testing.assert_allclose([row["se"] for row in rows], drawn.se)
    for name, kind in (("ci", "percentile"), ("bca_ci", "bca")):
        ends = drawn.figure(0.9, kind)
        np.testing.assert_allclose([row[name] for row in rows], np.column_stack([ends.low, ends.high]))


def test_ordered_answers_have_modification_indices_and_say_what_they_have_not(sample):
    spec, data = sample
    found = assess(estimate(spec, data, Options(method="cbsem", estimator="WLSMV", bootstrap=20)), data)
    assert found["modification"] is not None
    assert (found["exact_fit"], found["parameters"]) == (None, None)
    codes = {caution["code"] for caution in found["cautions"]}
    assert {"exact_fit-bollen-stine", "parameters-bootstrap-estimator"} <= codes
    assert "modification" not in assess(estimate(spec, data, Options(bootstrap=20)), data)


def test_a_parameter_that_is_missing_is_named_first(sample):
    spec, _ = sample
    draw = np.random.default_rng(5)
    rows = draw.standard_normal((400, 8))
    quality, shared = rows[:, 6], rows[:, 7]
    happy = 0.6 * quality + 0.8 * draw.standard_normal(400)
    answers = np.column_stack([quality] * 3 + [happy] * 3) + 0.6 * rows[:, :6]
    answers[:, [0, 3]] += 0.6 * shared[:, None]
    named = dict(zip(spec.indicator_ids, np.clip(np.rint(6 + 1.4 * answers.T), 1, 10), strict=True))
    data = prepare(spec, named)
    result = estimate(spec, data, Options(method="cbsem", bootstrap=20))
    found = assess(result, data)["modification"]
    assert (found[0]["lhs"], found[0]["op"], found[0]["rhs"]) == ("QUAL1", "~~", "SAT1")
    assert found[0]["mi"] > 20
    assert found[0]["epc"] > 0


def test_redundancy_is_the_multiple_correlation(sample):
    spec, data = sample
    overall = data.values[:, 3].copy()
    overall[:20] = np.nan
    data = replace(data, beside={"ALL": overall})
    result = estimate(spec, data, Options(bootstrap=200))
    row = assess(result, data, overall={"QUAL": "ALL"})["redundancy"][0]
    seen = ~np.isnan(overall)
    table = np.column_stack([np.ones(seen.sum()), data.values[seen, :3]])
    guess = table @ np.linalg.lstsq(table, overall[seen], rcond=None)[0]
    assert row["value"] == pytest.approx(np.corrcoef(guess, overall[seen])[0, 1])
    assert (row["construct"], row["n"]) == ("QUAL", 280)
    assert row["ci"][0] < row["value"] < row["ci"][1]


@pytest.mark.parametrize(
    ("overall", "code"),
    [
        ({"NONE": np.arange(300.0)}, "redundancy-construct"),
        ({"QUAL": np.ones(300)}, "redundancy-constant"),
        ({"QUAL": np.where(np.arange(300) < 29, 1.0, np.nan)}, "redundancy-floor"),
    ],
)
def test_a_question_on_the_whole_that_tells_nothing_is_refused(sample, overall, code):
    spec, data = sample
    (construct, answers), *_ = overall.items()
    data = replace(data, beside={"ALL": answers})
    found = assess(estimate(spec, data, Options(bootstrap=20)), data, overall={construct: "ALL"})
    assert found["redundancy"] is None
    refusal = next(caution for caution in found["cautions"] if caution["code"] == code)
    assert refusal["remedy"]


def test_copies_among_the_questions_have_no_weights_of_their_own(golden):
    spec = ModelSpec.from_mapping(TWO)
    columns = golden.columns("data.csv")
    columns["QUAL2"] = columns["QUAL1"]
    data = prepare(spec, columns, beside=["LOY1"])
    found = assess(estimate(spec, data, Options(bootstrap=20)), data, overall={"QUAL": "LOY1"})
    assert found["redundancy"] is None
    assert "redundancy-collinear" in {caution["code"] for caution in found["cautions"]}
