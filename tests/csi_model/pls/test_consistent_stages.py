"""PLSc with second-order constructs and interactions finds the planted effects, where PLS does not."""

import numpy as np
import pytest

import csi_model
from csi_model import ModelSpec, Options
from csi_model.errors import SpecificationError

SCALE = {"scale": {"low": -50, "high": 50}, "index": "S"}


def block(name: str) -> dict:
    return {"id": name, "indicators": [f"{name.lower()}{k}" for k in (1, 2, 3)]}


def asked(rng: np.random.Generator, factors: dict, loading: dict | float = 0.75) -> dict:
    found = {}
    for name, factor in factors.items():
        own = loading[name] if isinstance(loading, dict) else loading
        for k in (1, 2, 3):
            noise = rng.standard_normal(len(factor))
            found[f"{name.lower()}{k}"] = own * factor + np.sqrt(1 - own**2) * noise
    return found


def crossed(n: int, seed: int, shape: str = "normal") -> dict:
    """S = 0.3 I + 0.4 Q + 0.2 standardised product; factors normal or skewed."""
    rng = np.random.default_rng(seed)
    drawn = (
        rng.standard_normal((2, n)) if shape == "normal" else rng.gamma(2.0, size=(2, n)) / 2**0.5 - 2**0.5
    )
    image, quality = drawn[0], 0.4 * drawn[0] + np.sqrt(0.84) * drawn[1]
    product = image * quality
    product = (product - product.mean()) / product.std()
    known = 0.3 * image + 0.4 * quality + 0.2 * product
    happy = known + np.sqrt(1 - known.var()) * rng.standard_normal(n)
    return asked(rng, {"I": image, "Q": quality, "S": happy})


CROSSED = SCALE | {
    "constructs": [block("I"), block("Q"), block("S"), {"id": "X", "product": ["I", "Q"]}],
    "paths": [["I", "S"], ["Q", "S"], ["X", "S"]],
}


def whole(n: int, seed: int, mode: str) -> dict:
    """S = 0.6 H, T = 0.2 H + 0.5 S; H is made of A, B, C (mode B), or shows itself in them (mode A)."""
    rng = np.random.default_rng(seed)
    if mode == "B":
        corr = np.array([[1, 0.3, 0.4], [0.3, 1, 0.2], [0.4, 0.2, 1]])
        parts = rng.standard_normal((n, 3)) @ np.linalg.cholesky(corr).T
        high = parts @ [0.5, 0.3, 0.6]
        high = high / high.std()
        loading = {"A": 0.8, "B": 0.6, "C": 0.9, "S": 0.75, "T": 0.7}
    else:
        high, own = rng.standard_normal(n), np.array([0.8, 0.7, 0.6])
        parts = own * high[:, None] + np.sqrt(1 - own**2) * rng.standard_normal((n, 3))
        loading = dict.fromkeys("ABCST", 0.75)
    happy = 0.6 * high + 0.8 * rng.standard_normal(n)
    loyal = 0.2 * high + 0.5 * happy
    loyal += np.sqrt(1 - loyal.var()) * rng.standard_normal(n)
    return asked(rng, dict(zip("ABCST", (*parts.T, happy, loyal), strict=True)), loading)


def made_of(mode: str, **more: str) -> dict:
    high = {"id": "H", "components": ["A", "B", "C"], "mode": mode, **more}
    paths = [["H", "S"], ["H", "T"], ["S", "T"]]
    return SCALE | {"constructs": [*map(block, "ABCST"), high], "paths": paths}


def paths_of(plain: dict, columns: dict, method: str, **options) -> dict:
    spec = ModelSpec.from_mapping(plain)
    result = csi_model.estimate(spec, csi_model.prepare(spec, columns), Options(method, **options))
    document = csi_model.document(result)
    return {(row["source"], row["target"]): row for row in document["paths"]}


@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_an_interaction_is_that_of_the_factors_whatever_their_distribution(shape):
    truth = {("I", "S"): 0.3, ("Q", "S"): 0.4, ("X", "S"): 0.2}
    columns = crossed(60_000, 1, shape)
    found, plain = (paths_of(CROSSED, columns, method) for method in ("plsc", "pls"))
    for path, size in truth.items():
        assert found[path]["estimate"] == pytest.approx(size, abs=0.025), path
    assert plain["X", "S"]["estimate"] < 0.18


@pytest.mark.parametrize("mode", ["A", "B"])
def test_a_second_order_construct_stands_on_factors(mode):
    truth = {("H", "S"): 0.6, ("H", "T"): 0.2, ("S", "T"): 0.5}
    columns = whole(60_000, 3, mode)
    found, plain = (paths_of(made_of(mode), columns, method) for method in ("plsc", "pls"))
    for path, size in truth.items():
        assert found[path]["estimate"] == pytest.approx(size, abs=0.025), path
    assert plain["H", "S"]["estimate"] < 0.53


def test_components_have_their_true_loadings_or_weights():
    for mode, name, wanted in (("A", "loading", [0.8, 0.7, 0.6]), ("B", "weight", [0.476, 0.286, 0.571])):
        spec = ModelSpec.from_mapping(made_of(mode))
        data = csi_model.prepare(spec, whole(60_000, 3, mode))
        document = csi_model.document(csi_model.estimate(spec, data, Options("plsc")))
        parts = document["constructs"]["H"]["components"].values()
        np.testing.assert_allclose([each[name] for each in parts], wanted, atol=0.015)
        r_squared = [document["constructs"][code]["r_squared"] for code in "ST"]
        np.testing.assert_allclose(r_squared, [0.36, 0.41], atol=0.015)


@pytest.mark.parametrize(
    ("plain", "world"), [(CROSSED, crossed), (made_of("B"), lambda n, s: whole(n, s, "B"))]
)
def test_intervals_hold_what_was_planted_and_gaps_do_not_move_it(plain, world):
    columns = world(1500, 5)
    rng = np.random.default_rng(1)
    gappy = {code: np.where(rng.random(1500) < 0.1, np.nan, each) for code, each in columns.items()}
    truth = {("X", "S"): 0.2, ("Q", "S"): 0.4, ("H", "S"): 0.6, ("S", "T"): 0.5}
    for given in (columns, gappy):
        found = paths_of(plain, given, "plsc", bootstrap=200)
        for path, row in found.items():
            assert abs(row["estimate"] - truth.get(path, row["estimate"])) < 3.5 * row["se"], path
            assert 0.01 < row["se"] < 0.12
            assert row["ci"][0] < row["estimate"] < row["ci"][1]


def test_what_is_not_corrected_is_refused_by_name():
    both = made_of("A")
    both = both | {
        "constructs": [*both["constructs"], block("I"), block("Q"), {"id": "X", "product": ["I", "Q"]}],
        "paths": [*both["paths"], ["I", "S"], ["Q", "S"], ["X", "S"]],
    }
    for plain, said in (
        (both, "together with interactions"),
        (made_of("A", approach="repeated"), "repeated"),
    ):
        with pytest.raises(SpecificationError, match=said) as refusal:
            paths_of(plain, whole(300, 1, "A") | crossed(300, 1), "plsc")
        assert (refusal.value.code, bool(refusal.value.remedy)) == ("staged", True)
