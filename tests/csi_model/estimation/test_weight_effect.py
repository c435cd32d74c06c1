"""Beside a weighted index: what the weights cost, and the index without them."""

import numpy as np
import pytest

import csi_model
from csi_model.estimation import weight_effect


def weighted(golden, weights, **options):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    data = csi_model.prepare(spec, columns, weights=weights)
    return csi_model.document(csi_model.estimate(spec, data, csi_model.Options(**options)))


def test_the_block_holds_the_cost_and_the_plain_estimation(golden):
    weights = np.where(np.arange(300) % 3 == 0, 3.0, 1.0)
    found = weighted(golden, weights)
    plain = weighted(golden, None)
    block = found["weighting"]
    cv = weights.std() / weights.mean()
    assert block["design_effect"] == pytest.approx(1 + cv**2, rel=1e-12)
    assert block["n_effective"] == pytest.approx(300 / (1 + cv**2), rel=1e-12)
    assert block["max_over_mean"] == pytest.approx(1.8, rel=1e-12)
    assert block["largest_share"] == pytest.approx(3 / 500, rel=1e-12)
    assert block["index_unweighted"] == pytest.approx(plain["index"]["points"], abs=1e-10)
    assert block["constructs_unweighted"] == {
        name: pytest.approx(construct["points"], abs=1e-10) for name, construct in plain["constructs"].items()
    }
    assert abs(found["index"]["points"] - block["index_unweighted"]) > 1e-3
    assert not {"costly-weights", "heavy-respondent"} & {caution["code"] for caution in found["cautions"]}


def test_rows_without_weight_are_in_neither_index(golden):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    weights = np.repeat([0.0, 1.0, 2.0], 100)
    kept = {code: columns[code][100:] for code in spec.indicator_ids}
    plain = csi_model.estimate(spec, csi_model.prepare(spec, kept))
    place = spec.construct_ids.index(spec.index)
    block = weighted(golden, weights)["weighting"]
    assert block["index_unweighted"] == pytest.approx(plain.points.constructs[0, place], abs=1e-10)
    assert block["n_effective"] == pytest.approx(200 / (1 + 0.25 / 2.25))


def test_costly_weights_and_a_heavy_respondent_are_cautions(golden):
    weights = np.ones(300)
    weights[4] = 30.0
    codes = {caution["code"] for caution in weighted(golden, weights)["cautions"]}
    assert {"costly-weights", "heavy-respondent"} <= codes


@pytest.mark.parametrize("weights", [None, np.full(300, 2.5)])
def test_equal_weights_have_no_block(golden, weights):
    assert "weighting" not in weighted(golden, weights)


def test_groups_have_their_own_block_and_draws_stay_the_same(golden):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    weights = np.where(np.arange(300) % 2 == 0, 2.0, 1.0)
    data = csi_model.prepare(spec, columns, weights=weights, labels={"group": columns["group"]})
    options = csi_model.Options(bootstrap=40, group_weights="own")
    whole = csi_model.document(csi_model.estimate(spec, data, options, by="group"))
    rows = data.label("group").of("A")
    alone = csi_model.document(csi_model.estimate(spec, data.where(rows)))
    assert whole["groups"]["A"]["weighting"] == alone["weighting"]
    assert whole["bootstrap"]["failed"] == 0


@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_methods_that_take_weights_report_them(golden, method):
    block = weighted(golden, np.linspace(1, 3, 300), method=method)["weighting"]
    assert 0 <= block["index_unweighted"] <= 100


def test_an_index_that_has_no_solution_without_weights_is_none(golden, monkeypatch):
    """The weighted estimation stands; its counterpart is not guessed."""
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    data = csi_model.prepare(spec, columns, weights=np.linspace(1, 3, 300))

    def refuse(_):
        raise csi_model.ConvergenceError("No fixpoint.", code="not-converged", remedy="Simplify.")

    found = weight_effect.measure(spec, data, refuse)
    assert np.isnan(found.unweighted).all()
    monkeypatch.setattr(weight_effect, "measure", lambda *_: found)
    document = csi_model.document(csi_model.estimate(spec, data))
    assert document["weighting"]["index_unweighted"] is None
