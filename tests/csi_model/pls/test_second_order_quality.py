"""Reliability and validity of second-order constructs rest on component scores."""

import json

import numpy as np
import pytest

from csi_model import Options, assess, document, estimate, prepare
from tests.csi_model.staged import plain_mapping, scores, second_order

KINDS = [("A", "two-stage"), ("B", "two-stage"), ("A", "repeated"), ("B", "repeated")]
PARTS = ["QUAL", "VAL"]


@pytest.fixture
def plain(golden):
    return plain_mapping(golden)


@pytest.fixture
def columns(golden):
    return golden.columns("data.csv")


def correlation(rows, columns):
    return np.corrcoef(rows, columns, rowvar=False)[: rows.shape[1], rows.shape[1] :]


@pytest.mark.parametrize(("mode", "approach"), KINDS)
def test_quality_of_a_second_order_construct_is_that_of_its_components_scores(plain, columns, mode, approach):
    spec = second_order(plain, mode, approach)
    data = prepare(spec, columns)
    result = estimate(spec, data)
    by_name = dict(zip(spec.construct_ids, scores(result, data).T, strict=True))
    parts, whole = np.column_stack([by_name[name] for name in PARTS]), by_name["OFFER"]
    loadings = correlation(parts, whole[:, None])[:, 0]
    r = np.corrcoef(parts, rowvar=False)
    weights = np.linalg.lstsq(parts / parts.std(axis=0), whole / whole.std(), rcond=None)[0]
    off = weights @ (r - np.eye(2)) @ weights
    square = weights @ weights
    by_hand = {
        "ave": (loadings**2).mean(),
        "rho_c": loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum()),
        "alpha_raw": 2 * r[0, 1] / (1 + r[0, 1]),
        "alpha_standardised": 2 * r[0, 1] / (1 + r[0, 1]),
        "rho_a": square**2 * off / (square**2 - (weights**4).sum()),
    }
    found = document(result)
    own = found["constructs"]["OFFER"]
    if mode == "B":  # its components form it: whether they say the same is no question
        assert {name: own[name] for name in by_hand} == dict.fromkeys(by_hand)
        figures = {name: result.figure(name).at("OFFER").value for name in ("ave", "rho_c", "rho_a")}
        assert figures == pytest.approx({name: by_hand[name] for name in figures}, rel=1e-9)
        return
    assert {name: own[name] for name in by_hand} == pytest.approx(by_hand, rel=1e-9)
    assert [own["components"][name]["loading"] for name in PARTS] == pytest.approx(loadings)
    assert [own["components"][name]["weight"] for name in PARTS] == pytest.approx(weights)
    assert [own["components"][name]["vif"] for name in PARTS] == pytest.approx([1 / (1 - r[0, 1] ** 2)] * 2)
    diagonal = {row[0]: row[2] for row in found["fornell_larcker"] if row[0] == row[1]}
    assert diagonal["OFFER"] == pytest.approx(np.sqrt(by_hand["ave"]))
    for name in ("htmt", "htmt2", "fornell_larcker"):
        pairs = {frozenset(row[:2]): row[2] for row in found[name]}
        assert [pairs[frozenset(["OFFER", part])] for part in PARTS] == [None, None]
        assert pairs[frozenset(PARTS)] is not None


@pytest.mark.parametrize(("mode", "approach"), KINDS)
def test_htmt_of_a_second_order_construct_correlates_component_scores(plain, columns, mode, approach):
    spec = second_order(plain, mode, approach)
    data = prepare(spec, columns)
    result = estimate(spec, data)
    place = [spec.place[name] for name in PARTS]
    parts = scores(result, data)[:, place]
    other = data.values[:, [code.startswith("SAT") for code in spec.indicator_ids]]
    k = other.shape[1]
    between = np.abs(correlation(parts, other)).mean()
    within = (np.abs(np.corrcoef(other, rowvar=False)).sum() - k) / (k * (k - 1))
    by_hand = between / np.sqrt(within * abs(np.corrcoef(parts, rowvar=False)[0, 1]))
    assert result.figure("htmt").at("SAT", "OFFER").value == pytest.approx(by_hand, rel=1e-9)
    table = {frozenset(row[:2]): row[2] for row in document(result)["htmt"]}
    written = table[frozenset(["OFFER", "SAT"])]
    assert written is None if mode == "B" else written == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("approach", ["two-stage", "repeated"])
def test_intervals_of_second_order_quality_hold_the_estimates(plain, columns, approach):
    spec = second_order(plain, approach=approach)
    data = prepare(spec, columns)
    result = estimate(spec, data, Options(bootstrap=200, seed=3))
    own = document(result)["constructs"]["OFFER"]
    for name in ("ave", "rho_c", "rho_a", "alpha_standardised"):
        low, high = own[f"{name}_ci"]
        assert low < own[name] < high, name
    checks = assess(result, data)
    pairs = {frozenset(row[:2]): row[2:5] for row in checks["htmt"]}
    low, high = result.figure("htmt").low, result.figure("htmt").high
    offer, sat = spec.place["OFFER"], spec.place["SAT"]
    value = result.estimates.htmt[0, offer, sat]
    assert pairs[frozenset(["OFFER", "SAT"])] == pytest.approx([value, low[offer, sat], high[offer, sat]])
    assert pairs[frozenset(["OFFER", "QUAL"])] == [None, None, None]


def test_questions_of_a_component_have_no_cross_loading_on_their_whole(plain, columns):
    spec = second_order(plain)
    found = document(estimate(spec, prepare(spec, columns)))
    assert found["indicators"]["QUAL1"]["cross_loadings"]["OFFER"] is None
    assert found["indicators"]["SAT1"]["cross_loadings"]["OFFER"] > 0
    json.dumps(found, allow_nan=False)
