"""CVPAT: losses as seminr's stored predictions give them, tests by hand, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import csi_model
from csi_model.assessment.cvpat import against_benchmarks, contest, losses
from csi_model.assessment.folds import draw_folds
from csi_model.assessment.predict import predict
from tests.csi_model.simulated import SPEC, labelled, survey


@pytest.fixture(scope="module")
def sample():
    return survey(n=200, years=1)[0]


def check_stored(shelf, model, data, start, technique):
    spec = shelf.spec(model)
    sample = csi_model.prepare(spec, shelf.columns(data))
    folds = shelf.columns(f"{start}_plspredict_folds.csv")["fold"]
    stored = shelf.columns(f"{start}_path_plspredict_{technique}_oos.csv")
    found = predict(spec, sample, folds=folds, technique=technique, benchmark="others")
    tests = against_benchmarks(spec, sample, found, 0.95)
    truth = {code: sample.values[:, place] for place, code in enumerate(sample.codes)}
    average = {
        code: np.array([truth[code][folds != fold].mean() for fold in folds])
        for code in stored
        if code != "row"
    }
    for name, each in tests["constructs"].items():
        codes = next(c.indicators for c in spec.constructs if c.id == name)
        mine = np.mean([(truth[code] - stored[code]) ** 2 for code in codes], axis=0)
        rival = np.mean([(truth[code] - average[code]) ** 2 for code in codes], axis=0)
        wanted = stats.ttest_rel(mine, rival, alternative="less")
        got = each["indicator_average"]
        assert got["loss"] == pytest.approx(mine.mean(), abs=1e-6)
        assert got["rival_loss"] == pytest.approx(rival.mean(), abs=1e-6)
        assert (got["t"], got["p"]) == (
            pytest.approx(wanted.statistic, abs=1e-5),
            pytest.approx(wanted.pvalue, abs=1e-6),
        )
    whole = np.mean([(truth[code] - stored[code]) ** 2 for code in found.codes], axis=0)
    assert tests["overall"]["linear_model"]["loss"] == pytest.approx(whole.mean(), abs=1e-6)
    linear = np.mean(
        (sample.values[:, [sample.codes.index(c) for c in found.codes]] - found.predicted_lm) ** 2, axis=1
    )
    wanted = stats.ttest_rel(whole, linear, alternative="less")
    assert tests["overall"]["linear_model"]["p"] == pytest.approx(wanted.pvalue, abs=1e-6)


@pytest.mark.parametrize("technique", ["DA", "EA"])
def test_losses_are_those_of_seminrs_predictions(golden, technique):
    check_stored(golden, "model.yaml", "data.csv", "seminr_modeA", technique)


@pytest.mark.reference
@pytest.mark.parametrize("technique", ["DA", "EA"])
def test_losses_on_mobi_are_those_of_seminrs_predictions(reference, technique):
    check_stored(reference, "ecsi.yaml", "mobi.csv", "seminr_mobi_modeA", technique)


def without(spec, *paths):
    return replace(spec, paths=tuple(path for path in spec.paths if path not in paths))


def test_a_model_with_the_paths_that_are_there_beats_one_that_lacks_them(sample):
    poor = without(SPEC, ("IMG", "SAT"), ("EXP", "SAT"), ("QUAL", "SAT"))
    found = csi_model.compare_predictions(SPEC, sample, poor, sample)
    back = csi_model.compare_predictions(poor, sample, SPEC, sample)
    assert found["constructs"]["SAT"]["difference"] < 0
    assert found["constructs"]["SAT"]["p"] < 0.05
    assert found["constructs"]["SAT"]["p"] == pytest.approx(back["constructs"]["SAT"]["p"])
    assert found["overall"]["difference"] == pytest.approx(-back["overall"]["difference"])


def test_a_model_against_itself_is_no_contest(sample):
    found = csi_model.compare_predictions(SPEC, sample, SPEC, sample)["overall"]
    assert (found["difference"], found["t"], found["p"]) == (0.0, None, None)


def test_answers_without_relations_are_foretold_no_better_than_by_their_mean():
    rng = np.random.default_rng(5)
    p = []
    for _ in range(20):
        columns = {code: rng.normal(5.5, 1, 120).clip(1, 10) for code in SPEC.indicator_ids}
        data = csi_model.prepare(SPEC, columns)
        found = predict(SPEC, data, rng=rng)
        p.append(against_benchmarks(SPEC, data, found, 0.95)["overall"]["indicator_average"]["p"])
    assert min(p) > 0.05


def test_clusters_stay_whole_and_count_once(sample):
    cluster = np.repeat(np.arange(40), 5)
    whole = replace(sample, clusters=labelled(sample, c=cluster.astype(str)).labels["c"])
    deal = draw_folds(whole, 10, np.random.default_rng([1, 3]))
    assert all(len(set(deal[cluster == one])) == 1 for one in range(40))
    poor = without(SPEC, ("QUAL", "SAT"))
    found = csi_model.compare_predictions(SPEC, whole, poor, whole)["constructs"]["SAT"]
    assert found["df"] == 39
    mine, rival = (
        losses(sample.values[:, -7:-4], predict(model, whole, folds=deal).predicted[:, -7:-4])
        for model in (SPEC, poor)
    )
    sums = np.bincount(whole.clusters.number, mine - rival - (mine - rival).mean()) / len(sample)
    assert found["difference"] == pytest.approx((mine - rival).mean())
    assert found["se"] == pytest.approx(np.sqrt(40 / 39 * (sums**2).sum()))


def test_repeated_rows_count_as_weights_do():
    rng = np.random.default_rng(2)
    base = survey(n=60, years=1)[0]
    mine, rival, mass = rng.random(60), rng.random(60), rng.integers(1, 4, 60)
    weighted = replace(base, weights=mass / mass.mean())
    found = contest(mine, rival, weighted, level=0.95, one_sided=True)
    assert found["loss"] == pytest.approx(np.repeat(mine, mass).mean())
    assert found["difference"] == pytest.approx(np.repeat(mine - rival, mass).mean())


def test_gaps_are_left_out_and_rows_of_one_model_alone_too(sample):
    values = sample.values.copy()
    values[:30, -3:] = np.nan
    columns = dict(zip(SPEC.indicator_ids, values.T, strict=True))
    gappy = csi_model.prepare(SPEC, columns)
    short = csi_model.ModelSpec.from_mapping(
        {
            "index": "LOY",
            "constructs": [
                {"id": c.id, "indicators": list(c.indicators)}
                for c in SPEC.constructs
                if c.id in {"SAT", "LOY"}
            ],
            "paths": [["SAT", "LOY"]],
        }
    )
    columns |= {code: np.where(np.arange(200) >= 195, np.nan, columns[code]) for code in short.indicator_ids}
    found = csi_model.compare_predictions(SPEC, gappy, short, csi_model.prepare(short, columns))
    assert found["questions"] == ["LOY1", "LOY2", "LOY3"]
    assert found["overall"]["n"] == 165
    assert list(found["constructs"]) == ["LOY"]


def test_models_that_explain_nothing_in_common_are_refused(sample):
    columns = dict(zip(SPEC.indicator_ids, sample.values.T, strict=True))
    pairs = [
        csi_model.ModelSpec.from_lavaan(f"A =~ {a}1 + {a}2\nB =~ {b}1 + {b}2\nB ~ A", index="B")
        for a, b in (("IMG", "SAT"), ("IMG", "LOY"))
    ]
    first, second = (csi_model.prepare(spec, columns) for spec in pairs)
    with pytest.raises(csi_model.DataError, match="no question in common") as refusal:
        csi_model.compare_predictions(pairs[0], first, pairs[1], second)
    assert refusal.value.code == "no-target"
    apart = first.where(np.arange(100)), second.where(np.arange(100, 200))
    with pytest.raises(csi_model.DataError, match="no respondent in common"):
        csi_model.compare_predictions(pairs[0], apart[0], pairs[1], apart[1])
