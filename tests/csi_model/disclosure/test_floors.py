"""No figure of few people can be read or found by subtraction: an attacker solves for all that is held."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi_model import ModelSpec, decide, withhold
from csi_model.answers.labels import Labels, read
from csi_model.disclosure.room import room
from csi_model.inference.figures import HELD, INDICATIVE, SHOWN
from tests.csi_model.disclosure.attacker import PRINTED, Edition, World, found_out

SPEC = ModelSpec.from_mapping(
    {
        "scale": {"low": 1, "high": 10},
        "index": "SAT",
        "constructs": [
            {"id": "SAT", "indicators": ["Q0", "Q1"]},
            {
                "id": "QUAL",
                "dimensions": [
                    {"id": "D1", "indicators": ["Q2", "Q3"]},
                    {"id": "D2", "indicators": ["Q4", "Q5"]},
                ],
            },
        ],
        "paths": [["QUAL", "SAT"]],
    }
)
IDS = {
    "constructs": ["SAT", "QUAL"],
    "dimensions": {"D1": [2, 3], "D2": [4, 5]},
    "indicators": [f"Q{number}" for number in range(6)],
}
BLOCKS = [np.arange(2), np.arange(2, 6)]
CLASSES = np.array(["residential", "commercial", "industrial", "other"])


def world(seed, kinds=("county", "unit", "customer_class")):
    """People in offices, counties and classes of very different sizes, some questions asked of few."""
    rng = np.random.default_rng(seed)
    n, n_offices = int(rng.integers(150, 900)), int(rng.integers(3, 14))
    office = rng.choice(n_offices, n, p=rng.dirichlet(np.full(n_offices, 0.8)))
    above = rng.integers(0, int(rng.integers(2, 5)), n_offices)
    labels = {
        "county": np.array([f"c{above[each]}" for each in office]),
        "unit": np.array([f"o{each:02d}" for each in office]),
        "customer_class": CLASSES[rng.choice(4, n, p=[0.75, 0.15, 0.07, 0.03])],
    }
    answered = rng.random((n, 6)) < rng.uniform(0.6, 1.0, 6)
    answered[:, 4] &= rng.random(n) < rng.uniform(0.03, 0.5)
    weightings = [np.concatenate([rng.dirichlet(np.ones(2)), rng.dirichlet(np.ones(4))]) for _ in range(2)]
    return World(answered, {kind: labels[kind] for kind in kinds}, BLOCKS, weightings)


def edition(given_world, counted=None, labels=None, before=()):
    """Decide about the figures of those who count."""
    counted = np.ones(len(given_world.answered), bool) if counted is None else counted
    labels = labels or given_world.labels
    made = decide(
        SPEC,
        given_world.answered[counted],
        {kind: read(own[counted], int(counted.sum()), kind) for kind, own in labels.items()},
        weightings=given_world.weightings,
        before=before,
    )
    return Edition(made, counted, labels)


def by_threshold_alone(first):
    """The same edition as it would be printed by the number of answers alone."""
    made = first.decision
    state = np.where(made.state == HELD, np.where(made.n < 100, INDICATIVE, SHOWN), made.state)
    return first._replace(decision=replace(made, state=state.astype(np.int8)))


def withheld(first):
    return {cell for cell, (state, _n) in first.decision.cells.items() if state not in PRINTED}


KINDS = [
    (),
    ("county",),
    ("county", "unit"),
    ("county", "customer_class"),
    ("county", "unit", "customer_class"),
]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kinds=st.sampled_from(KINDS))
def test_no_figure_of_few_people_has_less_than_four_points_of_room(seed, kinds):
    made = world(seed, kinds)
    assert found_out(made, [edition(made)], IDS) == []


def test_the_attacker_finds_what_the_number_of_answers_alone_would_print():
    caught = 0
    for seed in range(8):
        made = world(seed)
        caught += bool(found_out(made, [by_threshold_alone(edition(made))], IDS))
    assert caught >= 7


def two_editions(seed, *, moves=False):
    """A wave whose first edition lacks 2 % late answers; an office moves to another county meanwhile."""
    made = world(seed, ("county", "unit"))
    rng = np.random.default_rng([seed, 1])
    late = rng.random(len(made.answered)) < 0.02
    offices = np.unique(made.labels["unit"])
    counties = np.unique(made.labels["county"])
    sizes = {name: (made.labels["unit"] == name).sum() for name in offices}
    small = [name for name in offices if 5 < sizes[name] < 30]
    moved = dict(made.labels)
    if moves and small:
        now = made.labels["county"][made.labels["unit"] == small[0]][0]
        other = next((each for each in counties if each != now), now)
        moved["county"] = np.where(made.labels["unit"] == small[0], other, made.labels["county"])
    return made, ~late, moved


def both_editions(seed):
    """Two published editions of a wave: the second withholds what the first withheld."""
    made, counted, _moved = two_editions(seed)
    first = edition(made, counted)
    return made, [first, edition(made, before=withheld(first))]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_two_editions_together_tell_no_more(seed):
    # In printed digits: nobody but who may read the answers themselves is given others.
    made, both = both_editions(seed)
    assert found_out(made, both, IDS, digits=True) == []


@pytest.mark.parametrize("seed", [7, 24, 38])
def test_two_editions_with_every_digit_would_give_an_office_away(seed):
    made, both = both_editions(seed)
    assert found_out(made, both, IDS, cells=False)
    assert found_out(made, both, IDS, digits=True) == []


@pytest.mark.parametrize("seed", [7, 38, 43, 51])
def test_without_what_the_first_withheld_two_editions_would_tell_more(seed):
    made, counted, _moved = two_editions(seed)
    assert found_out(made, [edition(made, counted), edition(made)], IDS, cells=False)


def test_an_office_that_moved_between_editions_is_found_unless_the_tree_stays():
    found = 0
    for seed in range(40):
        made, _counted, moved = two_editions(seed, moves=True)
        first = edition(made)
        assert found_out(made, [first, edition(made, before=withheld(first))], IDS, cells=False) == []
        second = edition(made, labels=moved, before=withheld(first))
        found += bool(found_out(made, [first, second], IDS, cells=False))
    assert found > 3, "with today's tree it would be found: the test could not fail"


def test_what_was_withheld_stays_withheld():
    made = world(3)
    first = edition(made)
    cell = next(cell for cell, (state, _n) in first.decision.cells.items() if state == "shown" and cell[0])
    again = edition(made, before={cell})
    assert again.decision.cells[cell][0] not in PRINTED


def test_states_are_those_of_the_answers_to_that_figure():
    n = 400
    answered = np.ones((n, 6), bool)
    answered[29:, 4] = False
    answered[99:, 5] = False
    cells = decide(SPEC, answered, {}).cells
    assert cells["", "indicators", "Q4"] == ("few", 29)
    assert cells["", "indicators", "Q5"] == ("indicative", 99)
    assert cells["", "indicators", "Q0"] == ("shown", 400)
    assert cells["", "dimensions", "D2"][0] == "held"
    answered[29, 4] = True
    assert decide(SPEC, answered, {}).cells["", "indicators", "Q4"] == ("indicative", 30)


def test_a_small_class_is_not_found_from_the_total_and_the_others():
    labels = np.repeat(["residential", "commercial", "industrial", "other"], [300, 60, 40, 25])
    cells = decide(SPEC, np.ones((425, 6), bool), {"customer_class": read(labels, 425, "class")}).cells
    states = {name: cells[f"customer_class:{name}", "constructs", "SAT"][0] for name in np.unique(labels)}
    assert states == {
        "residential": "shown",
        "commercial": "indicative",
        "industrial": "held",
        "other": "few",
    }


def test_room_is_how_far_a_cell_moves():
    assert room(np.array([[10.0, 10.0]]), np.array([1.0, 0.0]))[0] == pytest.approx(20.0)
    assert room(np.array([[50.0, 10.0]]), np.array([1.0, 0.0]))[0] == pytest.approx(4.0)
    assert room(np.array([[1.0, 0.0]]), np.array([1.0, 0.0]))[0] == pytest.approx(0.0)
    assert room(np.zeros((1, 2)), np.array([1.0, 0.0]))[0] == pytest.approx(20.0)


def document_of(sizes):
    """A document with every section, in which each number is the same, easily found one."""
    secret = 61.803
    cell = {"value": secret, "se": 1.0, "ci": [secret, secret]}

    def nodes(ids, **more):
        point = {"points": secret, "se": 1.0, "ci": [secret, secret], "mean": secret, "name": {}}
        return dict.fromkeys(ids, point | more)

    part = {
        "n_used": 400,
        "index": {"id": "SAT", "points": secret, "se": 1.0, "ci": [secret, secret]},
        "constructs": nodes(["SAT", "QUAL"], valence=1),
        "dimensions": nodes(["D1", "D2"], construct="QUAL"),
        "indicators": nodes(IDS["indicators"], construct="QUAL"),
    }
    tier = {"tier": "basic", "questions": ["Q4", "Q5"], "n": 200, "verdict": "below"}
    return part | {
        "groups": dict.fromkeys(sizes, part),
        "expectations": [tier | dict.fromkeys(("expected", "perceived", "gap"), cell)],
        "retention": {
            "cuts": [60, 50],
            "n": 400,
            "segments": {
                "loyal": cell | {"value": 0.9},
                "captive": cell | {"value": 0.05},
                "x": cell | {"value": 0.05},
            },
            "loyalty": {"loyal": cell, "captive": cell, "x": cell},
        },
        "companions": {"NPS": cell | {"n": 12}, "CES": cell | {"n": 60}},
        "priorities": [{"dimension": "D1", "points": secret}, {"dimension": "D2", "points": secret}],
        "tree": cell
        | {"points": secret, "groups": {}, "cautions": []}
        | {"weights": {each: {"points": secret} for each in ("SAT", "QUAL")}},
    }


def test_a_kind_of_group_of_which_nobody_is_holds_nothing():
    nobody = Labels(("county",), np.full(400, -1, np.int32))
    cells = decide(SPEC, np.ones((400, 6), bool), {"county": nobody}).cells
    assert {state for state, _ in cells.values()} == {"shown"}


def test_a_document_has_no_number_of_what_is_withheld():
    answered = np.ones((400, 6), bool)
    answered[20:, 4] = False
    labels = np.repeat(["a", "b", "c"], [300, 80, 20])
    decision = decide(SPEC, answered, {"unit": read(labels, 400, "unit")})
    made = withhold(document_of(["unit:a", "unit:b", "unit:c"]), decision)
    assert made["groups"]["unit:c"] is None
    assert made["groups"]["unit:b"] is None, "the rest of the total would be that of c"
    assert made["groups"]["unit:a"]["constructs"]["SAT"]["state"] == "shown"
    few = made["indicators"]["Q4"]
    assert (few["state"], few["points"], few["mean"], few["ci"], few["n"]) == ("few", None, None, None, None)
    assert made["dimensions"]["D2"]["state"] == "held"
    assert made["indicators"]["Q0"] | {"name": 0} == document_of([])["indicators"]["Q0"] | {
        "name": 0, "state": "shown", "n": 400,
    }  # fmt: skip
    tier = made["expectations"][0]
    assert (tier["state"], tier["gap"]["value"], tier["n"], tier["verdict"]) == ("held", None, None, None)
    assert made["companions"]["NPS"]["value"] is None
    assert made["companions"]["CES"] | {"state": ""} == document_of([])["companions"]["CES"] | {"state": ""}
    assert made["companions"]["CES"]["state"] == "indicative"
    assert [each["dimension"] for each in made["priorities"]] == ["D1"]
    loyalty = made["retention"]["loyalty"]
    assert loyalty["loyal"]["value"] is not None
    assert loyalty["captive"]["value"] is loyalty["x"]["value"] is None
    assert made["floors"] == {"floor": 30, "indicative": 100}


def test_the_tree_score_needs_all_its_parts():
    answered = np.ones((400, 6), bool)
    answered[20:, 2:] = False
    made = withhold(document_of([]), decide(SPEC, answered, {}))
    assert made["constructs"]["QUAL"]["state"] == "few"
    assert made["tree"]["points"] is None
    assert made["tree"]["weights"]["QUAL"] == {"points": None}
    assert made["index"]["state"] == "shown"
