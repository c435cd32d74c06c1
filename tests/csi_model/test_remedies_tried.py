"""Remedies that are no lines of a model: done as they say, the caution goes, and none comes in its stead.

Those that are lines stand in `estimation/test_edits.py`, more in the two files beside this one.
"""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, estimate, prepare
from csi_model.answers.weights import weight_cautions
from csi_model.beside.kano import classify_service
from csi_model.beside.price_tolerance import price_tolerance
from csi_model.beside.retention import retention_map
from csi_model.improvement.what_if import what_if
from csi_model.series.control import control_limits
from csi_model.survey_design.raking import rake
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, rounded
from tests.csi_model.remedying import works


def fitted(columns, *, plain=CHAIN, weights=None, strata=None, **options):
    spec = ModelSpec.from_mapping(plain)
    return estimate(spec, prepare(spec, columns, weights=weights, strata=strata), Options(**options)).cautions


def waves(n):
    points = 70 + np.random.default_rng(2).standard_normal(n)
    return control_limits(points, np.ones(n)).cautions


def raised(lift, *, mean=50.0, effect=(0.2, 0.0)):
    points = np.clip(mean + 15 * np.random.default_rng(3).standard_normal((200, 2)), 0, 100)
    draws = np.tile(effect, (50, 1))
    return what_if(points, np.array(lift, float), np.array(effect), draws, index_points=90).cautions


def paired(attractive, must_be, contradicting):
    """Pairs of answers that fall into three categories, so many each."""
    pairs = np.repeat([(1, 3), (3, 5), (1, 1)], [attractive, must_be, contradicting], axis=0)
    return classify_service(*pairs.T, 2).cautions


def tolerated(careless):
    """100 who go at a price of 20 at the latest, and those who say that they stay as it rises."""
    staying = np.repeat([(1.0, 1, 0), (1, 0, 0), (0, 1, 1)], [60, 40, careless], axis=0)
    return price_tolerance(np.array([5.0, 10, 20]), staying).cautions


def mapped(cut):
    satisfaction = np.concatenate([np.linspace(56, 64, 60), np.linspace(80, 95, 20)])
    return retention_map(satisfaction, np.linspace(10, 90, 80), cuts=(cut, 50.0)).cautions


def raked(region):
    tiers = ["a", "b"] * 60
    margins = {"tier": {"a": 0.5, "b": 0.5}, "region": region}
    return rake({"tier": tiers, "region": ["n"] * 80 + ["s"] * 40}, margins).cautions


def gappy(kept):
    columns = chain()
    columns["q3"] = np.where(np.arange(300) < kept, columns["q3"], np.nan)
    return columns


def unanswered(n):
    """So many who answered nothing."""
    return {code: np.where(np.arange(300) < n, np.nan, column) for code, column in chain().items()}


def overlapping(*, joined):
    """Two constructs that are one thing, as they were and joined."""
    columns, rng = chain(), np.random.default_rng(8)
    same = 0.55 * columns["i1"] - 3.5
    columns |= {code: rounded(same + 0.3 * rng.standard_normal(300)) for code in ("i2", "i3", "q1", "q2")}
    image, quality, happy = (each["id"] for each in CHAIN["constructs"])
    parts = {image: ["i1", "i2", "i3"], quality: ["q1", "q2"], happy: ["s1", "s2", "s3"]}
    if joined:
        parts[image] += parts.pop(quality)
    paths = [path for path in CHAIN["paths"] if set(path) <= parts.keys()]
    constructs = [{"id": name, "indicators": items} for name, items in parts.items()]
    return fitted(columns, plain=CHAIN | {"constructs": constructs, "paths": paths})


def grouped(*, small="c", blank=""):
    """100 of one group, 170 of another, 20 and 10 of what is given; an empty name is a blank."""
    spec = ModelSpec.from_mapping(CHAIN)
    unit = np.repeat(["a", "b", small, blank], [100, 170, 20, 10])
    return estimate(spec, prepare(spec, chain(), labels={"unit": unit}), by="unit").cautions


def drawn(strata=None, clusters=None):
    spec = ModelSpec.from_mapping(CHAIN)
    sample = prepare(spec, chain(), strata=strata, clusters=clusters)
    return estimate(spec, sample, Options(bootstrap=20)).cautions


def measured(items):
    """A question that leads to a construct of two leaves no degrees of freedom; to one of three, two."""
    constructs = [{"id": "QUAL", "indicators": ["q1"]}, {"id": "SAT", "indicators": items}]
    plain = {"index": "SAT", "constructs": constructs, "paths": [["QUAL", "SAT"]]}
    return fitted(chain(), plain=plain, method="cbsem")


def scored(loyal):
    """A map of 100 of whom so many have a score of cost as well."""
    satisfaction, cost = np.linspace(70, 95, 100), np.linspace(10, 90, 100)
    cost[loyal:] = np.nan
    return retention_map(satisfaction, cost).cautions


HEAVY = np.where(np.arange(100) == 16, 8.0, 1.0)
UNEVEN = np.where(np.arange(200) < 20, 9.0, 1.0)
FORMED = CHAIN | {"constructs": [CHAIN["constructs"][0] | {"mode": "B"}, *CHAIN["constructs"][1:]]}
STRATA = np.repeat(["a", "b"], 150)
WEIGHTS = np.linspace(0.5, 1.5, 300)

TRIED = {
    "few-waves": (lambda: waves(6), lambda: waves(10)),
    "extrapolated": (lambda: raised([30, 0]), lambda: raised([5, 0])),
    "ceiling": (lambda: raised([14, 0], mean=92.0), lambda: raised([14, 0], mean=60.0)),
    "no-effect": (lambda: raised([0, 5]), lambda: raised([5, 0])),
    "beyond-scale": (
        lambda: raised([12, 0], effect=(2.0, 0.0)),
        lambda: raised([3, 0], effect=(2.0, 0.0)),
    ),
    "questionable": (lambda: paired(60, 20, 20), lambda: paired(75, 25, 0)),
    "unclear": (lambda: paired(28, 22, 0), lambda: paired(560, 440, 0)),
    "not-monotone": (lambda: tolerated(80), lambda: tolerated(0)),
    "near-cut": (lambda: mapped(60.0), lambda: mapped(72.0)),
    "left-out": (lambda: raked({"n": 1, "s": 0}), lambda: raked({"n": 0.7, "s": 0.3})),
    "margin-rounded": (
        lambda: raked({"n": 0.667, "s": 0.3334}),
        lambda: raked({"n": 2 / 3, "s": 1 / 3}),
    ),
    "heavy-respondent": (lambda: weight_cautions(HEAVY), lambda: weight_cautions(np.minimum(HEAVY, 2))),
    "costly-weights": (lambda: weight_cautions(UNEVEN), lambda: weight_cautions(np.minimum(UNEVEN, 2))),
    "many-missing": (lambda: fitted(gappy(90)), lambda: fitted(gappy(285))),
    "indicative": (lambda: fitted(chain(90)), lambda: fitted(chain(110))),
    "rows-left-out": (
        lambda: fitted(unanswered(20), missing="mean"),
        lambda: fitted(unanswered(0), missing="mean"),
    ),
    "not-distinct": (lambda: overlapping(joined=False), lambda: overlapping(joined=True)),
    "small-group": (lambda: grouped(blank="a"), lambda: grouped(small="a", blank="a")),
    "no-group": (lambda: grouped(small="a"), lambda: grouped(small="a", blank="b")),
    "few-clusters": (
        lambda: drawn(clusters=np.arange(300) // 20),
        lambda: drawn(clusters=np.arange(300) // 5),
    ),
    "lonely-strata": (
        lambda: drawn(np.repeat(["n", "s", "islands"], [150, 149, 1])),
        lambda: drawn(np.repeat(["n", "s"], 150)),
    ),
    "saturated": (lambda: measured(["s1", "s2"]), lambda: measured(["s1", "s2", "s3"])),
    "missing": (lambda: scored(70), lambda: scored(100)),
    "few-rows": (lambda: fitted(chain(60), method="cbsem"), lambda: fitted(chain(), method="cbsem")),
    "listwise-used": (
        lambda: fitted(gappy(280), method="cbsem", missing="mean"),
        lambda: fitted(gappy(280), method="cbsem", missing="em"),
    ),
    "formative-as-reflective": (
        lambda: fitted(chain(), plain=FORMED, method="cbsem"),
        lambda: fitted(chain(), plain=FORMED, method="pls"),
    ),
    "weights-robust": (
        lambda: fitted(chain(), weights=WEIGHTS, method="cbsem"),
        lambda: fitted(chain(), weights=WEIGHTS, method="cbsem", estimator="MLR"),
    ),
    "options-not-used": (
        lambda: fitted(chain(), strata=STRATA, method="cbsem", scheme="centroid"),
        lambda: fitted(chain(), method="cbsem"),
    ),
    "bootstrap-not-used": (
        lambda: fitted(chain(), method="cbsem", bootstrap=100),
        lambda: fitted(chain(), method="cbsem"),
    ),
}


@pytest.mark.parametrize("code", TRIED)
def test_a_remedy_that_is_done_works(code):
    works(code, *TRIED[code])
