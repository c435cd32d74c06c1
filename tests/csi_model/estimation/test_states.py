"""What may be said of points by how many answered."""

import numpy as np

import csi_model

SPEC = csi_model.ModelSpec.from_lavaan("Q =~ q1 + q2\nSAT =~ s1 + s2\nSAT ~ Q")


def test_points_from_few_answers_are_marked_in_the_document():
    rng = np.random.default_rng(2)
    level = rng.normal(size=200)
    columns = {
        code: np.clip(np.rint(6 + level + rng.normal(size=200)), 1, 10).astype(float)
        for code in SPEC.indicator_ids
    }
    columns["q2"][60:] = np.nan
    columns["s2"][20:] = np.nan
    found = csi_model.document(csi_model.estimate(SPEC, csi_model.prepare(SPEC, columns)))
    states = {code: node["state"] for code, node in found["indicators"].items()}
    assert states == {"q1": "shown", "q2": "indicative", "s1": "shown", "s2": "few"}
    assert {node["state"] for node in found["constructs"].values()} == {"shown"}
