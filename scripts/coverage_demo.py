"""What `coverage.py` simulates of the demo: its customers fill the whole questionnaire in, gaps and all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from coverage_gaps import cells
from coverage_models import F64, Hit, hit

from csi_model.answers.prepare import prepare
from csi_model.estimation.estimate import estimate
from csi_model.inference.figures import figure
from csi_model.options import Options
from csi_model.specify import ModelSpec
from surveys import instruments
from surveys.codes import REASONS
from surveys.document.questionnaire import Questionnaire
from web.demo import filling, planted, world
from web.demo.build import INSTRUMENT

N = 1200  # people of a wave of the demo
N_TRUTH = 100_000


class Demo(NamedTuple):
    """The questionnaire, what is planted, what its offices add, and its model."""

    document: Questionnaire
    plan: planted.Planted
    effects: F64
    spec: ModelSpec


@cache
def demo() -> Demo:
    """Give the demo of seed 1: its offices stay, its people are drawn anew."""
    document = instruments.load(INSTRUMENT)
    plan = planted.load(INSTRUMENT, document)
    return Demo(document, plan, world.office_effects(1), ModelSpec.from_mapping(document.model()))


@cache
def truth(method: str) -> dict[str, F64]:
    """What the same method gives on whole answers: everybody asked everything, and answering it."""
    document, plan, effects, spec = demo()
    rng = np.random.default_rng(20_260)
    drawn = world.people(plan, N_TRUTH, effects, rng)
    said = filling.rated_by(plan, document, drawn, 0, rng)
    filling.in_a_line(document, said, rng)
    found = estimate(spec, prepare(spec, said), Options(method))
    return {name: part[0] for name, part in cells(found).items()}


def of_demo(method: str, rng: np.random.Generator, resamples: int) -> Iterator[Hit]:
    """A wave of 1,200 customers who were not asked, do not know, or rush in a straight line."""
    document, plan, effects, spec = demo()
    drawn = world.people(plan, N, effects, rng)
    columns = filling.answers(plan, document, drawn, 0, rng).columns
    given = {code: columns[code].astype(float) for code in spec.indicator_ids}
    sample = prepare(spec, given, missing="em", reserved=REASONS)
    draws = 0 if method == "cbsem" else resamples
    found = estimate(spec, sample, Options(method, bootstrap=draws, seed=int(rng.integers(2**31))))
    wanted = truth(method)
    for part, own in cells(found).items():
        if np.isfinite(own).all():
            yield hit(f"demo, {method}, {part}", figure(*own), wanted[part])


STUDIES: dict[str, Callable[[np.random.Generator, int], Iterator[Hit]]] = {
    f"demo-{method}": partial(of_demo, method) for method in ("pls", "plsc", "cbsem")
}
