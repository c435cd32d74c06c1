"""Simulated waves of the golden model, in which a change is planted."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import csi_model
from csi_model.answers.labels import read

GOLDEN = Path(__file__).parents[1] / "golden"
SPEC = csi_model.ModelSpec.from_yaml((GOLDEN / "model.yaml").read_text(encoding="utf-8"))


def survey(n: int = 240, years: int = 4, lift: float = 0.0, seed: int = 3) -> tuple:
    """Simulate waves of one population (labels `wave`); `lift` scale points more in the last."""
    rng = np.random.default_rng(seed)
    year = np.repeat([str(2021 + k) for k in range(years)], n)
    common = rng.normal(size=len(year))
    columns = {}
    for construct in SPEC.constructs:
        level = 0.7 * common + 0.7 * rng.normal(size=len(year))
        for code in construct.indicators:
            raw = 6 + 1.3 * (0.8 * level + 0.6 * rng.normal(size=len(year))) + lift * (year == year[-1])
            columns[code] = np.clip(raw, 1, 10)
    return csi_model.prepare(SPEC, columns, labels={"wave": year}), year


def labelled(sample: csi_model.Sample, **labels) -> csi_model.Sample:
    """Give the sample more labels, or others."""
    found = {name: read(column, len(sample), name) for name, column in labels.items()}
    return replace(sample, labels={**sample.labels, **found})
