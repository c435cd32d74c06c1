"""Changes from wave to wave: arrows stand only where chance is unlikely, and never across a break."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from csi_model import Options
from csi_model.inference.figures import BREAK, INDICATIVE, SHOWN, Figure, from_normal
from csi_model.inference.many import holm
from csi_model.series.changes import changes, changes_document, verdict
from csi_model.series.wave import Form


def wave(means, *, se=0.5, shares=(0.5, 0.3, 0.2), n=500, constructs=None, codes="ABC"):
    """Give a run's document as far as a series reads it."""
    return {
        "series": {
            "codes": list(codes), "means": list(means), "shares": list(shares),
            "covariance": (se**2 * np.eye(3)).tolist(),
        },
        "n_used": n, "groups": {}, "constructs": constructs or {},
        "index": {"id": "SAT", "points": float(np.dot(means, shares)), "ci": [0.0, 100.0]},
    }  # fmt: skip


def one(points, se=0.5):
    return {"points": points, "se": se, "ci": [points - 2 * se, points + 2 * se]}


def follow(*waves, **forms):
    """Follow waves W1, W2 …, which all asked the same in the same way but for what `forms` says of some."""
    codes = [f"W{place}" for place in range(1, len(waves) + 1)]

    def asked(items):
        return [
            Form(code, items=tuple(own), **forms.get(code, {}))
            for code, own in zip(codes, items, strict=True)
        ]

    return changes_document(dict(zip(codes, waves, strict=True)), asked)


def test_the_official_index_keeps_the_first_waves_weights_and_their_error():
    found = follow(wave((60, 70, 80)), wave((62, 70, 80), shares=(0.2, 0.2, 0.6)))["parts"][""]
    assert [each["points"] for each in found["official"].values()] == pytest.approx([67, 68])
    half = 1.959964 * 0.5 * np.sqrt(0.25 + 0.09 + 0.04)
    assert found["official"]["W1"]["ci"][1] - 67 == pytest.approx(half, rel=1e-6)
    assert list(found["changes"]) == ["W2"]
    assert found["changes"]["W2"]["value"] == pytest.approx(1.0)
    assert found["changes"]["W2"]["ci"][1] - 1.0 == pytest.approx(half * np.sqrt(2), rel=1e-6)


@pytest.mark.parametrize(("rise", "said"), [(0.1, "unclear"), (3.0, "up"), (-3.0, "down")])
def test_a_change_is_told_only_where_chance_is_unlikely(rise, said):
    found = follow(wave((60, 60, 60)), wave((60 + rise,) * 3))
    assert found["parts"][""]["changes"]["W2"]["verdict"] == said


def test_constructs_are_corrected_for_their_number_and_the_index_is_tested_by_itself():
    # z = 2.12, p = 0.034: more than chance alone, not among nine.
    for number, said in ((1, "up"), (9, "unclear")):
        names = [*(f"C{place}" for place in range(number)), "SAT"]
        before = {name: one(60.0) for name in names}
        after = before | {"C0": one(61.5), "SAT": one(61.5)}
        found = follow(wave((60, 60, 60), constructs=before), wave((60, 60, 60), constructs=after))
        cells = found["parts"][""]["constructs"]["W2"]
        assert cells["C0"]["verdict"] == said
        assert cells["C0"]["p"] == pytest.approx(min(1, number * 2 * ndtr(-1.5 / np.hypot(0.5, 0.5))))
        assert cells["SAT"]["verdict"] == "up"


def test_other_questions_begin_a_series_of_their_own():
    odd = wave((60, 60, 90), shares=(0.2, 0.2, 0.6), codes="ABX")
    found = follow(wave((60, 60, 60)), odd, wave((60, 60, 70), shares=(0.2, 0.2, 0.6)))
    # The odd wave has its own weights, the third those of the first with its questions.
    whole = found["parts"][""]
    assert [each["points"] for each in whole["official"].values()] == pytest.approx([60, 78, 62])
    breaks = found["breaks"]["index"]
    assert [(each["kind"], each["what"]) for each in breaks] == [("items", ["C", "X"])] * 2
    assert [each["steps"] for each in breaks] == [["W2"], ["W3"]]
    for change in whole["changes"].values():
        assert (change["verdict"], change["value"], change["state"]) == ("break", None, "break")


def test_questions_in_another_order_are_the_same_questions():
    turned = wave((81, 71, 61), shares=(0.2, 0.3, 0.5), codes="CBA")
    found = follow(wave((60, 70, 80)), turned)
    assert found["breaks"]["index"] == []
    assert found["parts"][""]["changes"]["W2"]["value"] == pytest.approx(1)
    assert found["parts"][""]["official"]["W2"]["points"] == pytest.approx(68)


def test_a_group_too_small_in_one_wave_has_no_point_and_no_change():
    waves = [wave((60, 60, 60)) for _ in range(3)]
    for place, each in enumerate(waves):
        each["groups"]["g"] = None if place == 1 else {**each, "groups": {}}
    found = follow(*waves)["parts"]["g"]
    assert [each["points"] is None for each in found["official"].values()] == [False, True, False]
    assert [each["verdict"] for each in found["changes"].values()] == ["absent", "absent"]


@pytest.mark.parametrize(
    ("first", "form", "kind", "what"),
    [
        ({"lineage": {"B": "Expected?"}}, {"lineage": {"B": "As hoped?"}}, "wording", ["B"]),
        ({}, {"scale": (1.0, 5.0)}, "scale", ["1-10", "1-5"]),
        ({"modes": {"web": 1.0}}, {"modes": {"web": 0.4, "phone": 0.6}}, "mode", ["phone", "web"]),
    ],
)
def test_nothing_is_told_across_a_break(first, form, kind, what):
    waves = wave((60, 60, 60)), wave((75, 75, 75))
    found = follow(*waves, W1=first, W2=form)
    assert [(each["kind"], each["what"]) for each in found["breaks"]["index"]] == [(kind, what)]
    assert found["parts"][""]["changes"]["W2"]["verdict"] == "break"
    assert found["parts"][""]["changes"]["W2"]["ci"] is None
    same = follow(*waves, W1=first, W2=first)
    assert same["breaks"]["index"] == []
    assert same["parts"][""]["changes"]["W2"]["verdict"] == "up"


def test_only_the_construct_that_was_reworded_loses_its_change():
    waves = []
    for points in (60.0, 70.0):
        constructs = {"SRV": one(points), "PRC": one(points)}
        waves.append(wave((60, 60, 60), constructs=constructs))
        waves[-1]["indicators"] = {"S1": {"construct": "SRV"}, "P1": {"construct": "PRC"}}

    def asked(items):
        return [
            Form(
                code,
                items=tuple(own),
                lineage={item: f"{item} {code if item == 'S1' else ''}" for item in own},
            )
            for code, own in zip(("W1", "W2"), items, strict=True)
        ]

    found = changes_document(dict(zip(("W1", "W2"), waves, strict=True)), asked)
    cells = found["parts"][""]["constructs"]["W2"]
    assert (cells["SRV"]["verdict"], cells["PRC"]["verdict"]) == ("break", "up")
    assert found["breaks"]["constructs"]["SRV"][0]["what"] == ["S1"]
    assert cells["PRC"]["p"] == pytest.approx(2 * ndtr(-10 / np.hypot(0.5, 0.5))), "the broken one counts not"


def test_one_wave_has_no_changes_and_a_run_without_parts_no_index():
    bare = wave((60, 60, 60)) | {"series": None}
    found = follow(bare)
    assert found["parts"][""]["official"]["W1"]["points"] is None
    assert found["parts"][""]["changes"] == {}


def test_changes_have_the_smaller_number_of_answers_and_say_which_are_indicative():
    figures = Figure(**{
        **vars(from_normal(np.array([[50.0, 60.0], [55.0, 60.0], [50.0, np.nan]]), 1.0)),
        "n": np.array([[200.0, 90.0], [150.0, 300.0], [40.0, 20.0]]),
        "axes": (("W1", "W2", "W3"), ("a", "b")),
    })  # fmt: skip
    broken = np.array([[False, True], [False, True]])
    found = changes(figures, broken, Options(indicative=100))
    assert found.axes == (("W2", "W3"), ("a", "b"))
    np.testing.assert_array_equal(found.n, [[150, 90], [40, 20]])
    assert found.state[:, 0].tolist() == [SHOWN, INDICATIVE]
    assert found.state[0, 1] == BREAK
    assert [verdict(found.at("W3", "b")), verdict(found.at("W2", "b"))] == ["absent", "break"]


FIGURES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 20)), min_size=width, max_size=width),
        min_size=2,
        max_size=4,
    )
)


@given(FIGURES)
def test_every_change_is_the_difference_with_the_error_of_independent_waves(cells):
    value, error = np.moveaxis(np.array(cells), -1, 0)
    found = changes(from_normal(value, error))
    np.testing.assert_allclose(found.value, value[1:] - value[:-1], atol=1e-9)
    np.testing.assert_allclose(found.se**2, error[1:] ** 2 + error[:-1] ** 2, rtol=1e-9)
    for step, alone in enumerate(from_normal(found.value, found.se).p):
        np.testing.assert_allclose(found.p[step], holm(alone))
