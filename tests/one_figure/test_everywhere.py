"""One figure, one function: the same data give the same number in every call, to the last digit."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import csi_model
from csi_model.answers import sampling
from csi_model.answers.prepare import prepare
from csi_model.assessment.predict import predict
from csi_model.comparison.compare import compare
from csi_model.comparison.document import document as comparison_document
from csi_model.improvement.ranking import rank
from csi_model.inference import seeds
from csi_model.pls import products
from csi_model.resampling import bootstrap
from csi_model.resampling.estimator import Estimator
from csi_model.series.follow import follow
from tests.csi_model.simulated import GOLDEN, SPEC, survey
from tests.one_figure.conftest import OPTIONS
from web.cli import manyi

SAT = SPEC.place["SAT"]


@pytest.fixture(scope="module")
def compared(sample):
    return compare(SPEC, sample, "wave", OPTIONS, n_permutations=0)


def test_a_wave_has_one_error_and_one_interval_in_every_call(sample, by_group, compared):
    followed = follow(SPEC, sample, "wave", OPTIONS)
    for at, (name, group) in enumerate(by_group.groups.items()):
        own = group.figure("constructs").at("SAT")
        written = csi_model.document(group)["constructs"]["SAT"]
        in_series = followed["constructs"]["SAT"][at]
        side = compared.results[name].figure("constructs").at("SAT")
        assert (written["points"], *written["ci"]) == (own.value, own.low, own.high)
        assert (in_series["value"], *in_series["ci"]) == (own.value, own.low, own.high)
        line = followed["waves"][at]["re_estimated"]
        assert (line["value"], line["se"], *line["ci"]) == (own.value, own.se, own.low, own.high)
        assert (side.value, side.se, side.low, side.high) == (own.value, own.se, own.low, own.high)
        beside = csi_model.side_by_side(by_group)["groups"][name]
        assert (beside["points"], beside["se"]) == (own.value, own.se)


KINDS = ("weights", "clusters", "gaps", "all")


def of_kind(kind):
    """Give answers with weights, clusters, gaps or all of them."""
    plain, year = survey(n=120, years=3, lift=0.4)
    rng = np.random.default_rng(8)
    values = plain.values.copy()
    if kind in {"gaps", "all"}:
        values[rng.random(values.shape) < 0.05] = np.nan
    return dict(zip(plain.codes, values.T, strict=True)), year, {
        "weights": rng.uniform(0.4, 2.5, len(values)) if kind in {"weights", "all"} else None,
        "clusters": np.arange(len(values)) // 4 if kind in {"clusters", "all"} else None,
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("whose", ["own", "common"])
def test_groups_have_the_same_figures_whatever_the_sample_is_like(kind, whose):
    columns, year, design = of_kind(kind)
    sample = prepare(SPEC, columns, labels={"wave": year}, **design)
    options = replace(OPTIONS, group_weights=whose)
    groups = csi_model.estimate(SPEC, sample, options, by="wave").groups
    sides = compare(SPEC, sample, "wave", options, n_permutations=0).results
    followed = follow(SPEC, sample, "wave", options)["waves"] if whose == "own" else None
    for at, (name, group) in enumerate(groups.items()):
        for level in ("constructs", "dimensions", "indicators", "paths", "loadings"):
            own, side = (
                np.array([each.figure(level).value, each.figure(level).se]) for each in (group, sides[name])
            )
            np.testing.assert_array_equal(own, side)
        if followed is not None:
            own = group.figure("constructs").at("SAT")
            line = followed[at]["re_estimated"]
            assert (line["value"], line["se"], *line["ci"]) == (own.value, own.se, own.low, own.high)


def test_commands_write_the_same_figures(tmp_path):
    columns, year, design = of_kind("all")
    file = tmp_path / "answers.csv"
    names = [*columns, "wave", "w", "unit"]
    rows = np.column_stack([*columns.values(), year, design["weights"], design["clusters"]]).tolist()
    text = [",".join("" if cell == "nan" else cell for cell in map(str, row)) for row in rows]
    file.write_text("\n".join([",".join(names), *text]), encoding="utf-8")
    how = [str(file), "--model", str(GOLDEN / "model.yaml"), "--weights", "w", "--cluster", "unit"]
    how += ["--bootstrap", "40", "--seed", "3", "--json", "-"]

    def written(*words):
        done = CliRunner().invoke(manyi, [*words, *how])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    own = ("--group-weights", "own")
    groups = written("estimate", "--group", "wave", *own)["groups"]
    waves = {each["wave"]: each["re_estimated"] for each in written("trend", "--wave", "wave")["waves"]}
    pairs = written("compare", "--by", "wave", "--permutations", "0", *own)["pairs"]
    for name, group in groups.items():
        index = group["index"]
        assert (waves[name]["value"], waves[name]["ci"]) == (index["points"], index["ci"])
        for pair in pairs:
            for side, of in zip(("first", "second"), pair["groups"], strict=True):
                if of == name:
                    assert pair["index"][side] == index["points"]
    whole = written("estimate")
    ranked = written("priorities")
    importance = {row["id"]: row["importance"] for row in ranked["levels"]["constructs"]}
    effects = {
        row["source"]: row["points_per_point"] for row in whole["total_effects"] if row["target"] == "SAT"
    }
    for name, value in importance.items():
        assert value == effects[name]


def test_groups_of_two_columns_that_share_a_name_are_drawn_apart(sample):
    twice = replace(sample, labels={**sample.labels, "year": sample.labels["wave"]})
    one, other = (csi_model.estimate(SPEC, twice, OPTIONS, by=by).groups["2021"] for by in ("wave", "year"))
    own, same = (each.figure("constructs").at("SAT") for each in (one, other))
    assert own.value == same.value
    assert own.se != same.se


def test_a_difference_is_that_of_the_groups_own_figures_and_draws(sample, by_group, compared):
    pair = comparison_document(SPEC, compared, OPTIONS)["pairs"][0]
    first, second = (csi_model.document(by_group.groups[name]) for name in pair["groups"])
    assert pair["index"]["first"] == first["index"]["points"]
    assert pair["index"]["second"] == second["index"]["points"]
    for name, figures in pair["constructs"].items():
        for key in ("rho_a", "ave", "r_squared"):
            wanted = first["constructs"][name][key], second["constructs"][name][key]
            assert (figures[key]["first"], figures[key]["second"]) == wanted
    ratios = {tuple(row[:2]): row[2] for row in first["htmt2"]}
    assert {tuple(row["constructs"]): row["first"] for row in pair["htmt2"]} == ratios
    one, other = (compared.results[name].resampled.of("constructs")[:, SAT] for name in pair["groups"])
    low, high = np.quantile(one - other, [0.025, 0.975])
    assert pair["index"]["ci"] == pytest.approx([low, high])


def test_importance_and_points_are_one_figure_for_estimate_rank_and_scenario(sample):
    whole = csi_model.estimate(SPEC, sample, OPTIONS)
    order = rank(whole, "indicators")
    for name in order.names:
        own = whole.figure("importance_indicators").at(name)
        ranked = order.importance.take(np.array([order.names.index(name)]))
        assert (ranked.value[0], ranked.low[0], ranked.high[0]) == (own.value, own.low, own.high)
    gain = csi_model.scenario(whole, sample, {"SAT1": 1.0})
    share = gain.gain.value / gain.realised[SPEC.indicator_ids.index("SAT1")]
    assert share == pytest.approx(float(whole.figure("importance_indicators").at("SAT1").value))
    rows = {row["id"]: row for row in csi_model.ranked(whole)["constructs"]}
    effects = {
        row["source"]: row["points_per_point"]
        for row in csi_model.document(whole)["total_effects"]
        if row["target"] == "SAT"
    }
    for name, row in rows.items():
        assert row["importance"] == effects[name]
        assert row["performance"] == csi_model.document(whole)["constructs"][name]["points"]


def test_what_is_assessed_rests_on_the_estimations_own_resamples(sample):
    whole = csi_model.estimate(SPEC, sample, OPTIONS)
    found, written = csi_model.assess(whole, sample), csi_model.document(whole)
    for kind in ("htmt", "htmt2"):
        assert [row[:3] for row in found[kind]] == written[kind]
        for source, target, value, low, high, _ in found[kind]:
            own = whole.figure(kind).at(target, source)
            assert value is None or (value, low, high) == (own.value, own.low, own.high)
    assert found["exact_fit"]["srmr"]["statistic"] == written["fit"]["srmr_estimated"]
    assert written["fit"]["srmr"] == written["fit"]["srmr_saturated"]


def test_predictions_are_one_figure_for_the_assessment_and_for_rivals(sample):
    """The folds are those of the seed: assessed, predicted directly, and held against another model."""
    found = csi_model.assess(csi_model.estimate(SPEC, sample, OPTIONS), sample)
    rng = seeds.generator(OPTIONS.seed, seeds.FOLDS)
    direct = predict(SPEC, sample, rng=rng, missing=OPTIONS.missing)
    for at, code in enumerate(direct.codes):
        told = found["prediction"]["indicators"][code]
        assert (told["q2_predict"], told["rmse"]) == (direct.q2_predict[at], direct.pls.rmse[at])
        assert (told["rmse_lm"], told["rmse_in_sample"]) == (
            direct.lm.rmse[at],
            direct.pls_in_sample.rmse[at],
        )
    rivals = csi_model.compare_predictions(SPEC, sample, SPEC, sample, OPTIONS)
    for name, each in rivals["constructs"].items():
        own = found["cvpat"]["constructs"][name]["indicator_average"]["loss"]
        assert each["loss"] == each["rival_loss"] == own
    assert rivals["overall"]["difference"] == 0


@pytest.fixture
def counted(monkeypatch):
    """Count what must be made once: products of a sample, its units, resamples."""
    times = {"augment": 0, "units": 0, "bootstrap": 0}

    def counting(name, work):
        def call(*given, **more):
            times[name] += 1
            return work(*given, **more)

        return call

    monkeypatch.setattr("csi_model.resampling.estimator.augment", counting("augment", products.augment))
    monkeypatch.setattr(
        "csi_model.answers.sample.units_of",
        counting("units", sampling.units_of),
    )
    monkeypatch.setattr("csi_model.resampling.plan.bootstrap", counting("bootstrap", bootstrap.bootstrap))
    return times


def test_a_sample_is_augmented_and_drawn_once_a_command(counted):
    sample, _ = survey(n=120, years=2)
    whole = csi_model.estimate(SPEC, sample, OPTIONS)
    csi_model.document(whole), csi_model.assess(whole, sample), csi_model.ranked(whole)
    csi_model.scenario(whole, sample, {"SAT1": 1.0})
    assert counted == {"augment": 1, "units": 1, "bootstrap": 1}


def test_groups_and_waves_are_each_drawn_once(counted):
    sample, _ = survey(n=120, years=3)
    csi_model.estimate(SPEC, sample, OPTIONS, by="wave")
    assert counted == {"augment": 4, "units": 4, "bootstrap": 4}
    counted.update(dict.fromkeys(counted, 0))
    follow(SPEC, sample, "wave", OPTIONS)
    assert counted == {"augment": 3, "units": 3, "bootstrap": 3}
    counted.update(dict.fromkeys(counted, 0))
    compare(SPEC, sample, "wave", OPTIONS, n_permutations=0)
    assert (counted["augment"], counted["bootstrap"]) == (3, 3)


def test_an_estimator_gives_a_resample_as_rows_would_give_it():
    sample, _ = survey(n=80, years=1)
    counts = np.random.default_rng(2).multinomial(80, np.full(80, 1 / 80), size=2).astype(float)
    found = Estimator(SPEC, sample, OPTIONS).of_counts(counts)
    for draw, times in zip(found.constructs, counts.astype(int), strict=True):
        again = csi_model.estimate(SPEC, sample.where(np.repeat(np.arange(80), times)))
        np.testing.assert_allclose(again.points.constructs[0], draw, rtol=1e-9)
