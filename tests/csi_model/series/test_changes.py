"""Changes from wave to wave: arrows stand only where chance is unlikely, and never across a break."""

import numpy as np
import pytest
from scipy.special import ndtr

from csi_model.series.changes import changes_document
from csi_model.series.wave import Form


def wave(means, *, se=0.5, shares=(0.5, 0.3, 0.2), n=500, constructs=None, codes="ABC", old=False):
    """Give a run's document as far as a series reads it; an old one tells the index's questions alone."""
    own = {"codes": list(codes), "means": list(means), "covariance": (se**2 * np.eye(3)).tolist()}
    by_construct = {"SAT": dict(zip(codes, shares, strict=True))}
    nodes = {"SAT": one(float(np.dot(means, shares)), se)} | (constructs or {})
    return {
        **({"series": own | {"shares": list(shares)}} if old else {"items": own | {"shares": by_construct}}),
        "n_used": n, "groups": {}, "constructs": nodes, "indicators": {},
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


def points(found, part="", node="SAT"):
    return found["parts"][part]["points"][node]


def last(found, part="", node="SAT"):
    """Give the changes of a figure since the wave before, by wave."""
    return {wave: nodes[node]["last"] for wave, nodes in found["parts"][part]["moves"].items()}


def test_the_index_keeps_the_first_waves_weights_and_their_error():
    found = follow(wave((60, 70, 80)), wave((62, 70, 80), shares=(0.2, 0.2, 0.6)))
    assert [each["points"] for each in points(found).values()] == pytest.approx([67, 68])
    half = 1.959964 * 0.5 * np.sqrt(0.25 + 0.09 + 0.04)
    assert points(found)["W1"]["ci"][1] - 67 == pytest.approx(half, rel=1e-6)
    change = last(found)["W2"]
    assert change["value"] == pytest.approx(1.0)
    assert change["ci"][1] - 1.0 == pytest.approx(half * np.sqrt(2), rel=1e-6)
    assert found["shares"]["W2"]["SAT"] == {"A": 0.5, "B": 0.3, "C": 0.2}


@pytest.mark.parametrize(("rise", "said"), [(0.1, "unclear"), (3.0, "up"), (-3.0, "down")])
def test_a_change_is_told_only_where_chance_is_unlikely(rise, said):
    found = follow(wave((60, 60, 60)), wave((60 + rise,) * 3))
    assert last(found)["W2"]["verdict"] == said


def test_figures_are_corrected_for_all_that_is_looked_at_together():
    # z = 2.12, p = 0.034: more than chance alone, not among nine others.
    for number, said in ((0, "up"), (9, "hint")):
        still = {f"C{place}": one(60.0) for place in range(number)}
        moved = [wave((60, 60, p), shares=(0.0, 0.0, 1.0), constructs=still, old=True) for p in (60, 61.5)]
        change = last(follow(*moved))["W2"]
        assert change["p"] == pytest.approx(2 * ndtr(-1.5 / np.hypot(0.5, 0.5)))
        assert change["p_adjusted"] == pytest.approx((number + 1) * change["p"])
        assert change["verdict"] == said


def test_other_questions_begin_a_series_of_their_own():
    odd = wave((60, 60, 90), shares=(0.2, 0.2, 0.6), codes="ABX")
    found = follow(wave((60, 60, 60)), odd, wave((60, 60, 70), shares=(0.2, 0.2, 0.6)))
    # The odd wave has its own weights, the third those of the first with its questions.
    assert [each["points"] for each in points(found).values()] == pytest.approx([60, 78, 62])
    breaks = found["breaks"]["SAT"]
    assert [(each["kind"], each["what"]) for each in breaks] == [("items", ["C", "X"])] * 2
    assert [each["steps"] for each in breaks] == [["W2"], ["W3"]]
    for change in last(found).values():
        assert (change["verdict"], change["value"], change["state"]) == ("break", None, "break")


def test_questions_in_another_order_are_the_same_questions():
    turned = wave((81, 71, 61), shares=(0.2, 0.3, 0.5), codes="CBA")
    found = follow(wave((60, 70, 80)), turned)
    assert found["breaks"]["SAT"] == []
    assert last(found)["W2"]["value"] == pytest.approx(1)
    assert points(found)["W2"]["points"] == pytest.approx(68)


def test_a_group_too_small_in_one_wave_has_no_point_and_no_change():
    waves = [wave((60, 60, 60)) for _ in range(3)]
    for place, each in enumerate(waves):
        each["groups"]["g"] = None if place == 1 else {**each, "groups": {}}
    found = follow(*waves)
    assert [each["points"] is None for each in points(found, "g").values()] == [False, True, False]
    assert [each["verdict"] for each in last(found, "g").values()] == ["absent", "absent"]
    assert found["parts"]["g"]["moves"]["W3"]["SAT"]["base"]["against"] == "W1"


@pytest.mark.parametrize(
    ("first", "form", "kind", "what"),
    [
        ({"lineage": {"B": "Expected?"}}, {"lineage": {"B": "As hoped?"}}, "wording", ["B"]),
        ({"scale": (1.0, 10.0)}, {"scale": (1.0, 5.0)}, "scale", ["1-10", "1-5"]),
        ({"modes": {"web": 1.0}}, {"modes": {"web": 0.4, "phone": 0.6}}, "mode", ["phone", "web"]),
    ],
)
def test_nothing_is_told_across_a_break(first, form, kind, what):
    waves = wave((60, 60, 60)), wave((75, 75, 75))
    found = follow(*waves, W1=first, W2=form)
    assert [(each["kind"], each["what"]) for each in found["breaks"]["SAT"]] == [(kind, what)]
    for horizon in ("last", "base"):
        cell = found["parts"][""]["moves"]["W2"]["SAT"][horizon]
        assert (cell["verdict"], cell["ci"], cell["against"]) == ("break", None, None)
    same = follow(*waves, W1=first, W2=first)
    assert same["breaks"]["SAT"] == []
    assert last(same)["W2"]["verdict"] == "up"


def test_only_the_construct_that_was_reworded_loses_its_change():
    waves = []
    for level in (60.0, 70.0):
        waves.append(wave((60, level, level), shares=(1.0, 0.0, 0.0), constructs={"SRV": {}, "PRC": {}}))
        waves[-1]["items"]["shares"] = {"SAT": {"A": 1.0}, "SRV": {"B": 1.0}, "PRC": {"C": 1.0}}

    def asked(items):
        return [
            Form(
                code,
                items=tuple(own),
                lineage={item: f"{item} {code if item == 'B' else ''}" for item in own},
            )
            for code, own in zip(("W1", "W2"), items, strict=True)
        ]

    found = changes_document(dict(zip(("W1", "W2"), waves, strict=True)), asked)
    assert last(found, node="SRV")["W2"]["verdict"] == "break"
    assert last(found, node="PRC")["W2"]["verdict"] == "up"
    assert found["breaks"]["SRV"][0]["what"] == ["B"]
    change = last(found, node="PRC")["W2"]
    assert change["p_adjusted"] == pytest.approx(2 * change["p"]), (
        "the index and it: the broken one counts not"
    )


def test_one_wave_has_no_changes_and_a_run_without_parts_no_index():
    found = follow(wave((60, 60, 60), old=True) | {"series": None, "constructs": {}})
    assert points(found)["W1"]["points"] is None
    assert found["parts"][""]["moves"] == {}


def test_a_run_of_the_release_before_leaves_constructs_by_their_own_weights_and_says_so():
    waves = [wave((60, 60, 60), constructs={"SRV": one(p)}, old=p < 70) for p in (60.0, 75.0)]
    found = follow(*waves)
    assert found["weights"] == "own"
    assert [each["points"] for each in points(found, node="SRV").values()] == [60.0, 75.0]
    assert last(found, node="SRV")["W2"]["verdict"] == "up"


def test_dimensions_add_up_to_their_construct_by_the_same_weights():
    waves = [wave((50, 60, 80)), wave((50, 60, 90), shares=(0.1, 0.1, 0.8))]
    for each in waves:
        each["indicators"] = {
            code: {"construct": "SAT", "dimension": "D1" if code in "AB" else "D2"} for code in "ABC"
        }
    found = follow(*waves)
    inner = {name: own["W2"]["points"] for name, own in found["parts"][""]["dimensions"].items()}
    assert inner == pytest.approx({"D1": (0.5 * 50 + 0.3 * 60) / 0.8, "D2": 90})
    assert 0.8 * inner["D1"] + 0.2 * inner["D2"] == pytest.approx(points(found)["W2"]["points"])


def test_gaps_and_companions_are_followed_for_the_whole():
    waves = []
    for gap, score in ((5.0, 10.0), (12.0, 40.0)):
        each = wave((60, 60, 60))
        each["expectations"] = [
            {"tier": "basic", "n": 400, "questions": ["A"], "gap": {"value": gap, "se": 1.0, "ci": [0, 0]}}
        ]
        each["companions"] = {"Q9": {"value": score, "se": 3.0, "ci": [0, 0], "n": 300}}
        waves.append(each | {"groups": {"g": {**wave((60, 60, 60))}}})
    found = follow(*waves)
    gap = last(found, node="gap:basic")["W2"]
    assert (gap["value"], gap["n"], gap["verdict"]) == (pytest.approx(7.0), 400, "up")
    assert last(found, node="companion:Q9")["W2"]["se"] == pytest.approx(np.hypot(3, 3))
    assert set(found["parts"]["g"]["moves"]["W2"]) == {"SAT"}
