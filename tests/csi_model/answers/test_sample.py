"""One sample: checked once, cut without loss, why each gap is one."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csi_model
from csi_model.answers.labels import Coded, Labels, joined, read
from csi_model.answers.sample import GAPS
from csi_model.estimation.told import told_by
from csi_model.estimation.withheld import withheld
from tests.csi_model.simulated import SPEC, labelled, survey

NAMES = st.sampled_from(["", "a", "b", "c 1", "ü"])


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=40, max_size=40), st.lists(st.floats(0.1, 9), min_size=40, max_size=40))
def test_parts_are_the_rows_of_their_label_and_weights_have_mean_one(names, weights):
    rng = np.random.default_rng(1)
    columns = {code: rng.integers(1, 11, 40).astype(float) for code in SPEC.indicator_ids}
    sample = csi_model.prepare(SPEC, columns, weights=weights, labels={"group": names})
    parts = sample.split("group").samples
    assert set(parts) == set(names) - {""}
    for name, part in parts.items():
        rows = np.flatnonzero(np.array(names) == name)
        np.testing.assert_array_equal(part.rows, rows)
        np.testing.assert_array_equal(part.values, sample.values[rows])
        np.testing.assert_allclose(part.weights, np.array(weights)[rows] / np.array(weights)[rows].mean())
        assert part.labels["group"].present == (name,)
        assert part.labels["group"].names == sample.labels["group"].names
        np.testing.assert_allclose(sample.within("group").weights[rows], part.weights)
    assert sum(map(len, parts.values())) == sum(name != "" for name in names)


def test_labels_are_four_bytes_each_and_travel_as_given():
    texts = np.array(["west", "east", "", "east"])
    found = read(texts, 4, "groups")
    assert (found.names, found.number.dtype, found.number.tolist()) == (
        ("east", "west"),
        np.int32,
        [1, 0, -1, 0],
    )
    assert found.texts().tolist() == texts.tolist()
    coded = read(Coded(("west", "", "nobody", "east"), np.array([0, 3, 1, 3])), 4, "groups")
    assert (coded.names, coded.number.tolist()) == (found.names, found.number.tolist())
    assert read(np.array([2026.0, np.nan, 2025.0]), 3, "waves").names == ("2025", "2026")
    assert read(np.array([1.5, 2.0]), 2, "waves").names == ("1.5", "2.0")
    assert found.sizes.tolist() == [2, 1]
    assert found.of("east", "nobody").tolist() == [False, True, False, True]


def test_pairs_of_labels_are_joined_and_blank_where_one_is():
    first, second = (
        read(np.array(column), 4, "groups") for column in (["a", "b", "", "a"], ["x", "x", "x", ""])
    )
    assert joined([first, second]).texts().tolist() == ["a / x", "b / x", "", ""]
    assert joined([first]) is first


@pytest.mark.parametrize("column", [["a"], Coded(("a",), np.zeros(3, dtype=int))])
def test_labels_of_another_length_are_refused(column):
    with pytest.raises(csi_model.DataError, match="for 2 respondents") as refusal:
        read(column, 2, "groups")
    assert refusal.value.code == "groups"


def test_why_an_answer_is_missing_moves_the_points_of_its_question_alone():
    data, _ = survey(n=60, years=1)
    stored = {code: np.rint(data.values[:, place]) for place, code in enumerate(SPEC.indicator_ids)}
    plain = {code: column.copy() for code, column in stored.items()}
    reserved = {-32768: "not_asked", -32767: "skipped", -32766: "dont_know", -32765: "not_applicable"}
    first = SPEC.indicator_ids[0]
    for row, number in enumerate(reserved):
        stored[first][row], plain[first][row] = number, np.nan
    sample = csi_model.prepare(SPEC, stored, reserved=reserved)
    assert [GAPS[state] for state in sample.gaps[:5, 0]] == [*reserved.values(), "answered"]
    unknown = csi_model.prepare(SPEC, plain)
    assert [GAPS[state] for state in unknown.gaps[:5, 0]] == ["unknown"] * 4 + ["answered"]
    by_mean = csi_model.Options(missing="mean")
    told, silent = (csi_model.document(csi_model.estimate(SPEC, each, by_mean)) for each in (sample, unknown))
    for document in (told, silent):
        for question in document["indicators"].values():
            for state in GAPS:
                question.pop(f"n_{state}")
    assert told == silent
    why, blank = (csi_model.estimate(SPEC, each) for each in (sample, unknown))
    np.testing.assert_array_equal(why.solution.paths, blank.solution.paths)
    moved = why.points.indicators[0] - blank.points.indicators[0]
    assert moved[0] != 0
    np.testing.assert_allclose(moved[1:], 0, atol=1e-9)


def test_who_was_not_asked_is_no_missing_answer():
    data, _ = survey(n=100, years=1)
    columns = {code: np.rint(data.values[:, place]) for place, code in enumerate(SPEC.indicator_ids)}
    last = SPEC.indicator_ids[-1]
    columns[last][:70] = -1
    messages = {}
    for reason in ("not_asked", "skipped"):
        sample = csi_model.prepare(SPEC, columns, reserved={-1: reason})
        found = csi_model.estimate(SPEC, sample)
        messages[reason] = {caution.code for caution in found.cautions}
        assert found.figure("indicators").at(last).n == 30
    assert messages["skipped"] - messages["not_asked"] == {"many-missing"}


def test_numbers_beside_the_model_are_cut_with_the_rows():
    data, year = survey(n=60, years=2)
    columns = {code: data.values[:, place] for place, code in enumerate(SPEC.indicator_ids)}
    columns["NPS"] = np.where(np.arange(120) % 3 == 0, 98, np.arange(120) % 11).astype(float)
    sample = csi_model.prepare(
        SPEC, columns, labels={"wave": year}, beside=["NPS"], reserved={98: "dont_know"}
    )
    for name, part in sample.split("wave").samples.items():
        own = columns["NPS"][year == name]
        np.testing.assert_array_equal(part.beside["NPS"], np.where(own == 98, np.nan, own))
    with pytest.raises(csi_model.DataError, match="no column EFFORT") as refusal:
        csi_model.prepare(SPEC, columns, beside=["EFFORT"])
    assert refusal.value.code == "missing-column"


def test_what_can_be_made_anew_does_not_travel():
    data, _ = survey(n=60, years=1)
    data.points, data.units  # noqa: B018  made and kept
    again = pickle.loads(pickle.dumps(data))
    assert {"points", "units"} & set(vars(again)) == set()
    np.testing.assert_array_equal(again.points, data.points)


def test_columns_of_different_lengths_are_refused():
    data, _ = survey(n=60, years=1)
    columns = {code: data.values[:, place] for place, code in enumerate(SPEC.indicator_ids)}
    columns[SPEC.indicator_ids[2]] = columns[SPEC.indicator_ids[2]][:-1]
    with pytest.raises(csi_model.DataError, match="different lengths") as refusal:
        csi_model.prepare(SPEC, columns)
    assert refusal.value.code == "length"


def test_listwise_is_one_place():
    data, _ = survey(n=60, years=1)
    values = data.values.copy()
    values[7, 3] = np.nan
    columns = dict(zip(SPEC.indicator_ids, values.T, strict=True))
    kept = csi_model.prepare(SPEC, columns)
    listwise = csi_model.prepare(SPEC, columns, missing="listwise")
    np.testing.assert_array_equal(kept.complete().rows, listwise.rows)
    assert kept.complete().n_given == listwise.n_given == 60
    assert kept.complete().complete() is not None
    none = labelled(kept.where(np.array([7])), unit=np.array(["u"]))
    with pytest.raises(csi_model.DataError, match="No row is complete"):
        none.complete()


def test_names_that_nobody_has_stay_in_the_parts_of_a_whole():
    found = Labels(("a", "b"), np.array([0, 0], dtype=np.int32))
    assert found.present == ("a",)
    assert list(found.rows()) == ["a"]


def test_what_is_whole_is_told_as_if_it_were_looked_at_answer_by_answer():
    columns = dict(zip(SPEC.indicator_ids, survey(300, 1)[0].values.T.copy(), strict=True))
    weights = np.random.default_rng(2).uniform(0.5, 2, 300)
    sample = csi_model.prepare(SPEC, columns, weights=weights)
    looked = csi_model.prepare(SPEC, columns, weights=weights)
    vars(looked)["whole"] = False
    assert sample.whole
    short, long = told_by(sample, "em"), told_by(looked, "em")
    np.testing.assert_array_equal(short.counts, long.counts)
    np.testing.assert_allclose(short.points, long.points, rtol=1e-13)
    assert not short.leans.any()
    assert not withheld(looked).any()
    own, other = (csi_model.document(csi_model.estimate(SPEC, each)) for each in (sample, looked))
    assert own["cautions"] == other["cautions"]
    columns[SPEC.indicator_ids[0]][0] = np.nan
    assert not csi_model.prepare(SPEC, columns).whole
