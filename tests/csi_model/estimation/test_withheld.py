"""Who did not answer is counted by its reason; where that goes with satisfaction, the figure says how far."""

import numpy as np
import pytest

import csi_model
from csi_model import Options
from csi_model.estimation.told import APPROXIMATE
from tests.csi_model.answers.worlds import SPEC, prepared, whole

CODES = {97: "not_asked", 98: "not_applicable", 99: "dont_know"}


def said(values, **options):
    result = csi_model.estimate(SPEC, prepared(values, reserved=CODES), Options(**options))
    return {caution.code: caution for caution in result.cautions}, csi_model.document(result)


def test_the_document_counts_the_reasons_and_the_answers_given_alone():
    values = whole(600)
    values[:200, 0], values[200:230, 0], values[230:240, 0], values[240:245, 0] = 97, 98, 99, np.nan
    found = said(values)[1]["indicators"]
    counts = {name: each for name, each in found["img1"].items() if name.startswith("n_")}
    assert counts == {
        "n_answered": 355,
        "n_not_asked": 200,
        "n_skipped": 0,
        "n_dont_know": 10,
        "n_not_applicable": 30,
        "n_unknown": 5,
    }
    assert found["img1"]["points_answered"] == pytest.approx((values[245:, 0].mean() - 1) / 9 * 100)
    assert found["img2"]["points_answered"] == pytest.approx(found["img2"]["points"], abs=1e-9)
    assert not found["img1"]["approximate"]


def test_few_answers_are_marked_and_named_where_errors_are_told():
    values = whole(1000)
    values[APPROXIMATE - 1 :, 4] = 97
    cautions, document = said(values, bootstrap=40)
    assert document["indicators"]["tch2"]["approximate"]
    assert cautions["approximate"].about == (f"tch2 ({APPROXIMATE - 1})",)
    assert "approximate" not in said(values)[0]
    values[: APPROXIMATE + 1, 4] = 5.0
    values[APPROXIMATE - 5 : APPROXIMATE, 4] = 6.0
    cautions, document = said(values, bootstrap=40)
    assert not document["indicators"]["tch2"]["approximate"]
    assert "approximate" not in cautions


@pytest.mark.parametrize("method", ["pls", "cbsem"])
def test_answers_withheld_by_the_discontent_carry_a_range(method):
    values = whole(800)
    happy = values[:, 9:11].mean(axis=1)
    chance = 1 / (1 + np.exp(0.9 * (happy - 4.5)))
    values[np.random.default_rng(1).random(800) < chance, 11] = 99
    cautions, document = said(values, method=method, bootstrap=0 if method == "cbsem" else 60)
    found = cautions["withheld"]
    share = (values[:, 11] == 99).mean()
    assert found.about[:2] == ("SAT", f"sat3 ({share:.0%})")
    own, index = document["indicators"]["sat3"], document["index"]
    sd = np.nanstd(np.where(values[:, 11] == 99, np.nan, values[:, 11])) * 100 / 9
    lost = own["weight_share"] * share * sd
    for step in (0.25, 0.5):
        assert f"{index['points'] - step * lost:.1f} at -{step}" in found.message
    assert f"from {(index['ci'][0] - index['points']) / lost:.2f} on" in found.message


def test_answers_withheld_by_anybody_carry_none():
    alarms = 0
    for seed in range(40):
        values = whole(300, seed)
        values[np.random.default_rng(seed).random(values.shape) < 0.2] = 99
        values[(values == 99).all(axis=1), 0] = 5
        alarms += "withheld" in said(values)[0]
    assert alarms <= 6  # 5 % of 40, and chance
    routed = whole(600)
    routed[routed[:, 9] < 5, 3] = 97  # not asked is not withheld
    assert "withheld" not in said(routed)[0]


def test_whether_withholding_goes_with_satisfaction_is_asked_of_the_weighted_and_the_clustered():
    values = whole(800)
    happy = values[:, 9:11].mean(axis=1)
    few = np.arange(800) % 2 == 0
    chance = np.where(few, 1 / (1 + np.exp(0.9 * (happy - 4.5))), 0.4)
    values[np.random.default_rng(1).random(800) < chance, 11] = 99

    def leaning(values, **beside):
        sample = prepared(values, reserved=CODES, **beside)
        return {caution.code for caution in csi_model.estimate(SPEC, sample).cautions} & {"withheld"}

    assert leaning(values) == {"withheld"}
    assert leaning(values, weights=np.where(few, 0.01, 1.0)) == set(), "only in few that hardly weigh"
    unclear = whole(100, 3)
    unclear[
        np.argsort(unclear[:, 9:11].mean(axis=1) + np.random.default_rng(5).normal(0, 9, 100))[:40], 11
    ] = 99
    four = np.repeat(unclear, 4, axis=0)
    assert leaning(four) == {"withheld"}
    assert leaning(four, clusters=np.repeat(np.arange(100), 4)) == set(), "a hundred are not four hundred"


def test_a_model_says_what_the_numbers_of_other_files_mean():
    plain = SPEC.to_mapping() | {"state_codes": {-1: "not_asked", -2: "dont_know"}}
    spec = csi_model.ModelSpec.from_mapping(plain)
    assert spec.to_mapping()["state_codes"] == plain["state_codes"]
    assert csi_model.ModelSpec.from_mapping(spec.to_mapping()) == spec
    values = whole(300)
    values[:100, 0], values[100:120, 0] = -1, -2
    columns = dict(zip(SPEC.indicator_ids, values.T, strict=True))
    found = csi_model.document(csi_model.estimate(spec, csi_model.prepare(spec, columns)))["indicators"][
        "img1"
    ]
    assert (found["n_not_asked"], found["n_dont_know"], found["n_answered"]) == (100, 20, 180)


@pytest.mark.parametrize(
    "written", [[97], {97: "asleep"}, {"97": "not_asked"}, {True: "not_asked"}, {97.5: "skipped"}]
)
def test_what_numbers_cannot_mean_is_refused(written):
    with pytest.raises(csi_model.SpecificationError, match="state_codes"):
        csi_model.ModelSpec.from_mapping(SPEC.to_mapping() | {"state_codes": written})
