"""Indirect effects: every specific path and the whole, with intervals of the products."""

import time
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import csi_model
from csi_model.measures.indirect import MOST, routes_of, ways
from tests.csi_model.simulated import SPEC, survey
from tests.csi_model.staged import interacting, plain_mapping, second_order

R = 200


@pytest.fixture(scope="module")
def sample():
    return survey(n=150, years=1)[0]


@pytest.fixture(scope="module")
def result(sample):
    return csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=R))


def walked(spec):
    """All paths of two steps and more, by recursion."""
    after = {name: [end for start, end in spec.paths if start == name] for name in spec.construct_ids}

    def on(route):
        for end in after[route[-1]]:
            yield (*route, end)
            yield from on((*route, end))

    return {route for name in spec.construct_ids for route in on((name,)) if len(route) > 2}


def route_of(row):
    return (row["source"], *row["through"], row["target"])


def along(spec, paths, route):
    place = spec.place
    steps = pairwise(route)
    return np.prod([paths[:, place[end], place[start]] for start, end in steps], axis=0)


def test_every_path_is_there_with_its_product_and_the_percentiles_of_its_products(result):
    found = csi_model.document(result)["specific_effects"]
    assert {route_of(row) for row in found} == walked(SPEC)
    drawn = result.resampled.of("paths")
    for row in found:
        products = along(SPEC, drawn, route_of(row))
        assert row["estimate"] == pytest.approx(along(SPEC, result.solution.paths, route_of(row)).item())
        assert row["ci"] == pytest.approx(np.quantile(products, [0.025, 0.975]))
        assert row["se"] == pytest.approx(products.std(ddof=1))
        sides = 1 + min((products <= 0).sum(), (products >= 0).sum())
        assert row["p"] == pytest.approx(min(1, 2 * sides / (len(products) + 1)))


def test_specific_paths_add_up_to_the_whole_and_with_the_direct_one_to_the_total(result):
    found = csi_model.document(result)
    total = {(row["source"], row["target"]): row["standardised"] for row in found["total_effects"]}
    direct = {(row["source"], row["target"]): row["estimate"] for row in found["paths"]}
    whole = {(row["source"], row["target"]): row for row in found["indirect_effects"]}
    for pair, row in whole.items():
        parts = [
            each["estimate"]
            for each in found["specific_effects"]
            if route_of(each)[:: len(route_of(each)) - 1] == pair
        ]
        assert row["estimate"] == pytest.approx(sum(parts))
        assert total[pair] == pytest.approx(row["estimate"] + direct.get(pair, 0.0))
        assert row["ci"][0] < row["estimate"] < row["ci"][1]
    assert set(whole) == {route[:: len(route) - 1] for route in walked(SPEC)}


def test_bca_ends_are_those_of_the_products_left_out_one_by_one(sample):
    made = csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=R, interval="bca"))
    found = csi_model.document(made)["specific_effects"]
    drawn, n = made.resampled.of("paths"), len(sample)
    estimator = made.estimator
    without = np.vstack([estimator.of_counts(np.ones((1, n)) - np.eye(n)[k : k + 1]).paths for k in range(n)])
    for row in found[:6]:
        products, left = along(SPEC, drawn, route_of(row)), along(SPEC, without, route_of(row))
        sway = left.mean() - left
        skew = (sway**3).sum() / (6 * (sway**2).sum() ** 1.5)
        bias = ndtri(np.clip((products < row["estimate"]).mean(), 0.5 / R, 1 - 0.5 / R))
        for end, tail in zip(row["ci"], (0.025, 0.975), strict=True):
            moved = bias + ndtri(tail)
            exact = ndtr(bias + moved / (1 - skew * moved))
            near = np.quantile(products, np.clip([exact - 0.01, exact + 0.01], 0, 1), method="weibull")
            assert near[0] - 1e-12 <= end <= near[1] + 1e-12


def test_a_product_of_two_certain_paths_is_found_and_one_with_an_idle_path_is_not():
    rng = np.random.default_rng(8)
    a = rng.normal(size=400)
    b = 0.7 * a + 0.7 * rng.normal(size=400)
    c = 0.7 * b + 0.7 * rng.normal(size=400)
    idle = rng.normal(size=400)
    columns = {
        f"{name}{k}": 5.5 + each + 0.3 * rng.normal(size=400)
        for name, each in {"A": a, "B": b, "C": c, "I": idle}.items()
        for k in (1, 2)
    }
    spec = csi_model.ModelSpec.from_lavaan(
        "A =~ A1 + A2\nB =~ B1 + B2\nC =~ C1 + C2\nI =~ I1 + I2\nB ~ A\nI ~ A\nC ~ B + I",
        index="C",
        low=-9,
        high=20,
    )
    made = csi_model.estimate(spec, csi_model.prepare(spec, columns), csi_model.Options(bootstrap=R))
    rows = {row["through"][0]: row for row in csi_model.document(made)["specific_effects"]}
    assert rows["B"]["p"] < 0.02
    assert rows["B"]["ci"][0] > 0
    assert rows["I"]["ci"][0] < 0 < rows["I"]["ci"][1]
    assert rows["I"]["p"] > 0.05


def test_a_model_of_very_many_paths_lists_the_shortest_and_counts_the_rest():
    k = 24
    every = np.tril(np.ones((k, k), dtype=bool), -1)
    start = time.perf_counter()
    routes = routes_of(every)
    assert time.perf_counter() - start < 2
    assert len(routes.places) == MOST
    assert routes.left_out == round(ways(every).sum()) - MOST
    assert ways(every)[-1, 0] == 2 ** (k - 2) - 1
    lengths = [len(route) for route in routes.places]
    assert lengths == sorted(lengths)
    assert routes_of(np.zeros((3, 3), dtype=bool)).places == ()


def test_groups_keep_theirs_without_draws_and_a_model_without_a_way_has_none(sample):
    many = survey(n=60, years=2)[0]
    made = csi_model.estimate(SPEC, many, csi_model.Options(bootstrap=40), by="wave")
    found = csi_model.document(made)["groups"]["2021"]
    assert len(found["specific_effects"]) == len(walked(SPEC))
    assert all(row["ci"][0] <= row["ci"][1] for row in found["specific_effects"])
    two = csi_model.ModelSpec.from_lavaan("QUAL =~ QUAL1 + QUAL2\nSAT =~ SAT1 + SAT2\nSAT ~ QUAL")
    columns = dict(zip(SPEC.indicator_ids, sample.values.T, strict=True))
    plain = csi_model.estimate(two, csi_model.prepare(two, columns), csi_model.Options(bootstrap=20))
    short = csi_model.document(plain)
    assert short["indirect_effects"] == short["specific_effects"] == []
    assert "Indirect effects" not in str(plain.summary())


@pytest.mark.parametrize("made_of", [interacting, second_order])
def test_second_orders_and_interactions_have_theirs_too(golden, made_of):
    spec = made_of(plain_mapping(golden))
    sample = csi_model.prepare(spec, golden.columns("data.csv"))
    made = csi_model.estimate(spec, sample, csi_model.Options(bootstrap=40))
    found = csi_model.document(made)["specific_effects"]
    assert {route_of(row) for row in found} == walked(spec)
    for row in found:
        assert row["estimate"] == pytest.approx(along(spec, made.solution.paths, route_of(row)).item())
        assert row["ci"][0] < row["ci"][1]


def test_they_are_in_frames_and_in_the_summary(result):
    frame = result.to_frame("specific_effects")
    found = csi_model.document(result)["specific_effects"]
    assert list(frame["through"]) == [" -> ".join(row["through"]) for row in found]
    assert list(frame["low"]) == [row["ci"][0] for row in found]
    text = str(result.summary())
    assert "IMG -> EXP -> SAT " in text
    assert "IMG => SAT " in text
    assert "IMG -> SAT -> LOY " not in text
