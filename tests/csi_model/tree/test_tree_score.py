"""The tree score: identities, intervals, weights by effects and by experts, waves."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.errors import SpecificationError
from csi_model.inference.plain import plain
from csi_model.tree import weights
from csi_model.tree.score import tree_document, tree_score, tree_weights
from tests.csi_model.simulated import GOLDEN, SPEC, survey

IN_TREE = ("IMG", "QUAL", "VAL", "SAT", "COM")
FLAGGED = replace(SPEC, constructs=tuple(replace(each, tree=each.id in IN_TREE) for each in SPEC.constructs))


@pytest.fixture(scope="module")
def sample():
    return csi_model.prepare(FLAGGED, _columns())


def _columns():
    data = np.genfromtxt(GOLDEN / "data.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    return {name: data[name].astype(float) for name in FLAGGED.indicator_ids}


@pytest.fixture(scope="module")
def result(sample):
    return csi_model.estimate(FLAGGED, sample, csi_model.Options(bootstrap=300, seed=4))


@pytest.mark.parametrize("how", ["equal", "effects"])
def test_weights_sum_to_one_on_each_level(result, how):
    made = tree_weights(result, how)
    assert made.constructs.sum() == pytest.approx(1)
    for branch in weights.branches(FLAGGED, made.constructs > 0):
        assert made.indicators[branch.rows].sum() == pytest.approx(1)
    assert made.shares(FLAGGED).sum() == pytest.approx(1)
    outside = np.array([FLAGGED.construct_ids[place] not in IN_TREE for place in FLAGGED.home])
    assert not made.shares(FLAGGED)[outside].any()


def test_equal_answers_everywhere_are_the_score():
    spec = replace(FLAGGED, constructs=tuple(replace(c, valence=1) for c in FLAGGED.constructs))
    for made in (weights.equal(spec), weights.by_experts(spec, _judged("IMG", "QUAL", "VAL", "SAT", "COM"))):
        shares = made.shares(spec)
        assert weights.tree_points(spec, shares, np.full(len(shares), 63.0)) == pytest.approx(63.0)


def test_equal_weights_by_hand(result):
    points = dict(zip(FLAGGED.indicator_ids, result.points.indicators[0], strict=True))
    quality = (
        np.mean([points[f"QUAL{k}"] for k in (1, 2, 3)]) + np.mean([points["QUAL4"], points["QUAL5"]])
    ) / 2
    threes = [np.mean([points[f"{code}{k}"] for k in (1, 2, 3)]) for code in ("IMG", "VAL", "SAT")]
    by_hand = np.mean([*threes, quality, 100 - points["COM1"]])
    assert tree_score(result, weights.equal(FLAGGED)).value == pytest.approx(by_hand)


def test_effects_weigh_the_points_of_constructs_and_leave_the_index_out(result):
    made = tree_weights(result, "effects")
    effect = result.estimates.points_per_point[0][FLAGGED.place["SAT"]]
    own = {name: max(effect[FLAGGED.place[name]], 0) for name in ("IMG", "QUAL", "VAL")}
    assert made.constructs[FLAGGED.place["SAT"]] == 0
    by_hand = sum(own[name] * result.points.constructs[0, FLAGGED.place[name]] for name in own) / sum(
        own.values()
    )
    assert tree_score(result, made).value == pytest.approx(by_hand)


def test_the_error_is_that_of_the_constructs_together(result):
    """var(T) = v' Cov(P) v, since the weights are held fixed."""
    made = weights.by_effects(FLAGGED, result.estimates.points_per_point, result.estimates.shares[0])
    rows = [FLAGGED.home_mask[:, k] * made.shares(FLAGGED) for k in np.flatnonzero(made.constructs)]
    drawn = np.column_stack([result.resampled.of("indicators") @ row for row in rows])
    together = np.ones(len(rows)) @ np.cov(drawn, rowvar=False) @ np.ones(len(rows))
    assert tree_score(result, made).se ** 2 == pytest.approx(together, abs=1e-6)


def test_effects_weighed_anew_are_less_certain_and_have_the_same_value(result):
    found = tree_document(result, "effects")
    assert found["re_estimated"]["points"] == pytest.approx(found["points"], abs=1e-9)
    assert found["re_estimated"]["se"] > found["se"] * 0.95
    assert found["re_estimated"]["se"] != found["se"]


def test_the_index_does_not_notice(sample, result):
    before = plain(csi_model.document(result))
    unflagged = csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=300, seed=4))
    tree_document(result, "equal")
    assert plain(csi_model.document(result)) == before == plain(csi_model.document(unflagged))


def test_without_a_flag_all_are_in_it_and_a_caution_names_them(sample):
    result = csi_model.estimate(SPEC, sample)
    found = tree_document(result, "equal")
    assert list(found["weights"]) == [c.id for c in SPEC.constructs]
    assert [each["code"] for each in found["cautions"]] == ["tree-unflagged"]
    assert "ci" not in found  # nobody asked for resamples


def test_groups_are_weighed_by_the_whole():
    sample, year = survey(n=150, years=2)
    result = csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=100), by="wave")
    found = tree_document(result, "effects")
    assert set(found["groups"]) == set(year)
    made = tree_weights(result, "effects")
    for name, own in found["groups"].items():
        group = result.groups[name]
        expected = weights.tree_points(SPEC, made.shares(SPEC), group.points.indicators[0])
        assert own["points"] == pytest.approx(float(expected))
        assert own["ci"][0] < own["points"] < own["ci"][1]


def test_the_covariance_model_gives_an_interval_without_resamples(sample):
    spec = FLAGGED
    result = csi_model.estimate(spec, sample, csi_model.Options(method="cbsem"))
    pls = csi_model.estimate(spec, sample, csi_model.Options(bootstrap=500))
    made = weights.equal(spec)
    mine, drawn = tree_score(result, made), tree_score(pls, made)
    assert mine.value == pytest.approx(drawn.value)
    assert mine.se == pytest.approx(drawn.se, rel=0.15)


def _judged(*nodes, node="constructs"):
    even = [[1.0] * len(nodes) for _ in nodes]
    return {node: {"nodes": list(nodes), "experts": [even]}}


def test_experts_weigh_constructs_dimensions_and_questions(result):
    spec = replace(
        FLAGGED, constructs=tuple(replace(c, tree=c.id in {"IMG", "QUAL", "SAT"}) for c in FLAGGED.constructs)
    )
    saaty = [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]
    judged = {
        "constructs": {"nodes": ["SAT", "QUAL", "IMG"], "experts": [saaty]},
        "QUAL": {"nodes": ["QUAL_SRV", "QUAL_SUP"], "experts": [[[1, 4], ["1/4", 1]]]},
        "QUAL_SRV": {"nodes": ["QUAL4", "QUAL5"], "experts": [[[1, 9], ["1/9", 1]]]},
    }
    made = weights.by_experts(spec, judged)
    got = dict(zip(spec.construct_ids, made.constructs, strict=True))
    assert [got["SAT"], got["QUAL"], got["IMG"]] == pytest.approx([0.637, 0.258, 0.105], abs=5e-4)
    assert made.dimensions["QUAL_SRV"] == pytest.approx(0.8)
    share = dict(zip(spec.indicator_ids, made.shares(spec), strict=True))
    assert share["QUAL4"] == pytest.approx(got["QUAL"] * 0.8 * 0.9)
    assert share["QUAL1"] == pytest.approx(got["QUAL"] * 0.2 / 3)
    assert made.consistency["constructs"] == pytest.approx(0.033, abs=1e-3)


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        ({}, "a node each"),
        ([1], "a node each"),
        ({"LOY": {"nodes": ["LOY1"], "experts": [[[1]]]}}, "LOY, which is no node"),
        (_judged("IMG", "SAT"), "other things than stand under it"),
        (_judged("QUAL_SUP", "QUAL_SUP", node="QUAL"), "other things"),
        ({"constructs": [1, 2]}, "must hold nodes and experts"),
        ({"QUAL": {"nodes": ["QUAL_SUP", "QUAL_SRV"], "experts": 3}}, "list of matrices"),
    ],
)
def test_judgements_of_other_trees_are_refused(judged, said):
    with pytest.raises(SpecificationError, match=said):
        weights.by_experts(FLAGGED, judged)


def test_what_lowers_the_index_is_named_and_gets_no_weight():
    effect = np.zeros((1, len(FLAGGED.constructs), len(FLAGGED.constructs)))
    effect[0, FLAGGED.place["SAT"]] = [-0.3 if name == "IMG" else 0.2 for name in FLAGGED.construct_ids]
    made = weights.by_effects(FLAGGED, effect, np.full(len(FLAGGED.indicator_ids), 1 / 3))
    assert made.constructs[FLAGGED.place["IMG"]] == 0
    assert [(each.code, "IMG" in each.message, "COM" in each.message) for each in made.cautions] == [
        ("tree-negative", True, True)
    ]
    with pytest.raises(SpecificationError, match="raises the index"):
        weights.by_effects(FLAGGED, np.zeros_like(effect), np.full(len(FLAGGED.indicator_ids), 1 / 3))


def test_over_waves_the_base_weighs_and_a_reworded_question_breaks():
    sample, _ = survey(n=200, years=3, lift=1.0)
    options = csi_model.Options(bootstrap=100)
    found = csi_model.follow(SPEC, sample, "wave", options, tree="equal", reworded={"2022": ["VAL1"]})
    rows = found["tree"]["waves"]
    assert found["tree"]["base"] == "2021"
    assert rows[0]["change"] is None
    assert rows[1]["change"] is None  # VAL1 was worded anew
    assert rows[2]["change"]["ci"][0] > 5  # a scale point more is 11 points, COM1 runs against it
    assert rows[2]["change"]["value"] == pytest.approx(rows[2]["points"] - rows[1]["points"])
