"""Each caution with lines for the model: put in place, the caution goes, and none comes in its stead."""

import numpy as np
import pytest
import yaml

from csi_model import ModelSpec, Options, estimate, prepare
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, rounded


def put_in(plain: dict, edit: str) -> dict:
    """Let lines stand in place of what a model says of the same constructs and questions."""
    lines = yaml.safe_load(edit)
    own = {each["id"]: each for each in lines.get("constructs", [])}
    constructs = [each | own.get(each["id"], {}) for each in plain["constructs"]]
    indicators = plain.get("indicators", {}) | lines.get("indicators", {})
    return (
        plain
        | {"constructs": constructs, "indicators": indicators}
        | ({"scale": lines["scale"]} if "scale" in lines else {})
    )


def reversed_(columns, rng):
    columns["q3"] = 11 - columns["q3"]


def two_reversed(columns, rng):
    for code in ("q1", "q2"):
        columns[code] = 11 - columns[code]


def two_reversed_of_the_index(columns, rng):
    for code in ("s2", "s3"):
        columns[code] = 11 - columns[code]


def near_constant(columns, rng):
    lowest = np.argsort(columns["s1"] + columns["s2"], kind="stable")[:9]
    columns["s3"] = np.full(300, 10.0)
    columns["s3"][lowest] = 8.0


def scale_unused(columns, rng):
    for code, answers in columns.items():
        columns[code] = np.ceil(answers / 2)


def scale_unused_by_some(columns, rng):
    for code in ("q1", "q2", "q3"):
        columns[code] = np.ceil(columns[code] / 2)


def turned(columns, rng):
    for code in ("q1", "q2", "q3"):
        columns[code] = 11 - columns[code]


def turned_index(columns, rng):
    for code in ("s1", "s2", "s3"):
        columns[code] = 11 - columns[code]


def low_loading(columns, rng):
    columns["q2"] = rounded(rng.standard_normal(300))


def duplicate_items(columns, rng):
    columns["i2"], columns["q3"] = columns["i1"].copy(), columns["q1"].copy()


def not_coherent(columns, rng):
    facets = rng.standard_normal((3, 300))
    for k, facet in enumerate(facets, start=1):
        columns[f"q{k}"] = rounded(facet)
    happy = 0.8 * facets.sum(axis=0) / 3**0.5 + 0.6 * rng.standard_normal(300)
    for k in (1, 2, 3):
        columns[f"s{k}"] = rounded(0.95 * happy + 0.3 * rng.standard_normal(300))


def constant_in_draws(columns, rng):
    columns["q3"] = np.where(np.arange(300) < 2, columns["q1"], 9.0)


def collinear_items(columns, rng):
    columns["q2"] = np.clip(columns["q1"] + (rng.random(300) < 0.1), 1, 10)


WORLDS = {
    "reversed": reversed_,
    "reversed, two of three": two_reversed,
    "reversed, two of three of the index": two_reversed_of_the_index,
    "against-index, two of three reversed": two_reversed,
    "against-index, two of three of the index reversed": two_reversed_of_the_index,
    "near-constant": near_constant,
    "scale-unused": scale_unused,
    "scale-unused, by some": scale_unused_by_some,
    "against-index": turned,
    "against-index, the index itself": turned_index,
    "low-loading": low_loading,
    "duplicate-items": duplicate_items,
    "not-coherent": not_coherent,
    "constant-in-draws": constant_in_draws,
    "collinear-items": collinear_items,
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_lines_of_a_remedy_work_when_tried(world):
    columns, plain, code = chain(), dict(CHAIN), world.partition(",")[0]
    WORLDS[world](columns, np.random.default_rng(4))
    if code == "collinear-items":
        plain = put_in(plain, "constructs: [{id: QUAL, mode: B}]")

    def said(model):
        spec = ModelSpec.from_mapping(model)
        result = estimate(spec, prepare(spec, columns), Options(bootstrap=60))
        return {caution.code: caution for caution in result.cautions}

    before = said(plain)
    assert code in before, list(before)
    assert before[code].plain()["edit"] == before[code].edit
    for edit in filter(None, (before[code].edit, before[code].instead)):
        after = said(put_in(plain, edit))
        assert code not in after
        wrong = (
            {"against-index"} if edit == before[code].instead else set()
        )  # what tells that it was the other
        assert set(after) <= set(before) | wrong, set(after) - set(before)


@pytest.mark.parametrize("method", ["pls", "plsc", "cbsem"])
@pytest.mark.parametrize(("world", "one", "two"), [
    (two_reversed, "q3", ("q1", "q2")), (two_reversed_of_the_index, "s1", ("s2", "s3")),
])  # fmt: skip
def test_where_two_of_three_are_reversed_both_ways_to_turn_them_are_said_and_lead_to_one_end(
    world, one, two, method
):
    """The third is named, for two are more than one; the other way, or turning all afterwards, is right."""

    def said(model, given):
        spec = ModelSpec.from_mapping(model)
        result = estimate(spec, prepare(spec, given), Options(method=method))
        return result.points.constructs, {caution.code: caution for caution in result.cautions}

    columns = chain()
    world(columns, None)
    right, _ = said(CHAIN, chain())
    _, found = said(CHAIN, columns)
    named, against = found["reversed"], found["against-index"]
    assert f"whether {one} or {' and '.join(two)} should be turned" in named.message
    assert named.edit == f"indicators: {{{one}: {{valence: -1}}}}"
    assert named.instead == f"indicators: {{{', '.join(f'{code}: {{valence: -1}}' for code in two)}}}"
    assert named.remedy.endswith(f"{named.edit} or else {named.instead}")
    assert against.edit == named.instead, "the one that agrees with the rest of the model"
    points, left = said(put_in(dict(CHAIN), named.instead), columns)
    assert {"reversed", "against-index", "negative-weight"}.isdisjoint(left)
    np.testing.assert_allclose(points, right, rtol=1e-6)
    wrongly = put_in(dict(CHAIN), named.edit)
    _, left = said(wrongly, columns)
    assert "reversed" not in left
    points, last = said(put_in(wrongly, left["against-index"].edit), columns)
    assert {"reversed", "against-index"}.isdisjoint(last)
    np.testing.assert_allclose(points, right, rtol=1e-6)


def test_a_question_that_stands_alone_is_not_left_out():
    plain = {
        "index": "SAT",
        "constructs": [
            {"id": "QUAL", "indicators": ["q1"]},
            {"id": "IMG", "indicators": ["i1"]},
            {"id": "SAT", "indicators": ["s1", "s2"]},
        ],
        "paths": [["QUAL", "SAT"], ["IMG", "SAT"]],
    }
    columns = chain()
    columns["i1"] = columns["q1"] + 1e-4 * np.random.default_rng(1).standard_normal(300)
    columns["i1"] = np.clip(columns["i1"], 1, 10)
    spec = ModelSpec.from_mapping(plain)
    cautions = estimate(spec, prepare(spec, columns)).cautions
    assert next(each for each in cautions if each.code == "duplicate-items").edit == ""
