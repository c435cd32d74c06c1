"""The costly checks in one: the same numbers as their own functions; what is refused is named."""

import numpy as np
import pytest

from csi_model import Options, assess, estimate, prepare
from csi_model.assessment.exact_fit import exact_fit
from csi_model.assessment.predict import predict
from csi_model.cbsem import bollen_stine, fit
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec


@pytest.fixture
def sample(golden):
    spec = golden.spec("model.yaml")
    return spec, prepare(spec, golden.columns("data.csv"))


def test_each_part_is_its_own_function(sample):
    spec, data = sample
    found = assess(estimate(spec, data, Options(bootstrap=80, seed=5)), data)
    result = estimate(spec, data, Options(bootstrap=80, seed=5))
    for kind in ("htmt", "htmt2"):
        ratios = result.figure(kind)
        draws = result.resampled.draws.htmt
        drawn = draws if kind == "htmt" else result.estimator.htmt2_of_resamples()
        upper = np.nanquantile(drawn, 0.95, axis=0)
        for source, target, *numbers in found[kind]:
            place = spec.place[target], spec.place[source]
            wanted = [ratios.value[place], ratios.low[place], ratios.high[place], upper[place]]
            if np.isnan(drawn[(slice(None), *place)]).sum() > 40:
                assert numbers[1:] == [None, None, None]
                continue
            np.testing.assert_allclose(numbers, wanted, rtol=1e-12)
    tested = exact_fit(Estimator(spec, data, Options(bootstrap=80, seed=5)), 80)
    assert {name: found["exact_fit"][name]["p"] for name in tested.p} == tested.p
    assert found["exact_fit"]["method"] == "pls"
    guess = predict(spec, data, rng=np.random.default_rng([5, 3]))
    assert [row["q2_predict"] for row in found["prediction"]["indicators"].values()] == list(guess.q2_predict)
    assert found["cautions"] == []


def test_a_covariance_model_has_its_own_exact_fit(sample):
    spec, data = sample
    options = Options(method="cbsem", bootstrap=40, seed=5)
    found = assess(estimate(spec, data, options), data)
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    wanted = bollen_stine(fit(spec, columns), 40, seed=5)
    chi2 = estimate(spec, data, options).covariance.document["fit"]["chi2"]
    assert found["exact_fit"] == {
        "method": "cbsem",
        "chi2": {
            "statistic": pytest.approx(chi2),
            "critical": wanted.critical,
            "p": wanted.p,
            "df": wanted.df,
            "p_normal": wanted.p_normal,
        },
        "failed": 0,
    }
    assert found["prediction"]["method"] == "pls"


def test_exact_fit_of_gaps_is_refused_by_name(golden):
    spec = golden.spec("model.yaml")
    data = prepare(spec, golden.columns("data_missing.csv"))
    found = assess(estimate(spec, data, Options(method="cbsem", missing="fiml", bootstrap=20)), data)
    assert found["exact_fit"] is None
    assert "exact_fit-bollen-stine" in {caution["code"] for caution in found["cautions"]}


def test_same_seed_same_numbers_another_seed_others(sample):
    spec, data = sample
    first, again, other = (
        assess(estimate(spec, data, Options(bootstrap=40, seed=seed)), data) for seed in (1, 1, 2)
    )
    assert first == again
    assert first["htmt"] != other["htmt"]


def test_a_refused_part_is_named_and_the_rest_stands(sample):
    spec, data = sample
    plain = spec.to_mapping()
    plain["constructs"].append({"id": "BOTH", "product": ["SAT", "VAL"]})
    plain["paths"] += [["VAL", "LOY"], ["BOTH", "LOY"]]
    found = assess(estimate(ModelSpec.from_mapping(plain), data, Options(bootstrap=40)), data)
    assert found["exact_fit"] is None
    assert set(found["prediction"]["indicators"]) > {"LOY1", "LOY2", "LOY3"}
    (caution,) = found["cautions"]
    assert (caution["code"], caution["about"]) == ("exact_fit-staged", ["BOTH"])
    assert found["srmr_estimated"] is None
    assert "(srmr_estimated)" in caution["message"]
    assert "Read srmr_saturated" in caution["remedy"]
    assert 0 < found["srmr_saturated"] < 0.2
    values = {tuple(row[:2]): row[2] for row in found["htmt"]}
    assert values["IMG", "SAT"] > 0
    assert values["SAT", "BOTH"] is None
